"""The marks of printed sheets in a photo: ArUco marks of OpenCV's dictionary DICT_4X4_50.

This module needs OpenCV: it is imported with the first photo.

OpenCV's own detector compares all squares of a picture with each other, which takes minutes on a
photo of squared paper. Here each square is looked at once, the largest first.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from ml.segmentation.sheets.layout import MARK_CELLS, MARKS

NEIGHBOURHOOD = 25  # the longer side, by the width of what a pixel is compared with
DARKER = 7  # of 255, than the neighbourhood
SMALLEST = 12  # px of a mark's side
MOST_SQUARES = 2000
MOST_EDGES = 2_000_000  # px where dark begins or ends in a row: more are grain, and no paper
STRAIGHT = 0.04  # of the outline, by which a side may bend
CELL = 8  # px of a cell when a mark is looked at
LEAST_CONTRAST = 20  # of 255, a standard deviation
WRONG_EDGE = 2  # cells of the black ring that may be white


def find_marks(grey: np.ndarray, side: int) -> list[tuple[int, np.ndarray]]:
    """Return each mark's number and its corners in px, float32 (4, 2), from its own upper left.

    The photo, uint8 (H, W), is searched with a longer side of at most `side` px. The largest mark
    comes first; a mark may come twice.
    """
    scale = min(1.0, side / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    marks = []
    for corners in _find_squares(small):
        cells = _read_cells(small, corners)
        if cells is None:
            continue
        is_known, number, turns = dictionary.identify(cells, 1.0)
        if is_known and number in MARKS:
            marks.append((number, _refine(grey, np.roll(corners, turns, axis=0) / scale)))
    return marks


def _find_squares(grey: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the corners, float32 (4, 2) and clockwise, of what is dark and has four sides."""
    size = max(max(grey.shape) // NEIGHBOURHOOD, 3) | 1
    dark = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, size, DARKER
    )
    if np.count_nonzero(dark[:, 1:] != dark[:, :-1]) > MOST_EDGES:
        return
    outlines, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    large = [(cv2.contourArea(one), one) for one in outlines if len(one) >= 4]
    large = [(area, one) for area, one in large if area >= SMALLEST**2 / 2]
    large.sort(key=lambda pair: -pair[0])
    for _, outline in large[:MOST_SQUARES]:
        bend = STRAIGHT * cv2.arcLength(outline, True)
        corners = cv2.approxPolyDP(outline, bend, True)
        if len(corners) == 4 and cv2.isContourConvex(corners):
            is_clockwise = cv2.contourArea(corners, oriented=True) > 0
            yield corners[:: 1 if is_clockwise else -1, 0].astype(np.float32)


def _read_cells(grey: np.ndarray, corners: np.ndarray) -> np.ndarray | None:
    """Return a mark's inner cells, uint8 (4, 4), 1 = white; None for what has no black ring."""
    side = MARK_CELLS * CELL
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    upright = cv2.getPerspectiveTransform(corners, square)
    pixels = cv2.warpPerspective(grey, upright, (side, side))
    if pixels.std() < LEAST_CONTRAST:
        return None
    _, white = cv2.threshold(pixels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    inner = white.reshape(MARK_CELLS, CELL, MARK_CELLS, CELL)[:, 2:-2, :, 2:-2]
    cells = (inner.mean(axis=(1, 3)) > 0.5).astype(np.uint8)
    if cells.sum() - cells[1:-1, 1:-1].sum() > WRONG_EDGE:
        return None
    return np.ascontiguousarray(cells[1:-1, 1:-1])


def _refine(grey: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return a mark's corners to a fraction of a pixel, searched within half a cell of each."""
    cell = np.linalg.norm(corners[0] - corners[2]) / 2**0.5 / MARK_CELLS
    reach = int(np.clip(cell / 2, 1, min(15, (min(grey.shape) - 5) // 2)))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 30, 0.02)
    points = np.ascontiguousarray(corners.reshape(-1, 1, 2), np.float32)
    return cv2.cornerSubPix(grey, points, (reach, reach), (-1, -1), stop).reshape(4, 2)
