"""What pictures show, counted in pixels."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageColor


def read_picture(path: Path) -> np.ndarray:
    """Return a picture as RGB, uint8 (height, width, 3)."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def find_colour(path: Path, colour: str) -> np.ndarray:
    """Return where a picture has exactly a colour: rows and columns, int64 (2, N)."""
    is_found = (read_picture(path) == ImageColor.getrgb(colour)).all(axis=2)
    return np.stack(is_found.nonzero())


def count_colour(path: Path, colour: str) -> int:
    """Return how many pixels of a picture have exactly a colour."""
    return find_colour(path, colour).shape[1]
