"""Pictures of numbers, without strokes, to candidates: connected components, cut where they might
be two digits, and the groups of neighbours that might be one.

A component that reads as one digit beyond doubt is left whole; the others are cut by seams. Parts
of a digit that do not touch, as a broken 7 or the bar of a 5, are candidates together if they lie
over each other in x or near each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.networks.classifier import Classifier
from ml.preprocess import EDGE_SHARE, FAINTEST_PEAK
from ml.segmentation.doubts import are_digits
from ml.segmentation.labelling import Components, find_components
from ml.segmentation.marks import estimate_pen
from ml.segmentation.pieces import Box, Candidates, Group, Piece, has_few_ways
from ml.segmentation.seams import Cuts, find_cuts

MOST_COMPONENTS = 40  # more are a page or noise: only all together are a candidate
MOST_PIECES = 64
SPECK = 0.35  # pens a side: less ink is dust, and no part of anything
# A component is whole if it reads as a digit so surely, and is not wider than a digit is.
SURE, REFUSED, WIDE = 0.98, 0.01, 1.0
# Shares of the height of the line.
LOW = 0.4  # less is cut nowhere
WIDEST, FARTHEST = 1.7, 0.5  # a group, and the gap between two of its parts
MOST_TOGETHER = 4  # components of one digit
MOST_PARTS = 5  # of cut components in one digit, unless it is all of them
# Cuts of a component: at most so many, and so many more for each height that it is wide.
CUTS, CUTS_A_WIDTH, MOST_CUTS = 1, 5, 11
OVERLAP = 0.4  # of the narrower one of two components that lie over each other
# What it costs a group, in nats, that ink goes on beyond a cut at its side, and for each width of
# the pen that the cut crosses. The lattice's own cost of cuts is that of strokes, where a pen that
# goes on says more than ink that does: some of it is given back. Of 141 generated numbers as
# pictures, 69.5% are right without, 76.6% with -0.5 to -1.5.
CUT_COST, CROSSED_COST = -0.6, 0.1
# In a picture, digits touch that a pen wrote one after the other, ones as often as others.
WEIGHTS = {"cut_one": 0.0}


@dataclass(frozen=True)
class Part:
    """A piece with its box, and the thickness in pens of the cuts at its left and right."""

    piece: Piece
    box: Box
    left: float = 0.0
    right: float = 0.0

    @property
    def middle(self) -> float:
        """The x of the middle of its box."""
        return self.box[0] + self.box[2] / 2


def find_component_pieces(ink: np.ndarray, classifier: Classifier | None = None) -> Candidates:
    """Return the pieces of a picture of digits side by side, and their candidate groups.

    `ink` is uint8 (H, W), 0 = paper. With a classifier, what it reads as a digit beyond doubt is
    not cut. A picture of too many parts is one piece, and one without ink none.
    """
    peak = int(ink.max(initial=0))
    if peak < FAINTEST_PEAK:
        return Candidates([], [])
    components = find_components(ink > max(int(peak * EDGE_SHARE), FAINTEST_PEAK - 1))
    if components is None:
        return _take_whole(ink)
    pen = estimate_pen(ink)
    numbers = [n for n in range(len(components)) if not _is_speck(components, n, pen)]
    if not 0 < len(numbers) <= MOST_COMPONENTS:
        return _take_whole(ink)
    wholes = [_take_piece(ink, components, number) for number in numbers]
    parts = _cut_wholes(wholes, pen, classifier)
    if len(parts) > MOST_PIECES:
        parts = [Part(piece, piece.box) for piece in wholes]
    parts.sort(key=lambda part: part.middle)
    runs = {*_list_runs(parts), tuple(range(len(parts)))}
    overlaps = runs | set(_list_overlaps(parts))
    groups = sorted(overlaps if has_few_ways(len(parts), overlaps) else runs)
    costs = {group: cost for group in groups if (cost := _find_cost(group, parts))}
    return Candidates([part.piece for part in parts], groups, costs=costs, weights=WEIGHTS)


def _take_whole(ink: np.ndarray) -> Candidates:
    return Candidates([Piece(ink, 0, 0, 0)], [(0,)])


def _is_speck(components: Components, number: int, pen: float) -> bool:
    rows, columns = components.windows[number]
    return max(rows.stop - rows.start, columns.stop - columns.start) < SPECK * pen


def _take_piece(ink: np.ndarray, components: Components, number: int) -> Piece:
    """Return a component with the faint fringe of its edge, one pixel wide, as a piece."""
    rows, columns = components.windows[number]
    window = (
        slice(max(0, rows.start - 1), rows.stop + 1),
        slice(max(0, columns.start - 1), columns.stop + 1),
    )
    labels = components.labels[window]
    mask = labels == number + 1
    near = mask.copy()
    near[1:] |= mask[:-1]
    near[:-1] |= mask[1:]
    near[:, 1:] |= mask[:, :-1]
    near[:, :-1] |= mask[:, 1:]
    own = np.where(mask | (near & (labels == 0)), ink[window], 0).astype(np.uint8)
    return Piece(own, int(window[1].start), int(window[0].start), number)


def _cut_wholes(wholes: Sequence[Piece], pen: float, classifier: Classifier | None) -> list[Part]:
    """Return the parts of components between their cuts."""
    boxes = [piece.box for piece in wholes]
    tall = max(box[3] for box in boxes)
    masks = [piece.ink >= max(FAINTEST_PEAK, int(piece.ink.max()) // 4) for piece in wholes]
    most = [0 if _is_small(box, tall, pen) else _count_cuts(box) for box in boxes]
    if classifier is not None:
        doubtful = [number for number, count in enumerate(most) if count]
        sure = are_digits([wholes[n].ink for n in doubtful], classifier, SURE, REFUSED)
        for number, is_sure in zip(doubtful, sure, strict=True):
            if is_sure and boxes[number][2] <= WIDE * boxes[number][3]:
                most[number] = 0
    asked = [number for number, count in enumerate(most) if count]
    cuts = find_cuts([masks[n] for n in asked], pen, [most[n] for n in asked])
    own = dict(zip(asked, cuts, strict=True))
    return [
        part
        for number, piece in enumerate(wholes)
        for part in _cut_piece(piece, own.get(number), pen)
    ]


def _is_small(box: Box, tall: int, pen: float) -> bool:
    return box[3] < LOW * tall or box[2] < 1.8 * pen


def _count_cuts(box: Box) -> int:
    return min(MOST_CUTS, CUTS + round(CUTS_A_WIDTH * box[2] / box[3]))


def _cut_piece(piece: Piece, cuts: Cuts | None, pen: float) -> list[Part]:
    """Return the parts of a piece between its cuts, from left to right."""
    if cuts is None or not cuts.cuts:
        return [Part(piece, piece.box)]
    crossed = [0.0, *(cut.thickness for cut in cuts.cuts), 0.0]
    parts = []
    for number, ink in enumerate(cuts.split(piece.ink, pen)):
        columns = np.flatnonzero(ink.any(axis=0))
        first, last = int(columns[0]), int(columns[-1]) + 1
        part = Piece(
            np.ascontiguousarray(ink[:, first:last]), piece.x + first, piece.y, piece.stroke, number
        )
        parts.append(Part(part, part.box, crossed[number], crossed[number + 1]))
    return parts


def _list_runs(parts: Sequence[Part]) -> Iterator[Group]:
    """Yield the runs of parts that are no wider than a digit, and each component as a whole."""
    tall = max(part.box[3] for part in parts)
    of = [part.piece.stroke for part in parts]
    for first in range(len(parts)):
        yield (first,)
        left, right = parts[first].box[0], parts[first].box[0] + parts[first].box[2]
        for last in range(first + 1, len(parts)):
            box = parts[last].box
            run = of[first : last + 1]
            if box[0] - right > FARTHEST * tall or len(set(run)) > MOST_TOGETHER:
                break
            left, right = min(left, box[0]), max(right, box[0] + box[2])
            split = sum(run.count(number) < of.count(number) for number in run)
            is_narrow = right - left <= WIDEST * tall and split <= MOST_PARTS
            if is_narrow or (not split and len(set(run)) == 1):
                yield tuple(range(first, last + 1))


def _list_overlaps(parts: Sequence[Part]) -> Iterator[Group]:
    """Yield pairs of components that lie over each other with another between their middles."""
    for first in range(len(parts)):
        for last in range(first + 2, len(parts)):
            a, b = parts[first], parts[last]
            shared = min(a.box[0] + a.box[2], b.box[0] + b.box[2]) - max(a.box[0], b.box[0])
            is_apart = a.piece.stroke != b.piece.stroke
            if is_apart and shared >= OVERLAP * min(a.box[2], b.box[2]):
                yield first, last


def _find_cost(group: Group, parts: Sequence[Part]) -> float:
    """Return what it costs that the cuts at the sides of a group go through ink, in nats."""
    held = {(parts[n].piece.stroke, parts[n].piece.part) for n in group}
    crossed = []
    for number in group:
        part = parts[number]
        stroke, place = part.piece.stroke, part.piece.part
        for thickness, beside in ((part.left, place - 1), (part.right, place + 1)):
            if thickness and (stroke, beside) not in held:
                crossed.append(thickness)
    return CUT_COST * len(crossed) + CROSSED_COST * sum(crossed)
