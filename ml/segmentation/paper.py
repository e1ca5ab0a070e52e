"""Photos and scans of paper: each digit's ink, what it reads, and the numbers that they make.

OpenCV comes with the first photo, not with this module: a board's server does without.
"""

from collections.abc import Mapping

import numpy as np

from ml.predict import Memory, Reader
from ml.segmentation.photo_reading import PhotoReading
from ml.segmentation.pieces import Box


def read_photo(
    reader: Reader,
    picture: np.ndarray,
    model: str | None = None,
    memories: Mapping[str, Memory] | None = None,
    box: Box | None = None,
) -> PhotoReading:
    """Read all digits of a photo, uint8 (H, W) or (H, W, 3) in RGB, upright.

    A printed sheet is read box by box. With `box`, (x, y, width, height) in px of the photo, that
    alone is read, as one digit, whatever is in it. `memories` holds, by a model's name, what a hand
    has confirmed. Raises UnknownModelError for a model that is not served.
    """
    from ml.segmentation.photos.reading import read_box, read_digits
    from ml.segmentation.sheet import find_sheet, read_sheet

    name, memories = model or reader.default, memories or {}
    reader.find(name)
    if box is not None:
        return read_box(reader, picture, box, name, memories)
    if (found := find_sheet(take_grey(picture))) is not None:
        return read_sheet(reader, picture, found, name, memories)
    return read_digits(reader, picture, name, memories)


def take_grey(picture: np.ndarray) -> np.ndarray:
    """Return the brightness of a picture, uint8 (H, W)."""
    import cv2

    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
