"""One box of a printed sheet: a window of the photo around it -> the ink that was written in it.

This module needs OpenCV: it is imported with the first photo.

The frame and the small digit above it are printed in light red, which the photo's red channel does
not show. Ink inside the box is what any channel shows; on the frame and outside of it, where a
digit may run over, it is what red shows alone. A sheet that was printed in grey has frames in the
red channel, too: what runs along a whole side is taken away.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from ml.segmentation.sheets.layout import BOX_SIDE, Box

SCALE = 10  # px of a window per mm
REACH = 4.2  # mm of a window around the box
SHIFT = 2.4  # mm by which paper that isn't flat may move a box
LIMITED = 0.35  # darkness as which all ink counts where frames are looked for
OVER = 1.8  # mm around the box in which a digit that runs over is still seen
BAND = 0.7  # mm to either side of a frame's line in which its colour may be
WIDEST_PEN = 4.0  # mm
FAINTEST_INK = 0.12  # darkness against the paper: hard pencil has twice as much
FAINTEST_FRAME = 0.05
EDGE = 0.4  # of the darkest ink: where a stroke ends
SMALLEST = 2.0  # mm: what is smaller is a slip of the pen
SPECK = 0.4  # mm
OUTLINE_MARGIN = 5  # px at half the scale
MOST_OUTSIDE = 0.1  # of a window that may lie outside of the photo


@dataclass(frozen=True)
class BoxInk:
    """The ink of one box, and where in its window it lies."""

    ink: np.ndarray  # uint8 (h, w), 0 = paper, 255 = ink; its tight box
    corners: np.ndarray  # float64 (4, 2): of that box, in the window's px


def move_window(box: Box) -> np.ndarray:
    """Return the homography (3, 3) from the px of a box's window to mm of the page."""
    return np.array(
        [[1 / SCALE, 0, box.x - REACH], [0, 1 / SCALE, box.y - REACH], [0, 0, 1]], np.float64
    )


def cut_window(picture: np.ndarray, to_photo: np.ndarray) -> np.ndarray | None:
    """Return a window of a photo, uint8 (S, S) or (S, S, 3); None where the photo ends before it.

    `to_photo` is the homography from the window's px to the photo's.
    """
    side = round((BOX_SIDE + 2 * REACH) * SCALE)
    edge = np.array([[[0, 0]], [[side, 0]], [[side, side]], [[0, side]]], np.float64)
    height, width = picture.shape[:2]
    places = cv2.perspectiveTransform(edge, to_photo)[:, 0]
    span = np.ptp(places, axis=0)
    outside = (-places.min(axis=0)).clip(0) + (places.max(axis=0) - (width, height)).clip(0)
    if (outside > MOST_OUTSIDE * span).any():
        return None
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(
        picture, to_photo, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )


def find_box_ink(window: np.ndarray) -> BoxInk | None:
    """Return the ink written in the box of a window; None if the box is empty."""
    darkness = _measure_darkness(window)
    across, down = _find_frame(darkness.max(axis=0))
    low = round((REACH - OVER) * SCALE)
    side = round((BOX_SIDE + 2 * OVER) * SCALE)
    left, top = low + across, low + down
    darkness = _take_frame_away(darkness[:, top : top + side, left : left + side])
    chosen = _choose_strokes(darkness)
    if chosen is None:
        return None
    is_ink, peak = chosen
    near = cv2.dilate(is_ink.astype(np.uint8), np.ones((5, 5), np.uint8))
    ink = ((darkness / peak - EDGE / 2) / (1 - EDGE)).clip(0, 1) * near
    x, y, width, height = cv2.boundingRect(is_ink.astype(np.uint8))
    rows, columns = slice(y, y + height), slice(x, x + width)
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    place = corners + np.array([left, top], np.float64)
    return BoxInk(np.rint(255 * ink[rows, columns]).astype(np.uint8), place)


def _measure_darkness(window: np.ndarray) -> np.ndarray:
    """Return how much darker than the paper around it each pixel is, 0-1, float32 (C, S, S).

    The paper is what is left where everything narrower than a pen is filled with its surroundings,
    so that shadows and uneven light are the paper's.
    """
    size = round(WIDEST_PEN * SCALE) | 1
    square = np.ones((size, size), np.uint8)
    channels = cv2.split(cv2.GaussianBlur(window, (0, 0), 1.0))
    darkness = np.empty((len(channels), *window.shape[:2]), np.float32)
    for channel, dark in zip(channels, darkness, strict=True):
        paper = cv2.morphologyEx(channel, cv2.MORPH_CLOSE, square, borderType=cv2.BORDER_REPLICATE)
        paper = cv2.blur(paper, (size // 2, size // 2))
        np.divide(channel, np.maximum(paper, 1), out=dark, dtype=np.float32)
    return (1 - darkness).clip(0, 1)


def _find_frame(darkness: np.ndarray) -> tuple[int, int]:
    """Return by how many px, (across, down), the frame lies off its place in a window.

    The frame is where its outline is darker than both sides of it. (0, 0) where none is seen.
    """
    limited = np.minimum(darkness, LIMITED)
    small = cv2.resize(limited, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    edge = round((REACH - SHIFT) * SCALE / 2) - OUTLINE_MARGIN
    small = small[edge:-edge, edge:-edge]
    answer = cv2.matchTemplate(small, _draw_outline(), cv2.TM_CCORR)
    _, best, _, (x, y) = cv2.minMaxLoc(answer)
    if best < FAINTEST_FRAME:
        return 0, 0
    middle = (answer.shape[0] - 1) / 2
    return round(2 * (x - middle)), round(2 * (y - middle))


@cache
def _draw_outline() -> np.ndarray:
    """Return weights, float32 (T, T) at half the scale: +1 in sum on a frame, -1 beside it."""
    margin, side = OUTLINE_MARGIN, round(BOX_SIDE * SCALE / 2)
    weights = np.zeros((side + 2 * margin, side + 2 * margin), np.float32)
    line = weights.copy()
    corner = (margin, margin), (margin + side - 1, margin + side - 1)
    cv2.rectangle(weights, *corner, 1, 9)
    cv2.rectangle(line, *corner, 1, 3)
    beside = (weights > 0) & (line == 0)
    return line / line.sum() - beside / np.float32(beside.sum())


def _take_frame_away(darkness: np.ndarray) -> np.ndarray:
    """Return the darkness of ink alone, float32 (S, S), of all darkness, (C, S, S)."""
    inner, outer = (round((OVER + sign * BAND) * SCALE) for sign in (1, -1))
    side = darkness.shape[1]
    red = darkness[0].copy()
    sides = (red, red[::-1], red.T, red.T[::-1])  # views: each side of the frame on top
    profiles = [np.median(view[outer:inner, inner : side - inner], axis=1) for view in sides]
    # The frame darkens all its sides alike. A stroke may run along one or two of them.
    frame = np.sort(profiles, axis=0)[1]
    frame = cv2.dilate(frame[:, None], np.ones((3, 1), np.uint8))
    for view in sides:
        view[outer:inner] = (view[outer:inner] - frame).clip(0)
    inside = slice(inner, side - inner)
    red[inside, inside] = darkness[:, inside, inside].max(axis=0)
    return red


def _choose_strokes(darkness: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Return which pixels are the ink of the box, bool (S, S), and its peak; None for an empty one.

    What lies mostly outside of the box, as a neighbour's ink or the small digit, is not of it.
    """
    edge = round(OVER * SCALE)
    inside = np.zeros(darkness.shape, bool)
    inside[edge:-edge, edge:-edge] = True
    peak = float(np.percentile(darkness[inside], 99.5))
    if peak < FAINTEST_INK:
        return None
    _, names, stats, _ = cv2.connectedComponentsWithStats(
        (darkness > EDGE * peak).astype(np.uint8), connectivity=8
    )
    sizes = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) / SCALE
    in_box = np.bincount(names[inside], minlength=len(stats)) / stats[:, cv2.CC_STAT_AREA]
    is_chosen = (in_box > 0.5) & (sizes > SPECK)
    is_chosen[0] = False  # the paper
    if sizes[is_chosen].max(initial=0) < SMALLEST:
        return None
    return is_chosen[names], peak
