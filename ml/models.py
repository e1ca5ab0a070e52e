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


class BoardCNN(nn.Module):
    """Four convolutions, each with batch normalization, and one linear layer: 196,075 parameters.

    The first ten logits are the digits'; the eleventh is that of a drawing that is no digit.
    Pooling comes before normalization: a quarter of the numbers to normalize. The last convolution
    adds to what it is given, so it learns only what the others missed (a residual connection).
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
        self.fc = nn.Linear(96 * 6 * 6, 11)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 11) for normalized images (N, 1, 28, 28)."""
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(images), 2)))  # N, 32, 12, 12
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))  # N, 64, 6, 6
        x = F.relu(self.norm3(self.conv3(x)))  # N, 96, 6, 6
        x = F.relu(x + self.norm4(self.conv4(x)))  # N, 96, 6, 6
        return self.fc(x.flatten(1))  # N, 11

    def fold(self) -> "BoardCNN":
        """Return a copy for reading only, each norm folded into its convolution: same logits.

        A norm behind a pool stays if it turns a channel's sign: the greatest would be the least.
        """
        folded = copy.deepcopy(self).eval()
        for number in (1, 2, 3, 4):
            conv, norm = getattr(folded, f"conv{number}"), getattr(folded, f"norm{number}")
            if number > 2 or (norm.weight > 0).all():
                setattr(folded, f"conv{number}", fuse_conv_bn_eval(conv, norm))
                setattr(folded, f"norm{number}", nn.Identity())
        return folded.to(memory_format=torch.channels_last)


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
    "board_cnn": BoardCNN,
    "quick_cnn": QuickCNN,
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
