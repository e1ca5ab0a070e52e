"""Digits of a few lines and arcs, for tests of their parts."""

import numpy as np

from ml.strokes import Drawing


def line(*points):
    return np.array(points, np.float32) / 9


def circle(first, last, steps=20):
    """An arc of a circle, 1 across, between two angles in degrees: 0 right, 90 down."""
    angle = np.radians(np.linspace(first, last, steps))
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) / 2 + 0.5


FOUR = (line((2, 0), (0, 5), (9, 5)), line((5, 1), (5, 9)))
SEVEN = (line((0, 0), (7, 0), (3, 9)), line((1, 4), (7, 4)))
ONE = (line((3, 0), (3, 9)),)
NOUGHT = (circle(0, 360),)


def draw_digits(**digits):
    """Every digit nine times by one writer: label=strokes, with an underscore before it."""
    return [
        Drawing(f"{label}{number}", "ann", label.strip("_"), strokes)
        for label, strokes in digits.items()
        for number in range(9)
    ]
