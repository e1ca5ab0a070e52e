"""The only road from ink to tensor: MNIST's own recipe, for training data and drawings alike.

MNIST's makers took a bilevel digit, scaled it into a 20×20 box with its aspect ratio kept and its
edges antialiased, and pasted it into 28×28 pixels so that its centre of mass is in the middle
(http://yann.lecun.com/exdb/mnist). Measured on the 10,000 test images: the longest side of the ink
is 20 px in 9,997 of them, and the centre of mass is always within [13.5, 14.5] on both axes.

"Ink" is a uint8 array of shape (height, width): 0 is paper, 255 is ink.
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
EDGE_SHARE = 0.23
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
    marked = ink > int(peak * EDGE_SHARE)  # bytes against a byte: no copy in floats
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
    small = shrink(pad_to_square(ink[box].astype(np.float32)), BOX_SIDE)
    small = np.rint(small * (255 / small.max())).astype(np.uint8)
    return paste_centred(small)


def pad_to_square(array: np.ndarray) -> np.ndarray:
    """Pad a (H, W) array with zeros below or on the right to (N, N), N = max(H, W).

    Where the padding goes decides nothing but how pixels fall on the coarse grid, since the mass
    is centred later. At one side, not half at each, an image that fits already keeps its pixels.
    """
    height, width = array.shape
    side = max(height, width)
    square = np.zeros((side, side), array.dtype)
    square[:height, :width] = array
    return square


def shrink(square: np.ndarray, side: int) -> np.ndarray:
    """Average a float (N, N) array over areas into (side, side); any N ≥ 1, whole or not."""
    weights = area_weights(square.shape[0], side)
    return weights @ square @ weights.T


def area_weights(source: int, target: int) -> np.ndarray:
    """Return the (target, source) matrix whose row i averages the source cells under cell i."""
    edges = np.arange(target + 1) * (source / target)
    cells = np.arange(source)
    start = np.maximum(edges[:-1, None], cells)
    stop = np.minimum(edges[1:, None], cells + 1)
    return (np.clip(stop - start, 0, None) * (target / source)).astype(np.float32)


def paste_centred(small: np.ndarray) -> np.ndarray:
    """Paste uint8 (20, 20) ink into (28, 28) by the whole-pixel shift that centres its mass."""
    image = np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    total = float(small.sum())
    rows, columns = np.flatnonzero(small.any(axis=1)), np.flatnonzero(small.any(axis=0))
    y = _offset(float(small.sum(axis=1) @ np.arange(BOX_SIDE)) / total, rows[0], rows[-1])
    x = _offset(float(small.sum(axis=0) @ np.arange(BOX_SIDE)) / total, columns[0], columns[-1])
    ink = small[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    top, left = y + rows[0], x + columns[0]
    image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return image


def _offset(centroid: float, first: int, last: int) -> int:
    """Return the shift that takes the centroid to pixel 14, bounded so that no ink is lost."""
    return int(min(max(round(CENTRE - centroid), -first), IMAGE_SIDE - 1 - last))


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


def contract_sha256() -> str:
    """Return the SHA-256 of the contract: a network is served only by the code it was made for."""
    return hashlib.sha256(json.dumps(describe_contract()).encode()).hexdigest()
