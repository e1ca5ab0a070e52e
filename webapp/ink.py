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
    weighted = weight_by_alpha(pixels)
    difference = np.abs(weighted - find_paper(weighted))
    return difference.max(axis=2).astype(np.uint8)


def weight_by_alpha(pixels: np.ndarray) -> np.ndarray:
    """Return int16 pixels whose red, green and blue are scaled by their alpha."""
    weighted = pixels.astype(np.int32)
    weighted[..., :3] = (weighted[..., :3] * weighted[..., 3:] + 127) // 255
    return weighted.astype(np.int16)


def find_paper(pixels: np.ndarray) -> np.ndarray:
    """Return the median of the border's pixels, channel by channel."""
    edges = (pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1])
    border = np.sort(np.concatenate(edges), axis=0)
    return border[len(border) // 2]


def lay_on_sheet(pixels: np.ndarray) -> np.ndarray:
    """Where a sheet of paper lies on transparency, make the rest of the picture that paper.

    A sheet is told from ink on transparency by filling its box with more than one colour.
    """
    there = pixels[..., 3] >= OPAQUE
    if there.all() or not there.any():
        return pixels
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    colours = pixels[there][:, :3]
    if there[box].mean() < SHEET_FILL or np.ptp(colours, axis=0).max() < OPAQUE:
        return pixels
    sheet = find_sheet_colour(pixels[box], there[box])
    return np.where(there[..., None], pixels | OPAQUE_ALPHA, sheet)


def find_sheet_colour(pixels: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return the paper's colour, opaque, from those of the box's border pixels that are there."""
    ring = np.zeros(there.shape, bool)
    ring[[0, -1]] = ring[:, [0, -1]] = True
    border = np.sort(pixels[ring & there], axis=0)
    return border[len(border) // 2] | OPAQUE_ALPHA
