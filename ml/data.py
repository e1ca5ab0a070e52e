"""MNIST as tensors in memory, its splits, and shuffled batches.

Source of the data: Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist, read and, if
it is not there, downloaded by torchvision.
"""

import hashlib
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from ml.errors import DataError
from ml.preprocess import IMAGE_SIDE, normalize

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
SPLIT_SEED = 20_000  # fixed: every recipe and every seed sees the same validation images
MNIST_TRAINING_IMAGES = 60_000
NORMALIZED_AT_ONCE = 500  # images


@dataclass(frozen=True)
class Examples:
    """Images as uint8 (N, 28, 28), 0 = paper, 255 = ink, and labels as int64 (N,) in 0..9."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: slice | torch.Tensor) -> "Examples":
        return Examples(self.images[index], self.labels[index])

    def checksum(self) -> str:
        """Return the SHA-256 of all images and labels, as hexadecimal digits."""
        digest = hashlib.sha256(self.images.numpy())
        digest.update(self.labels.numpy())
        return digest.hexdigest()


def join(parts: Sequence[Examples]) -> Examples:
    """Return the examples of all parts, one after the other."""
    images, labels = zip(*((part.images, part.labels) for part in parts), strict=True)
    return Examples(torch.cat(images), torch.cat(labels))


def default_data_dir() -> Path:
    """Return the folder named by the environment variable MNIST_DIR, or `data`."""
    return Path(os.environ.get("MNIST_DIR") or "data")


def has_mnist(data_dir: Path) -> bool:
    """Say whether MNIST's files are in a folder, so that nothing needs to be downloaded."""
    return all((data_dir / "MNIST" / "raw" / name).is_file() for name in FILES)


def load_mnist(data_dir: Path, *, train: bool) -> Examples:
    """Read MNIST's training or test set from a folder in torchvision's layout.

    What is missing is downloaded there first. Raises DataError, with what to do, when that fails
    or when the files are not what they should be.
    """
    examples = Examples(*_read(data_dir, train))
    _check(examples, data_dir)
    return examples


def _read(data_dir: Path, train: bool) -> tuple[torch.Tensor, torch.Tensor]:
    # Imported here: the serving process never needs torchvision and starts faster without it.
    from torchvision.datasets import MNIST

    raw, is_here = data_dir / "MNIST" / "raw", has_mnist(data_dir)
    try:
        dataset = MNIST(str(data_dir), train=train, download=not is_here)
    except (RuntimeError, OSError) as error:
        if is_here:
            raise DataError(_damaged(raw, error)) from error
        raise DataError(
            f"MNIST is not in {raw} and could not be downloaded; put the four files "
            f"{', '.join(FILES)} there (unpacked), or name their folder with --data or MNIST_DIR"
        ) from error
    except (AssertionError, ValueError, TypeError, KeyError, IndexError) as error:
        raise DataError(_damaged(raw, error)) from error
    return dataset.data, dataset.targets


def _damaged(raw: Path, error: Exception) -> str:
    reason = str(error).splitlines()[0] if str(error) else "its length and its header disagree"
    return f"a file in {raw} is truncated or is not MNIST's ({reason}); delete it to fetch it again"


def _check(examples: Examples, data_dir: Path) -> None:
    images, labels = examples.images, examples.labels
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise DataError(f"the images in {data_dir} have shape {tuple(images.shape)}, not N×28×28")
    if images.dtype != torch.uint8 or len(images) != len(labels) or len(labels) == 0:
        raise DataError(f"{data_dir} holds {len(images)} images but {len(labels)} labels")
    if labels.min() < 0 or labels.max() > 9:
        raise DataError(f"{data_dir} holds the label {int(labels.max())}; labels are 0 to 9")


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


def to_tensors(
    examples: Examples, device: torch.device, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return normalized images of `dtype`, (N, 1, 28, 28), and labels (N,), on the device."""
    images = examples.images.to(device)
    normalized = torch.empty(len(images), 1, *images.shape[1:], dtype=dtype, device=device)
    # By parts that stay in the cache: MNIST as a whole would go through memory several times.
    size = NORMALIZED_AT_ONCE
    for part, room in zip(images.split(size), normalized.split(size), strict=True):
        room.copy_(normalize(part))
    return normalized, examples.labels.to(device)


@dataclass(frozen=True)
class Digits:
    """The three parts of a data set: to learn from, to choose on, and only to report on."""

    training: Examples
    validation: Examples
    test: Examples

    @classmethod
    def load(cls, data_dir: Path, validation: int) -> "Digits":
        """Read MNIST and split its training set; raises DataError."""
        test = load_mnist(data_dir, train=False)
        return cls(*split(load_mnist(data_dir, train=True), validation), test)

    def checksum(self) -> str:
        """Return one SHA-256 over the three parts, as hexadecimal digits."""
        parts = (self.training, self.validation, self.test)
        return hashlib.sha256("".join(part.checksum() for part in parts).encode()).hexdigest()
