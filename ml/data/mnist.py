"""MNIST from its files: the training set, split, and the test set.

Source of the data: Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist, downloaded by
torchvision if it is not there. Other data may lie under the same names, such as Fashion-MNIST or
EMNIST; the files' checksums tell it from MNIST.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import torch

from ml.data.examples import Examples, split
from ml.data.idx import parse_idx, read_content
from ml.errors import DataError
from ml.mnist_files import FILES, PLACES, find_files, find_in
from ml.preprocess import IMAGE_SIDE

NAME = "MNIST"
MNIST = "mnist"  # the source, as --learn-from names it
ELSEWHERE = "name another folder with --data or MNIST_DIR (MNIST is downloaded into an empty one)"


def load_mnist(data_dir: Path, *, train: bool) -> Examples:
    """Read the training or test set under MNIST's names; the examples' name says what it is.

    The files may be compressed and lie in `data_dir`, its `raw` or its `MNIST/raw`. If there are
    none, MNIST is downloaded. Raises DataError, with what to do, when that fails or when the
    files are not what they should be.
    """
    found = find_files(data_dir)
    if len(found) < len(FILES):
        found = _download(data_dir, found)
    images_name, labels_name = list(FILES)[:2] if train else list(FILES)[2:]
    images, is_images = _read_file(data_dir, found[images_name], images_name, 3)
    labels, are_labels = _read_file(data_dir, found[labels_name], labels_name, 1)
    examples = Examples(images, labels.long())
    _check(examples, found[images_name], found[labels_name])
    return examples.named(NAME if is_images and are_labels else _name_other(examples.checksum()))


def list_foreign(data_dir: Path) -> list[Path]:
    """Return which of a folder's files are not MNIST's own, by their checksums."""
    return [
        path
        for name, path in find_files(data_dir).items()
        if not _is_genuine(name, read_content(path))
    ]


def _is_genuine(name: str, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == FILES[name]


def _download(data_dir: Path, found: dict[str, Path]) -> dict[str, Path]:
    """Download into torchvision's place what is not there; return the four files."""
    raw = data_dir / PLACES[0]
    missing = [name for name in FILES if name not in found]
    folder = next(iter(found.values())).parent if found else raw
    if folder != raw:  # somebody's own files: others do not belong to them
        raise DataError(f"{folder} lacks {', '.join(missing)}; put it there, or {ELSEWHERE}")
    # Imported here: it takes a second, and only the first training needs it.
    from torchvision.datasets import MNIST

    try:
        MNIST(str(data_dir), download=True)
    except (RuntimeError, OSError) as error:
        if isinstance(error, OSError) and error.filename:  # not the network: a folder
            raise DataError(
                f"MNIST cannot be downloaded to {raw}, {error.strerror}: {error.filename}; "
                "name a folder that can be written, or one that has the four files, "
                "with --data or MNIST_DIR"
            ) from error
        reason = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
        lacking = (
            f"{raw} lacks {', '.join(missing)}, which could not be downloaded{reason}; put it there"
            if found
            else f"MNIST is not in {data_dir} and could not be downloaded{reason}; put the four "
            f"files {', '.join(FILES)} there"
        )
        raise DataError(
            f"{lacking} (plain or .gz), or name a folder that has all with --data or MNIST_DIR"
        ) from error
    return dict(find_in(raw))


def _read_file(data_dir: Path, path: Path, name: str, dimensions: int) -> tuple[torch.Tensor, bool]:
    """Return a file's values, uint8, and whether it is MNIST's own; raises DataError."""
    try:
        content = read_content(path)
        values = parse_idx(content, dimensions)
    except DataError as error:
        advice = _advise(data_dir, path)
        raise DataError(f"{path} is damaged or not MNIST's: {error}; {advice}") from error
    return torch.from_numpy(values.copy()), _is_genuine(name, content)


def _advise(data_dir: Path, path: Path) -> str:
    """Return what mends a damaged file, where it lies."""
    folder = path.parent
    if not os.access(folder, os.W_OK):
        return ELSEWHERE
    same = path.name.partition("-ubyte")[0].replace(".", "-")
    twins = [each for each in folder.iterdir() if each.name.replace(".", "-").startswith(same)]
    if folder == data_dir / PLACES[0] and len(twins) == 1:  # a twin would be read in its place
        return "delete it, and it is downloaded again"
    return f"replace it by a whole one, or {ELSEWHERE}"


def _check(examples: Examples, images_path: Path, labels_path: Path) -> None:
    images, labels = examples.images, examples.labels
    if images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        size = "×".join(map(str, images.shape[1:]))
        raise DataError(f"{images_path} holds images of {size} pixels, not 28×28")
    if len(images) != len(labels):
        folder = images_path.parent
        raise DataError(f"{folder} holds {len(images)} images but {len(labels)} labels of them")
    if len(labels) == 0:
        raise DataError(f"{images_path} holds no images")
    if labels.max() > 9:
        raise DataError(f"{labels_path} holds the label {int(labels.max())}; labels are 0 to 9")


def _name_other(checksum: str) -> str:
    """Return the name of data that lies under MNIST's names and is not MNIST."""
    return f"other data (sha256 {checksum[:12]})"


@dataclass(frozen=True)
class Digits:
    """The three parts of a data set: to learn from, to choose on, and only to report on."""

    training: Examples
    validation: Examples
    test: Examples
    source: str = MNIST  # what --learn-from calls where it comes from

    @classmethod
    def load(cls, data_dir: Path, validation: int) -> "Digits":
        """Read MNIST and split its training set; raises DataError."""
        test = load_mnist(data_dir, train=False)
        return cls(*split(load_mnist(data_dir, train=True), validation), test)

    @property
    def is_mnist(self) -> bool:
        """Whether all of it is MNIST's own."""
        return all(part.name == NAME for part in (self.training, self.validation, self.test))

    @property
    def name(self) -> str:
        """What it is: MNIST, what another source calls its own, or a part of its checksum."""
        if self.is_mnist:
            return NAME
        is_known = self.source != MNIST and self.training.name
        return self.training.name if is_known else _name_other(self.checksum())

    def checksum(self) -> str:
        """Return one SHA-256 over the three parts, as hexadecimal digits."""
        parts = (self.training, self.validation, self.test)
        return hashlib.sha256("".join(part.checksum() for part in parts).encode()).hexdigest()
