"""MNIST from its files: the training set, split, and the test set.

Source of the data: Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist, read and, if
it is not there, downloaded by torchvision.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import torch

from ml.data.examples import Examples, split
from ml.errors import DataError
from ml.preprocess import IMAGE_SIDE

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


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
