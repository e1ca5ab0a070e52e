"""Drawings that are not digits: letters, symbols, random strokes, and digits that were spoilt.

Each function returns arrays of segments, float (n, S, 4), whose n add up to the count asked for.
Whatever a person could take for a digit is left out, since its label would be wrong: the letters O,
I, l, o, Z, z, S, s, B, b, q, g and the like, a six upside down, a mirrored 8.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np

from ml.synthetic.arrows import draw_arrows, draw_swirls, draw_underlines
from ml.synthetic.digits import DIGITS, Habit
from ml.synthetic.handwriting import (
    THICKEST,
    Hand,
    split_into_groups,
    to_segments,
    write,
    write_table,
)
from ml.synthetic.letters import LETTERS, SYMBOLS
from ml.synthetic.parts import write_parts, write_with_neighbours
from ml.synthetic.pictures import PICTURES
from ml.synthetic.splines import build_spline_matrix

Parts = list[np.ndarray]
FIELD = np.array([0.8, 1.0])  # width and height that random strokes fill
GROUPS = 24  # of random drawings: those of a group have as many strokes of as many points

# Quarter turns to the right, and mirroring left to right, after which it is not a digit.
TURNS = {"2": (1, 3), "3": (1, 2, 3), "4": (1, 2, 3), "5": (1, 3), "6": (1, 3), "7": (1,)}
TURNS |= {"8": (1, 3), "9": (1, 3)}
MIRRORED = "34679"
# Only the first habits of a digit, the usual ones, are changed: a nine written like an S is a two
# when mirrored.
PLAIN = 10
# The half that is left: of which digit, cut along which axis (0 = x, 1 = y), and whether its lower
# coordinates remain. The other halves are digits, or might be: the upper half of a 9 is a 0.
HALVES = (("0", 1, True), ("0", 1, False), ("2", 1, False), ("3", 0, True), ("4", 0, True))
# Halves of two digits in one: of which digit the lower coordinates are taken, of which the higher
# ones, along which axis. These are left of 200 combinations: most others are digits, or might be.
SPLICES = (("2", "9", 0), ("4", "0", 1), ("4", "6", 1), ("6", "7", 1))
# Two digits one above the other that could be read as one: two rings make an 8, and two strokes a
# longer stroke.
RINGS = "0689"
STROKES = ("11", "71")
# A picture is drawn by careful hands: a triangle with round corners is a zero, and so is a square
# that is much taller than wide.
CAREFUL = Hand(jitter=0.022, width=0.12, bow=0.025, rounding=0.35)
# Letters may be written worse than digits are: a bad H is no digit either.
LOOSE = Hand(jitter=0.046, width=0.27, slant=0.25, turn=0.15, apart=0.045, grow=0.09, bow=0.06)
LOOSELY = 0.25  # the share of letters and symbols


def write_letters(count: int, rng: np.random.Generator) -> Parts:
    """Write letters of both cases, some of them badly."""
    return list(chain(*(parts for _, parts in write_each(LETTERS, count, rng))))


def write_symbols(count: int, rng: np.random.Generator) -> Parts:
    """Write symbols, some of them badly."""
    return list(chain(*(parts for _, parts in write_each(SYMBOLS, count, rng))))


def write_each(
    table: dict[str, tuple[Habit, ...]], count: int, rng: np.random.Generator
) -> Iterator[tuple[str, Parts]]:
    """Yield each character of a table that is written, and its drawings, `count` in all.

    What people write in four times as many ways comes twice as often.
    """
    ways = np.sqrt([len(habits) for habits in table.values()])
    for name, number in zip(table, rng.multinomial(count, ways / ways.sum()), strict=True):
        loosely = round(number * LOOSELY)
        own = {name: table[name]}
        usual = write_table(own, number - loosely, rng)
        yield name, usual + write_table(own, loosely, rng, LOOSE)


def draw_pictures(count: int, rng: np.random.Generator) -> Parts:
    """Draw small pictures and marks, each equally often."""
    return write_table(PICTURES, count, rng, CAREFUL)


def draw_angles(count: int, rng: np.random.Generator) -> Parts:
    """Draw straight strokes between the points of a coarse grid."""
    return _draw_random(count, rng, strokes=(1, 2, 2, 3), points=(4, 5, 6), steps=1, grid=3)


def draw_curves(count: int, rng: np.random.Generator) -> Parts:
    """Draw smooth strokes through random points."""
    return _draw_random(count, rng, strokes=(1, 2, 3), points=(4, 5, 6), steps=5, grid=None)


def draw_scribbles(count: int, rng: np.random.Generator) -> Parts:
    """Draw one long stroke through many random points."""
    return _draw_random(count, rng, strokes=(1,), points=(9, 12, 16), steps=3, grid=None)


def _draw_random(
    count: int,
    rng: np.random.Generator,
    *,
    strokes: tuple[int, ...],
    points: tuple[int, ...],
    steps: int,
    grid: int | None,
) -> Parts:
    """Draw random strokes, GROUPS arrays of them.

    `strokes` lists how many a drawing may have and `points` how many of them a stroke may have: a
    number that is listed twice comes twice as often. They are chosen once for a group, so that it
    is a single array, and its drawings differ in where their points lie.
    """
    parts = []
    for number in np.array_split(np.arange(count), GROUPS):
        each = [
            _draw_stroke(len(number), int(rng.choice(points)), steps, grid, rng)
            for _ in range(rng.choice(strokes))
        ]
        # Wide and narrow drawings.
        aspect = np.exp(rng.normal(0, 0.2, (len(number), 1, 1)))
        parts.append(_stretch(np.concatenate(each, axis=1), aspect))
    return parts


def _stretch(segments: np.ndarray, aspect: np.ndarray) -> np.ndarray:
    scale = np.concatenate([aspect, 1 / aspect, aspect, 1 / aspect], axis=2)
    return segments * scale


def _draw_stroke(
    count: int, points: int, steps: int, grid: int | None, rng: np.random.Generator
) -> np.ndarray:
    """Return the segments (count, S, 4) of one random stroke through `points` points.

    Points lie anywhere or, with a `grid` of so many points a side, on different points of it, so
    that straight strokes between them are long. With one step from point to point the stroke is
    straight, with more it is curved.
    """
    if grid is None:
        places = rng.random((count, points, 2))
    else:
        cells = rng.random((count, grid * grid)).argsort(axis=1)[:, :points]
        places = np.stack([cells % grid, cells // grid], axis=2) / (grid - 1)
        places = places + rng.normal(0, 0.05, places.shape)
    path = build_spline_matrix(points, steps) @ (places * FIELD) if steps > 1 else places * FIELD
    return to_segments(path)


def turn_digits(count: int, rng: np.random.Generator) -> Parts:
    """Write digits, then turn them by quarters or mirror them so that they are digits no more."""
    changes = [(digit, turns, 1) for digit in TURNS for turns in TURNS[digit]]
    changes += [(digit, 0, -1) for digit in MIRRORED]
    parts = []
    for (digit, turns, side), number in _share_out(changes, count, rng):
        segments = _write_digit(digit, number, rng, PLAIN).reshape(number, -1, 2) * [side, 1]
        for _ in range(turns):
            segments = segments[:, :, ::-1] * [-1, 1]  # (x, y) -> (-y, x), y down: to the right
        parts.append(segments.reshape(number, -1, 4))
    return parts


def write_pairs(count: int, rng: np.random.Generator) -> Parts:
    """Write two digits, half of them beside each other and half one above the other."""
    pairs = [(a, b, 0) for a in DIGITS for b in DIGITS]
    pairs += [(a, b, 1) for a, b, _ in pairs if not _join_up(a, b)]
    parts = []
    for (first, second, axis), number in _share_out(pairs, count, rng):
        low, high = _write_digit(first, number, rng), _write_digit(second, number, rng)
        high = high * np.exp(rng.normal(0, 0.15, (number, 1, 1)))
        end = low[:, :, axis::2].max(axis=(1, 2)) - high[:, :, axis::2].min(axis=(1, 2))
        shift = rng.normal(0, 0.12, (number, 1, 2))
        shift[:, 0, axis] = end + rng.uniform(0.08, 0.45, number)
        # A segment is x1, y1, x2, y2: the shift counts for both of its ends.
        parts.append(np.concatenate([low, high + np.tile(shift, 2)], axis=1))
    return parts


def _join_up(upper: str, lower: str) -> bool:
    return upper + lower in STROKES or (upper in RINGS and lower in RINGS)


def cut_digits(count: int, rng: np.random.Generator) -> Parts:
    """Write digits of which half is missing, where the half that is left is not a digit."""
    parts = []
    for (digit, axis, keeps_low), number in _share_out(HALVES, count, rng):
        edges = rng.uniform(0.4, 0.6, (number, 1))
        parts.append(_cut(_write_digit(digit, number, rng, PLAIN), axis, edges, keeps_low))
    return parts


def splice_digits(count: int, rng: np.random.Generator) -> Parts:
    """Write half of one digit and half of another, both of the same height and width."""
    parts = []
    for (first, second, axis), number in _share_out(SPLICES, count, rng):
        edges = rng.uniform(0.45, 0.55, (number, 1))
        halves = [
            _cut(_fill_box(_write_digit(digit, number, rng, PLAIN)), axis, edges, keeps_low)
            for digit, keeps_low in ((first, True), (second, False))
        ]
        parts.append(np.concatenate(halves, axis=1))
    return parts


def _cut(segments: np.ndarray, axis: int, edges: np.ndarray, keeps_low: bool) -> np.ndarray:
    """Keep the segments (N, S, 4) on one side of each drawing's edge, (N, 1), a share of 0..1.

    Drawings keep different numbers of segments but are one array, so each that goes is replaced by
    one that stays, which draws nothing new.
    """
    middle = segments[:, :, axis::2].mean(axis=2)
    low, high = middle.min(axis=1, keepdims=True), middle.max(axis=1, keepdims=True)
    stays = (middle < low + (high - low) * edges) == keeps_low
    first = np.take_along_axis(segments, stays.argmax(axis=1)[:, None, None], axis=1)
    return np.where(stays[:, :, None], segments, first)


def _fill_box(segments: np.ndarray) -> np.ndarray:
    """Shift and stretch drawings (N, S, 4) to a box of FIELD's width and height."""
    points = segments.reshape(len(segments), -1, 2)
    low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
    return ((points - low) / np.maximum(high - low, 1e-3) * FIELD).reshape(segments.shape)


def _write_digit(
    digit: str, count: int, rng: np.random.Generator, first: int | None = None
) -> np.ndarray:
    """Write a digit in one random habit, of all or of the first so many."""
    habits = DIGITS[digit][:first]
    return write(habits[rng.integers(len(habits))], count, rng)


def _share_out(choices: object, count: int, rng: np.random.Generator) -> list[tuple]:
    """Give each of `count` drawings a random choice; return (choice, number of drawings) pairs."""
    choices = list(choices)
    numbers = np.bincount(rng.integers(len(choices), size=count), minlength=len(choices))
    # Callers write all drawings of an entry in one habit, so each choice is split into several.
    return [
        (choice, size)
        for choice, number in zip(choices, numbers, strict=True)
        for size in split_into_groups(number, most=8, fewest=4)
    ]


class Kind(NamedTuple):
    """How drawings of a kind are made, and their share of all; the shares add up to 1."""

    make: Callable[[int, np.random.Generator], Parts]
    share: float
    thickest: float = THICKEST  # its pens, as shares of the longer side
    table: dict[str, tuple[Habit, ...]] | None = None  # of what `make` writes


# What a network can be taught by name; a dash and a tilde are strokes like any other.
NAMED = (*LETTERS, *(symbol for symbol in SYMBOLS if symbol not in "-~"))
FINE = 0.3  # a thicker pen would hide the head of an arrow, or what a group of strokes is
KINDS = {
    "letters": Kind(write_letters, 0.37, table=LETTERS),
    "symbols": Kind(write_symbols, 0.14, table=SYMBOLS),
    "pictures": Kind(draw_pictures, 0.10, FINE),
    "arrows": Kind(draw_arrows, 0.08, FINE),
    "swirls": Kind(draw_swirls, 0.03, FINE),
    "underlines": Kind(draw_underlines, 0.02, FINE),
    "angles": Kind(draw_angles, 0.04),
    "curves": Kind(draw_curves, 0.03),
    "scribbles": Kind(draw_scribbles, 0.01),
    "turned digits": Kind(turn_digits, 0.04),
    "two digits": Kind(write_pairs, 0.03),
    "half a digit": Kind(cut_digits, 0.02),
    "spliced digits": Kind(splice_digits, 0.01),
    "parts of digits": Kind(write_parts, 0.05, FINE),
    "a neighbour's stroke": Kind(write_with_neighbours, 0.03, FINE),
}
