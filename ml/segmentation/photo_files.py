"""A decoded file -> what it says, in the file's own pixels, however small it was decoded."""

from collections.abc import Mapping
from dataclasses import replace

from ml.pictures.decoding import Picture, decode_picture
from ml.predict import Memory, Reader
from ml.segmentation.photo_reading import PhotoReading
from ml.segmentation.pieces import Box

ENOUGH = 2000  # px of the longer side that photos are worked on


def decode_photo(data: bytes) -> Picture:
    """Return the picture in a file, as large as reading it needs; raises PictureError."""
    return decode_picture(data, ENOUGH)


def read_picture(
    reader: Reader,
    picture: Picture,
    model: str | None = None,
    memories: Mapping[str, Memory] | None = None,
    box: Box | None = None,
) -> PhotoReading:
    """Read all digits of a picture, or the one in a box; boxes are in px of its file.

    Loads OpenCV. Raises UnknownModelError for a model that is not served.
    """
    from ml.segmentation.paper import read_photo

    across, down = picture.scale
    inner = None if box is None else scale_box(box, 1 / across, 1 / down)
    found = read_photo(reader, picture.pixels, model, memories, inner)
    if picture.scale == (1, 1):
        return found
    digits = [replace(digit, box=scale_box(digit.box, across, down)) for digit in found.digits]
    return replace(found, digits=digits, width=picture.width, height=picture.height)


def scale_box(box: Box, across: float, down: float) -> Box:
    """Return a box in a picture of another size; it is never empty."""
    x, y, width, height = box
    left, top = round(x * across), round(y * down)
    return left, top, max(1, round(width * across)), max(1, round(height * down))
