"""Pixels with transparency -> pixels on what lies behind them."""

import numpy as np

from ml.ink import OPAQUE

STRIP = 256  # rows that are converted together: the intermediate numbers take twice the memory
LOOK = 256  # px a side of the small copy that tells what lies behind


def lay_on_backdrop(pixels: np.ndarray) -> np.ndarray:
    """Return RGB of RGBA pixels, uint8 (H, W, 4), on what lies behind them."""
    step = max(1, max(pixels.shape[:2]) // LOOK)
    backdrop = find_backdrop(pixels[::step, ::step])
    laid = np.empty((*pixels.shape[:2], 3), np.uint8)
    for top in range(0, len(pixels), STRIP):
        laid[top : top + STRIP] = lay_on(pixels[top : top + STRIP], backdrop)
    return laid


def find_backdrop(pixels: np.ndarray) -> np.ndarray:
    """Return the colour, uint8 (3,), to lay behind RGBA pixels, uint8 (H, W, 4).

    Ink on nothing gets paper that it shows on. Paper with a transparent rim goes on.
    """
    there = pixels[..., 3] >= OPAQUE
    colours = pixels[there][:, :3]
    if there.mean() >= 0.5:
        return np.median(colours, axis=0).astype(np.uint8)
    is_light = len(colours) > 0 and colours.mean() > 127
    return np.full(3, 0 if is_light else 255, np.uint8)


def lay_on(pixels: np.ndarray, backdrop: np.ndarray) -> np.ndarray:
    """Return RGBA pixels, uint8 (H, W, 4), on a colour, as RGB, uint8 (H, W, 3)."""
    if pixels[..., 3].min() == 255:
        return pixels[..., :3]
    alpha = pixels[..., 3:].astype(np.uint16)
    mixed = pixels[..., :3] * alpha + backdrop.astype(np.uint16) * (255 - alpha) + 127
    return (mixed // 255).astype(np.uint8)
