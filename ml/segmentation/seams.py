"""Cuts through connected ink: seams from top to bottom that cross as little of it as they can.

A seam may lean and bend, so it finds its way between a 7 and the digit under its bar. Where two
lines cross or run side by side, ink is wider than the pen, and a seam through it is cheap: there
digits touch. What a seam crosses there belongs to both sides. Sources: S. Wang and others, shortest
path segmentation (2000), for the seams; over-segmentation as in `ml.segmentation.pieces`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

CELLS = 6  # across the pen: seams are looked for in a picture scaled down to that
MOST_CELLS = 120  # a component's height: pens are thin on a large sheet
# A seam steps down a row and at most so many columns aside: up to 63° from the upright.
STEPS = (0, -1, 1, -2, 2)
ASIDE = 0.05  # what a column costs, in cells of ink: a straight seam is better than a bent one
WALL = 1e6
THICK = 0.62  # radius, in pens, of the disc that fits where lines meet; within a line fits 0.5
MEETING = 0.25  # what ink costs where lines meet, against other ink
# Seams through more ink than this are no cuts, in pens.
THICKEST = 2.6
APART = 0.04  # of the component's ink between two cuts
SMALLEST = 1.0  # squares of the pen: less ink is no part of anything
SHARED = 0.8  # pens beside a seam: where lines meet, ink so near belongs to both sides


@dataclass(frozen=True)
class Cut:
    """A cut through a component: `columns` holds the first column right of it, int (h,), by rows
    of its window; `thickness` is the ink that it crosses, in widths of the pen.
    """

    columns: np.ndarray
    thickness: float


@dataclass(frozen=True)
class Cuts:
    """The cuts of a component from left to right, which do not cross each other.

    `shared` says of each pixel of its window, bool (h, w), whether lines meet there.
    """

    cuts: list[Cut]
    shared: np.ndarray

    def split(self, ink: np.ndarray, pen: float) -> Iterator[np.ndarray]:
        """Yield the ink, uint8 (h, w), of each part, what both sides share in both."""
        height, width = ink.shape
        column = np.arange(width)
        edges = [np.full(height, -width), *(cut.columns for cut in self.cuts)]
        edges = [edge[:, None] for edge in [*edges, np.full(height, 2 * width)]]
        reach = round(SHARED * pen)
        for left, right in pairwise(edges):
            inside = (column >= left) & (column < right)
            near = (column >= left - reach) & (column < right + reach) & self.shared
            yield np.where(inside | near, ink, 0)


def find_cuts(masks: Sequence[np.ndarray], pen: float, most: Sequence[int]) -> list[Cuts]:
    """Return cuts of each component, those through the least ink.

    `masks` are bool (h, w), one for each component; `pen` is in px; of each, at most `most` cuts
    are returned.
    """
    if not masks:
        return []
    scale = max(1, round(pen / CELLS), -(-max(mask.shape[0] for mask in masks) // MOST_CELLS))
    small = [_shrink(mask, scale) for mask in masks]
    strip, starts = _lay_in_a_row(small)
    meeting = find_meetings((strip > 0.5) & (strip < WALL), pen / scale)
    costs, paths = _find_seams(np.where(meeting, MEETING * strip, strip))
    found = []
    for mask, cells, start, count in zip(masks, small, starts, most, strict=True):
        columns = slice(start, start + cells.shape[1])
        top = (len(strip) - len(cells)) // 2
        rows = slice(top, top + len(cells))
        own = paths[rows, columns] - start
        chosen = _choose(cells, costs[columns], own, pen / scale, count)
        found.append(
            Cuts(
                [_enlarge(own[:, x], costs[start + x] * scale / pen, mask, scale) for x in chosen],
                np.kron(meeting[rows, columns], np.ones((scale, scale), bool))[
                    : mask.shape[0], : mask.shape[1]
                ],
            )
        )
    return found


def find_meetings(inked: np.ndarray, pen: float) -> np.ndarray:
    """Return where lines cross or run side by side, bool (H, W): where a disc fits into the ink
    that is wider than the pen, and one cell around it.
    """
    radius = THICK * pen
    reach = int(radius)
    around = range(-reach, reach + 1)
    disc = [(y, x) for y in around for x in around if y * y + x * x <= radius * radius]
    inside = ~_spread(~inked, disc)
    return inked & _spread(_spread(inside, disc), [(0, -1), (0, 0), (0, 1), (-1, 0), (1, 0)])


def _spread(cells: np.ndarray, offsets: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return cells, bool (H, W), or-ed with themselves moved by each offset (y, x)."""
    height, width = cells.shape
    reach = max(max(abs(y), abs(x)) for y, x in offsets)
    padded = np.pad(cells, reach)
    spread = np.zeros_like(cells)
    for y, x in offsets:
        spread |= padded[reach + y : reach + y + height, reach + x : reach + x + width]
    return spread


def _shrink(mask: np.ndarray, scale: int) -> np.ndarray:
    """Return the share of ink of each cell of scale × scale px, float32."""
    height, width = (-(-side // scale) * scale for side in mask.shape)
    padded = np.zeros((height, width), np.float32)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    return padded.reshape(height // scale, scale, width // scale, scale).mean(axis=(1, 3))


def _lay_in_a_row(parts: Sequence[np.ndarray]) -> tuple[np.ndarray, list[int]]:
    """Lay pictures beside each other, their middles level, walls between: seams of all at once."""
    height = max(len(part) for part in parts)
    wall = np.full((height, max(STEPS)), WALL, np.float32)
    columns, starts, place = [wall], [], wall.shape[1]
    for part in parts:
        above = (height - len(part)) // 2
        padded = np.pad(part, ((above, height - len(part) - above), (0, 0)))
        starts.append(place)
        columns += [padded, wall]
        place += part.shape[1] + wall.shape[1]
    return np.concatenate(columns, axis=1), starts


def _find_seams(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cheapest seam through each column of the middle row of float (H, W): what it
    costs, float (W,), in cells of ink, and its column in each row, int (H, W).
    """
    middle = len(cells) // 2
    paths = np.empty(cells.shape, int)
    above, paths[middle::-1] = _go_down(cells[: middle + 1])
    below, paths[middle:] = _go_down(cells[middle:][::-1])
    return above + below - cells[middle], paths


def _go_down(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cheapest way from the first row to each column of the last: its cost, (W,), and
    its columns from the last row to the first, int (H, W).
    """
    height, width = cells.shape
    reach, steps = max(STEPS), np.array(STEPS)
    place = np.arange(width)
    sources = place + steps[:, None] + reach  # 5, W: columns of a row padded by `reach`
    padded = np.pad(cells, ((0, 0), (reach, reach)), constant_values=WALL)
    # A step aside is longer, and its way between the two rows goes through ink of both.
    longer = (np.hypot(1, steps) - 1).astype(np.float32)[:, None]
    extra = (padded[:-1][:, sources] + cells[1:, None]) / 2 * longer
    extra += ASIDE * np.abs(steps).astype(np.float32)[:, None] + cells[1:, None]
    cost, came = padded[0], np.zeros((height, width), int)
    for row in range(1, height):
        ways = cost[sources] + extra[row - 1]
        best = ways.argmin(axis=0)
        came[row] = steps[best]
        cost = np.full(width + 2 * reach, WALL, np.float32)
        cost[reach : reach + width] = ways[best, place]
    paths = np.empty((height, width), int)
    for row in range(height - 1, -1, -1):
        paths[height - 1 - row] = place
        place = (place + came[row][place]).clip(0, width - 1)
    return cost[reach : reach + width], paths


def _choose(
    cells: np.ndarray, costs: np.ndarray, paths: np.ndarray, pen: float, most: int
) -> list[int]:
    """Return the columns, ascending, of the best seams that part the ink differently."""
    before = np.pad(np.cumsum(cells, axis=1), ((0, 0), (1, 0)))
    rows = np.arange(len(cells))[:, None]
    inside = paths.clip(0, cells.shape[1] - 1)
    left = (before[rows, inside] + before[rows, inside + 1]).sum(axis=0) / 2
    total = float(before[:, -1].sum())
    least = SMALLEST * pen * pen
    apart = max(APART * total, least)
    chosen: list[int] = []
    for x in np.argsort(costs, kind="stable").tolist():
        if len(chosen) >= most or costs[x] > THICKEST * pen:
            break
        is_new = all(abs(left[x] - left[other]) >= apart for other in chosen)
        if is_new and least <= left[x] <= total - least:
            chosen.append(x)
    return sorted(chosen)


def _enlarge(path: np.ndarray, thickness: float, mask: np.ndarray, scale: int) -> Cut:
    """Return a path of cells as a cut of px."""
    rows = (np.arange(mask.shape[0]) + 0.5) / scale - 0.5
    columns = np.interp(rows, np.arange(len(path)), (path + 0.5) * scale)
    return Cut(np.rint(columns).astype(int), float(thickness))
