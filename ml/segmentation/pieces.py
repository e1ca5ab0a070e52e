"""Pieces of ink, and which of them could be one digit: what the lattice chooses from.

A piece is a stroke, a part of one between two cuts, or a connected part of a picture. Candidates
are sets of them. This is over-segmentation: ink is cut wherever it might have to be, and reading
decides which cuts count (Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning
applied to document recognition, 1998, section V).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ml.preprocess import find_box

Box = tuple[int, int, int, int]  # x, y, width, height, in px of the sheet
Group = tuple[int, ...]  # indexes of pieces, ascending

MOST_WAYS = 5000  # sets of used pieces that paths may come by: numbers have tens


@dataclass(frozen=True)
class Piece:
    """Ink that no candidate divides: a window of the sheet, and where it lies.

    `ink` is uint8 (h, w), 255 = ink, its upper left pixel at (x, y) of the sheet. `stroke` is the
    number of the stroke or of the component that it is of, `part` counts its parts from 0.
    """

    ink: np.ndarray
    x: int
    y: int
    stroke: int | None = None
    part: int = 0

    @cached_property
    def box(self) -> Box:
        """The tight box of its ink; raises ValueError if there is none."""
        return find_tight_box(self.ink, self.x, self.y)


@dataclass(frozen=True)
class Candidates:
    """Pieces in the lattice's order, and the groups of them that could each be one digit.

    The order is that of writing for strokes, left to right for pictures. Each piece is in at least
    one group; those of `droppable` may also be in no digit, as a line that joins two digits is.
    `costs` are taken from the scores of their groups (nats): of cuts through thick ink, for one.
    `weights` stand for the lattice's own where these candidates differ from strokes.
    """

    pieces: list[Piece]
    groups: list[Group]
    droppable: frozenset[int] = frozenset()
    costs: Mapping[Group, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


def compose(pieces: Sequence[Piece]) -> tuple[np.ndarray, Box]:
    """Lay pieces over each other as the canvas does; return their ink, uint8 (h, w), and its box.

    The ink is cut to its box (x, y, w, h). What shows of the paper is multiplied: 255 − Π (255 −
    ink) / 255. Of parts of one stroke the darker one counts, as within a stroke: together they give
    the stroke's own pixels. Raises ValueError if there is no ink.
    """
    x, y = min(piece.x for piece in pieces), min(piece.y for piece in pieces)
    width = max(piece.x + piece.ink.shape[1] for piece in pieces) - x
    height = max(piece.y + piece.ink.shape[0] for piece in pieces) - y
    paper = np.ones((height, width), np.float32)
    for layer in _join_parts(pieces):
        rows = slice(layer.y - y, layer.y - y + layer.ink.shape[0])
        columns = slice(layer.x - x, layer.x - x + layer.ink.shape[1])
        paper[rows, columns] *= (255 - layer.ink) * np.float32(1 / 255)
    ink = np.rint(255 * (1 - paper)).astype(np.uint8)
    box = find_tight_box(ink, x, y)
    rows, columns = slice(box[1] - y, box[1] - y + box[3]), slice(box[0] - x, box[0] - x + box[2])
    return ink[rows, columns], box


def has_few_ways(count: int, groups: Iterable[Group]) -> bool:
    """Say whether all paths through groups of `count` pieces can be tried in little time.

    What takes time is how many sets of pieces may be used up on the way. Runs alone have one set
    for each piece; groups that lie over each other can double them with every piece.
    """
    starting: list[list[int]] = [[] for _ in range(count)]
    for group in groups:
        starting[group[0]].append(sum(1 << piece for piece in group))
    seen, waiting = {0}, [0]
    while waiting and len(seen) <= MOST_WAYS:
        used = waiting.pop()
        first = (~used & (used + 1)).bit_length() - 1  # the first piece that is left
        if first < count:
            new = {used | mask for mask in starting[first] if not used & mask} - seen
            seen |= new
            waiting += new
    return len(seen) <= MOST_WAYS


def _join_parts(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Yield a piece for each stroke, its parts joined; pieces of no stroke stand alone."""
    strokes: dict[object, list[Piece]] = {}
    for number, piece in enumerate(pieces):
        stroke = ("alone", number) if piece.stroke is None else piece.stroke
        strokes.setdefault(stroke, []).append(piece)
    for parts in strokes.values():
        yield parts[0] if len(parts) == 1 else _take_darkest(parts)


def _take_darkest(parts: Sequence[Piece]) -> Piece:
    x, y = min(part.x for part in parts), min(part.y for part in parts)
    width = max(part.x + part.ink.shape[1] for part in parts) - x
    height = max(part.y + part.ink.shape[0] for part in parts) - y
    ink = np.zeros((height, width), np.uint8)
    for part in parts:
        rows = slice(part.y - y, part.y - y + part.ink.shape[0])
        columns = slice(part.x - x, part.x - x + part.ink.shape[1])
        np.maximum(ink[rows, columns], part.ink, out=ink[rows, columns])
    return Piece(ink, x, y)


def find_tight_box(ink: np.ndarray, x: int = 0, y: int = 0) -> Box:
    """Return the box of ink, uint8 (h, w), whose window lies at (x, y); raises ValueError."""
    found = find_box(ink)
    if found is None:
        raise ValueError("there is no ink in these pieces")
    rows, columns = found
    return (
        int(columns.start + x),
        int(rows.start + y),
        int(columns.stop - columns.start),
        int(rows.stop - rows.start),
    )
