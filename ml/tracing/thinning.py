"""MNIST's digits traced: the paths that their writers' pens took.

MNIST's pens are all alike: about a tenth of the digit's height. A person's pen on the board is
anything from a hair to half the digit. So each digit is thinned to the line that the pen took (Z.
Guo and R. Hall, Parallel thinning with two-subiteration algorithms, 1989; the better known one of
Zhang and Suen eats slanted lines), and a pen walks along it (`ml.walk`). What it leaves are strokes
like those of the board: they can be bent, and drawn with any pen. The shapes stay people's.
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from ml.data.examples import Examples
from ml.tracing.paths import Paths, gather_paths
from ml.tracing.tracing import walk

ZOOM = 2  # cells per pixel, on each axis, of the image that is thinned
# What belongs to the stroke that is thinned: a share of the darkest cell within NEAR cells of it,
# so that small holes stay open, but at least of a share of the image's darkest.
INKED, NEAR, FAINTEST = 0.75, 4, 0.4
# A blot: in a square of SQUARE cells a side, so many that lie farther from the lines than half of
# the pen and a cell more; or than WIDEST cells, since a digit that is hardly more than a blot looks
# as if its pen were wide.
BLOT, SQUARE, WIDEST = 8, 4, 4
SMOOTHINGS = 2  # of a stroke of cells, which has corners everywhere
KEPT = 3  # every third point of a stroke is kept, and its ends
THINNED = 128  # digits at a time: what is computed on the way fits the processor's cache


def trace(images: torch.Tensor) -> Paths:
    """Return the paths of digits' pens: uint8 (N, 28, 28), 0 = paper, each with some ink."""
    return _trace(images)[0]


def trace_examples(examples: Examples) -> tuple[Paths, torch.Tensor]:
    """Return the paths of digits and their labels, without those with blots.

    A loop that is filled with ink becomes a stump: the rest of a 6 is a bracket, and no 6. About
    half of what is left out was only bold, and traced well.
    """
    paths, is_blotted = _trace(examples.images)
    return paths[~is_blotted], examples.labels[~is_blotted]


def _trace(images: torch.Tensor) -> tuple[Paths, torch.Tensor]:
    """Return the paths, and whether each digit has blots, bool (N,)."""
    found = [_find_lines(part) for part in images.split(THINNED)]
    lines, is_blotted = (np.concatenate(column) for column in zip(*found, strict=True))
    who, cells, lands = walk(lines)
    points, is_kept = _smooth((cells + 0.5) / ZOOM, lands)
    paths = gather_paths(who[is_kept], points[is_kept], lands[is_kept], len(images))
    return paths, torch.from_numpy(is_blotted)


def _smooth(points: np.ndarray, lands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smooth strokes (P, 2) between their ends; return them, and which points do to draw them."""
    is_end = lands | np.roll(lands, -1)  # the first of a stroke, or the last: the next one lands
    for _ in range(SMOOTHINGS):
        inner = (np.roll(points, 1, axis=0) + 2 * points + np.roll(points, -1, axis=0)) / 4
        points = np.where(is_end[:, None], points, inner)
    number = np.arange(len(points))
    first = np.maximum.accumulate(np.where(lands, number, 0))
    return points, is_end | ((number - first) % KEPT == 0)


def _find_lines(images: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return the digits' ink, enlarged and thinned, bool (N, 56, 56), and who has blots."""
    large = F.interpolate(
        images[:, None].float(), scale_factor=ZOOM, mode="bicubic", align_corners=False
    )[:, 0]
    # The darkest of a square: first down, then across, in less than half of the time.
    darkest = F.max_pool2d(large, (2 * NEAR + 1, 1), stride=1, padding=(NEAR, 0))
    darkest = F.max_pool2d(darkest, (1, 2 * NEAR + 1), stride=1, padding=(0, NEAR))
    is_inked = large > INKED * darkest.maximum(large.amax(dim=(1, 2), keepdim=True) * FAINTEST)
    lines = _drop_specks(torch.from_numpy(thin(is_inked.numpy()))).numpy()
    return lines, _is_blotted(is_inked.numpy(), lines)


def _drop_specks(lines: torch.Tensor) -> torch.Tensor:
    """Drop cells that stand alone, of digits that have others: a thick pen would make blots."""
    together = F.avg_pool2d(lines.float(), 3, stride=1, padding=1) > 1.5 / 9
    longer = lines & together
    return torch.where(longer.any(dim=(1, 2), keepdim=True), longer, lines)


def _is_blotted(is_inked: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Say of each digit whether some of its ink lies farther from its lines than a pen reaches."""
    ink, reached = _pack(is_inked), _pack(lines)
    area, length = (np.bitwise_count(bits).sum(axis=1, dtype=int) for bits in (ink, reached))
    reach = np.rint(np.minimum(area / length.clip(1) / 2 + 1, WIDEST)).astype(int)
    for step in range(reach.max(initial=0)):
        growing = reach > step
        reached[growing] = _grow(reached[growing], with_corners=step % 2 == 1)
    beyond = torch.from_numpy(_unpack(ink & ~reached, is_inked.shape[2])).float()
    most = F.avg_pool2d(beyond, SQUARE, stride=1).amax(dim=(1, 2)) * SQUARE**2
    return (most > BLOT - 0.5).numpy()


def _grow(bits: np.ndarray, *, with_corners: bool) -> np.ndarray:
    """Add to cells their neighbours; with and without corners by turns makes an octagon."""
    tall = bits.copy()
    tall[:, 1:] |= bits[:, :-1]
    tall[:, :-1] |= bits[:, 1:]
    wide = tall if with_corners else bits
    return tall | (wide << np.uint64(1)) | (wide >> np.uint64(1))


def thin(is_inked: np.ndarray) -> np.ndarray:
    """Thin the ink of bool (N, H, W) images to lines one cell wide that hang together as before."""
    ink = _pack(is_inked)
    before = None
    while before is None or (ink != before).any():
        before = ink.copy()
        for is_second in (False, True):
            ink[:, 1:-1] &= ~_find_edge(ink, is_second)
    return _unpack(ink, is_inked.shape[2])


def _pack(cells: np.ndarray) -> np.ndarray:
    """Make each row of bool (N, H, W) one number: uint64 (N, H + 2), an empty row at each end.

    So one operation decides on all cells of a row, of which there are at most 62.
    """
    columns = np.arange(1, cells.shape[2] + 1, dtype=np.uint64)
    bits = np.zeros((len(cells), cells.shape[1] + 2), np.uint64)
    bits[:, 1:-1] = (cells.astype(np.uint64) << columns).sum(axis=2, dtype=np.uint64)
    return bits


def _unpack(bits: np.ndarray, width: int) -> np.ndarray:
    """Return the cells again: bool (N, H, width)."""
    columns = np.arange(1, width + 1, dtype=np.uint64)
    return ((bits[:, 1:-1, None] >> columns) & np.uint64(1)).astype(bool)


def _find_edge(ink: np.ndarray, is_second: bool) -> np.ndarray:
    """Return which cells a pass takes away, one bit each: upper right ones, then lower left."""
    one = np.uint64(1)
    rows = ink[:, :-2], ink[:, 1:-1], ink[:, 2:]
    (nw, n, ne), (w, _, e), (sw, s, se) = ((row << one, row, row >> one) for row in rows)
    some, several = _count((~n & (ne | e), ~e & (se | s), ~s & (sw | w), ~w & (nw | n)))
    touches_one_part = some & ~several
    # Neighbours in pairs, begun at either of two: a tip of the line has fewer than two of one.
    early, late = (nw | n, ne | e, se | s, sw | w), (n | ne, e | se, s | sw, w | nw)
    is_tip = ~(_count(early)[1] & _count(late)[1])
    is_inside = np.bitwise_and.reduce(early + late)
    is_this_side = ~((s | sw | ~nw) & w) if is_second else ~((n | ne | ~se) & e)
    return touches_one_part & ~is_tip & ~is_inside & is_this_side


def _count(bits: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return where at least one is set, and where at least two are."""
    some = several = np.zeros_like(bits[0])
    for each in bits:
        several = several | (some & each)
        some = some | each
    return some, several
