"""The only road from ink to tensor: MNIST's own recipe, for training data and drawings alike.

MNIST's makers took a bilevel digit, scaled it into a 20×20 box with its aspect ratio kept and its
edges antialiased, and pasted it into 28×28 pixels so that its centre of mass is in the middle
(http://yann.lecun.com/exdb/mnist). Measured on the 10,000 test images: the longest side of the ink
is 20 px in 9,997 of them, and the centre of mass is always within [13.5, 14.5] on both axes.

"Ink" is a uint8 array of shape (height, width): 0 is paper, 255 is ink.

All sums are of whole numbers, which a float64 holds exactly up to 2^53, so nothing depends on the
order of additions, and static/js/reader/fit.js makes the same bytes in any browser.
"""

import hashlib
import json
from typing import Any

import numpy as np

BOX_SIDE = 20
IMAGE_SIDE = 28
CENTRE = 14  # pixel index that the centre of mass falls on, to the nearest whole pixel
MEAN, STD = 0.1307, 0.3081  # of MNIST's 60,000 training images, in 0..1

# Ink fainter than this share of the darkest pixel is the fringe of antialiasing, not the digit.
# Chosen on the 5,000 validation images enlarged ×3 to ×9: the share read as the image itself is
# with bilinear enlargement 99.64% at 0.1, 99.66% at 0.2 to 0.25, 99.52% at 0.5. The odd number lies
# between the coverage levels of 4×4, 5×5 and 8×8 antialiasing, so no level falls on the edge.
EDGE_PERCENT = 23  # a whole number, as all of the arithmetic is
EDGE_SHARE = EDGE_PERCENT / 100
# A drawing fainter than this (of 255) has no ink that a person would see.
FAINTEST_PEAK = 24
# A drawing smaller than this share of the board is a tap or a slip, not yet a digit: on the page's
# board of 280 px, a dot of a pen of 30 px, or a line shorter than the pen of 18 px is wide.
SMALLEST_SHARE = 1 / 8


def find_box(ink: np.ndarray) -> tuple[slice, slice] | None:
    """Return the tight (rows, columns) box of the ink in a uint8 (H, W) array, None if blank."""
    peak = int(ink.max(initial=0))
    if peak < FAINTEST_PEAK:
        return None
    marked = ink > peak * EDGE_PERCENT // 100  # bytes against a byte: no copy in floats
    rows = np.flatnonzero(marked.any(axis=1))
    columns = np.flatnonzero(marked.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def is_blank(ink: np.ndarray) -> bool:
    """Say whether a uint8 (H, W) board holds too little ink to be a digit: nothing, or a tap."""
    box = find_box(ink)
    if box is None:
        return True
    longest = max(side.stop - side.start for side in box)
    return longest < SMALLEST_SHARE * min(ink.shape)


def fit_ink(ink: np.ndarray) -> np.ndarray:
    """Scale and centre a drawing as MNIST's makers did.

    Takes ink as uint8 (H, W) and returns uint8 (28, 28): the longest side of the ink spans 20 px,
    the peak is 255, the centre of mass lies within half a pixel of pixel 14 on both axes. Where a
    drawing is so lopsided that centring would push ink over the edge, the ink stays whole instead.
    Raises ValueError for an array of another kind or one without ink.
    """
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ValueError(f"ink must be uint8 of shape (H, W), not {ink.dtype} {ink.shape}")
    box = find_box(ink)
    if box is None:
        raise ValueError("there is no ink to fit")
    sums = sum_areas(ink[box], BOX_SIDE)
    peak = sums.max()
    return paste_centred(((510 * sums + peak) // (2 * peak)).astype(np.uint8))  # a half: upwards


def shrink(ink: np.ndarray, side: int) -> np.ndarray:
    """Average uint8 (H, W) over areas into float64 (side, side), as `sum_areas` does."""
    return sum_areas(ink, side) / max(ink.shape) ** 2


def sum_areas(ink: np.ndarray, side: int) -> np.ndarray:
    """Sum uint8 (H, W) over the side² areas of a square into int64 (side, side).

    The square is the ink with paper below or on the right of it, N = max(H, W) pixels a side; a
    sum is N² times the area's mean. Where the paper goes decides nothing but how pixels fall on the
    coarse grid, since the mass is centred later. At one side, not half at each, an image that fits
    already keeps its pixels.
    """
    height, width = ink.shape
    weights = area_weights(max(height, width), side)
    # Paper adds nothing, so its weights are left out. No sum exceeds 255·N².
    sums = weights[:, :height] @ ink.astype(np.float64) @ weights[:, :width].T
    return sums.astype(np.int64)


def area_weights(source: int, target: int) -> np.ndarray:
    """Return the (target, source) matrix whose row i sums the source cells under cell i.

    A source cell is `target` units long and a target cell `source`, so each begins and ends at
    whole units; the weights, float64, are the units that two cells share.
    """
    edges = np.arange(target + 1) * source
    cells = np.arange(source + 1) * target
    start = np.maximum(edges[:-1, None], cells[:-1])
    stop = np.minimum(edges[1:, None], cells[1:])
    return np.maximum(stop - start, 0).astype(np.float64)


def paste_centred(small: np.ndarray) -> np.ndarray:
    """Paste uint8 (20, 20) ink into (28, 28) by the whole-pixel shift that centres its mass."""
    image = np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    rows, columns = np.flatnonzero(small.any(axis=1)), np.flatnonzero(small.any(axis=0))
    top = rows[0] + _find_shift(small.sum(axis=1), rows)
    left = columns[0] + _find_shift(small.sum(axis=0), columns)
    ink = small[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return image


def _find_shift(masses: np.ndarray, inked: np.ndarray) -> int:
    """Return the shift that takes the centre of mass to pixel 14, bounded so that no ink is lost.

    `masses` is the ink of each row, or column, (20,); `inked` the indices of those that have any.
    """
    total, moment = int(masses.sum()), int(masses @ np.arange(BOX_SIDE))
    shift = _round_to_even(CENTRE * total - moment, total)
    return min(max(shift, -int(inked[0])), IMAGE_SIDE - 1 - int(inked[-1]))


def _round_to_even(dividend: int, divisor: int) -> int:
    """Return the nearest whole number to a quotient; a half goes to the even neighbour."""
    rounded, rest = divmod(2 * dividend + divisor, 2 * divisor)
    return rounded - 1 if rest == 0 and rounded % 2 else rounded


def normalize(images: np.ndarray) -> np.ndarray:
    """Turn uint8 images (N, 28, 28) into float32 (N, 1, 28, 28), the input of every network."""
    normalized = images[:, None].astype(np.float32)
    normalized /= 255
    normalized -= MEAN
    normalized /= STD
    return normalized


def describe_contract() -> dict[str, Any]:
    """Return what any program must do to a drawing before a network of ours sees it."""
    return {
        "input": {"name": "images", "dtype": "float32", "shape": ["N", 1, IMAGE_SIDE, IMAGE_SIDE]},
        "steps": [
            "take ink as grey levels: 0 = paper, 255 = ink",
            f"cut the tight box of the ink: pixels above {EDGE_SHARE} of the darkest",
            "pad it with paper on the right or below to a square",
            f"average over areas to {BOX_SIDE}×{BOX_SIDE}, stretch the darkest pixel to 255, round",
            f"paste into {IMAGE_SIDE}×{IMAGE_SIDE} by the whole-pixel shift that takes the centre "
            f"of mass to pixel {CENTRE}",
            f"divide by 255, subtract {MEAN}, divide by {STD}",
        ],
    }


def describe_details() -> list[str]:
    """Return what the contract's steps leave open, for a program that makes the same bytes."""
    return [
        f"a drawing whose darkest pixel is below {FAINTEST_PEAK}, or whose box is nowhere as long "
        f"as {SMALLEST_SHARE} of the board's shorter side, is blank: nothing is read",
        "a grey level that ends in a half is rounded upwards",
        "a shift that ends in a half goes to the even number",
        "the shift ends where ink would leave the image",
    ]


def contract_sha256() -> str:
    """Return the SHA-256 of the contract: a network is served only by the code it was made for."""
    return hashlib.sha256(json.dumps(describe_contract()).encode()).hexdigest()
