"""Strokes to candidates: which strokes, or parts of them, could be one digit.

Strokes of a digit mostly follow each other, so runs of up to MOST_STROKES are candidates. A bar
that is added when the number is written is a candidate with the strokes that it lies over. A stroke
that is too long for one digit may hold several: it is cut where a pen turns or crosses its path.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from ml.networks.classifier import Classifier
from ml.segmentation.doubts import are_digits
from ml.segmentation.features import find_line_height
from ml.segmentation.pieces import Candidates, Group, Piece, has_few_ways
from ml.strokes import PEN_WIDTH, draw_window

MOST_STROKES = 4  # of a digit, unless it is all that is drawn
MOST_PIECES = 32  # more are a scribble: only all together are a candidate
# Lengths below are shares of the line's height.
WIDEST, FARTHEST = 1.4, 0.4  # a group, and the gap between two of its strokes
CUT_WIDTH, CUT_LENGTH = 0.6, 2.6  # a stroke's width and length from which on it may be cut
LONGEST_CUT = 40  # a stroke's length from which on it is a scribble
MOST_POINTS = 600  # of a stroke in which crossings are looked for
TURN = 0.12  # how far a pen goes back, for a turn to be one
MOST_CUTS = 7  # of one stroke
SURE, ACCEPTED = 0.9, 0.2  # a probability above, and no_digit below, for no doubt
STRAIGHT = 0.85  # a line's length from end to end, as a share of its pen's way
LATE_OVERLAP = 0.4  # share of the narrower one that a late stroke and its digit have in common


def find_stroke_pieces(
    strokes: Sequence[np.ndarray], pen: float = PEN_WIDTH, classifier: Classifier | None = None
) -> Candidates:
    """Return the pieces of strokes, float (P, 2) in board px, and their candidate groups.

    Pieces are in the order of the pen. Without a classifier, every long stroke is cut; with one,
    only those that it does not read as one digit beyond doubt. Raises ValueError if there are no
    strokes.
    """
    boxes = np.array([(*s.min(axis=0), *s.max(axis=0)) for s in strokes])
    height = find_line_height(boxes) + pen
    whole = [[stroke] for stroke in strokes]
    parts = [_cut_stroke(stroke, height, pen) for stroke in strokes]
    if classifier is not None:
        cut = [n for n, each in enumerate(parts) if len(each) > 1]
        inks = [draw_window(strokes[n], pen)[0] for n in cut]
        for n, is_sure in zip(cut, are_digits(inks, classifier, SURE, ACCEPTED), strict=True):
            parts[n] = whole[n] if is_sure else parts[n]
    if sum(map(len, parts)) > MOST_PIECES:
        parts = whole
    owners = [(stroke, part) for stroke, each in enumerate(parts) for part in range(len(each))]
    points = [part for each in parts for part in each]
    pieces = [
        Piece(*draw_window(part, pen), stroke, number)
        for part, (stroke, number) in zip(points, owners, strict=True)
    ]
    spans = np.array([(part[:, 0].min(), part[:, 0].max()) for part in points])
    of = np.array([stroke for stroke, _ in owners])
    groups = {tuple(range(len(pieces)))}
    if len(pieces) <= MOST_PIECES:
        runs = set(_list_runs(of, spans, height))
        late = set(_add_late_strokes(runs, of, spans))
        groups |= runs
        # In a scribble everything lies over everything.
        groups |= late if has_few_ways(len(pieces), groups | late) else set()
    lines = frozenset(_find_lines(parts))
    return Candidates(pieces, sorted(groups), lines)


def _list_runs(of: np.ndarray, spans: np.ndarray, height: float) -> Iterator[Group]:
    """Yield runs of pieces, of up to MOST_STROKES strokes, that are no wider than a digit.

    `of` says which stroke each piece is of, `spans` (N, 2) where it begins and ends in x.
    """
    for first in range(len(of)):
        yield (first,)
        for last in range(first + 1, len(of)):
            if of[last] - of[first] >= MOST_STROKES:
                break
            left, right = spans[first : last + 1].T
            is_wide = right.max() - left.min() > WIDEST * height
            if not is_wide and _find_widest_gap(spans[first : last + 1]) <= FARTHEST * height:
                yield tuple(range(first, last + 1))


def _find_widest_gap(spans: np.ndarray) -> float:
    """Return the widest gap in x between what lies left and right of it; spans (N, 2)."""
    left, right = spans[spans[:, 0].argsort()].T
    return float((left[1:] - np.maximum.accumulate(right)[:-1]).max(initial=0))


def _add_late_strokes(runs: set[Group], of: np.ndarray, spans: np.ndarray) -> Iterator[Group]:
    """Yield runs together with one or two later strokes that lie over them."""
    starts = np.flatnonzero(np.diff(of, prepend=-1)).tolist()
    strokes = [tuple(range(a, b)) for a, b in pairwise([*starts, len(of)])]
    for run in runs:
        later = [s for s in strokes if s[0] > run[-1] and _do_overlap(run, s, spans)]
        for number, stroke in enumerate(later):
            yield (*run, *stroke)
            if number:
                yield (*run, *later[number - 1], *stroke)


def _do_overlap(first: Group, second: Group, spans: np.ndarray) -> bool:
    a, b = ((spans[list(g), 0].min(), spans[list(g), 1].max()) for g in (first, second))
    shared = min(a[1], b[1]) - max(a[0], b[0])
    # A plain vertical stroke has no width: it lies over what it stands in.
    return shared >= LATE_OVERLAP * min(a[1] - a[0], b[1] - b[0])


def _cut_stroke(stroke: np.ndarray, height: float, pen: float) -> list[np.ndarray]:
    """Return the parts of a stroke between its cuts; one of them if it is no longer than a digit.

    Neighbouring parts share the point between them.
    """
    width = np.ptp(stroke[:, 0]) + pen
    length = np.hypot(*np.diff(stroke, axis=0).T).sum()
    is_short = width < CUT_WIDTH * height or length < CUT_LENGTH * height
    if is_short or length > LONGEST_CUT * height:
        return [stroke]
    cuts = _find_cuts(stroke, TURN * height)
    return [stroke[a : b + 1] for a, b in pairwise([0, *cuts, len(stroke) - 1])]


def _find_cuts(stroke: np.ndarray, back: float) -> list[int]:
    """Return the points at which a stroke may change from one digit to the next.

    They are its lowest, leftmost and highest points between two turns, and where it crosses
    itself.
    """
    x, y = stroke.T
    turns = {*_find_turns(y, back), *_find_turns(-x, back), *_find_turns(-y, back)}
    found = sorted(turns | set(_find_crossings(stroke)))
    kept: list[int] = []
    way = np.concatenate([[0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()])
    for cut in found:
        is_far = way[cut] - (way[kept[-1]] if kept else 0) > back and way[-1] - way[cut] > back
        if is_far:
            kept.append(cut)
    if len(kept) > MOST_CUTS:
        kept = [kept[n] for n in np.linspace(0, len(kept) - 1, MOST_CUTS).round().astype(int)]
    return kept


def _find_turns(values: np.ndarray, back: float) -> Iterator[int]:
    """Yield where values have risen by `back` and then fall by it: the highest point between."""
    high = low = trend = 0  # trend: 1 while they rise, -1 while they fall, 0 before either
    for n, value in enumerate(values):
        high = n if value > values[high] else high
        low = n if value < values[low] else low
        if trend >= 0 and values[high] - value > back:
            if trend > 0:
                yield high
            trend, low = -1, n
        elif trend <= 0 and value - values[low] > back:
            trend, high = 1, n


def _find_crossings(stroke: np.ndarray) -> Iterator[int]:
    """Yield the points after which a stroke crosses itself, both times that it comes there."""
    step = -(-len(stroke) // MOST_POINTS)  # every two of its segments are compared
    yield from (step * point for point in _find_crossings_of_each(stroke[::step]))


def _find_crossings_of_each(stroke: np.ndarray) -> Iterator[int]:
    start, along = stroke[:-1, None], np.diff(stroke, axis=0)
    side = np.sign(_cross(along[:, None], stroke[None] - start))  # of each point, by each segment
    is_over = side[:, :-1] * side[:, 1:] < 0  # the other segment's ends lie on both sides
    first, second = np.nonzero(np.triu(is_over & is_over.T, 2))
    yield from {*first.tolist(), *second.tolist()} - {0}


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _find_lines(parts: list[list[np.ndarray]]) -> Iterator[int]:
    """Yield the numbers of the pieces that may be no more than a line between two digits.

    It lies between two cuts, and goes to the right without a bend.
    """
    number = 0
    for each in parts:
        for place, part in enumerate(each):
            across, down = part[-1] - part[0]
            length = np.hypot(*np.diff(part, axis=0).T).sum()
            is_straight = np.hypot(across, down) > STRAIGHT * length
            if 0 < place < len(each) - 1 and across > 0 and is_straight:
                yield number + place
        number += len(each)
