"""Minus signs, decimal points and commas, told from digits by size and place where nothing is in
doubt.

What digits a number has is the network's to say; these marks are too plain for it: a dash is the
bar of a 7 or of a 5 as well, and a dot may be a slip of the pen. So a mark must have the size, the
shape and the place of one, and must stand clear of every digit.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from ml.preprocess import find_box
from ml.segmentation.pieces import Box

# All lengths as shares of the height of the digits beside it, unless they are of the pen.
TALL = 0.5  # of the tallest: less is no digit that a line could be measured by
# A dash: from its own box's shape to where its middle may lie between the digit's top and bottom.
DASH_LENGTH = (0.15, 0.9)
DASH_SHAPE = 1.7  # width over height; a slanting dash of a thick pen has little more
DASH_THICKNESS = 1.9  # pens
DASH_PLACE = (0.28, 0.78)
DASH_APART = 0.02  # between its right end and the first digit
DASH_FAR = 1.2
# A point: a dot of the pen, or a little more, on the baseline.
POINT_SIDE = 0.3
POINT_PENS = 1.7
POINT_TOP = 0.36  # above the baseline, at most
POINT_BELOW = 0.2  # its lower end: above the baseline, or under it
# A comma begins like a point, and reaches below the line.
COMMA_HEIGHT = 0.5
COMMA_WIDTH = 0.36
COMMA_TOP = 0.3
COMMA_BELOW = 0.08
SOLID = 0.55  # of its box that a dot fills; a disc fills 0.79, a small ring less
OVERLAP = 0.35  # of its width that may lie under or over the digits beside it


def estimate_pen(ink: np.ndarray) -> float:
    """Return the width of the pen in px that most of the ink was drawn with, of uint8 (H, W).

    It is the median over the pixels of ink of the shorter one of the two runs, down and across,
    that a pixel lies in. Returns 0 without ink.
    """
    box = find_box(ink)
    if box is None:
        return 0.0
    inked = ink[box] > int(ink.max()) // 2
    lengths = np.minimum(_measure_runs(inked), _measure_runs(inked.T).T)
    return float(np.median(lengths[inked]))


def _measure_runs(inked: np.ndarray) -> np.ndarray:
    """Return the length of the run across that each pixel of ink lies in, int32 (H, W)."""
    padded = np.pad(inked, ((0, 0), (1, 1))).ravel()
    changes = np.flatnonzero(padded[1:] != padded[:-1])
    runs = changes[1::2] - changes[::2]
    lengths = np.zeros(inked.shape, np.int32)
    lengths[inked] = np.repeat(runs, runs)
    return lengths


def name_mark(ink: np.ndarray, box: Box, others: Sequence[Box], pen: float) -> str | None:
    """Return "-", "." or "," if this ink can be nothing else, or None.

    `ink` is uint8 (h, w), cut to its `box` (x, y, width, height) on the sheet; `others` are the
    boxes of all other ink on it, in any order; `pen` is the width in px of what draws. A minus sign
    stands before the first digit; a point and a comma stand between two.
    """
    tallest = max((other[3] for other in others), default=0)
    digits = [other for other in others if other[3] >= TALL * tallest]
    if not digits or box[3] >= TALL * tallest:
        return None
    left = max((d for d in digits if _middle(d) < _middle(box)), key=_middle, default=None)
    right = min((d for d in digits if _middle(d) >= _middle(box)), key=_middle, default=None)
    if _covers(box, others) > OVERLAP:
        return None
    if left is None and right is not None:
        return "-" if _is_minus(box, right, others, pen) else None
    if left is None or right is None:
        return None
    if _is_point(ink, box, left, right, pen):
        return "."
    return "," if _is_comma(ink, box, left, right, pen) else None


def _middle(box: Box) -> float:
    return box[0] + box[2] / 2


def _covers(box: Box, others: Iterable[Box]) -> float:
    """Return the largest share of a box's width that another one lies over or under."""
    shared = (min(box[0] + box[2], o[0] + o[2]) - max(box[0], o[0]) for o in others)
    return max((each / box[2] for each in shared), default=0)


def _is_minus(box: Box, digit: Box, others: Sequence[Box], pen: float) -> bool:
    x, y, width, height = box
    tall = digit[3]
    gap = min(other[0] for other in others) - (x + width)
    place = (y + height / 2 - digit[1]) / tall
    return (
        DASH_LENGTH[0] * tall <= width <= DASH_LENGTH[1] * tall
        and width >= DASH_SHAPE * height
        and height <= max(DASH_THICKNESS * pen, DASH_LENGTH[0] * tall)
        and DASH_PLACE[0] <= place <= DASH_PLACE[1]
        and DASH_APART * tall <= gap <= DASH_FAR * tall
    )


def _is_point(ink: np.ndarray, box: Box, left: Box, right: Box, pen: float) -> bool:
    _, y, width, height = box
    tall = (left[3] + right[3]) / 2
    bottoms = left[1] + left[3], right[1] + right[3]
    is_dot = max(width, height) <= max(POINT_PENS * pen, POINT_SIDE / 2 * tall)
    return (
        is_dot
        and max(width, height) <= POINT_SIDE * tall
        and (ink > ink.max() // 2).mean() >= SOLID
        and y >= max(bottoms) - POINT_TOP * tall
        and min(bottoms) - POINT_BELOW * tall <= y + height <= max(bottoms) + POINT_BELOW * tall
    )


def _is_comma(ink: np.ndarray, box: Box, left: Box, right: Box, pen: float) -> bool:
    _, y, width, height = box
    tall = (left[3] + right[3]) / 2
    bottom = (left[1] + left[3] + right[1] + right[3]) / 2
    return (
        height <= COMMA_HEIGHT * tall
        and width <= max(COMMA_WIDTH * tall, 1.2 * pen)
        and y >= bottom - COMMA_TOP * tall
        and y + height >= bottom + COMMA_BELOW * tall
        and (ink > ink.max() // 2).sum() <= 2 * pen * (width + height)
    )
