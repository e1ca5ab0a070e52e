"""Drawings as people leave them on the board: digits and what is none, in any place, by any pen."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.strokes import BOARD_SIDE, PEN_WIDTH, Placement, draw, place
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import write_strokes
from ml.synthetic.letters import LETTERS, SYMBOLS

OTHERS = LETTERS | SYMBOLS
KINDS = (*["digit"] * 4, *["other"] * 2, "scribble", "border", "beside", "tap")


@dataclass(frozen=True)
class BoardDrawing:
    """Strokes in board px, to a hundredth as the page rounds them, and the width of the pen."""

    kind: str
    strokes: list[list[list[float]]]
    pen: float

    def draw(self) -> np.ndarray:
        """Return the ink, uint8 (280, 280), as Python draws it."""
        return draw([np.array(stroke, np.float32) for stroke in self.strokes], self.pen)


def make_drawings(count: int, seed: int = 0) -> Iterator[BoardDrawing]:
    """Yield drawings of each kind in turn, the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        pen = float(rng.choice([4, 8, 12, PEN_WIDTH, PEN_WIDTH, 24, 30, 40]))
        strokes = _MAKERS[kind](pen, rng)
        rounded = [np.round(np.asarray(each, float), 2).tolist() for each in strokes]
        yield BoardDrawing(kind, rounded, pen)


def _write(table, pen, rng):
    """Write a character somewhere on the board, small or large."""
    names = sorted(table)
    habits = table[names[rng.integers(len(names))]]
    strokes = write_strokes(habits[rng.integers(len(habits))], 1, rng)
    across, down = rng.uniform(0, 1, 2)
    placement = Placement(float(rng.uniform(0.1, 1)), pen, float(across), float(down))
    return place([stroke[0] for stroke in strokes], placement)


def _scribble(pen, rng):
    points = rng.uniform(0, BOARD_SIDE, (int(rng.integers(6, 60)), 2))
    return np.split(points, [int(rng.integers(1, len(points)))])


def _fill_border(pen, rng):
    """Run the pen along a part of the border, at times most of it, and write a digit inside."""
    inset = rng.uniform(0, 0.7) * pen
    low, high = inset, BOARD_SIDE - inset
    corners = [[low, low], [high, low], [high, high], [low, high], [low, low]]
    line = corners[: int(rng.integers(3, 6))]
    return [line, *_write(DIGITS, pen, rng)] if rng.random() < 0.7 else [line]


def _write_beside(pen, rng):
    """Write a digit that leaves the board."""
    shift = rng.uniform(-0.5, 0.5, 2) * BOARD_SIDE
    return [stroke + shift for stroke in _write(DIGITS, pen, rng)]


def _tap(pen, rng):
    """Leave the board empty, tap on it, or draw hardly more."""
    start = rng.uniform(0, BOARD_SIDE, (1, 2))
    return [np.concatenate([start, start + rng.uniform(-25, 25, (1, 2))][: rng.integers(1, 3)])]


_MAKERS = {
    "digit": lambda pen, rng: _write(DIGITS, pen, rng),
    "other": lambda pen, rng: _write(OTHERS, pen, rng),
    "scribble": _scribble,
    "border": _fill_border,
    "beside": _write_beside,
    "tap": _tap,
}
