"""Generated examples: digits in ways of writing that MNIST lacks, and drawings of no digit.

Nothing here was drawn by a person: all comes from the tables of `ml.skeletons`, from `ml.writing`
and from chance, so that anyone can make the same examples from the same seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ml.data import Examples
from ml.non_digits import KINDS
from ml.skeletons import DIGITS
from ml.writing import render, write

NOT_A_DIGIT = 10  # the label beside 0 to 9


@dataclass(frozen=True)
class Mixture:
    """What one epoch learns from besides MNIST, and how often each MNIST image comes by."""

    mnist_copies: int = 2
    digits: int = 50_000
    non_digits: int = 50_000

    def add_to(self, mnist: Examples, seed: int) -> Examples:
        """Return MNIST's examples with newly generated ones; another seed, other ones."""
        parts = [mnist] * self.mnist_copies
        parts += [make_digits(self.digits, seed), make_non_digits(self.non_digits, seed)]
        return Examples(
            torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts])
        )


def make_digits(count: int, seed: int) -> Examples:
    """Return `count` generated digits, as many of each, every habit equally often."""
    rng = np.random.default_rng((seed, 0))
    images, labels = [], []
    for digit, share in enumerate(_split(count, len(DIGITS))):
        habits = DIGITS[str(digit)]
        shares = _split(share, len(habits))
        parts = [write(habit, n, rng) for habit, n in zip(habits, shares, strict=True) if n]
        images.append(render(parts, rng))
        labels.append(torch.full((share,), digit))
    return Examples(torch.cat(images), torch.cat(labels))


def make_non_digits(count: int, seed: int) -> Examples:
    """Return `count` generated drawings of other things, all labelled NOT_A_DIGIT."""
    rng = np.random.default_rng((seed, 1))
    total = sum(share for _, share in KINDS.values())
    ends = np.rint(np.cumsum([share for _, share in KINDS.values()]) * (count / total)).astype(int)
    images = []
    for (make, _), number in zip(KINDS.values(), np.diff(ends, prepend=0), strict=True):
        if number:
            images.append(render(make(int(number), rng), rng))
    return Examples(torch.cat(images), torch.full((count,), NOT_A_DIGIT))


def make_samples(seed: int = 0, columns: int = 20) -> list[tuple[str, torch.Tensor]]:
    """Return rows to look at: a name and uint8 (columns, 28, 28), a few habits to a row."""
    rng = np.random.default_rng((seed, 2))
    rows = [(f"digit {digit}", _spread(DIGITS[digit], columns, rng)) for digit in DIGITS]
    for name, (make, _) in KINDS.items():
        images = render(make(max(columns, 200), rng), rng)
        rows.append((name, images[torch.from_numpy(rng.permutation(len(images))[:columns])]))
    return rows


def _spread(habits: Sequence, columns: int, rng: np.random.Generator) -> torch.Tensor:
    numbers = np.arange(columns) % len(habits)
    return render((write(habits[number], 1, rng) for number in sorted(numbers)), rng)


def _split(count: int, parts: int) -> list[int]:
    """Split a number into whole parts that differ by at most one."""
    return [count * (k + 1) // parts - count * k // parts for k in range(parts)]
