"""What a photo says: each digit with its place, the lines that they make, and a sheet's result."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.predict import Reading
from ml.segmentation.pieces import Box

REFUSED = "?"  # stands in a line for what is no digit and no mark


@dataclass(frozen=True)
class PhotoDigit:
    """One digit of a photo, with its place and what was read.

    Between digits it may also be a mark, or something else that is refused.
    """

    box: Box  # pixels of the photo
    line: int  # from the top, from 0
    number: int  # of the line, from the left, from 0
    reading: Reading
    ink: np.ndarray  # uint8 (h, w), 0 = paper, 255 = ink: what was read
    mark: str | None = None  # "-", "." or ",": no digit, and its reading says so
    expected: int | None = None  # the digit that was to be written there; only on a printed sheet

    @property
    def text(self) -> str:
        """Its character, REFUSED if it is none."""
        if self.mark is not None:
            return self.mark
        return REFUSED if self.reading.digit is None else str(self.reading.digit)


@dataclass(frozen=True)
class SheetResult:
    """How well a filled sheet was read; empty boxes do not count."""

    layout: str  # "A4" or "Letter"
    right: int  # boxes that were read as the digit that was to be written there
    of: int  # boxes with something in them
    empty: int  # boxes with nothing in them

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values for JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class PhotoReading:
    """All digits of one photo, line by line, and the numbers that they make."""

    lines: list[str]  # each line's numbers, with a space between two of them
    digits: list[PhotoDigit]
    width: int
    height: int
    sheet: SheetResult | None = None  # only where the photo shows a printed sheet
