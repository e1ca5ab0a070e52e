"""Pixels -> ink: what differs from the paper, whatever the colours of the two."""

import numpy as np

OPAQUE_ALPHA = np.array([0, 0, 0, 255], np.uint8)
OPAQUE = 128  # alpha from which a pixel counts as there
SHEET_FILL = 0.7  # a disc fills 0.79 of its box; a stroke that fills more has one colour


def extract_ink(pixels: np.ndarray) -> np.ndarray:
    """Turn RGBA pixels, uint8 (H, W, 4), into ink, uint8 (H, W), 0 = paper and 255 = ink.

    Ink is the largest difference from the paper over red, green, blue and alpha, the colours
    weighted by alpha. So black on white, white on black and any colour on nothing at all give
    the same ink. The paper is the most usual colour along the border, which a stroke may cross.
    """
    pixels = lay_on_sheet(pixels)
    alpha = pixels[..., 3].copy()  # contiguous
    if find_paper(alpha) == 0:
        # Transparent paper is 0 in every channel, and no weighted colour exceeds its alpha: the
        # largest difference is alpha itself.
        return alpha
    channels = weight_by_alpha(pixels, alpha)
    return np.maximum.reduce([measure_difference(channel) for channel in channels])


def measure_difference(channel: np.ndarray) -> np.ndarray:
    """Return how far each pixel of a channel, uint8 (H, W), is from the channel's paper."""
    paper = find_paper(channel)
    return np.maximum(channel, paper) - np.minimum(channel, paper)  # a plain - wraps around


def weight_by_alpha(pixels: np.ndarray, alpha: np.ndarray) -> list[np.ndarray]:
    """Return red, green, blue, scaled by alpha and rounded, and alpha: each uint8 (H, W).

    Each channel's numbers lie together in memory, which NumPy handles far faster.
    """
    colours = [pixels[..., channel].copy() for channel in range(3)]
    if alpha.min() == 255:
        return colours  # weighted by 1, and alpha differs nowhere
    products = (np.multiply(colour, alpha, dtype=np.uint16) + 128 for colour in colours)
    # Divided by 255, to the nearest.
    weighted = [((product + (product >> 8)) >> 8).astype(np.uint8) for product in products]
    return [*weighted, alpha]


def find_paper(channel: np.ndarray) -> np.uint8:
    """Return the median of a channel's border pixels."""
    edges = (channel[0], channel[-1], channel[1:-1, 0], channel[1:-1, -1])
    border = np.sort(np.concatenate(edges))
    return border[len(border) // 2]


def lay_on_sheet(pixels: np.ndarray) -> np.ndarray:
    """Where a sheet of paper lies on transparency, make the rest of the picture that paper.

    A sheet is told from ink on transparency by filling its box with more than one colour.
    """
    there = pixels[..., 3] >= OPAQUE
    count = np.count_nonzero(there)
    if count in (0, there.size):
        return pixels
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if count / there[box].size < SHEET_FILL:
        return pixels
    if np.ptp(pixels[there][:, :3], axis=0).max() < OPAQUE:
        return pixels
    sheet = find_sheet_colour(pixels[box], there[box])
    return np.where(there[..., None], pixels | OPAQUE_ALPHA, sheet)


def find_sheet_colour(pixels: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return the paper's colour, opaque, from those of the box's border pixels that are there."""
    ring = np.zeros(there.shape, bool)
    ring[[0, -1]] = ring[:, [0, -1]] = True
    border = np.sort(pixels[ring & there], axis=0)
    return border[len(border) // 2] | OPAQUE_ALPHA
