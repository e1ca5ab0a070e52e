"""The board's own network: two residual networks, one of which sees drawings stretched.

Some people write flat, others narrow. A network that sees the shape as it was drawn can tell a
narrow 1 from a wide 7 by it; to one that sees it stretched, a flat 6 looks like any other.
Networks that look at different things err at different things. Source: D. Cireşan and others,
Multi-column deep neural networks for image classification, 2012, whose columns see digits in
several widths.
"""

import torch
import torch.nn.functional as F
from torch import nn

from ml.networks.logits import NOT_A_DIGIT
from ml.preprocess import BOX_SIDE, EDGE_SHARE, IMAGE_SIDE, MEAN, STD

# It is taught letters and symbols by name, 11 and up; 10 is everything else that is no digit. Who
# has learned to tell an f from an F also tells both better from an 8. A test holds it against
# `ml.synthetic.non_digits.NAMED`.
NAMED = 36
PAPER = -MEAN / STD  # of a normalized image
MOST = 2.0  # a side becomes at most this many times as long: a 1 stays a line


def stretch(images: torch.Tensor) -> torch.Tensor:
    """Stretch the ink to fill 20×20 pixels in the middle; no side becomes more than twice as long.

    Takes and returns normalized images, float32 (N, 1, 28, 28). Between pixels it interpolates
    linearly. It is two products of matrices, rows · ink · columns, because each row of the result
    mixes two rows of the drawing and each column two columns.
    """
    ink = images[:, 0] - PAPER
    lines = torch.stack([ink.amax(dim=2), ink.amax(dim=1)])  # rows and columns: 2, N, 28
    down, across = _interpolate(lines > EDGE_SHARE * lines.amax(dim=2, keepdim=True))
    return (down @ ink @ across.mT + PAPER).unsqueeze(1)


def _interpolate(inked: torch.Tensor) -> torch.Tensor:
    """Return how much each pixel of a line counts in each pixel of the stretched line.

    `inked` says which pixels have ink, bool (M, N, 28); the result is float32 (M, N, 28, 28).
    """
    pixels = torch.arange(IMAGE_SIDE, dtype=torch.float32, device=inked.device)
    # How far the ink reaches from the last pixel back, and from the first one on; 0 without ink.
    # Found by products and maxima, not by indices, so that one graph serves a whole batch.
    reach = (inked.unsqueeze(2) * torch.stack([IMAGE_SIDE - pixels, pixels + 1])).amax(dim=3)
    length = reach.sum(dim=2, keepdim=True) - IMAGE_SIDE
    middle = (reach.diff(dim=2) + IMAGE_SIDE - 1) / 2
    step = (length / BOX_SIDE).clamp_min(1 / MOST)
    source = middle + step * (pixels - (IMAGE_SIDE - 1) / 2)
    return (1 - (source.unsqueeze(3) - pixels).abs()).clamp_min(0)


class ResidualCNN(nn.Module):
    """Six convolutions, each with batch normalization, and one linear layer: 397,911 parameters.

    Pooling comes before normalization: a quarter of the numbers to normalize. The fourth and the
    sixth convolution add to what they are given, so they learn only what the others missed
    (residual connections). The last two see the whole drawing at once, on 3×3 places.
    There is no dropout: most images are new in each epoch, so there is little to memorize.
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
        self.fc = nn.Linear(128 * 3 * 3, NOT_A_DIGIT + 1 + NAMED)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return what the last layer is given, (N, 1152), for images (N, 1, 28, 28)."""
        x = F.relu(self.norm1(F.max_pool2d(self.conv1(images), 2)))  # N, 24, 12, 12
        x = F.relu(self.norm2(F.max_pool2d(self.conv2(x), 2)))  # N, 48, 6, 6
        x = F.relu(self.norm3(self.conv3(x)))  # N, 80, 6, 6
        x = F.max_pool2d(F.relu(x + self.norm4(self.conv4(x))), 2)  # N, 80, 3, 3
        x = F.relu(self.norm5(self.conv5(x)))  # N, 128, 3, 3
        x = F.relu(x + self.norm6(self.conv6(x)))  # N, 128, 3, 3
        return x.flatten(1)  # N, 1152

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 47) for normalized images (N, 1, 28, 28): ten digits, then the rest."""
        return self.fc(self.features(images))


def gather(logits: torch.Tensor) -> torch.Tensor:
    """Return (N, 11) of logits (N, 47): all that is no digit becomes one answer.

    Its probability is the sum of theirs, so its logit is the logarithm of the sum of exponentials.
    """
    digits, others = logits[:, :NOT_A_DIGIT], logits[:, NOT_A_DIGIT:]
    return torch.cat([digits, others.logsumexp(dim=1, keepdim=True)], dim=1)


class BoardCNN(nn.Module):
    """Two networks side by side, whose mean answers: 795,822 parameters.

    The first sees a drawing as it is, the second stretched towards a square. They begin with
    other weights, learn from other images and end with other mistakes, so their mean makes fewer
    than one network of twice the size (deep ensembles: B. Lakshminarayanan and others, 2017).
    The first ten logits are the digits'; the eleventh stands for "not a digit". In training that
    one is many: letters and symbols are learned by name, as finer labels make better features.
    """

    title = "Board"
    summary = (
        "Made here for drawings: two networks, one of which sees each drawing stretched towards a "
        "square, learn from MNIST, from its digits written again by other hands and pens, and from "
        "ways of writing that MNIST lacks, drawn by the program itself. The average of the two is "
        "the answer, and an eleventh answer says that a drawing isn't a digit."
    )
    smallest_batch = 2  # each network learns from its own half

    def __init__(self) -> None:
        super().__init__()
        self.plain = ResidualCNN()
        self.stretched = ResidualCNN()

    @property
    def members(self) -> tuple[ResidualCNN, ResidualCNN]:
        """Both networks; the second sees drawings stretched."""
        return self.plain, self.stretched

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return what both last layers are given, side by side, (N, 2304)."""
        parts = self.plain.features(images), self.stretched.features(stretch(images))
        return torch.cat(parts, dim=1)

    def classify(self, features: torch.Tensor) -> torch.Tensor:
        """Return the mean of both members' logits, (N, 11), for features (N, 2304)."""
        first, second = features.tensor_split(2, dim=1)
        return gather((self.plain.fc(first) + self.stretched.fc(second)) / 2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 11) for normalized images (N, 1, 28, 28): the members' mean.

        In training each member answers for its own half of the batch, by name: (N, 47).
        """
        if not self.training:
            return self.classify(self.features(images))
        first, second = images.tensor_split(2)
        # In float32, as when a drawing is read: bfloat16 is for what the network makes of it.
        with torch.autocast(images.device.type, enabled=False):
            second = stretch(second.float())
        return torch.cat([self.plain(first), self.stretched(second)])
