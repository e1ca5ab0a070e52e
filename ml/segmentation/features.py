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
MOST_EDGE = 300  # cells of a piece's edge that are compared with another's
SOLID = 128  # ink that counts
FEATURES = (
    "log_digit",  # log of the probability of the digit that it is read as; less if it is refused
    "refused",  # no_digit: what a thing costs that is no digit
    "all",  # 1 if nothing is outside
    "all_refused",  # and no_digit, then: a letter or a picture is refused as one thing
    "group",  # 1: what a group costs
    "bridged",  # the widest gap between its pieces
    "beside",  # how much wider it is than its widest piece
    "contact",  # how much ink it shares with what is outside
    "crossed",  # the most that it shares with one stroke outside
    "covered",  # the share of its width, or of another one's, that both have in common
    "depth",  # how deep the middle of anything outside lies between its left and right ends
    "cut",  # ends of strokes that are cut off
    "cut_one",  # such ends of a 1: few people join a 1 to another digit, but Ws and Ns are cut so
    "low",  # log of how many times lower than the line it is
    "high",
    "wide",  # by how much its width exceeds its height
    "one_touching",  # probability of a 1, if it is one stroke that shares ink with others
    "leaning",  # how far a 1 leans to the left: it is rather half of an X, W or N
    "abreast",  # how far apart two strokes stand that are both high, unless they are no digit
    "strokes",  # strokes beyond the first
    "late",  # it is not a run of pieces: something else was written in between
    "mark",  # 1 for a minus, point or comma; the first two are 0 then
    "speck",  # 1 for what else is too small or flat for a digit; they are 0 then, too
    "near_speck",  # how near such a speck is to other ink: 1 if it touches, 0 from NEAR on
    "holds_mark",  # marks among its pieces
    "line",  # 1 for a line between two digits that is left out
    "line_length",
)
SPECK = "?"  # too small or flat for a digit, but no mark where it stands
MARK_SIZE, MARK_SHAPE = 0.3, 1.5
NEAR = 0.25  # of the line's height
LEANING = 0.15  # px to the right for each px down, that a 1 may lean
HIGH = 0.6  # of the group: what a high stroke has at least


@dataclass(frozen=True)
class Sheet:
    """What pieces have to do with each other, N by N, and the height of the line, px."""

    pieces: Sequence[Piece]
    height: float
    boxes: np.ndarray  # float (N, 4): left, top, right, bottom
    gaps: np.ndarray  # float (N, N): between their ink, in heights
    contacts: np.ndarray  # float (N, N): 0 to 2, ink that they share
    stroke: np.ndarray  # int (N,): what each is of
    moments: np.ndarray  # float (N, 5): of each one's cells their number, Σx, Σy, Σxy and Σy²
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
        inside = np.zeros((len(groups), len(self.pieces)), bool)
        for row, group in zip(inside, groups, strict=True):
            row[list(group)] = True
        marks = np.array([self.find_mark(group) or "" for group in groups])
        columns = {
            **self._describe_reading(probabilities, no_digit, inside, marks),
            **self._describe_box(boxes, inside, marks != ""),
            "leaning": probabilities[:, 1] * self._find_leaning(inside),
            "abreast": (1 - no_digit) * self._find_abreast(groups),
            **self._describe_outside(boxes, inside, probabilities[:, 1]),
            "group": np.ones(len(groups)),
            "bridged": np.array([self._find_bridge(group) for group in groups]),
            "strokes": self._count_strokes(inside) - 1,
            "late": np.array([group[-1] - group[0] >= len(group) for group in groups]),
        }
        nothing = np.zeros(len(groups))
        return np.stack([columns.get(name, nothing) for name in FEATURES], axis=1).astype(float)

    def describe_lines(self, pieces: Sequence[int]) -> np.ndarray:
        """Return the features of pieces that are left out as lines between digits, (L, F)."""
        rows = np.zeros((len(pieces), len(FEATURES)))
        for row, piece in zip(rows, pieces, strict=True):
            left, top, right, bottom = self.boxes[piece]
            row[FEATURES.index("line")] = 1
            length = np.hypot(right - left, bottom - top) / self.height
            row[FEATURES.index("line_length")] = length
        return rows

    def _describe_reading(
        self, probabilities: np.ndarray, no_digit: np.ndarray, inside: np.ndarray, marks: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return what follows from how groups are read; marks are not."""
        may_be_digit, is_all = marks == "", inside.all(axis=1)
        is_mark = np.array([mark not in (None, SPECK) for mark in self.marks])
        return {
            "log_digit": may_be_digit * (1 - no_digit) * np.log(probabilities.max(axis=1)),
            "refused": may_be_digit * no_digit,
            "all": is_all,
            "all_refused": is_all * no_digit,
            "mark": ~may_be_digit & (marks != SPECK),
            "speck": marks == SPECK,
            "near_speck": (marks == SPECK) * (inside @ self._find_nearness()),
            "holds_mark": may_be_digit * (inside & is_mark).sum(axis=1),
        }

    def _find_nearness(self) -> np.ndarray:
        """Return for each piece how near other strokes are: 1 if one touches, 0 from NEAR on."""
        others = np.where(self.stroke[:, None] == self.stroke, np.inf, self.gaps)
        return (1 - others.min(axis=1) / NEAR).clip(0, 1)

    def _describe_box(
        self, boxes: np.ndarray, inside: np.ndarray, is_mark: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return how large groups are, for the line and for their pieces."""
        width, height = boxes[:, 2:].T
        widths = self.boxes[:, 2] - self.boxes[:, 0]
        taller = np.log(height / self.height)
        return {
            "beside": (width - (inside * widths).max(axis=1)) / self.height,
            "low": ~is_mark * np.maximum(0, -taller),
            "high": np.maximum(0, taller),
            "wide": ~is_mark * np.maximum(0, width / height - 1),
        }

    def _describe_outside(
        self, boxes: np.ndarray, inside: np.ndarray, one: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return what other strokes have to do with groups, and where strokes are cut."""
        is_same = self.stroke[:, None] == self.stroke  # N, N
        is_foreign = ~(inside @ is_same)  # G, N: of a stroke that has no part in the group
        # The most ink that each piece outside shares with one inside.
        shared = (inside[:, :, None] * np.where(is_same, 0, self.contacts)).max(axis=1) * ~inside
        crossed = shared.max(axis=1)
        left, right = boxes[:, :1], boxes[:, :1] + boxes[:, 2:3]
        start, end = self.boxes[:, 0], self.boxes[:, 2]
        middle = (start + end) / 2
        depth = np.minimum(middle - left, right - middle) / self.height
        overlap = np.minimum(end, right) - np.maximum(start, left)
        covered = overlap / np.minimum(end - start, right - left)
        beside = inside[:, 1:] != inside[:, :-1]
        cut = (beside & is_same[np.arange(1, len(start)), np.arange(len(start) - 1)]).sum(axis=1)
        is_alone = self._count_strokes(inside) == 1
        return {
            "contact": shared.sum(axis=1),
            "crossed": crossed,
            "depth": (is_foreign * depth).max(axis=1, initial=0),
            "covered": (is_foreign * covered).max(axis=1, initial=0),
            "cut": cut,
            "cut_one": cut * one,
            "one_touching": is_alone * one * np.minimum(crossed, 1),
        }

    def _find_leaning(self, inside: np.ndarray) -> np.ndarray:
        """Return by how much more than LEANING the line through each group's ink leans left."""
        count, x, y, xy, yy = (inside @ self.moments).T
        leaning = (xy - x * y / count) / np.maximum(yy - y * y / count, 1e-6)
        return (leaning - LEANING).clip(0, 1)

    def _find_abreast(self, groups: Sequence[Group]) -> np.ndarray:
        """Return for each group how far apart its two highest strokes are, times how high."""
        return np.array([self._compare_highest(group) for group in groups])

    def _compare_highest(self, group: Group) -> float:
        boxes: dict[int, np.ndarray] = {}
        for piece in group:
            own = boxes.get(stroke := int(self.stroke[piece]), self.boxes[piece])
            low, high = np.minimum(own, self.boxes[piece]), np.maximum(own, self.boxes[piece])
            boxes[stroke] = np.concatenate([low[:2], high[2:]])
        if len(boxes) < 2:
            return 0.0
        first, other = sorted(boxes.values(), key=lambda box: box[1] - box[3])[:2]
        whole = max(box[3] for box in boxes.values()) - min(box[1] for box in boxes.values())
        share = max(0.0, (other[3] - other[1]) / whole - HIGH)
        apart = abs(first[0] + first[2] - other[0] - other[2]) / 2 / self.height
        return float(share * apart)

    def _count_strokes(self, inside: np.ndarray) -> np.ndarray:
        """Return of how many strokes each group's pieces are, int (G,)."""
        strokes = self.stroke == np.unique(self.stroke)[:, None]  # S, N
        return (inside @ strokes.T).sum(axis=1)

    def _find_bridge(self, group: Group) -> float:
        """Return the widest gap that joining these pieces takes: the tree of least gaps (Prim)."""
        nearest = {piece: self.gaps[group[0], piece] for piece in group[1:]}
        widest = 0.0
        while nearest:
            joined = min(nearest, key=nearest.__getitem__)
            widest = max(widest, nearest.pop(joined))
            nearest = {piece: min(gap, self.gaps[joined, piece]) for piece, gap in nearest.items()}
        return float(widest)


def looks_like_mark(width: float, height: float, line: float) -> bool:
    """Say whether ink of this size is too small or too flat to be a digit of its line."""
    return height < MARK_SIZE * line and (width < MARK_SIZE * line or width > MARK_SHAPE * height)


def _find_marks(pieces: Sequence[Piece], height: float, pen: float) -> list[str | None]:
    """Return each piece's mark, SPECK or None; a part of a stroke is neither."""
    boxes, strokes = [piece.box for piece in pieces], [piece.stroke for piece in pieces]
    marks: list[str | None] = []
    for number, (piece, box) in enumerate(zip(pieces, boxes, strict=True)):
        is_part = piece.stroke is not None and strokes.count(piece.stroke) > 1
        named = None
        if not is_part:
            others = boxes[:number] + boxes[number + 1 :]
            named = name_mark(compose([piece])[0], box, others, pen)
        is_small = not is_part and looks_like_mark(box[2], box[3], height)
        marks.append(named or (SPECK if is_small else None))
    return marks


def measure_sheet(pieces: Sequence[Piece], pen: float) -> Sheet:
    """Measure pieces against each other; `pen` is the width in px of what draws."""
    boxes = np.array([piece.box for piece in pieces], float)
    boxes[:, 2:] += boxes[:, :2]
    cells = [_list_cells(piece) for piece in pieces]
    edges = [edge[:: -(-len(edge) // MOST_EDGE)] for edge in map(_list_edge, cells)]
    places = [set(map(tuple, (each // CELL).astype(int).tolist())) for each in cells]
    height = find_line_height(boxes)
    count = len(pieces)
    gaps, contacts = np.zeros((count, count)), np.zeros((count, count))
    for a in range(count):
        for b in range(a):
            # Ink in the same place touches. Without that, scribbles would take seconds.
            if places[a].isdisjoint(places[b]):
                gaps[a, b] = gaps[b, a] = _measure_gap(edges[a], edges[b])
            if gaps[a, b] == 0:
                contacts[a, b] = contacts[b, a] = _measure_contact(pieces[a], pieces[b], pen)
    stroke = np.array(
        [-1 - n if piece.stroke is None else piece.stroke for n, piece in enumerate(pieces)]
    )
    moments = np.array([_sum_up(each) for each in cells], float)
    marks = _find_marks(pieces, height, pen)
    return Sheet(pieces, height, boxes, gaps / height, contacts, stroke, moments, marks)


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


def _list_edge(cells: np.ndarray) -> np.ndarray:
    """Return the cells, float32 (M, 2), that don't have others on all four sides."""
    places = np.rint((cells - cells.min(axis=0)) / CELL).astype(int) + 1
    is_ink = np.zeros(places.max(axis=0) + 2, bool)
    x, y = places.T
    is_ink[x, y] = True
    is_inner = is_ink[x - 1, y] & is_ink[x + 1, y] & is_ink[x, y - 1] & is_ink[x, y + 1]
    return cells[~is_inner]


def _sum_up(cells: np.ndarray) -> list[float]:
    x, y = cells.astype(float).T
    return [len(x), x.sum(), y.sum(), (x * y).sum(), (y * y).sum()]


def _measure_gap(a: np.ndarray, b: np.ndarray) -> float:
    """Return the distance between two pieces' ink in px, 0 where they touch, from edge cells."""
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
