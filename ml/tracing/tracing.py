"""Ink -> the paths of its pen: the lines of thinned ink, traced as a pen would draw them.

The pen lands at the tip of a line, goes on as straight as it can, through crossings too, and is
lifted where nothing is left to go to; then it lands again until it has been everywhere. The order
and the direction of the writer's own strokes are not in the image and are not looked for: what is
drawn along these strokes looks like what was written.

Each image has a pen of its own, and all pens move at once, a cell in each step: NumPy needs about
a hundred steps for a chunk of images, whatever their number.
"""

import numpy as np

from ml.tracing.paths import Paths, gather_paths
from ml.tracing.thinning import ZOOM, find_lines

# The steps to the eight neighbours of a cell, (x, y), and how much is added to the rating of those
# that share a side: a pen that cut corners would leave the cells there behind, each a stroke of
# its own.
STEPS = np.array([(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1) if x or y])
HEADINGS = (STEPS / np.linalg.norm(STEPS, axis=1, keepdims=True)).astype(np.float32)
SIDEWAYS = np.where(np.abs(STEPS).sum(axis=1) == 1, 0.6, 0).astype(np.float32)
# The share of a pen's heading that stays at each step. A line of cells turns by 45° and back all
# the way; the heading is averaged so that it does not count as a turn.
INERTIA = 0.6
CHUNK = 2_048  # images: more would not fit the processor's cache, fewer take more steps
RECENT = 3  # cells that a pen cannot close a loop with: it was there just now
# Where a pen would rather land: a line's tip, a cell beside one that it was at, any other.
TIP, BESIDE, ANYWHERE, NOWHERE = 3, 2, 1, 0
SMOOTHINGS = 2  # passes over a stroke of cells, which has corners everywhere
KEPT = 3  # every third point of a smoothed stroke is kept, and its ends: the rest add no shape


def trace(images: np.ndarray) -> Paths:
    """Return the paths of digits' pens: uint8 (N, 28, 28), 0 = paper, each with some ink.

    Raises ValueError if an image has no ink.
    """
    lines, _ = find_lines(images)
    return make_paths(lines)


def make_paths(lines: np.ndarray) -> Paths:
    """Return smooth paths along the lines of `find_lines`, bool (N, 56, 56)."""
    who, cells, lands = trace_lines(lines)
    points, is_kept = _smooth((cells + 0.5) / ZOOM, lands)
    return gather_paths(who[is_kept], points[is_kept], lands[is_kept], len(lines))


def _smooth(points: np.ndarray, lands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smooth strokes (P, 2) between their ends; return them, and which points do to draw them."""
    is_end = lands | np.roll(lands, -1)  # the first of a stroke, or the last: the next one lands
    for _ in range(SMOOTHINGS):
        inner = (np.roll(points, 1, axis=0) + 2 * points + np.roll(points, -1, axis=0)) / 4
        points = np.where(is_end[:, None], points, inner)
    number = np.arange(len(points))
    first = np.maximum.accumulate(np.where(lands, number, 0))
    return points, is_end | ((number - first) % KEPT == 0)


def trace_lines(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all points that pens go to in bool (N, H, W) images, image by image, in their order.

    These are three arrays: of which image each point is, int (P,), where it lies, int (P, 2) as x
    and y in cells, and whether the pen lands there, coming through the air, bool (P,).
    """
    parts = [
        _trace_chunk(lines[first : first + CHUNK], first)
        for first in range(0, max(1, len(lines)), CHUNK)
    ]
    who, cells, lands = (np.concatenate(column) for column in zip(*parts, strict=True))
    return who, cells, lands


def _trace_chunk(lines: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pens = _Pens(lines)
    while len(active := np.flatnonzero((pens.left > 0) | pens.is_down)):
        pens.land(active[~pens.is_down[active]])
        pens.go_on(active)
    who, cells, lands = pens.report()
    return who + first, cells, lands


class _Pens:
    """A pen in each image.

    A cell is its number in all images together, each padded by empty cells: a single index finds
    it, and a step to a neighbour is a number added. The padding keeps steps within an image.
    """

    def __init__(self, lines: np.ndarray) -> None:
        count = len(lines)
        padded = np.pad(lines, ((0, 0), (1, 1), (1, 1)))
        self._width, self._cells = padded.shape[2], padded.shape[1] * padded.shape[2]
        self._around = STEPS @ (1, self._width)
        self._is_line = padded.ravel()
        self._is_new = self._is_line.copy()  # where no pen was
        # What rolls over the end of memory comes from padding and lands on padding.
        neighbours = sum(np.roll(self._is_line, step).astype(np.int8) for step in self._around)
        is_tip = self._is_line & (neighbours == 1)
        self._rank = np.where(is_tip, TIP, np.where(self._is_line, ANYWHERE, NOWHERE))
        self._rank = self._rank.astype(np.int8)
        self.left = lines.sum(axis=(1, 2))  # cells where no pen was
        self.is_down = np.zeros(count, bool)
        self._place = np.zeros(count, int)
        self._recent = np.full((count, RECENT), -1)
        self._heading = np.zeros((count, 2), np.float32)
        self._visits: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def land(self, who: np.ndarray) -> None:
        """Put these pens down: at a tip, or beside a cell that one was at, or anywhere.

        A stroke that begins beside an older one is joined to it, so that branches connect.
        """
        if not len(who):
            return
        rank = self._rank.reshape(-1, self._cells)[who]
        place = rank.argmax(axis=1) + who * self._cells
        choice = self._rate_old(who, place)
        best = choice.argmax(axis=1)
        is_joined = choice.max(axis=1) > 0
        joint = np.where(is_joined, place + self._around[best], -1)
        self._record(who[is_joined], joint[is_joined], lands=True)
        self._record(who, place, lands=~is_joined)
        self._recent[who, 0] = joint
        # The joint was found from the place after it: the pen's heading is the opposite.
        self._heading[who] = np.where(is_joined[:, None], -HEADINGS[best], 0)
        self.is_down[who] = True
        self._visit(who, place)

    def go_on(self, who: np.ndarray) -> None:
        """Move these pens a cell further; lift those that have nowhere to go."""
        beside = self._place[who, None] + self._around
        straight = self._heading[who] @ HEADINGS.T + SIDEWAYS
        choice = np.where(self._is_new[beside], straight, -np.inf)
        best, goes = choice.argmax(axis=1), choice.max(axis=1) > -np.inf
        self._lift(who[~goes])
        moving, step = who[goes], best[goes]
        self._heading[moving] = INERTIA * self._heading[moving] + (1 - INERTIA) * HEADINGS[step]
        place = self._place[moving] + self._around[step]
        self._record(moving, place, lands=False)
        self._visit(moving, place)

    def _lift(self, who: np.ndarray) -> None:
        """Lift these pens. One that came back to a line before ends on it, so that loops close."""
        choice = self._rate_old(who, self._place[who])
        best, closes = choice.argmax(axis=1), choice.max(axis=1) > 0
        self._record(who[closes], (self._place[who] + self._around[best])[closes], lands=False)
        self.is_down[who] = False
        self._recent[who] = -1

    def _rate_old(self, who: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Return how well each neighbour joins a stroke to one before it, 0 if it is none."""
        beside = place[:, None] + self._around
        is_recent = (beside[:, :, None] == self._recent[who, None]).any(axis=2)
        is_old = self._is_line[beside] & ~self._is_new[beside] & ~is_recent
        return np.where(is_old, 1 + SIDEWAYS, 0)

    def _visit(self, who: np.ndarray, place: np.ndarray) -> None:
        self._recent[who] = np.column_stack([place, self._recent[who, :-1]])
        self._place[who] = place
        self._is_new[place] = False
        self._rank[place] = NOWHERE
        self.left[who] -= 1
        beside = (place[:, None] + self._around).ravel()
        self._rank[beside] = np.where(self._rank[beside] == ANYWHERE, BESIDE, self._rank[beside])

    def _record(self, who: np.ndarray, place: np.ndarray, lands: np.ndarray | bool) -> None:
        self._visits.append((who, place, np.broadcast_to(lands, who.shape)))

    def report(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what `trace_lines` does, images counted from 0."""
        if not self._visits:
            return np.zeros(0, int), np.zeros((0, 2), int), np.zeros(0, bool)
        who, place, lands = (np.concatenate(column) for column in zip(*self._visits, strict=True))
        order = np.argsort(who, kind="stable")
        y, x = np.divmod(place[order] % self._cells, self._width)
        return who[order], np.column_stack([x, y]) - 1, lands[order]
