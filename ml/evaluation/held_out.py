"""Drawings for measuring only: the tables of `ml.evaluation.shapes`, written by hands of their own.

These hands share no code with those of training (`ml.synthetic.handwriting`), so that what is
measured is how a network reads shapes and hands that it never saw.
"""

from itertools import pairwise

import numpy as np

from ml.evaluation.shapes import OTHERS, STRAIGHT, TURNED
from ml.strokes import Drawing
from ml.synthetic.digits import Habit
from ml.synthetic.splines import parse_habit

# How far hands are off, as multiples of what is usual: keys draw exactly.
HANDS = {"keys": 0.0, "careful": 0.4, "loose": 1.0}
GRID = 9  # steps of a table's grid, and those of straight digits
STRAIGHT_GRID = 8
NARROWEST, WIDEST = 0.35, 0.8  # width / height of straight digits
WIDEST_ZERO = 0.65  # wider ones are squares
ARC_POINTS = 6  # of a corner that is cut


def make_others(each: int, seed: int) -> list[Drawing]:
    """Return `each` drawings of every kind that is no digit; the label is the kind."""
    rng = np.random.default_rng((seed, 1))
    hands = list(HANDS)[1:]
    drawings = []
    for kind, habits in OTHERS.items():
        for number in range(each):
            hand = hands[number // len(habits) % len(hands)]
            strokes = _write_other(habits[number % len(habits)], kind in TURNED, HANDS[hand], rng)
            drawings.append(Drawing(f"{kind} {number}", hand, kind, tuple(strokes)))
    drawings += [
        Drawing(f"spiral {number}", "careful", "spiral", (_write_spiral(rng),))
        for number in range(each)
    ]
    return drawings


def make_straight_digits(each: int, seed: int) -> list[Drawing]:
    """Return `each` drawings of every digit in straight strokes, at several widths.

    Half of them have round corners. The writer is the hand and its corners: "keys, sharp".
    """
    rng = np.random.default_rng((seed, 2))
    drawings = []
    for digit, habits in STRAIGHT.items():
        for number in range(each):
            turn = number // len(habits)
            hand = list(HANDS)[turn % len(HANDS)]
            corners = ("sharp", "round")[turn // len(HANDS) % 2]
            width = rng.uniform(NARROWEST, WIDEST_ZERO if digit == "0" else WIDEST)
            cut = rng.uniform(0.2, 0.5) if corners == "round" else 0.0
            strokes = _write_straight(habits[number % len(habits)], width, cut, HANDS[hand], rng)
            name = f"{digit} {number}"
            drawings.append(Drawing(name, f"{hand}, {corners}", digit, tuple(strokes)))
    return drawings


def _write_other(
    habit: Habit, is_turned: bool, off: float, rng: np.random.Generator
) -> list[np.ndarray]:
    """Write a table's drawing; return strokes (P, 2), the longer side of the drawing about 1."""
    text, width = habit
    curve = parse_habit(text)
    size = np.array([width, 1]) / max(width, 1)
    points = (curve.points - 0.5) * size * np.exp(rng.normal(0, 0.1 * off, 2))
    points = points + rng.normal(0, 0.02 * off, points.shape) * size.clip(0.3)
    strokes = [stroke[0] for stroke in curve.follow(points[None], rng)]
    strokes = _bend(strokes, off, rng)
    if is_turned:
        mirror = np.array([rng.choice([-1, 1]), 1])
        turn = _rotation(rng.uniform(0, 2 * np.pi))
        strokes = [stroke * mirror @ turn for stroke in strokes]
    return strokes


def _write_straight(
    text: str, width: float, cut: float, off: float, rng: np.random.Generator
) -> list[np.ndarray]:
    """Write a straight digit; `cut` is the share of a corner's shorter leg that is rounded off."""
    strokes = []
    for part in text.split("/"):
        points = [[int(token[0]), int(token[1])] for token in part.split()]
        corners = (np.array(points) / STRAIGHT_GRID - 0.5) * [width, 1]
        corners += rng.normal(0, 0.025 * off, corners.shape) * [min(2 * width, 1), 1]
        strokes.append(_add_middles(_cut_corners(corners, cut)))
    return _bend(strokes, off, rng)


def _cut_corners(points: np.ndarray, cut: float) -> np.ndarray:
    """Replace each inner corner of a line (P, 2) by an arc; a turn back stays a turn back."""
    line = [points[:1]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        legs = before - corner, after - corner
        lengths = [np.hypot(*leg) for leg in legs]
        reach = min(lengths) * cut
        is_back = legs[0] @ legs[1] > 0.95 * lengths[0] * lengths[1]
        if not reach or is_back:
            line.append(corner[None])
            continue
        start, end = (
            corner + leg / length * reach for leg, length in zip(legs, lengths, strict=True)
        )
        t = np.linspace(0, 1, ARC_POINTS)[:, None]
        line.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    return np.concatenate([*line, points[-1:]])


def _add_middles(points: np.ndarray) -> np.ndarray:
    """Put two points into each piece of a line (P, 2), so that it can bend."""
    thirds = [start + (end - start) * k / 3 for start, end in pairwise(points) for k in range(3)]
    return np.array([*thirds, points[-1]])


def _write_spiral(rng: np.random.Generator) -> np.ndarray:
    """Return a spiral of more turns than a six, a nine or a nought has, (P, 2)."""
    turns = rng.uniform(2.3, 3.3)
    t = np.linspace(0.02, 1, int(turns * 24))
    angle = rng.choice([-1, 1]) * 2 * np.pi * turns * t + rng.uniform(0, 2 * np.pi)
    radius = t ** rng.uniform(0.7, 1.2) / 2
    points = np.stack([np.cos(angle) * rng.uniform(0.8, 1.2), np.sin(angle)], axis=1)
    (spiral,) = _bend([points * radius[:, None]], HANDS["careful"], rng)
    return spiral if rng.random() < 0.5 else spiral[::-1]


def _bend(strokes: list[np.ndarray], off: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Bow, slant and turn a whole drawing, all strokes alike, and let the pen tremble."""
    wave, phase = rng.normal(0, 0.025 * off, 2), rng.uniform(0, 2 * np.pi, 2)
    slant = np.array([[1, 0], [rng.normal(0, 0.12 * off), 1]])
    turn = _rotation(rng.normal(0, 0.07 * off))
    bent = []
    for stroke in strokes:
        moved = stroke + wave * np.sin(4 * stroke[:, ::-1] + phase)
        moved = moved + rng.normal(0, 0.004 * off, stroke.shape)
        bent.append((moved @ slant @ turn).astype(np.float32))
    return bent


def _rotation(angle: float) -> np.ndarray:
    """Return the matrix that turns points (P, 2) by an angle in radians: points @ matrix."""
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
