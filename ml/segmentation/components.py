"""Pictures of numbers without strokes -> pieces: connected components, cut where they might be two
digits, and groups of neighbours that might be one.
"""

from dataclasses import dataclass

import numpy as np

from ml.preprocess import EDGE_SHARE, FAINTEST_PEAK
from ml.segmentation.labelling import Components, find_components
from ml.segmentation.marks import estimate_pen
from ml.segmentation.pieces import Candidates, Group, Piece
from ml.segmentation.seams import Cut, find_cuts

MOST_PIECES = 48  # more is a page, or noise
MOST_TOGETHER = 4  # pieces of one digit


def find_component_pieces(ink: np.ndarray) -> Candidates:
    """Return the pieces of a picture of digits in one line, and their groups; ink uint8 (H, W)."""
    peak = int(ink.max(initial=0))
    if peak < FAINTEST_PEAK:
        return Candidates([], [])
    components = find_components(ink > int(peak * EDGE_SHARE))
    if components is None or len(components) > MOST_PIECES:
        return take_whole(ink)
    pen = estimate_pen(ink)
    parts = _cut_components(ink, components, pen)
    parts.sort(key=lambda part: part.box[0] + part.box[2] / 2)
    return Candidates([part.piece for part in parts], *_group(parts))


def take_whole(ink: np.ndarray) -> Candidates:
    """Return all ink as one piece: what cannot be divided is one digit or none."""
    return Candidates([Piece(ink, 0, 0, 0)], [(0,)])


@dataclass(frozen=True)
class Part:
    """A piece, its tight box, and the ink crossed by the cuts on its two sides, in pens."""

    piece: Piece
    box: tuple[int, int, int, int]
    left: float = 0.0
    right: float = 0.0


def _cut_components(ink: np.ndarray, components: Components, pen: float) -> list[Part]:
    masks = [components.mask(number) for number in range(len(components))]
    heights = [mask.shape[0] for mask in masks]
    tall = max(heights)
    most = [count_cuts(mask, tall, pen) for mask in masks]
    cuts = find_cuts(masks, pen, most)
    parts = []
    for number, (mask, own) in enumerate(zip(masks, cuts, strict=True)):
        parts += _cut(ink, components, number, mask, own)
    return parts


def count_cuts(mask: np.ndarray, tall: int, pen: float) -> int:
    height, width = mask.shape
    if height < 0.45 * tall or width < 2 * pen:
        return 0
    return min(8, 1 + int(3 * width / height))


def _cut(
    ink: np.ndarray, components: Components, number: int, mask: np.ndarray, cuts: list[Cut]
) -> list[Part]:
    rows, columns = components.windows[number]
    own = np.where(mask, ink[rows, columns], 0).astype(np.uint8)
    x = np.arange(mask.shape[1])
    edges = [
        np.zeros(len(mask), int),
        *(cut.columns for cut in cuts),
        np.full(len(mask), mask.shape[1]),
    ]
    crossed = [0.0, *(cut.thickness for cut in cuts), 0.0]
    parts = []
    for part, (left, right) in enumerate(zip(edges, edges[1:], strict=False)):
        inside = (x >= left[:, None]) & (x < right[:, None])
        held = np.where(inside, own, 0)
        found = np.flatnonzero((held > 0).any(axis=0))
        if not len(found):
            continue
        cols = slice(found[0], found[-1] + 1)
        piece = Piece(
            np.ascontiguousarray(held[:, cols]),
            columns.start + int(found[0]),
            rows.start,
            number,
            part,
        )
        parts.append(Part(piece, piece.box, crossed[part], crossed[part + 1]))
    return parts


def _group(parts: list[Part]):
    groups = []
    count = len(parts)
    tall = max(part.box[3] for part in parts)
    for first in range(count):
        for last in range(first, min(count, first + MOST_TOGETHER)):
            groups.append(tuple(range(first, last + 1)))
    return (groups,)
