"""Digits of straight strokes: as a pocket calculator shows them, and as arrow keys draw them.

Paths in the notation of `ml.synthetic.digits`, every point a corner. They are written by careful
hands: with a careless one's bends, a zero of four straight strokes is a zero like any other.
"""

import numpy as np

from ml.synthetic.digits import Habit
from ml.synthetic.handwriting import Hand, split_into_groups, write

# Without a width: each is written at several.
PATHS: dict[str, tuple[str, ...]] = {
    "0": (
        "00 90! 99! 09! 00",
        "90 00! 09! 99! 90",
        "00 90! 99! 09! 00 / 90 09",  # slashed
        "20 70! 92! 97! 79! 29! 07! 02! 20",  # corners cut
        "30 60! 93! 96! 69! 39! 06! 03! 30",
    ),
    "1": ("50 59", "13 50! 59", "05 50! 59", "20 50! 59", "20 50! 59 / 29 89", "14 50! 59 / 09 99"),
    "2": (
        "00 90! 94! 04! 09! 99",
        "00 90! 95! 05! 09! 99",
        "02 00! 90! 94! 04! 09! 99 97",
        "02 20! 70! 92! 94! 09! 99",
        "01 10! 80! 91! 93! 84! 14! 05! 09! 99",
    ),
    "3": (
        "00 90! 94! 04! 94! 99! 09",
        "00 90! 99! 09 / 04 94",
        "00 90! 99! 09 / 35 95",
        "00 90! 94! 34 / 94 99! 09",
        "02 00! 90! 99! 09! 07 / 24 94",
        "00 90! 44! 94! 99! 09",
        "00 80! 91! 93! 84! 34 / 84 95! 98! 89! 09",
    ),
    "4": (
        "00 04! 94 / 90 99",
        "00 05! 95 / 90 99",
        "00 06! 96 / 70 79",
        "00 05! 95! 90! 99",
        "70 06! 96 / 70 79",
        "60 05! 95 / 65 69",
        "90 04! 94 / 90 99",
        "00 04! 94 / 61 69",
        "70 79 / 70 05! 95",
    ),
    "5": (
        "90 00! 04! 94! 99! 09",
        "90 00! 05! 95! 99! 09",
        "90 00! 04! 94! 99! 09! 07",
        "90 10! 14! 74! 95! 98! 79! 09",
        "00 04! 94! 99! 09 / 00 90",
    ),
    "6": (
        "90 00! 09! 99! 94! 04",
        "90 00! 09! 99! 95! 05",
        "00 09! 99! 94! 04",  # without the upper bar
        "92 90! 00! 09! 99! 94! 04",
        "60 04! 09! 99! 94! 04",
        "70 20! 02! 07! 29! 79! 97! 95! 84! 04",
    ),
    "7": (
        "00 90! 99",
        "00 80! 89",
        "03 00! 90! 99",
        "00 90! 49",
        "00 90! 93! 49",
        "00 90! 99 / 45 95",
        "02 00! 90! 49 / 25 85",
    ),
    "8": (
        "00 90! 99! 09! 00 / 04 94",
        "04 00! 90! 99! 09! 04! 94",
        "00 90! 99! 09! 00 / 05 95",
        "90 00! 04! 94! 99! 09! 04! 94! 90",
        "00 90! 09! 99! 00",  # an hourglass
        "10 80! 83! 13! 10 / 03 93! 99! 09! 03",
        "20 70! 82! 74! 24! 12! 20 / 24 05! 08! 29! 79! 98! 95! 74",
    ),
    "9": (
        "94 04! 00! 90! 99! 09",
        "95 05! 00! 90! 99! 09",
        "94 04! 00! 90! 99",  # without the lower bar
        "94 04! 00! 90! 99! 09! 07",
        "94 04! 00! 90! 95! 49",
        "95 25! 03! 02! 20! 70! 92! 97! 79! 29",
    ),
}
WIDTHS = (0.36, 0.46, 0.56, 0.66, 0.76)  # wider, a zero is a square
WIDTH_OF_ONE = 0.5  # of the widths above
CAREFUL = Hand(
    jitter=0.014, width=0.07, slant=0.07, lean=0.02, turn=0.035, apart=0.012, grow=0.02,
    bow=0.012, hook=0.03, hooked=0.08, tremor=0.003,
)  # fmt: skip
HURRIED = Hand(
    jitter=0.028, width=0.1, slant=0.14, lean=0.03, turn=0.07, apart=0.025, grow=0.04,
    bow=0.025,
)  # fmt: skip


def list_habits(digit: str) -> list[Habit]:
    """Return the straight ways of writing a digit, each at every width that suits it."""
    share = WIDTH_OF_ONE if digit == "1" else 1
    return [(path, width * share) for path in PATHS[digit] for width in WIDTHS]


def write_straight(digit: str, count: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Write a digit in straight strokes `count` times; return arrays of segments, (n, S, 4)."""
    habits = list_habits(digit)
    parts = []
    for size in split_into_groups(count, most=len(habits), fewest=4):
        hand = CAREFUL if rng.random() < 0.6 else HURRIED
        parts.append(write(habits[rng.integers(len(habits))], size, rng, hand))
    return parts
