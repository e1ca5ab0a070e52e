"""The printed sheet in a photo: its marks, where its boxes lie, and what was written in them.

This module needs OpenCV: it is imported with the first photo. `sheets.layout` is the sheet as data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from ml.predict import Memory, Reader
from ml.segmentation.photo_reading import PhotoDigit, PhotoReading, SheetResult
from ml.segmentation.sheets.box_ink import cut_window, find_box_ink, move_window
from ml.segmentation.sheets.layout import LAYOUTS, Box, Layout
from ml.segmentation.sheets.marks import find_marks

SEARCH_SIDE = 1600  # px of the longer side: there a mark of a sheet that fills the photo has 70
ENOUGH_MARKS = 3
MOST_MARKS = 12  # the largest of a layout that are looked at: three sheets in one photo
WORST_FIT = 2.5  # mm between a mark's corner and where the other marks say that it is


@dataclass(frozen=True)
class FoundSheet:
    """A printed sheet that was found in a photo."""

    layout: Layout
    homography: np.ndarray  # float64 (3, 3): millimetres of the page -> pixels of the photo


def find_sheet(grey: np.ndarray) -> FoundSheet | None:
    """Return the printed sheet that a photo, uint8 (H, W), shows; None if it shows none.

    It may lie in any direction. Three of its four marks are enough.
    """
    marks = find_marks(grey, SEARCH_SIDE)
    if 0 < len(marks) < ENOUGH_MARKS and max(grey.shape) > SEARCH_SIDE:
        marks = find_marks(grey, max(grey.shape))  # a sheet that is small in its photo
    for layout in LAYOUTS.values():
        corners = {mark.number: np.array(mark.corners) for mark in layout.marks}
        seen = [(corners[number], places) for number, places in marks if number in corners]
        homography = _fit(seen)
        if homography is not None:
            return FoundSheet(layout, homography)
    return None


def _fit(seen: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray | None:
    """Return the homography on which the most marks agree, 3 at least; None if there is none.

    `seen` is pairs of a mark's corners on the page, in mm, and in the photo. A mark that was seen
    where there is none, and another sheet's, disagree with the others.
    """
    for count in (4, ENOUGH_MARKS):
        fits = [_fit_all(chosen) for chosen in combinations(seen[:MOST_MARKS], count)]
        fits = [fit for fit in fits if fit[0] < WORST_FIT]
        if fits:
            return min(fits, key=lambda fit: fit[0])[1]
    return None


def _fit_all(chosen: tuple[tuple[np.ndarray, np.ndarray], ...]) -> tuple[float, np.ndarray | None]:
    """Return by how many mm the worst corner is off, and the homography that fits all corners."""
    page = np.concatenate([corners for corners, _ in chosen])
    photo = np.concatenate([places for _, places in chosen])
    if len(np.unique(page, axis=0)) < len(page):  # two marks of one number
        return np.inf, None
    homography, _ = cv2.findHomography(page, photo)
    if homography is None:
        return np.inf, None
    depths = np.c_[page, np.ones(len(page))] @ homography[2]
    if depths.min() <= 0 or abs(np.linalg.det(homography)) < 1e-9:
        return np.inf, None
    back = transform(np.linalg.inv(homography), photo)
    return float(np.linalg.norm(back - page, axis=1).max()), homography


def transform(homography: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return where a homography takes points (N, 2)."""
    moved = np.c_[points, np.ones(len(points))] @ homography.T
    return moved[:, :2] / moved[:, 2:]


def read_sheet(
    reader: Reader,
    picture: np.ndarray,
    found: FoundSheet,
    model: str | None = None,
    memories: Mapping[str, Memory] | None = None,
) -> PhotoReading:
    """Read every box of a sheet in a photo, uint8 (H, W) or RGB (H, W, 3).

    A digit's line is its row and its number its column; empty boxes have none. Raises
    UnknownModelError for a name that is not served.
    """
    name = model or reader.default
    reader.find(name)
    digits = []
    for box, ink, place in _find_inks(picture, found):
        reading = reader.read_each(ink, [name], memories)[0]
        digits.append(PhotoDigit(place, box.row, box.column, reading, ink, expected=box.expected))
    height, width = picture.shape[:2]
    right = sum(digit.reading.digit == digit.expected for digit in digits)
    empty = len(found.layout.boxes) - len(digits)
    result = SheetResult(found.layout.name, right, len(digits), empty)
    return PhotoReading(_join_lines(digits), digits, width, height, result)


def _find_inks(
    picture: np.ndarray, found: FoundSheet
) -> Iterator[tuple[Box, np.ndarray, tuple[int, int, int, int]]]:
    """Yield each box that has ink, with the ink, uint8 (h, w), and its place in the photo, px."""
    for box in found.layout.boxes:
        to_photo = found.homography @ move_window(box)
        window = cut_window(picture, to_photo)
        inked = None if window is None else find_box_ink(window)
        if inked is not None:
            yield box, inked.ink, _find_place(inked.corners, to_photo, picture.shape)


def _find_place(
    corners: np.ndarray, to_photo: np.ndarray, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Return the upright box (x, y, w, h) of a window's corners (4, 2) in a photo."""
    points = transform(to_photo, corners)
    low = np.floor(points.min(axis=0)).clip(0, (shape[1] - 1, shape[0] - 1)).astype(int)
    high = np.ceil(points.max(axis=0)).clip(low + 1, (shape[1], shape[0])).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def _join_lines(digits: list[PhotoDigit]) -> list[str]:
    """Return each row's digits up to the last row with any; what was refused is left out."""
    rows = [[] for _ in range(max((digit.line for digit in digits), default=-1) + 1)]
    for digit in digits:
        if digit.reading.digit is not None:
            rows[digit.line].append(str(digit.reading.digit))
    return [" ".join(row) for row in rows]
