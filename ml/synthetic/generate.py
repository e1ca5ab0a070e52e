"""Generated examples: digits in ways of writing that MNIST lacks, and drawings that are not digits.

Digits are MNIST's own, traced (`ml.tracing`) and written again by other hands and pens, or come
from the tables of `ml.synthetic.digits`, written by `ml.synthetic.handwriting`. A seed decides
everything else: anyone can make the same examples again.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from ml.data.examples import Examples, join
from ml.synthetic.additions import add_strokes
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import choose_pen_shares, render, render_parts, rewrite, write
from ml.synthetic.non_digits import KINDS, NAMED, Kind, Parts, write_each
from ml.synthetic.raster import draw_paths
from ml.synthetic.spoilt import spoil
from ml.synthetic.straight_digits import write_straight
from ml.tracing.paths import Paths
from ml.tracing.thinning import find_lines
from ml.tracing.tracing import make_paths, trace

NOT_A_DIGIT = 10  # the label of drawings that are not digits; digits have 0 to 9
PART = 4_000  # retraced digits that are drawn at a time
STRAIGHT = 0.2  # the share of generated digits that is written in straight strokes
# The pen's width as a share of the longer side; with a thicker one, all is one blot.
THICKEST_STRAIGHT = 0.32
THICKEST_SPOILT = 0.3


def make_digits(count: int, seed: int) -> Examples:
    """Return `count` generated digits, each digit equally often, and each of its habits.

    A fifth of them is written in straight strokes.
    """
    return join(list(make_digit_parts(count, seed)))


def make_digit_parts(count: int, seed: int) -> Iterator[Examples]:
    """Yield what `make_digits` returns, digit by digit."""
    rng = np.random.default_rng((seed, 0))
    for digit, share in enumerate(split_evenly(count, len(DIGITS))):
        habits = DIGITS[str(digit)]
        straight = round(share * STRAIGHT)
        shares = split_evenly(share - straight, len(habits))
        parts = [write(habit, n, rng) for habit, n in zip(habits, shares, strict=True) if n]
        images = render(parts, rng)
        if straight:
            edged = render(write_straight(str(digit), straight, rng), rng, THICKEST_STRAIGHT)
            images = torch.cat([images, edged])
        yield Examples(images, torch.full((share,), digit))


def make_non_digits(count: int, seed: int) -> Examples:
    """Return `count` generated drawings of other things, all labelled NOT_A_DIGIT."""
    return join(list(make_non_digit_parts(count, seed)))


def make_non_digit_parts(count: int, seed: int, *, by_name: bool = False) -> Iterator[Examples]:
    """Yield what `make_non_digits` returns, some of a kind at a time.

    `by_name` labels letters and symbols with 11 and up, in the order of `NAMED`.
    """
    rng = np.random.default_rng((seed, 1))
    total = sum(kind.share for kind in KINDS.values())
    ends = np.cumsum([kind.share for kind in KINDS.values()]) * (count / total)
    numbers = np.diff(np.rint(ends).astype(int), prepend=0)
    for kind, number in zip(KINDS.values(), numbers, strict=True):
        for label, parts in _label(kind, int(number), rng, by_name):
            for images in render_parts(parts, rng, kind.thickest):
                yield Examples(images, torch.full((len(images),), label))


def _label(
    kind: Kind, count: int, rng: np.random.Generator, by_name: bool
) -> Iterator[tuple[int, Parts]]:
    if not count:
        return
    if not by_name or kind.table is None:
        yield NOT_A_DIGIT, kind.make(count, rng)
        return
    for name, parts in write_each(kind.table, count, rng):
        yield NOT_A_DIGIT + (1 + NAMED.index(name) if name in NAMED else 0), parts


def make_samples(
    seed: int = 0, columns: int = 20, mnist: Examples | None = None
) -> list[tuple[str, torch.Tensor]]:
    """Return rows to look at: a name and uint8 (columns, 28, 28), a few habits to a row.

    With MNIST's images, the first rows are its digits, each written again by another hand.
    """
    rng = np.random.default_rng((seed, 2))
    rows = [] if mnist is None else _retrace_rows(mnist, columns, np.random.default_rng((seed, 3)))
    rows += [(f"digit {digit}", _spread(DIGITS[digit], columns, rng)) for digit in DIGITS]
    for name, kind in KINDS.items():
        images = render(kind.make(max(columns, 200), rng), rng, kind.thickest)
        rows.append((name, images[torch.from_numpy(rng.permutation(len(images))[:columns])]))
    return rows


def trace_examples(examples: Examples) -> tuple[Paths, np.ndarray]:
    """Return the paths of digits and their labels, int64 (N,), without those with blots.

    A digit with a blot is traced to less than what was written: the label would be wrong.
    """
    lines, is_blotted = find_lines(examples.images.numpy())
    return make_paths(lines[~is_blotted]), examples.labels.numpy()[~is_blotted]


def retrace_digits(
    paths: Paths,
    labels: np.ndarray,
    count: int,
    rng: np.random.Generator,
    *,
    other_hands: bool = True,
) -> Examples:
    """Return `count` of the traced digits, some with a stroke added, each drawn with a random pen.

    `labels` is int64 (N,). With `other_hands`, other people write them; without, their shapes are
    MNIST's own. No digit comes twice before all came once. Raises ValueError if there are none.
    """
    return join(list(make_retraced_parts(paths, labels, count, rng, other_hands=other_hands)))


def make_retraced_parts(
    paths: Paths,
    labels: np.ndarray,
    count: int,
    rng: np.random.Generator,
    *,
    other_hands: bool = True,
) -> Iterator[Examples]:
    """Yield what `retrace_digits` returns, PART at a time."""
    if not len(labels):
        raise ValueError("there are no digits to write again")
    goes = math.ceil(count / len(labels))
    order = np.concatenate([rng.permutation(len(labels)) for _ in range(goes)])
    chosen = order[:count]
    pens = choose_pen_shares(count, rng).astype(np.float32)
    written = add_strokes(paths[chosen], labels[chosen], rng)
    if other_hands:
        written = rewrite(written, rng)
    for first in range(0, count, PART):
        part = slice(first, first + PART)
        images = draw_paths(written[part], pens[part])
        yield Examples(images, torch.from_numpy(labels[chosen[part]]))


def make_spoilt_parts(
    paths: Paths, labels: np.ndarray, count: int, rng: np.random.Generator
) -> Iterator[Examples]:
    """Yield `count` drawings made of the traced digits that are no digits, PART at a time.

    They are several digits side by side, turned ones, and digits with a part of another beside.
    """
    written = rewrite(spoil(paths, labels, count, rng), rng)
    pens = choose_pen_shares(count, rng, THICKEST_SPOILT).astype(np.float32)
    for first in range(0, count, PART):
        part = slice(first, first + PART)
        images = draw_paths(written[part], pens[part])
        yield Examples(images, torch.full((len(images),), NOT_A_DIGIT))


def _retrace_rows(
    mnist: Examples, columns: int, rng: np.random.Generator
) -> list[tuple[str, torch.Tensor]]:
    rows = []
    for digit in range(10):
        examples = mnist[torch.nonzero(mnist.labels == digit).ravel()[:columns]]
        paths = trace(examples.images.numpy())
        again = retrace_digits(paths, examples.labels.numpy(), columns, rng)
        rows.append((f"MNIST's {digit}", again.images))
    return rows


def _spread(habits: Sequence, columns: int, rng: np.random.Generator) -> torch.Tensor:
    numbers = np.linspace(0, len(habits) - 1, columns).round().astype(int)
    return render((write(habits[number], 1, rng) for number in numbers), rng)


def split_evenly(count: int, parts: int) -> list[int]:
    """Split a number into whole parts that differ by at most one."""
    return [count * (k + 1) // parts - count * k // parts for k in range(parts)]
