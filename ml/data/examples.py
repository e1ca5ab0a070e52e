"""Labelled images in memory, their splits and shuffled batches."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from ml.errors import DataError
from ml.preprocess import normalize

SPLIT_SEED = 20_000  # fixed: every recipe and every seed sees the same validation images
MNIST_TRAINING_IMAGES = 60_000


@dataclass(frozen=True)
class Examples:
    """Images as uint8 (N, 28, 28), 0 = paper, 255 = ink, and labels as int64 (N,) in 0..9."""

    images: torch.Tensor
    labels: torch.Tensor
    name: str = ""  # of the data that they are from, such as MNIST; empty for what was made here

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: slice | torch.Tensor) -> "Examples":
        return Examples(self.images[index], self.labels[index], self.name)

    def named(self, name: str) -> "Examples":
        """Return the same examples with a name."""
        return replace(self, name=name)

    def checksum(self) -> str:
        """Return the SHA-256 of all images and labels, as hexadecimal digits."""
        digest = hashlib.sha256(self.images.numpy())
        digest.update(self.labels.numpy())
        return digest.hexdigest()


def join(parts: Sequence[Examples]) -> Examples:
    """Return the examples of all parts, one after the other."""
    images, labels = zip(*((part.images, part.labels) for part in parts), strict=True)
    return Examples(torch.cat(images), torch.cat(labels))


def split(examples: Examples, validation: int) -> tuple[Examples, Examples]:
    """Split into (training, validation) parts, the same ones every time.

    `validation` counts images out of MNIST's 60,000; a smaller set gives the same share, at
    least one image to each side. Raises DataError for a set of fewer than two images.
    """
    count = len(examples)
    if count < 2:
        raise DataError("a training set needs at least two images to be split")
    kept_back = round(count * validation / MNIST_TRAINING_IMAGES)
    kept_back = min(max(kept_back, 1), count - 1)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(SPLIT_SEED))
    # Sorted, so that both parts keep the order of the file.
    return examples[order[kept_back:].sort().values], examples[order[:kept_back].sort().values]


def count_batches(images: int, size: int) -> int:
    """Return how many shuffled batches of `size` there are: a last image is not left alone."""
    return math.ceil(images / size) - (images > size > 1 and images % size == 1)


def batches(
    images: torch.Tensor, labels: torch.Tensor, size: int, generator: torch.Generator | None = None
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield (images, labels), `size` of each, shuffled if a generator is given.

    A shuffled batch is gathered when it is its turn and still in the cache when it is learned:
    shuffling the whole set first costs a copy of it in memory, and takes twice as long. A last
    image alone joins the batch before it: batch normalization has no spread over one.
    """
    if generator is None:
        yield from zip(images.split(size), labels.split(size), strict=True)
        return
    order = torch.randperm(len(labels), generator=generator).to(images.device)
    count = count_batches(len(order), size)
    for chosen in [order[n * size : (n + 1 + (n == count - 1)) * size] for n in range(count)]:
        yield images.index_select(0, chosen), labels.index_select(0, chosen)


def to_tensors(examples: Examples, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return normalized images, float32 (N, 1, 28, 28), and labels, int64 (N,), on the device."""
    images = torch.from_numpy(normalize(examples.images.numpy()))
    return images.to(device), examples.labels.to(device)
