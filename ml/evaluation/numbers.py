"""Numbers made of people's digits: several drawings of one writer, side by side on the board.

The drawings lost their sizes when they were recorded as 0 to 1000, so each gets the height of its
number again, a little more or less. Gaps are between the ends of the pen's paths, as shares of that
height: negative ones overlap, and up to the pen's width (0.11 at 160 px) the ink touches.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.strokes import Drawing

HEIGHT = 120.0, 200.0  # px of a digit
BOARD = 840.0, 280.0  # px: the wide board
MARGIN = 12.0  # px between the pen's path and the edge
FEWEST, MOST = 2, 5  # digits
# Standard deviations, lengths in heights. A hand slants its digits nearly alike.
SIZE, BASE, SLANT, OWN_SLANT, RISE = 0.08, 0.04, 0.12, 0.04, 0.03


@dataclass(frozen=True)
class ComposedNumber:
    """A number: its strokes, float32 (P, 2) in board px, and the place of each one's digit."""

    text: str
    writer: str
    strokes: list[np.ndarray]
    owners: list[int]


def compose_numbers(
    drawings: Sequence[Drawing], count: int, gaps: tuple[float, float], seed: int
) -> Iterator[ComposedNumber]:
    """Yield `count` numbers, each of 2 to 5 drawings of one writer, with gaps within a range."""
    rng = np.random.default_rng(seed)
    by_writer = defaultdict(list)
    for drawing in drawings:
        by_writer[drawing.writer].append(drawing)
    writers = sorted(name for name, own in by_writer.items() if len(own) >= MOST)
    for _ in range(count):
        own = by_writer[writers[rng.integers(len(writers))]]
        digits = rng.integers(FEWEST, MOST + 1)
        yield _compose([own[n] for n in rng.choice(len(own), digits, replace=False)], gaps, rng)


def _compose(
    chosen: Sequence[Drawing], gaps: tuple[float, float], rng: np.random.Generator
) -> ComposedNumber:
    edge, slant, strokes, owners = 0.0, rng.normal(0, SLANT), [], []
    for place, drawing in enumerate(chosen):
        own = _scale(drawing, slant + rng.normal(0, OWN_SLANT), rng)
        points = np.concatenate(own)
        left, right = points[:, 0].min(), points[:, 0].max()
        start = edge + (rng.uniform(*gaps) if place else 0.0)
        # Digits stand on the line: the lower ends are at 0.
        move = [start - left, rng.normal(0, BASE) - points[:, 1].max()]
        strokes += [stroke + move for stroke in own]
        owners += [place] * len(own)
        edge = start + right - left
    shear = np.array([[1, rng.normal(0, RISE)], [0, 1]])
    return ComposedNumber(
        "".join(drawing.label for drawing in chosen),
        chosen[0].writer,
        fit_to_board([stroke @ shear for stroke in strokes], rng.uniform(*HEIGHT)),
        owners,
    )


def _scale(drawing: Drawing, slant: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Return strokes about 1 high, slanted a little; what is wider than high, 1 wide."""
    points = np.concatenate(drawing.strokes)
    extent = np.ptp(points, axis=0)
    size = np.exp(rng.normal(0, SIZE)) / max(extent[1], 0.8 * extent[0], 1e-6)
    shear = np.array([[1, 0], [-slant, 1]])
    return [(stroke - points.min(axis=0)) * size @ shear for stroke in drawing.strokes]


def fit_to_board(strokes: Sequence[np.ndarray], height: float) -> list[np.ndarray]:
    """Return strokes on the wide board, `height` px to their unit; fewer if they are too wide."""
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    room = np.array(BOARD) - 2 * MARGIN
    scale = min(height, *(room / np.maximum(extent, 1e-6)))
    start = (np.array(BOARD) - extent * scale) / 2
    return [((stroke - low) * scale + start).astype(np.float32) for stroke in strokes]
