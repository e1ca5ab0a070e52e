"""Parts of digits, and digits with a part of their neighbour: wrong groupings of strokes.

A number is read by trying which strokes belong together; most groups are none of its digits, and
the network should say so. Left out are the parts that are digits themselves, or could be: a plain
stroke that stands (a one), a ring (a zero), a seven without its bar, a two without its foot (a
seven), a two's foot (some people's two), half a three (an open zero), a five without its hat (some
people's five), the stem of a six or a nine (a one), a half of an eight (an S, a five).
"""

import numpy as np

from ml.synthetic.digits import DIGITS, Habit
from ml.synthetic.handwriting import split_into_groups, write, write_table

Parts = list[np.ndarray]

PARTS: dict[str, tuple[Habit, ...]] = {
    "a four's first stroke": (
        ("30 05! 95", 1.00),
        ("20 05! 95", 1.00),
        ("10 04! 94", 1.00),
        ("40 16! 96", 1.20),
        ("00 09! 99", 0.90),
        ("00 07 39 98", 0.90),
        ("10 05 29 88", 0.90),
        ("00 06 39 79 96 90", 0.90),
        ("60 09! 99", 1.10),
        ("90 09! 99", 1.00),
        ("80 18 19 29 77", 1.00),
        ("30 16 08 19 97", 1.00),
    ),
    "a five's upper corner": (
        ("90 10! 05", 1.20),
        ("90 00! 09", 0.90),
        ("90 00! 07! 56", 1.00),
        ("80 20! 16 47", 1.00),
    ),
    "a bar": (
        ("05 95", 5.00),
        ("06 94", 4.00),
        ("04 94", 8.00),
        ("08 91", 2.60),
        ("03 45 96", 3.00),
    ),
    "a dot": (("44 55", 1.00), ("45 54 44", 1.50)),
}
BESIDE = ("30 05! 95", "90 10! 05", "01 60 93 86 38", "91 40 04 47 98", "50 59", "05 95")
GAPS = 0.06, 0.4  # between a digit and its neighbour's stroke, in heights


def write_parts(count: int, rng: np.random.Generator) -> Parts:
    """Write parts of digits that are no digits, each kind equally often."""
    return write_table(PARTS, count, rng)


def write_with_neighbours(count: int, rng: np.random.Generator) -> Parts:
    """Write digits with one stroke of their neighbour beside them.

    No ones: beside a stroke they make fours and tens. The stroke stands clear of the digit, since a
    zero that touches a plain stroke is a nine, an a or a d.
    """
    digits = [digit for digit in DIGITS if digit != "1"]
    parts = []
    for n in split_into_groups(count, most=40, fewest=4):
        habits = DIGITS[digits[rng.integers(len(digits))]]
        digit = write(habits[rng.integers(len(habits))], n, rng)
        text = BESIDE[rng.integers(len(BESIDE))]
        flat = text == "05 95"
        stroke = write((text, 6.0 if flat else 0.15 if text == "50 59" else 0.6), n, rng)
        size = rng.uniform(0.07, 0.12, (n, 1, 1)) if flat else rng.uniform(0.6, 1.05, (n, 1, 1))
        parts.append(place_beside(digit, stroke * size, rng.random(n) < 0.5, rng))
    return parts


def place_beside(
    first: np.ndarray, second: np.ndarray, is_left: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return drawings (n, S + T, 4): the second (n, T, 4) to the left or the right of the first."""
    gap = rng.uniform(*GAPS, len(first))
    low, high = first[:, :, 0::2].min(axis=(1, 2)), first[:, :, 0::2].max(axis=(1, 2))
    own_low, own_high = second[:, :, 0::2].min(axis=(1, 2)), second[:, :, 0::2].max(axis=(1, 2))
    shift = np.where(is_left, low - gap - own_high, high + gap - own_low)
    up = rng.normal(0, 0.1, len(first))
    moved = second + np.stack([shift, up, shift, up], axis=1)[:, None]
    return np.concatenate([first, moved], axis=1)
