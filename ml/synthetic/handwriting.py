"""A skeleton written by many hands, and drawn with many pens.

A habit of `ml.synthetic.digits` or `.letters` is written many times, each time by another hand: its
points are moved, its curves bent, its corners rounded, its strokes set apart or run into each
other, and the whole is slanted, stretched and turned; a coarse or a fine tablet records it, and a
pen of another width draws it. Its image is what `fit_ink` would make of that drawing.

Traced paths are written again by other hands in the same way, except for what needs the control
points of a skeleton.

All writers of a habit are one array, (writers, points, 2), and each trait is chosen for all of them
at once.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from ml.preprocess import IMAGE_SIDE
from ml.synthetic.digits import Habit
from ml.synthetic.raster import fit_segments
from ml.synthetic.splines import Curve, parse_habit
from ml.tracing.paths import Paths

# Drawings are padded to a multiple of so many segments: groups of one length are drawn together,
# and with more lengths the groups would be too small for that to pay.
TOGETHER = 6
THINNEST, THICKEST = 0.025, 0.62  # the pen, as a share of the longer side of its path


@dataclass(frozen=True)
class Hand:
    """How much writers differ: standard deviations; lengths as shares of the height."""

    jitter: float = 0.038  # of each control point; careful writers have less of it, others more
    width: float = 0.22  # of the logarithm of width / height
    slant: float = 0.2
    lean: float = 0.06  # the mean of slants
    turn: float = 0.12  # radians
    apart: float = 0.035  # of where a stroke stands against the others
    grow: float = 0.07  # of the logarithm of a stroke's size against the others
    bow: float = 0.05  # of the bends of the whole drawing
    hook: float = 0.05  # of the length of the hooks where a pen lands and leaves
    hooked: float = 0.15  # the share of such ends that have one
    rounding: float = 1.0  # how round the roundest corners are: 0 leaves all as they are
    tremor: float = 0.006
    coarse: float = 0.3  # the share of tablets that round points to a grid
    coarsest: float = 1 / 30  # the widest of such grids


# Another hand writes what people wrote: it varies less than one that writes a skeleton, and moves
# no control points, of which it knows none.
ANOTHER = Hand(
    width=0.14, slant=0.15, lean=0, turn=0.1, bow=0.035, apart=0.02, hook=0.04, hooked=0.3
)


def write(
    habit: Habit, count: int, rng: np.random.Generator, hand: Hand | None = None
) -> np.ndarray:
    """Write one habit `count` times; return the segments, float32 (count, S, 4), height about 1."""
    strokes = write_strokes(habit, count, rng, hand)
    return np.concatenate([to_segments(stroke) for stroke in strokes], axis=1)


def write_strokes(
    habit: Habit, count: int, rng: np.random.Generator, hand: Hand | None = None
) -> list[np.ndarray]:
    """Write one habit `count` times; return each of its strokes, float (count, K, 2), height 1."""
    hand = hand or Hand()
    text, width = habit
    curve = parse_habit(text)
    points = _move_controls(curve, width, count, rng, hand)
    strokes = [
        _record(_place_stroke(stroke, rng, hand), rng, hand) for stroke in curve.follow(points, rng)
    ]
    return _deform(strokes, rng, hand)


def write_table(
    table: dict[str, tuple[Habit, ...]],
    count: int,
    rng: np.random.Generator,
    hand: Hand | None = None,
) -> list[np.ndarray]:
    """Write random characters of a table, each in one of its habits; return arrays of segments.

    The character is chosen first: those with many habits come no more often than others.
    """
    names = list(table)
    chosen = [table[names[n]] for n in rng.integers(len(names), size=count)]
    habits = [habits[rng.integers(len(habits))] for habits in chosen]
    return [write(habit, habits.count(habit), rng, hand) for habit in sorted(set(habits))]


def split_into_groups(count: int, most: int, fewest: int = 1) -> list[int]:
    """Return the sizes of at most `most` groups of at least `fewest`, which differ by one at most.

    There is one group if there are fewer than `fewest`, and none of 0.
    """
    groups = min(most, max(1, count // fewest))
    return [len(group) for group in np.array_split(np.arange(count), groups) if len(group)]


def _move_controls(
    curve: Curve, width: float, count: int, rng: np.random.Generator, hand: Hand
) -> np.ndarray:
    """Return control points (count, P, 2) of `count` writers, around (0, 0), height about 1.

    Points of narrow characters move less sideways, or a 1 would lose its shape; the square root
    lets them move more than in proportion to the width.
    """
    wide = width * np.exp(rng.normal(0, hand.width, (count, 1, 1)))
    scale = np.concatenate([wide, np.ones_like(wide)], axis=2)
    share = np.abs(rng.normal(0, 1, (count, 1, 1))).clip(0, 2)
    moves = rng.normal(0, hand.jitter, (count, len(curve.points), 2)) * share
    return (curve.points - 0.5) * scale + moves * np.sqrt(scale.clip(0.3, 1))


def _place_stroke(stroke: np.ndarray, rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """Shift, scale and extend each writer's stroke (count, K, 2) against the others."""
    count = len(stroke)
    middle = stroke.mean(axis=1, keepdims=True)
    size = np.exp(rng.normal(0, hand.grow, (count, 1, 1)))
    return (stroke - middle) * size + middle + rng.normal(0, hand.apart, (count, 1, 2))


def _record(stroke: np.ndarray, rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """Round the corners, let the pen tremble, and add hooks where it lands and leaves."""
    count = len(stroke)
    # Squared, since most people's corners are sharp. Each pass moves a point towards the middle of
    # its neighbours: three of them reach about three points to either side of a corner.
    rounding = hand.rounding * rng.uniform(0, 1, (count, 1, 1)) ** 2
    for _ in range(3):
        inner = (stroke[:, :-2] + stroke[:, 2:]) / 2
        stroke[:, 1:-1] += rounding * (inner - stroke[:, 1:-1]) * 0.6
    stroke = stroke + _draw_tremor(stroke.shape, rng, hand)
    hooks = _draw_hooks((count, 2, 2), rng, hand)
    return np.concatenate([stroke[:, :1] + hooks[:, :1], stroke, stroke[:, -1:] + hooks[:, 1:]], 1)


def _draw_tremor(shape: tuple[int, ...], rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """Return by how much each writer's pen is off at each point, (count, K, 2)."""
    return rng.normal(0, hand.tremor, shape) * rng.uniform(0, 2, (shape[0], 1, 1))


def _draw_hooks(shape: tuple[int, ...], rng: np.random.Generator, hand: Hand) -> np.ndarray:
    """Return how far each end is from where it was meant to be, (count, K, 2); of most, 0."""
    return rng.normal(0, hand.hook, shape) * (rng.random((*shape[:2], 1)) < hand.hooked)


def _deform(strokes: list[np.ndarray], rng: np.random.Generator, hand: Hand) -> list[np.ndarray]:
    """Bend, slant and turn each writer's whole drawing, then record it by a tablet.

    All strokes of a drawing are changed by the same functions of x and y, both about -0.5 to 0.5,
    so that strokes that met still meet.
    """
    count = len(strokes[0])
    bow = rng.normal(0, hand.bow, (6, count, 1))
    slant = rng.normal(hand.lean, hand.slant, (count, 1))
    turn = rng.normal(0, hand.turn, (count, 1))
    step = rng.uniform(hand.coarsest / 8, hand.coarsest, (count, 1, 1)).clip(1e-6)
    is_coarse = rng.random((count, 1, 1)) < hand.coarse
    seen = []
    for stroke in strokes:
        x, y = stroke[:, :, 0], stroke[:, :, 1]
        # An arch bends the whole to one side, a wave the upper half to one and the lower to the
        # other; x * y makes a trapezium: wide at the top or at the bottom. The factors make all
        # about equally strong.
        arch, wave = np.cos(np.pi * y), np.sin(2 * np.pi * y)
        x, y = (
            x + bow[0] * arch + bow[1] * wave * 0.5 + bow[2] * x * y * 4,
            y + bow[3] * np.cos(np.pi * x) + bow[4] * arch + bow[5] * x * y * 2,
        )
        x = x - slant * y
        x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
        points = np.stack([x, y], axis=2)
        seen.append(np.where(is_coarse, np.rint(points / step) * step, points))
    return seen


def rewrite(paths: Paths, rng: np.random.Generator, hand: Hand = ANOTHER) -> Paths:
    """Return each path as another hand would write it.

    Its width, slant, bends and tremor are that hand's, its strokes stand apart as it sets them, and
    their ends have its hooks. Points keep their number and order.
    """
    points = paths.points
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    middle, longest = (low + high) / 2, (high - low).max(axis=2, keepdims=True).clip(1)
    count = len(points)
    wide = np.exp(rng.normal(0, hand.width / 2, (count, 1)))
    shape = (points - middle) / longest * np.stack([wide, 1 / wide], axis=2)
    # A pen that stays where it is does not tremble: each repeated point (Paths are padded by them)
    # moves as the first of its kind, `latest`, does.
    moves = (np.diff(points, axis=1, prepend=np.nan) != 0).any(axis=2)  # count, L
    latest = np.maximum.accumulate(np.where(moves, np.arange(moves.shape[1]), 0), axis=1)
    lands = paths.lands.copy()
    lands[:, 0] = True
    is_end = lands.copy()
    # A stroke ends before the next lands. Rolled around, the first landing marks the path's end.
    leaves = np.roll(lands, -1, axis=1)
    np.put_along_axis(is_end, np.where(leaves, latest, 0), True, axis=1)
    moved = _draw_tremor(shape.shape, rng, hand)
    moved += _draw_hooks(shape.shape, rng, hand) * is_end[:, :, None]
    shape += np.take_along_axis(moved, latest[:, :, None], axis=1)
    stroke = lands.cumsum(axis=1) - 1
    apart = rng.normal(0, hand.apart, (count, stroke.max(initial=0) + 1, 2))
    shape += np.take_along_axis(apart, stroke[:, :, None], axis=1)
    (shape,) = _deform([shape], rng, hand)
    return Paths((shape * longest + middle).astype(np.float32), paths.lands)


def to_segments(stroke: np.ndarray) -> np.ndarray:
    """Return the pieces (count, K - 1, 4) of strokes (count, K, 2) from point to point."""
    return np.concatenate([stroke[:, :-1], stroke[:, 1:]], axis=2)


def choose_pen_shares(
    count: int, rng: np.random.Generator, thickest: float = THICKEST
) -> np.ndarray:
    """Return pens' widths by chance as shares of the longer side of what they write, float (N,).

    From a hair on a whole board to a brush on a small digit. Half of them are spread evenly over
    the ratios of widths, so that thin pens are as frequent as thick ones, and half over the widths
    themselves: what a brush leaves takes more examples to learn.
    """
    even = rng.uniform(THINNEST, thickest, count)
    by_ratio = THINNEST * (thickest / THINNEST) ** rng.random(count)
    return np.where(rng.random(count) < 0.5, even, by_ratio)


def choose_pens(
    segments: np.ndarray, rng: np.random.Generator, thickest: float = THICKEST
) -> np.ndarray:
    """Return a pen's width for each drawing, float (N,), in the unit of its segments."""
    longest = np.ptp(segments.reshape(len(segments), -1, 2), axis=1).max(axis=1)
    return longest * choose_pen_shares(len(segments), rng, thickest)


def render(
    parts: Iterable[np.ndarray], rng: np.random.Generator, thickest: float = THICKEST
) -> torch.Tensor:
    """Draw arrays of segments, (n, S, 4), with random pens; return uint8 (N, 28, 28).

    The images are in the order of `render_parts`, not in that of the parts.
    """
    images = list(render_parts(parts, rng, thickest))
    return (
        torch.cat(images) if images else torch.empty(0, IMAGE_SIDE, IMAGE_SIDE, dtype=torch.uint8)
    )


def render_parts(
    parts: Iterable[np.ndarray], rng: np.random.Generator, thickest: float = THICKEST
) -> Iterator[torch.Tensor]:
    """Yield what `render` returns: the drawings with the fewest segments first.

    Those of about as many segments are drawn together; the shorter ones repeat their last.
    """
    groups: dict[int, list[np.ndarray]] = {}
    for part in parts:
        if len(part):
            length = math.ceil(part.shape[1] / TOGETHER) * TOGETHER
            padded = np.pad(part, ((0, 0), (0, length - part.shape[1]), (0, 0)), mode="edge")
            groups.setdefault(length, []).append(padded)
    for length in sorted(groups):
        together = np.concatenate(groups[length])
        pens = torch.from_numpy(choose_pens(together, rng, thickest))
        yield fit_segments(torch.from_numpy(together).float(), pens)
