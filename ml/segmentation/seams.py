"""Cuts through connected ink: seams from top to bottom that cross as little of it as they can.

A seam may lean and bend, so it finds its way between a 7 and the digit under its bar. Where digits
touch, it crosses the ink at its thinnest neck. Source of the idea: the shortest paths of S. Wang
and others, Shortest path segmentation (2000), and of seam carving.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CELLS = 4  # across the pen: seams are looked for in a picture scaled down to that
MOST_CELLS = 100  # a component's height: pens are thin on a large sheet
# A seam steps down a row and at most so many columns aside: up to 63° from the upright.
STEPS = (0, -1, 1, -2, 2)
ASIDE = 0.05  # what a column costs, in cells of ink: a straight seam is better than a bent one
WALL = 1e6
# Seams through more ink than this are no cuts, in pens: two strokes side by side have their width
# in common for a while.
THICKEST = 3.2
APART = 0.05  # of the component's ink between two cuts
SMALLEST = 1.2  # squares of the pen: less ink is no part of anything


@dataclass(frozen=True)
class Cut:
    """A cut through a component: `columns` holds the first column right of it, int (h,), by rows
    of its window; `thickness` is the ink that it crosses, in widths of the pen.
    """

    columns: np.ndarray
    thickness: float


def find_cuts(masks: Sequence[np.ndarray], pen: float, most: Sequence[int]) -> list[list[Cut]]:
    """Return cuts of each component from left to right, which do not cross each other.

    `masks` are bool (h, w), one for each component; `pen` is in px; at most `most` cuts are
    returned of each, those through the least ink.
    """
    if not masks:
        return []
    scale = max(1, round(pen / CELLS), -(-max(mask.shape[0] for mask in masks) // MOST_CELLS))
    small = [_shrink(mask, scale) for mask in masks]
    strip, starts = _lay_in_a_row(small)
    costs, paths = _find_seams(strip)
    cuts = []
    for mask, cells, start, count in zip(masks, small, starts, most, strict=True):
        columns = slice(start, start + cells.shape[1])
        top = (len(strip) - len(cells)) // 2
        own = paths[top : top + len(cells), columns] - start
        chosen = _choose(cells, costs[columns], own, pen / scale, count)
        cuts.append(
            [_enlarge(own[:, x], costs[start + x] * scale / pen, mask, scale) for x in chosen]
        )
    return cuts


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
    edges = ((0, 0), (reach, reach))
    padded = np.pad(cells, edges, constant_values=WALL)
    # A step aside is longer, and its way between the two rows goes through ink of both.
    longer = (np.hypot(1, steps) - 1).astype(np.float32)[:, None]
    extra = (padded[:-1][:, sources] + cells[1:, None]) / 2 * longer
    extra += ASIDE * np.abs(steps)[:, None] + cells[1:, None]
    cost, came = padded[0], np.zeros((height, width), int)
    for row in range(1, height):
        ways = cost[sources] + extra[row - 1]
        best = ways.argmin(axis=0)
        came[row] = steps[best]
        cost = np.pad(ways[best, place], reach, constant_values=WALL)
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
    chosen: list[int] = []
    least = SMALLEST * pen * pen
    apart = max(APART * total, least)
    for x in np.argsort(costs, kind="stable"):
        if len(chosen) >= most or costs[x] > THICKEST * pen:
            break
        if least <= left[x] <= total - least and all(
            abs(left[x] - left[c]) >= apart for c in chosen
        ):
            chosen.append(int(x))
    return sorted(chosen)


def _enlarge(path: np.ndarray, thickness: float, mask: np.ndarray, scale: int) -> Cut:
    """Return a path of cells as a cut of px."""
    rows = (np.arange(mask.shape[0]) + 0.5) / scale - 0.5
    columns = np.interp(rows, np.arange(len(path)), (path + 0.5) * scale)
    return Cut(np.rint(columns).astype(int), float(thickness))
