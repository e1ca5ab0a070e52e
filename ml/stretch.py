"""Drawings stretched towards a square: what one of the board's two networks looks at.

Some people write flat, others narrow. A network that sees the shape as it was drawn can tell a
narrow 1 from a wide 7 by it; to one that sees it stretched, a flat 6 looks like any other.
Networks that look at different things err at different things. Source: D. Cireşan and others,
Multi-column deep neural networks for image classification, 2012, whose columns see digits in
several widths.
"""

from functools import cache

import numpy as np
import torch

from ml.preprocess import BOX_SIDE, EDGE_SHARE, IMAGE_SIDE, MEAN, STD

PAPER = -MEAN / STD  # of a normalized image
MOST = 2.0  # times as wide or high at most: a 1 stays a line


def stretch(images: torch.Tensor) -> torch.Tensor:
    """Return normalized images, float32 (N, 1, 28, 28), whose ink fills 20×20 pixels in the middle.

    Neither side becomes more than twice as long, so a 1 stays narrow. Between pixels it is
    interpolated linearly.
    """
    ink = images[:, 0] - PAPER
    lines = torch.stack([ink.amax(dim=2), ink.amax(dim=1)])  # rows and columns: 2, N, 28
    down, across = _interpolate(lines > EDGE_SHARE * lines.amax(dim=2, keepdim=True))
    return (down @ ink @ across.mT + PAPER).unsqueeze(1)


def _interpolate(inked: torch.Tensor) -> torch.Tensor:
    """Return by how much each pixel of a line counts in each one of the stretched line.

    `inked` says which pixels have ink, bool (M, N, 28); the result is float32 (M, N, 28, 28).
    """
    pixels = torch.arange(IMAGE_SIDE, dtype=torch.float32, device=inked.device)
    # How far the ink reaches from the last pixel back, and from the first one on; 0 without ink.
    reach = (inked.unsqueeze(2) * torch.stack([IMAGE_SIDE - pixels, pixels + 1])).amax(dim=3)
    length = reach.sum(dim=2, keepdim=True) - IMAGE_SIDE
    middle = (reach.diff(dim=2) + IMAGE_SIDE - 1) / 2
    step = (length / BOX_SIDE).clamp_min(1 / MOST)
    seen = middle + step * (pixels - (IMAGE_SIDE - 1) / 2)
    return (1 - (seen.unsqueeze(3) - pixels).abs()).clamp_min(0)


def stretch_one(images: torch.Tensor) -> torch.Tensor:
    """Return what `stretch` makes of one image in the CPU's memory, (1, 1, 28, 28), in less time.

    Most of that is the time that it takes to call anything, so as little as can be is called.
    """
    ink = (images - PAPER).view(IMAGE_SIDE, IMAGE_SIDE)
    pixels = ink.numpy()
    inked = pixels > EDGE_SHARE * pixels.max()
    by_rows, by_columns = inked.tobytes(), inked.T.tobytes()  # 1 for ink
    if 1 not in by_rows:
        return images  # paper
    down, across = (
        _list_interpolations()[line.find(1) // IMAGE_SIDE][line.rfind(1) // IMAGE_SIDE]
        for line in (by_rows, by_columns)
    )
    return torch.mm(torch.mm(down, ink), across.T).add_(PAPER).view_as(images)


@cache
def _list_interpolations() -> list[list[torch.Tensor]]:
    """Return what `_interpolate` does for ink from each pixel to each, 28 lists of (28, 28)s."""
    pixels = np.arange(IMAGE_SIDE)
    first, last = pixels[:, None, None], pixels[:, None]
    tables = _interpolate(torch.from_numpy((first <= pixels) & (pixels <= last)))
    return [list(table) for table in tables]
