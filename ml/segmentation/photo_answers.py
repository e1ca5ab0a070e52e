"""What a photo says -> plain values for JSON."""

from collections.abc import Callable
from typing import Any

from ml.predict import Reading
from ml.segmentation.photo_reading import PhotoDigit, PhotoReading


def describe_photo(
    photo: PhotoReading,
    model: str,
    describe: Callable[[PhotoDigit], dict[str, Any]],
) -> dict[str, Any]:
    """Return a photo's reading for JSON; `describe` does it for one digit."""
    return {
        "lines": photo.lines,
        "digits": [describe(digit) for digit in photo.digits],
        "width": photo.width,
        "height": photo.height,
        "model": model,
        "sheet": None if photo.sheet is None else photo.sheet.to_dict(),
    }


def describe_digit(
    digit: PhotoDigit, describe: Callable[[Reading], dict[str, Any]] = Reading.to_dict
) -> dict[str, Any]:
    """Return a digit's place and reading for JSON; `describe` does it for the reading."""
    place = {"box": [int(side) for side in digit.box], "line": digit.line, "number": digit.number}
    expected = {} if digit.expected is None else {"expected": digit.expected}
    mark = {} if digit.mark is None else {"mark": digit.mark}
    return place | mark | describe(digit.reading) | expected
