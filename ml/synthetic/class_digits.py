"""Digits for a class without MNIST: a few common habits each, made in a second.

They are easier than `ml.synthetic.generate`'s, which hold all the ways of writing that are hard to
read: a network of one layer reads these as well as it reads MNIST.
"""

import numpy as np
import torch

from ml.data.examples import Examples, join
from ml.synthetic.digits import DIGITS
from ml.synthetic.generate import split_evenly
from ml.synthetic.handwriting import render, write

NAME = "generated digits"
HABITS = 5  # of each digit: the first ones of the table, which most people have
THICKEST = 0.3  # pen, as a share of the longer side


def make_class_digits(count: int, seed: int) -> Examples:
    """Return `count` generated digits, each digit equally often, and each of its common habits."""
    rng = np.random.default_rng((seed, 5))
    return join(list(_make_parts(count, rng))).named(NAME)


def _make_parts(count: int, rng: np.random.Generator) -> list[Examples]:
    parts = []
    for digit, share in enumerate(split_evenly(count, len(DIGITS))):
        habits = DIGITS[str(digit)][:HABITS]
        shares = split_evenly(share, len(habits))
        written = [write(habit, n, rng) for habit, n in zip(habits, shares, strict=True) if n]
        parts.append(Examples(render(written, rng, THICKEST), torch.full((share,), digit)))
    return parts
