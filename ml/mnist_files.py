"""MNIST's four files: their names and checksums, and where they lie. No PyTorch.

Source of the data: Y. LeCun, C. Cortes, C. Burges, http://yann.lecun.com/exdb/mnist.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from ml.files import PROJECT_DIR, expand_home, from_here

# The four files with the SHA-256 of each, unpacked.
FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
# Where they may lie in the folder that is named; torchvision's own place comes first.
PLACES = (Path("MNIST", "raw"), Path("raw"), Path())


def default_data_dir() -> Path:
    """Return the folder named by the environment variable MNIST_DIR, or the project's `data`."""
    named = os.environ.get("MNIST_DIR")
    return expand_home(named) if named else from_here(PROJECT_DIR / "data")


def find_data_dir(named: Path | str | None) -> Path:
    """Return the folder that was named, or the default."""
    return Path(named) if named else default_data_dir()


def find_files(data_dir: Path) -> dict[str, Path]:
    """Return the files by MNIST's names for them, from the place that has the most of them."""
    places = [dict(find_in(data_dir / place)) for place in PLACES]
    return max(places, key=len)  # the first of equals


def find_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of one folder by MNIST's names for them, compressed or not."""
    for name in FILES:
        dotted = name.replace("-idx", ".idx")
        candidates = [folder / f"{each}{end}" for end in ("", ".gz") for each in (name, dotted)]
        if path := next((path for path in candidates if path.is_file()), None):
            yield name, path


def has_mnist(data_dir: Path) -> bool:
    """Say whether the four files are in a folder, so that nothing needs to be downloaded."""
    return len(find_files(data_dir)) == len(FILES)


def list_missing(data_dir: Path) -> list[str]:
    """Return the names of the files that a folder lacks."""
    found = find_files(data_dir)
    return [name for name in FILES if name not in found]
