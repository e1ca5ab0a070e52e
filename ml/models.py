"""Every architecture, smallest first.

A model takes normalized images of shape (N, 1, 28, 28) and returns raw logits of shape (N, 10),
or (N, 11) where the last one stands for a drawing that is no digit.
Softmax is applied in one place, `ml.probabilities`, and cross-entropy takes the logits as they are
(but in `ml.scratch`, where both are written by hand).
"""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ml.errors import UnknownModelError
from ml.preprocess import IMAGE_SIDE
from ml.scratch import LinearScratch


class Linear(nn.Module):
    """Logistic regression: one weight for each pixel and digit, 7,850 parameters.

    Source: Deep Learning with PyTorch, lesson 2, jovian.com/aakashns/03-logistic-regression.
    """

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(784, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        return self.linear(images.flatten(1))  # N, 784 -> N, 10


class MLP(nn.Module):
    """One hidden layer of 30, as in Nielsen's book: 23,860 parameters.

    Source: M. Nielsen, Neural Networks and Deep Learning, neuralnetworksanddeeplearning.com.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 30)
        self.output = nn.Linear(30, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        x = F.relu(self.hidden(images.flatten(1)))  # N, 30
        return self.output(x)  # N, 10


class SmallCNN(nn.Module):
    """Two 5×5 convolutions of 10 and 20 channels and two linear layers: 21,840 parameters.

    Source: the first version of PyTorch's MNIST example, github.com/pytorch/examples.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.channel_dropout = nn.Dropout2d(0.5)
        self.fc1 = nn.Linear(320, 50)
        self.dropout = nn.Dropout(0.5)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        x = F.relu(F.max_pool2d(self.conv1(images), 2))  # N, 10, 12, 12
        x = F.relu(F.max_pool2d(self.channel_dropout(self.conv2(x)), 2))  # N, 20, 4, 4
        x = self.dropout(F.relu(self.fc1(x.flatten(1))))  # N, 50
        return self.fc2(x)  # N, 10


class QuickCNN(nn.Module):
    """Ours for a class that does not want to wait: 215,506 parameters, learned in two epochs.

    Batch normalization lets it learn at a high rate from the first step; the 5×5 convolution sees
    a stroke and its edges at once, and pooling after each keeps the rest cheap.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 24, 5, bias=False)
        self.norm1 = nn.BatchNorm2d(24)
        self.conv2 = nn.Conv2d(24, 32, 3, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.fc1 = nn.Linear(800, 256, bias=False)
        self.norm3 = nn.BatchNorm1d(256)
        self.fc2 = nn.Linear(256, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(images), 2)))  # N, 24, 12, 12
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))  # N, 32, 5, 5
        x = F.relu(self.norm3(self.fc1(x.flatten(1))))  # N, 256
        return self.fc2(x)  # N, 10


class BoardCNN(nn.Module):
    """Six convolutions, each with batch normalization, and one linear layer: 543,179 parameters.

    The first ten logits are the digits'; the eleventh is that of a drawing that is no digit.
    Pooling comes before normalization: a quarter of the numbers to normalize. The fourth and the
    sixth convolution add to what they are given, so they learn only what the others missed
    (residual connections). The last two see the whole drawing at once, on 3×3 places.
    There is no dropout: most images are new in each epoch, so there is little to learn by heart.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 5, bias=False)
        self.norm1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(64)
        self.conv3 = nn.Conv2d(64, 96, 3, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(96)
        self.conv4 = nn.Conv2d(96, 96, 3, padding=1, bias=False)
        self.norm4 = nn.BatchNorm2d(96)
        self.conv5 = nn.Conv2d(96, 160, 3, padding=1, bias=False)
        self.norm5 = nn.BatchNorm2d(160)
        self.conv6 = nn.Conv2d(160, 160, 3, padding=1, bias=False)
        self.norm6 = nn.BatchNorm2d(160)
        self.fc = nn.Linear(160 * 3 * 3, 11)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 11) for normalized images (N, 1, 28, 28)."""
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(images), 2)))  # N, 32, 12, 12
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))  # N, 64, 6, 6
        x = F.relu(self.norm3(self.conv3(x)))  # N, 96, 6, 6
        x = F.max_pool2d(F.relu(x + self.norm4(self.conv4(x))), 2)  # N, 96, 3, 3
        x = F.relu(self.norm5(self.conv5(x)))  # N, 160, 3, 3
        x = F.relu(x + self.norm6(self.conv6(x)))  # N, 160, 3, 3
        return self.fc(x.flatten(1))  # N, 11

    def fold(self) -> "FoldedBoardCNN":
        """Return what reads as this network does now, faster."""
        return FoldedBoardCNN(self)


class FoldedBoardCNN:
    """A trained BoardCNN for reading only: the same logits, in two thirds of the time.

    A trained norm multiplies and adds, so it can be folded into the convolution before it. One
    behind a pool stays as scale and shift: a negative scale would make the greatest the least. For
    a single drawing, calling modules takes as long as some convolutions do; here are only tensors.
    """

    @torch.inference_mode()
    def __init__(self, network: BoardCNN) -> None:
        network = copy.deepcopy(network).eval().to(memory_format=torch.channels_last)
        self._first, self._second = (
            (conv.weight, *_find_scale(norm))
            for conv, norm in ((network.conv1, network.norm1), (network.conv2, network.norm2))
        )
        folded = [
            fuse_conv_bn_eval(getattr(network, f"conv{number}"), getattr(network, f"norm{number}"))
            for number in (3, 4, 5, 6)
        ]
        self._others = [
            (conv.weight.contiguous(memory_format=torch.channels_last), conv.bias)
            for conv in folded
        ]
        # In the order in which channels_last holds the numbers: place by place.
        weight = network.fc.weight.view(-1, 160, 3, 3).permute(2, 3, 1, 0)
        self._last = network.fc.bias, weight.flatten(0, 2).contiguous()

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 11) for normalized images (N, 1, 28, 28)."""
        weight, scale, shift = self._first
        x = torch.max_pool2d(torch.conv2d(images, weight), 2).mul_(scale).add_(shift).relu_()
        weight, scale, shift = self._second
        x = torch.conv2d(x, weight, padding=1)
        x = torch.max_pool2d(x, 2).mul_(scale).add_(shift).relu_()
        third, fourth, fifth, sixth = self._others
        x = torch.conv2d(x, *third, padding=1).relu_()
        x = torch.max_pool2d(torch.conv2d(x, *fourth, padding=1).add_(x).relu_(), 2)
        x = torch.conv2d(x, *fifth, padding=1).relu_()
        x = torch.conv2d(x, *sixth, padding=1).add_(x).relu_()
        bias, weight = self._last
        return torch.addmm(bias, x.permute(0, 2, 3, 1).flatten(1), weight)


def _find_scale(norm: nn.BatchNorm2d) -> tuple[torch.Tensor, torch.Tensor]:
    """Return by what a trained norm multiplies and what it adds, each (1, channels, 1, 1)."""
    scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
    return tuple(each.view(1, -1, 1, 1) for each in (scale, norm.bias - norm.running_mean * scale))


class TutorialCNN(nn.Module):
    """Two 3×3 convolutions of 32 and 64 channels and two linear layers: 1,199,882 parameters.

    The network of PyTorch's own MNIST example, github.com/pytorch/examples/tree/main/mnist.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.dropout1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(9216, 128)
        self.dropout2 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        x = F.relu(self.conv1(images))  # N, 32, 26, 26
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # N, 64, 12, 12
        x = self.dropout1(x.flatten(1))  # N, 9216
        x = self.dropout2(F.relu(self.fc1(x)))  # N, 128
        return self.fc2(x)  # N, 10


MODELS: dict[str, type[nn.Module]] = {
    "linear_scratch": LinearScratch,
    "linear": Linear,
    "small_cnn": SmallCNN,
    "mlp": MLP,
    "quick_cnn": QuickCNN,
    "board_cnn": BoardCNN,
    "tutorial_cnn": TutorialCNN,
}


def build_model(name: str) -> nn.Module:
    """Return a new model with fresh random weights; raises UnknownModelError."""
    if name not in MODELS:
        raise UnknownModelError(name, list(MODELS))
    return MODELS[name]()


@torch.inference_mode()
def count_answers(model: nn.Module) -> int:
    """Return how many logits the model gives: ten, or eleven if it can refuse."""
    was_training, device = model.training, next(model.parameters()).device
    logits = model.eval()(torch.zeros(1, 1, IMAGE_SIDE, IMAGE_SIDE, device=device))
    model.train(was_training)
    return logits.shape[1]


def count_parameters(model: nn.Module) -> int:
    """Return how many trainable numbers the model holds."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
