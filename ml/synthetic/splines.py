"""Smooth curves through a skeleton's points, as matrices: many writers cost one product.

A piece between two sharp corners is a Catmull-Rom spline (E. Catmull and R. Rom, A class of local
interpolating splines, 1974), which is linear in its points: positions = matrix @ points.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

STEPS = (2, 3, 4)  # segments between two points: fast hands and slow tablets leave few
MIDDLE_SHARE = 0.5  # of a point's jitter that the middle of a straight piece gets


@dataclass(frozen=True)
class Curve:
    """A habit ready to be drawn: its P control points, and which of them each stroke's pieces use.

    `points` is float (P, 2) in 0..1. A straight piece has a point of its own in the middle, so that
    it can bend.
    """

    points: np.ndarray
    strokes: tuple[tuple[tuple[int, ...], ...], ...]

    def follow(self, controls: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
        """Return each stroke's positions, (N, K, 2), for control points (N, P, 2)."""
        steps = int(rng.choice(STEPS))
        return [
            np.concatenate(
                [
                    _trace_piece(controls[:, piece], steps, number > 0)
                    for number, piece in enumerate(stroke)
                ],
                axis=1,
            )
            for stroke in self.strokes
        ]


def _trace_piece(controls: np.ndarray, steps: int, continues: bool) -> np.ndarray:
    positions = build_spline_matrix(controls.shape[1], steps) @ controls
    return positions[:, 1:] if continues else positions


@cache
def parse_habit(text: str) -> Curve:
    """Read the notation of `ml.synthetic.digits`; raises ValueError for anything else."""
    points: list[tuple[float, float]] = []
    strokes = []
    for stroke in text.split("/"):
        pieces, piece = [], []
        for token in stroke.split():
            if len(token.rstrip("!")) != 2 or not token.rstrip("!").isdigit():
                raise ValueError(f"{token!r} in {text!r} is not a point such as 09 or 09!")
            points.append((int(token[0]) / 9, int(token[1]) / 9))
            piece.append(len(points) - 1)
            if token.endswith("!") and len(piece) > 1:
                pieces.append(piece)
                piece = [len(points) - 1]
        if len(piece) > 1 or not pieces:
            pieces.append(piece)
        strokes.append(tuple(tuple(_with_middle(each, points)) for each in pieces))
    return Curve(np.array(points), tuple(strokes))


def _with_middle(piece: list[int], points: list[tuple[float, float]]) -> list[int]:
    if len(piece) == 1:
        return piece * 2  # a dot: a line to itself
    if len(piece) > 2:
        return piece
    (x1, y1), (x2, y2) = points[piece[0]], points[piece[1]]
    points.append(((x1 + x2) / 2, (y1 + y2) / 2))
    return [piece[0], len(points) - 1, piece[1]]


@cache
def build_spline_matrix(count: int, steps: int) -> np.ndarray:
    """Return the matrix (K, count) that takes points to K = (count - 1) * steps + 1 positions."""
    # A piece between two points depends on the points beyond them, too. Beyond each end, the last
    # point but one is mirrored at the last: 2 * last - last but one.
    extended = np.zeros((count + 2, count))
    extended[1:-1] = np.eye(count)
    extended[0, :2], extended[-1, -2:] = (2, -1), (-1, 2)
    rows = [extended[1]]
    for start in range(count - 1):
        for t in np.arange(1, steps + 1) / steps:
            # Of the points before, at the start, at the end, and after; halved below.
            weights = np.array(
                [
                    -t + 2 * t**2 - t**3,
                    2 - 5 * t**2 + 3 * t**3,
                    t + 4 * t**2 - 3 * t**3,
                    t**3 - t**2,
                ]
            )
            rows.append(weights / 2 @ extended[start : start + 4])
    return np.array(rows)
