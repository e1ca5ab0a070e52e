"""Ink -> its connected components: what touches, corners included, is one.

The picture is taken row by row as runs of ink; runs that touch those of the next row are joined.
NumPy handles all runs at once: about 2 ms for a number on the board.
"""

from dataclasses import dataclass

import numpy as np

# More runs are noise, of which each pixel may be a component of its own. Handwriting across a
# page of 1,024×1,024 px has about 20,000.
MOST_RUNS = 65_536


@dataclass(frozen=True)
class Components:
    """The connected components of a picture, from left to right.

    `labels` is int32 (H, W): 0 = paper, else 1 + the number of the component. `windows` are
    (rows, columns) of each, tight. `areas` counts their pixels, int (N,).
    """

    labels: np.ndarray
    windows: list[tuple[slice, slice]]
    areas: np.ndarray

    def __len__(self) -> int:
        return len(self.windows)

    def mask(self, number: int) -> np.ndarray:
        """Return which pixels of its window are a component's, bool (h, w)."""
        return self.labels[self.windows[number]] == number + 1


def find_components(is_inked: np.ndarray) -> Components | None:
    """Return the connected components of ink, bool (H, W); None if it has more than MOST_RUNS."""
    starts, ends, width = _find_runs(is_inked)
    if len(starts) > MOST_RUNS:
        return None
    labels = np.zeros(is_inked.shape, np.int32)
    if not len(starts):
        return Components(labels, [], np.zeros(0, int))
    roots, number = np.unique(_join(*_find_touching(starts, ends, width)), return_inverse=True)
    boxes = _measure_boxes(starts, ends, width, number, len(roots))
    order = np.lexsort((boxes[:, 0], boxes[:, 2] + boxes[:, 3]))  # by the middle, then the top
    place = np.empty(len(roots), int)
    place[order] = np.arange(len(roots))
    lengths = ends - starts
    # The pixels of ink, row by row, are those of the runs in their order.
    labels[is_inked] = np.repeat(place[number] + 1, lengths)
    windows = [
        (slice(top, bottom), slice(left, right)) for top, bottom, left, right in boxes[order]
    ]
    areas = np.bincount(number, lengths, len(roots)).astype(int)
    return Components(labels, windows, areas[order])


def _find_runs(is_inked: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Return where runs of ink start and end (exclusive), int (R,), and the width of a row.

    A place is its number in the picture with an empty column at each side: no run crosses rows.
    """
    padded = np.pad(is_inked, ((0, 0), (1, 1))).ravel()
    changes = np.flatnonzero(padded[1:] != padded[:-1]) + 1
    return changes[::2], changes[1::2], is_inked.shape[1] + 2


def _find_touching(
    starts: np.ndarray, ends: np.ndarray, width: int
) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the number of runs, and the pairs that touch: each run with those of the next row."""
    first = np.searchsorted(ends, starts + width, "left")
    last = np.searchsorted(starts, ends + width, "right")
    counts = (last - first).clip(0)
    upper = np.repeat(np.arange(len(starts)), counts)
    before = np.cumsum(counts) - counts
    lower = np.arange(counts.sum()) - np.repeat(before - first, counts)
    return len(starts), upper, lower


def _join(count: int, upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Return for each run the first run that it is connected to, int (R,).

    Each round hangs every tree under the lowest one that it touches, then flattens all.
    """
    parent = np.arange(count)
    while True:
        above, below = parent[upper], parent[lower]
        apart = above != below
        if not apart.any():
            return parent
        above, below = above[apart], below[apart]
        upper, lower = upper[apart], lower[apart]
        np.minimum.at(parent, np.maximum(above, below), np.minimum(above, below))
        while (parent[parent] != parent).any():
            parent = parent[parent]


def _measure_boxes(
    starts: np.ndarray, ends: np.ndarray, width: int, number: np.ndarray, count: int
) -> np.ndarray:
    """Return the top, bottom, left and right of each component, int (N, 4); ends are exclusive."""
    rows, left = np.divmod(starts, width)
    right = ends - rows * width
    boxes = np.empty((count, 4), int)
    order = np.argsort(number, kind="stable")
    first = np.flatnonzero(np.diff(number[order], prepend=-1))
    boxes[:, 0] = np.minimum.reduceat(rows[order], first)
    boxes[:, 1] = np.maximum.reduceat(rows[order], first) + 1
    boxes[:, 2] = np.minimum.reduceat(left[order], first) - 1
    boxes[:, 3] = np.maximum.reduceat(right[order], first) - 1
    return boxes
