"""Ink -> lines one cell wide: where the middle of the pen went.

MNIST's pens are all alike: about a tenth of the digit's height. A person's pen on the board is
anything from a hair to half the digit. A digit that is thinned to the line of its pen can be drawn
again with any other, and its shape stays the writer's own.

Source of the thinning: Z. Guo and R. Hall, Parallel thinning with two-subiteration algorithms,
Communications of the ACM 32 (1989). The better known algorithm of T. Zhang and C. Suen (1984) wears
slanted lines away.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

# Cells per pixel, on each axis, of the image that is thinned: a line's place is then known to half
# a pixel, and the two walls of a narrow loop stay apart.
ZOOM = 2
SHARPNESS = -0.75  # the free parameter of bicubic interpolation, as PyTorch and OpenCV have it
# A cell is ink if it is darker than INKED of the darkest cell within NEAR cells of it. A threshold
# that follows the neighbourhood keeps the small holes of bold digits open, whose paper is grey.
# Where all is faint it would take noise for ink, so the darkest cell nearby counts as no fainter
# than FAINTEST of the image's darkest.
INKED, NEAR, FAINTEST = 0.75, 4, 0.4
# A digit is blotted if BLOT cells of a square of SQUARE×SQUARE lie farther from its lines than half
# of the pen and a cell more. No pen counts as wider than WIDEST allows: where little but a blot is
# left of a digit, the blot's own width would pass for the pen's.
BLOT, SQUARE, WIDEST = 8, 4, 4
CHUNK = 128  # images at a time: what is computed on the way fits the processor's cache
# Rows are packed into 64 bits, with an empty bit at each end that neighbours can be read from.
WIDEST_IMAGE = 62


def find_lines(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines that digits were drawn along, and which digits have blots.

    `images` is uint8 (N, 28, 28), 0 = paper, each with some ink. The lines are bool (N, 56, 56),
    ZOOM cells per pixel; the blots bool (N,). A loop filled with ink is a blot, and its line is a
    stump: what is left of a 6 looks like a bracket. About half of the digits with blots are only
    bold, and their lines are good.
    """
    lines = np.empty((len(images), images.shape[1] * ZOOM, images.shape[2] * ZOOM), bool)
    is_blotted = np.empty(len(images), bool)
    for first in range(0, len(images), CHUNK):
        part = slice(first, first + CHUNK)
        ink = _pack(_select_ink(images[part]))
        thinned = _drop_specks(_thin(ink))
        lines[part] = _unpack(thinned, lines.shape[2])
        is_blotted[part] = _has_blot(ink, thinned)
    return lines, is_blotted


def _select_ink(images: np.ndarray) -> np.ndarray:
    """Return which cells of the enlarged images are ink, bool (N, 56, 56)."""
    large = _enlarge(images)
    darkest = large.max(axis=(1, 2), keepdims=True)
    return large > INKED * np.maximum(_max_nearby(large), FAINTEST * darkest)


def _enlarge(images: np.ndarray) -> np.ndarray:
    """Enlarge (N, 28, 28) images by bicubic interpolation to float32 (N, 56, 56)."""
    down, across = (_interpolation_matrix(side) for side in images.shape[1:])
    return down @ images.astype(np.float32) @ across.T


@cache
def _interpolation_matrix(side: int) -> np.ndarray:
    """Return the float32 (side * ZOOM, side) matrix whose rows are the weights of the new cells.

    The middle of cell i lies at (i + 0.5) / ZOOM - 0.5 among the middles of the old pixels, and
    takes from the four nearest; beyond the edge, the edge's own pixel stands in. Source of the
    kernel: R. Keys, Cubic convolution interpolation for digital image processing (1981).
    """
    a = SHARPNESS
    cells = np.arange(side * ZOOM)
    places = (cells + 0.5) / ZOOM - 0.5
    matrix = np.zeros((len(cells), side))
    for offset in (-1, 0, 1, 2):
        source = np.floor(places).astype(int) + offset
        d = np.abs(places - source)
        inner = ((a + 2) * d - (a + 3)) * d**2 + 1  # distances up to 1
        outer = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a  # from 1 to 2
        np.add.at(matrix, (cells, source.clip(0, side - 1)), np.where(d <= 1, inner, outer))
    return matrix.astype(np.float32)


def _max_nearby(cells: np.ndarray) -> np.ndarray:
    """Return the maximum of the square of 9×9 cells around each cell, (N, H, W).

    The zeros around the image change nothing: the result is compared with more than zero.
    """
    padded = np.pad(cells, ((0, 0), (NEAR, NEAR), (NEAR, NEAR)))
    return _slide(np.maximum, padded, (1, 2, 4, 1))  # windows of 2, 4, 8 and 9 cells


def _slide(operation: np.ufunc, cells: np.ndarray, shifts: Sequence[int]) -> np.ndarray:
    """Combine the cells of each square window of (N, H, W), first down, then across.

    Each shift joins windows that overlap or adjoin to larger ones, so that a window of 9 cells
    takes 4 operations an axis, not 8. The windows' side is sum(shifts) + 1.
    """
    for shift in shifts:
        cells = operation(cells[:, :-shift], cells[:, shift:])
    for shift in shifts:
        cells = operation(cells[:, :, :-shift], cells[:, :, shift:])
    return cells


def thin(is_inked: np.ndarray) -> np.ndarray:
    """Thin ink to lines one cell wide that are connected as the ink was, and keep its holes.

    Takes and returns bool (N, H, W). Raises ValueError if W is more than WIDEST_IMAGE.
    """
    return _unpack(_thin(_pack(is_inked)), is_inked.shape[2])


def _pack(cells: np.ndarray) -> np.ndarray:
    """Make each row of bool (N, H, W) one number: uint64 (N, H + 2), an empty row at each end.

    A bitwise operation then decides on all cells of a row at once: column x is bit x + 1.
    """
    width = cells.shape[2]
    if width > WIDEST_IMAGE:
        raise ValueError(f"images must be at most {WIDEST_IMAGE} cells wide, not {width}")
    padded = np.pad(cells, ((0, 0), (1, 1), (1, 63 - width)))
    return np.packbits(padded, axis=2, bitorder="little").view("<u8")[:, :, 0].astype(np.uint64)


def _unpack(bits: np.ndarray, width: int) -> np.ndarray:
    """Return the cells of packed rows: bool (N, H, width)."""
    rows = np.ascontiguousarray(bits[:, 1:-1], "<u8")[:, :, None].view(np.uint8)  # 8 bytes a row
    return np.unpackbits(rows, axis=2, bitorder="little")[:, :, 1 : width + 1].astype(bool)


def _thin(ink: np.ndarray) -> np.ndarray:
    """Thin packed ink: take cells away from two sides, alternating, until none can go."""
    ink, before = ink.copy(), None
    while before is None or (ink != before).any():
        before = ink.copy()
        for is_second in (False, True):
            ink[:, 1:-1] &= ~_find_edge(ink, is_second)
    return ink


def _find_edge(ink: np.ndarray, is_second: bool) -> np.ndarray:
    """Return which cells a pass takes away, packed, without the empty rows.

    The first pass takes from the upper right and the second from the lower left: both at once
    would remove a line of two cells' width altogether. A cell goes if three conditions of Guo and
    Hall hold, in which each compass point is the neighbour on that side.
    """
    one = np.uint64(1)
    rows = ink[:, :-2], ink[:, 1:-1], ink[:, 2:]
    # Bits count from the left: the western neighbour of each cell moves one bit up to meet it.
    (nw, n, ne), (w, _, e), (sw, s, se) = ((row << one, row, row >> one) for row in rows)
    # 1. Going round the cell, ink begins exactly once (C = 1 in the paper): else the cell joins two
    # parts of the line, and it would break.
    some, several = _count((~n & (ne | e), ~e & (se | s), ~s & (sw | w), ~w & (nw | n)))
    touches_one_part = some & ~several
    # 2. It has two or three neighbours, counted in pairs (N = 2 or 3): with one it is the tip of a
    # line, which would become shorter; with four it is inside. The pairs can begin at the corner or
    # at the side, and the smaller count is the one that holds.
    early, late = (nw | n, ne | e, se | s, sw | w), (n | ne, e | se, s | sw, w | nw)
    is_tip = ~(_count(early)[1] & _count(late)[1])
    is_inside = np.bitwise_and.reduce(early + late)
    # 3. It lies on the side that this pass takes from.
    is_this_side = ~((s | sw | ~nw) & w) if is_second else ~((n | ne | ~se) & e)
    return touches_one_part & ~is_tip & ~is_inside & is_this_side


def _count(bits: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return where at least one is set, and where at least two are."""
    some = several = np.zeros_like(bits[0])
    for each in bits:
        several = several | (some & each)
        some = some | each
    return some, several


def _drop_specks(lines: np.ndarray) -> np.ndarray:
    """Drop single cells from packed lines that have others: a thick pen would make them blots."""
    one = np.uint64(1)
    wide = (lines << one) | lines | (lines >> one)
    beside = (lines << one) | (lines >> one)
    beside[:, 1:] |= wide[:, :-1]
    beside[:, :-1] |= wide[:, 1:]
    longer = lines & beside
    return np.where(longer.any(axis=1, keepdims=True), longer, lines)


def _has_blot(ink: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Say of each digit whether some of its ink is farther from its lines than its pen reaches."""
    # The pen's width is the area of the ink over the length of its lines.
    area, length = (np.bitwise_count(bits).sum(axis=1, dtype=int) for bits in (ink, lines))
    reach = np.rint(np.minimum(area / length.clip(1) / 2 + 1, WIDEST)).astype(int)
    reached = lines.copy()
    for step in range(reach.max(initial=0)):
        growing = reach > step
        reached[growing] = _grow(reached[growing], with_corners=step % 2 == 1)
    beyond = _unpack(ink & ~reached, WIDEST_IMAGE).astype(np.uint8)
    squares = _slide(np.add, beyond, (1, 2))  # windows of 2, then of SQUARE cells
    return squares.max(axis=(1, 2)) >= BLOT


def _grow(bits: np.ndarray, *, with_corners: bool) -> np.ndarray:
    """Add to cells their neighbours; with and without corners, alternating, makes an octagon."""
    tall = bits.copy()
    tall[:, 1:] |= bits[:, :-1]
    tall[:, :-1] |= bits[:, 1:]
    wide = tall if with_corners else bits
    return tall | (wide << np.uint64(1)) | (wide >> np.uint64(1))
