"""Numbers for tests: digits of plain strokes, side by side on the board."""

import numpy as np

from tests.shapes import DIGITS


def write(text, *, gap=0.15, height=160.0, corner=(40.0, 60.0)):
    """The strokes of a number, float32 (P, 2) in board px; gaps in heights between pens' paths."""
    x, strokes = corner[0], []
    for character in text:
        shape = [np.array(stroke) for stroke in DIGITS[int(character)]]
        points = np.concatenate(shape)
        low, high = points.min(axis=0), points.max(axis=0)
        scale = height / (high[1] - low[1])
        move = np.array([x, corner[1]])
        strokes += [((stroke - low) * scale + move).astype(np.float32) for stroke in shape]
        x += (high[0] - low[0]) * scale + gap * height
    return strokes


def line(*points):
    return np.array(points, np.float32)
