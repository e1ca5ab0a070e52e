"""Hands for tests: people who write the digits of tests.shapes, some in a way of their own."""

import numpy as np
import torch

from ml.data.drawings import Drawings
from ml.data.examples import Examples
from ml.preprocess import fit_ink
from ml.strokes import BOARD_SIDE, draw
from tests.digits import vary
from tests.shapes import DIGITS, Stroke

# Two bars for a 2 and three for a 3: nobody writes them so in MNIST.
TWO_BARS: list[Stroke] = [[(0.25, 0.35), (0.75, 0.35)], [(0.25, 0.65), (0.75, 0.65)]]
THREE_BARS: list[Stroke] = [
    [(0.25, height), (0.75, height)] for height in (0.25, 0.5, 0.75)
]  # fmt: skip
BARS = {2: TWO_BARS, 3: THREE_BARS}


def write_by_hand(each: int, seed: int = 0, habits: dict[int, list[Stroke]] | None = None):
    """Return `each` drawings of every digit with their strokes, in the ways of this hand."""
    random = np.random.default_rng(seed)
    shapes = DIGITS | (habits or {})
    labels = np.arange(10 * each) % 10
    drawings = []
    for label in labels:
        strokes = vary(shapes[label], random)
        drawings.append(tuple(np.array(stroke, np.float32) * BOARD_SIDE for stroke in strokes))
    images = np.stack([fit_ink(draw(strokes)) for strokes in drawings])
    return Drawings(Examples(torch.from_numpy(images), torch.from_numpy(labels)), tuple(drawings))
