"""Every architecture, smallest first.

A model takes normalized images of shape (N, 1, 28, 28) and returns raw logits of shape (N, 10),
or (N, 11) where the last one stands for a drawing that is no digit.
Softmax is applied in one place, `ml.probabilities`, and cross-entropy takes the logits as they are
(but in `ml.scratch`, where both are written by hand).
"""

import torch
import torch.nn.functional as F
from torch import nn

from ml.errors import UnknownModelError
from ml.preprocess import IMAGE_SIDE
from ml.scratch import LinearScratch
from ml.stretch import stretch, stretch_one


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

    Source: the first version of PyTorch's MNIST example, github.com/pytorch/examples. Where
    bfloat16 is fast, training takes its steps by `ml.by_hand` and does not call forward(); a
    network that somebody changed here is trained by autograd, as the others are.
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


class ResidualCNN(nn.Module):
    """Six convolutions, each with batch normalization, and one linear layer: 356,403 parameters.

    Pooling comes before normalization: a quarter of the numbers to normalize. The fourth and the
    sixth convolution add to what they are given, so they learn only what the others missed
    (residual connections). The last two see the whole drawing at once, on 3×3 places.
    There is no dropout: most images are new in each epoch, so there is little to learn by heart.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 24, 5, bias=False)
        self.norm1 = nn.BatchNorm2d(24)
        self.conv2 = nn.Conv2d(24, 48, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(48)
        self.conv3 = nn.Conv2d(48, 80, 3, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(80)
        self.conv4 = nn.Conv2d(80, 80, 3, padding=1, bias=False)
        self.norm4 = nn.BatchNorm2d(80)
        self.conv5 = nn.Conv2d(80, 128, 3, padding=1, bias=False)
        self.norm5 = nn.BatchNorm2d(128)
        self.conv6 = nn.Conv2d(128, 128, 3, padding=1, bias=False)
        self.norm6 = nn.BatchNorm2d(128)
        self.fc = nn.Linear(128 * 3 * 3, 11)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 11) for normalized images (N, 1, 28, 28)."""
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(images), 2)))  # N, 24, 12, 12
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))  # N, 48, 6, 6
        x = F.relu(self.norm3(self.conv3(x)))  # N, 80, 6, 6
        x = F.max_pool2d(F.relu(x + self.norm4(self.conv4(x))), 2)  # N, 80, 3, 3
        x = F.relu(self.norm5(self.conv5(x)))  # N, 128, 3, 3
        x = F.relu(x + self.norm6(self.conv6(x)))  # N, 128, 3, 3
        return self.fc(x.flatten(1))  # N, 11


class BoardCNN(nn.Module):
    """Two networks side by side, whose mean answers: 712,806 parameters.

    The first sees a drawing as it is, the second stretched towards a square (`ml.stretch`). They
    begin with other weights, learn from other images and end with other mistakes, so their mean
    makes fewer than one network of twice the size (deep ensembles: B. Lakshminarayanan and others,
    2017). The first ten logits are the digits'; the eleventh is that of a drawing that is no digit.
    """

    def __init__(self) -> None:
        super().__init__()
        self.plain = ResidualCNN()
        self.stretched = ResidualCNN()

    @property
    def members(self) -> tuple[ResidualCNN, ResidualCNN]:
        """Both networks; the second sees drawings stretched."""
        return self.plain, self.stretched

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 11) for normalized images (N, 1, 28, 28): the members' mean.

        In training a batch is shared out, and each member answers for its own part of it.
        """
        if self.training:
            first, second = images.tensor_split(2)
            # As it is when a drawing is read: bfloat16 is for what the network makes of it.
            with torch.autocast(images.device.type, enabled=False):
                second = stretch(second.float())
            return torch.cat([self.plain(first), self.stretched(second)])
        return (self.plain(images) + self.stretched(stretch(images))) / 2

    def fold(self) -> "FoldedBoardCNN":
        """Return what reads one drawing as this network does now, faster."""
        return FoldedBoardCNN(self)


BESIDE = 4  # places that a patch of the first convolution serves


class FoldedBoardCNN:
    """A trained BoardCNN for reading one drawing on a CPU: the same logits, in a third of the time.

    A trained norm multiplies and adds, so it can be folded into the convolution before it. One
    behind a pool stays as scale and shift: a negative scale would make the greatest the least.
    For a single drawing, calling modules and preparing convolutions takes as long as the products
    that they are made of. Here each is one product of matrices: its input's patches, a row each,
    with the weights, a column for each channel; and the members M are a batch of such products.
    Channels are last.
    """

    @torch.inference_mode()
    def __init__(self, network: BoardCNN) -> None:
        members = network.members
        layers = zip(*(_list_products(member) for member in members), strict=True)
        first, self._second, *self._others = (
            tuple(torch.stack(each) for each in zip(*layer, strict=True)) for layer in layers
        )
        weight, *scale_and_shift = first
        self._first = _place_beside(weight), *scale_and_shift
        # In the order in which the numbers lie in memory: place by place.
        weights = [member.fc.weight.unflatten(1, (-1, 9)).transpose(1, 2) for member in members]
        bias = torch.stack([member.fc.bias for member in members]).mean(dim=0)
        weight = torch.cat([each.flatten(1).T for each in weights]) / len(members)
        self._last = bias, weight.contiguous()

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (1, 11) for one normalized image (1, 1, 28, 28)."""
        views = torch.stack([images, stretch_one(images)]).view(-1, 28, 28, 1)  # M, 28, 28, 1
        x = _pool_and_norm(_cut_patches(views, 5, BESIDE), 24, *self._first)  # M, 12, 12, 24
        x = _pool_and_norm(_pad_and_cut(x), 12, *self._second)  # M, 6, 6, 48
        third, fourth, fifth, sixth = self._others
        x = _convolve(x, *third).relu_()  # M, 6, 6, 80
        x = _pool(_convolve(x, *fourth).add_(x).relu_())  # M, 3, 3, 80
        x = _convolve(x, *fifth).relu_()  # M, 3, 3, 128
        x = _convolve(x, *sixth).add_(x).relu_()  # M, 3, 3, 128
        bias, weight = self._last
        return torch.addmm(bias, x.view(1, -1), weight)


def _list_products(member: ResidualCNN) -> list[tuple[torch.Tensor, ...]]:
    """Return each convolution as a matrix of weights, and what its norm does after it.

    A matrix is (places × channels in, channels out). Beside the first two, which are pooled before
    they are normalized, stand scale and shift, each (1, 1, channels out); into the others the scale
    is multiplied, and the shift is (1, channels out).
    """
    products = []
    for number in range(1, 7):
        weight = getattr(member, f"conv{number}").weight.permute(2, 3, 1, 0).flatten(0, 2)
        scale, shift = _find_scale(getattr(member, f"norm{number}"))
        products.append((weight, scale, shift) if number < 3 else (weight * scale[0], shift[0]))
    return products


def _place_beside(weight: torch.Tensor) -> torch.Tensor:
    """Return (M, 5 × 5, C) as a matrix for patches so wide that each serves four places.

    It is (M, 5 × 8, 4 × C). Cutting fewer, wider patches takes less than half of the time.
    """
    weight = weight.unflatten(1, (5, 5))
    places = [F.pad(weight, (0, 0, place, BESIDE - 1 - place)) for place in range(BESIDE)]
    return torch.stack(places, dim=3).flatten(3).flatten(1, 2)


def _cut_patches(x: torch.Tensor, side: int, beside: int = 1) -> torch.Tensor:
    """Return the patches of (M, H, W, C), a row each, for every place or as many beside each other.

    They are (M, places / beside, side × (side + beside - 1) × C).
    """
    members, height, width, channels = x.shape
    of_member, of_row, of_column, of_channel = x.stride()
    rows, columns = height - side + 1, (width - side + 1) // beside
    patches = x.as_strided(
        (members, rows, columns, side, side + beside - 1, channels),
        (of_member, of_row, beside * of_column, of_row, of_column, of_channel),
    )
    return patches.reshape(members, rows * columns, -1)


def _pad_and_cut(x: torch.Tensor) -> torch.Tensor:
    """Return the 3×3 patch around every place of (M, H, W, C): (M, places, 9 × C)."""
    return _cut_patches(torch.constant_pad_nd(x, (0, 0, 1, 1, 1, 1)), 3)


def _convolve(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Return a padded 3×3 convolution of (M, H, W, C), one product for each member."""
    return torch.baddbmm(bias, _pad_and_cut(x), weight).view(*x.shape[:3], -1)


def _pool_and_norm(
    patches: torch.Tensor, side: int, weight: torch.Tensor, scale: torch.Tensor, shift: torch.Tensor
) -> torch.Tensor:
    """Return a convolution of side × side places, pooled, normalized and with ReLU."""
    x = torch.bmm(patches, weight).view(len(weight), side, side, -1)
    return torch.addcmul(shift, _pool(x), scale).relu_()


def _pool(x: torch.Tensor) -> torch.Tensor:
    """Return the greatest of every 2×2 places of (M, H, W, C)."""
    return torch.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


def _find_scale(norm: nn.BatchNorm2d) -> tuple[torch.Tensor, torch.Tensor]:
    """Return by what a trained norm multiplies and what it adds, each (1, 1, channels)."""
    scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
    return tuple(each.view(1, 1, -1) for each in (scale, norm.bias - norm.running_mean * scale))


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
