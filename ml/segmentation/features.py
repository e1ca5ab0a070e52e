"""What is measured of a group of pieces, to judge whether it is one digit.

All lengths are shares of the line's height, the usual height of what stands side by side.
Everything is measured in the ink, so strokes and parts of pictures are treated alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.segmentation.marks import name_mark
from ml.segmentation.pieces import Group, Piece, compose

CELL = 6  # px a side: ink is looked at in squares of this size
SOLID = 128  # ink that counts
FEATURES = (
    "log_digit",  # log of the probability of the digit that it is read as
    "log_accepted",  # log of 1 - no_digit, at least FAINTEST
    "group",  # 1: what a group costs
    "bridged",  # the widest gap between its pieces
    "beside",  # how much wider it is than its widest piece
    "contact",  # how much ink it shares with what is outside
    "depth",  # how deep the middle of anything outside lies between its left and right ends
    "cut",  # ends of strokes that are cut off
    "low",  # log of how many times lower than the line it is
    "high",
    "wide",  # by how much its width exceeds its height
    "one_touching",  # probability of a 1, if it is one stroke that shares ink with others
    "strokes",  # strokes beyond the first
    "late",  # it is not a run of pieces: something else was written in between
    "mark",  # 1 for what is too small or flat for a digit; the first two are 0 then
    "speck",  # 1 if it is no mark by its place, either
    "line",  # 1 for a line between two digits that is left out
    "line_length",
)
FAINTEST = -7.0
SPECK = "?"  # too small or flat for a digit, but no mark where it stands
MARK_SIZE, MARK_SHAPE = 0.3, 1.5


@dataclass(frozen=True)
class Sheet:
    """What pieces have to do with each other, N by N, and the height of the line, px."""

    pieces: Sequence[Piece]
    height: float
    boxes: np.ndarray  # float (N, 4): left, top, right, bottom
    gaps: np.ndarray  # float (N, N): between their ink, in heights
    contacts: np.ndarray  # float (N, N): 0 to 2, ink that they share
    stroke: np.ndarray  # int (N,): what each is of
    marks: list[str | None]  # of each piece alone: None for what may be a digit, or part of one

    def find_mark(self, group: Group) -> str | None:
        """Return the mark that a group is: None for all of several pieces, as for digits."""
        return self.marks[group[0]] if len(group) == 1 else None

    def describe(
        self,
        groups: Sequence[Group],
        boxes: np.ndarray,
        probabilities: np.ndarray,
        no_digit: np.ndarray,
    ) -> np.ndarray:
        """Return the features of groups, float64 (G, F).

        `boxes` is float (G, 4): x, y, width, height; `probabilities` (G, 10), `no_digit` (G,).
        """
        rows = [
            self._describe(group, box, ten, refused)
            for group, box, ten, refused in zip(groups, boxes, probabilities, no_digit, strict=True)
        ]
        return np.array([[row.get(name, 0.0) for name in FEATURES] for row in rows])

    def describe_lines(self, pieces: Sequence[int]) -> np.ndarray:
        """Return the features of pieces that are left out as lines between digits, (L, F)."""
        rows = np.zeros((len(pieces), len(FEATURES)))
        for row, piece in zip(rows, pieces, strict=True):
            left, top, right, bottom = self.boxes[piece]
            row[FEATURES.index("line")] = 1
            length = np.hypot(right - left, bottom - top) / self.height
            row[FEATURES.index("line_length")] = length
        return rows

    def _describe(
        self, group: Group, box: np.ndarray, ten: np.ndarray, refused: float
    ) -> dict[str, float]:
        inside = list(group)
        outside = [n for n in range(len(self.pieces)) if n not in group]
        _, _, width, height = box
        left, right = box[0], box[0] + box[2]
        widths = self.boxes[inside, 2] - self.boxes[inside, 0]
        mark = self.find_mark(group)
        is_mark = mark is not None
        strokes = len(set(self.stroke[inside].tolist()))
        contact = self.contacts[np.ix_(inside, outside)]
        foreign = self.stroke[inside][:, None] != self.stroke[outside]
        touched = float((contact * foreign).max(initial=0))
        ratio = height / self.height
        return {
            "log_digit": 0.0 if is_mark else float(np.log(ten.max())),
            "log_accepted": 0.0 if is_mark else max(float(np.log(1 - refused)), FAINTEST),
            "group": 1.0,
            "bridged": self._find_bridge(inside),
            "beside": float(right - left - widths.max()) / self.height,
            "contact": float((contact * foreign).max(axis=0, initial=0).sum()),
            "depth": self._find_depth(outside, left, right, inside),
            "cut": float(self._count_cuts(inside)),
            "low": max(0.0, -float(np.log(ratio))) * (not is_mark),
            "high": max(0.0, float(np.log(ratio))),
            "wide": max(0.0, width / height - 1) * (not is_mark),
            "one_touching": float(ten[1]) * min(touched, 1.0) * (strokes == 1),
            "strokes": strokes - 1.0,
            "late": float(inside[-1] - inside[0] >= len(inside)),
            "mark": float(is_mark),
            "speck": float(mark == SPECK),
        }

    def _find_bridge(self, inside: list[int]) -> float:
        """Return the widest gap that joining these pieces takes: the tree of least gaps (Prim)."""
        nearest = self.gaps[inside[0], inside].copy()
        widest, left = 0.0, set(range(1, len(inside)))
        while left:
            number = min(left, key=nearest.__getitem__)
            widest = max(widest, float(nearest[number]))
            left.remove(number)
            nearest = np.minimum(nearest, self.gaps[inside[number], inside])
        return widest

    def _find_depth(
        self, outside: list[int], left: float, right: float, inside: list[int]
    ) -> float:
        other = [n for n in outside if self.stroke[n] not in self.stroke[inside]]
        middles = self.boxes[other][:, [0, 2]].mean(axis=1)
        depth = np.minimum(middles - left, right - middles) / self.height
        return float(depth.max(initial=0).clip(0))

    def _count_cuts(self, inside: list[int]) -> int:
        """Return how often a stroke goes on outside the group."""
        count = 0
        for piece in inside:
            for beside in (piece - 1, piece + 1):
                if 0 <= beside < len(self.pieces) and beside not in inside:
                    count += self.stroke[beside] == self.stroke[piece]
        return count


def looks_like_mark(width: float, height: float, line: float) -> bool:
    """Say whether ink of this size is too small or too flat to be a digit of its line."""
    return height < MARK_SIZE * line and (width < MARK_SIZE * line or width > MARK_SHAPE * height)


def _find_marks(pieces: Sequence[Piece], height: float, pen: float) -> list[str | None]:
    boxes = [piece.box for piece in pieces]
    marks: list[str | None] = []
    for piece, box in zip(pieces, boxes, strict=True):
        others = [other for other in boxes if other is not box]
        ink, _ = compose([piece])
        named = name_mark(ink, box, others, pen)
        is_small = looks_like_mark(box[2], box[3], height)
        marks.append(named or (SPECK if is_small else None))
    return marks


def measure_sheet(pieces: Sequence[Piece], pen: float) -> Sheet:
    """Measure pieces against each other; `pen` is the width in px of what draws."""
    boxes = np.array([piece.box for piece in pieces], float)
    boxes[:, 2:] += boxes[:, :2]
    cells = [_list_cells(piece) for piece in pieces]
    height = find_line_height(boxes)
    count = len(pieces)
    gaps, contacts = np.zeros((count, count)), np.zeros((count, count))
    for a in range(count):
        for b in range(a):
            gaps[a, b] = gaps[b, a] = _measure_gap(cells[a], cells[b])
            if gaps[a, b] == 0:
                contacts[a, b] = contacts[b, a] = _measure_contact(pieces[a], pieces[b], pen)
    stroke = np.array(
        [-1 - n if piece.stroke is None else piece.stroke for n, piece in enumerate(pieces)]
    )
    marks = _find_marks(pieces, height, pen)
    return Sheet(pieces, height, boxes, gaps / height, contacts, stroke, marks)


def find_line_height(boxes: np.ndarray) -> float:
    """Return the usual height of what stands side by side, in the unit of boxes (N, 4).

    Boxes are left, top, right, bottom; those that lie over each other in x count as one thing. The
    usual one is the upper median, so that of a minus and a digit it is the digit.
    """
    ordered = boxes[boxes[:, 0].argsort()]
    heights, (_, low, right, high) = [], ordered[0]
    for left, top, end, bottom in ordered[1:]:
        if left > right:
            heights.append(high - low)
            low, high = top, bottom
        low, high, right = min(low, top), max(high, bottom), max(right, end)
    heights.append(high - low)
    return float(sorted(heights)[len(heights) // 2])


def _list_cells(piece: Piece) -> np.ndarray:
    """Return the middles of the squares that hold solid ink, float32 (M, 2), in px of the sheet."""
    ink = piece.ink >= min(SOLID, int(piece.ink.max()))
    height, width = (-(-side // CELL) * CELL for side in ink.shape)
    padded = np.zeros((height, width), bool)
    padded[: ink.shape[0], : ink.shape[1]] = ink
    cells = padded.reshape(height // CELL, CELL, width // CELL, CELL).any(axis=(1, 3))
    y, x = np.nonzero(cells)
    return np.stack([x * CELL + piece.x, y * CELL + piece.y], axis=1).astype(np.float32)


def _measure_gap(a: np.ndarray, b: np.ndarray) -> float:
    """Return the distance between two pieces' ink in px, 0 where they touch, from their cells."""
    squared = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * (a @ b.T)
    return max(0.0, float(np.sqrt(squared.min().clip(0))) - 2 * CELL)


def _measure_contact(a: Piece, b: Piece, pen: float) -> float:
    """Return how much solid ink two pieces share, 0 to 2: 1 is about two lines that cross."""
    left, top = max(a.x, b.x), max(a.y, b.y)
    right = min(a.x + a.ink.shape[1], b.x + b.ink.shape[1])
    bottom = min(a.y + a.ink.shape[0], b.y + b.ink.shape[0])
    if right <= left or bottom <= top:
        return 0.0
    one, other = (
        piece.ink[top - piece.y : bottom - piece.y, left - piece.x : right - piece.x] >= SOLID
        for piece in (a, b)
    )
    return min(2.0, float((one & other).sum()) / pen**2)
