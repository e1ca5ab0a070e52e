"""Digits that one stroke makes another: the true answer to where the evidence should lie."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.data.examples import Examples
from ml.explain.batches import run_batches
from ml.networks.classifier import Classifier
from ml.preprocess import BOX_SIDE, find_box, fit_ink, shrink
from ml.strokes import BOARD_SIDE, Placement, draw, place
from ml.synthetic.generate import trace_examples
from ml.synthetic.raster import draw_paths
from ml.tracing.paths import Paths

# Digits that another one with one more stroke is: a bar makes a 1 a 7, a closed gap a 6 an 8. Other
# flips are a network's own mistakes, of which nobody knows where the evidence should lie.
GROWN = {0: (8,), 1: (4, 7), 2: (8,), 3: (8, 9), 4: (9,), 5: (6, 8, 9), 6: (8,), 7: (9,), 9: (8,)}
ROUNDS = 16  # each digit gets so many strokes, one at a time
SIZE = 0.5  # of the board that a drawing spans
PEN = 0.12  # of that: about the page's pen
CLEAR = 0.8  # the probability of both readings
MOST = 0.2  # of all flips may be of one kind, such as 1 to 7


@dataclass(frozen=True)
class Flip:
    """A drawing that is read differently because of its last stroke."""

    seen: np.ndarray  # uint8 (28, 28)
    stroke: np.ndarray  # float (28, 28), 0 to 1: the share of a pixel's ink that it brought
    before: int
    after: int


def make_flips(classifier: Classifier, digits: Examples, count: int, seed: int) -> list[Flip]:
    """Return at most `count` flips of the digits, of as many kinds as come by chance.

    The network reads both drawings clearly and doesn't refuse them; the first it reads right.
    """
    rng = np.random.default_rng(seed)
    paths, labels = trace_examples(digits)
    kinds: Counter[tuple[int, int]] = Counter()
    flips = []
    for flip in _find_flips(classifier, paths, labels, rng):
        kind = flip.before, flip.after
        if kinds[kind] < MOST * count:
            kinds[kind] += 1
            flips.append(flip)
        if len(flips) == count:
            break
    return flips


def _find_flips(
    classifier: Classifier, paths: Paths, labels: np.ndarray, rng: np.random.Generator
) -> Iterator[Flip]:
    can_grow = np.isin(labels, list(GROWN))
    paths, labels = paths[can_grow], labels[can_grow]
    is_right = _read(classifier, paths) == labels
    paths, labels = paths[is_right], labels[is_right]
    for number in range(ROUNDS):
        added = _add_strokes(paths, labels, rng, number)
        after = _read(classifier, added)
        for index in rng.permutation(len(labels)):
            if after[index] in GROWN[labels[index]]:
                flip = _draw_flip(classifier, added, index)
                if (flip.before, flip.after) == (labels[index], after[index]):
                    yield flip


def _read(classifier: Classifier, paths: Paths) -> np.ndarray:
    """Return the digits that paths are read as, int (N,), -1 where that isn't clear."""
    pens = np.full(len(paths), PEN, np.float32)
    return _answer(classifier, draw_paths(paths, pens).numpy())


def _answer(classifier: Classifier, images: np.ndarray) -> np.ndarray:
    logits, _ = run_batches(classifier, images)
    calibration = classifier.calibration
    is_clear = calibration.probabilities(logits).max(axis=1) > CLEAR
    is_clear &= ~calibration.is_refused(logits)
    return np.where(is_clear, logits[:, :10].argmax(axis=1), -1)


def _add_strokes(paths: Paths, labels: np.ndarray, rng: np.random.Generator, number: int) -> Paths:
    """Add a stroke to each path: a line between two of its points; every other time, 1s a bar."""
    lines = _add_line(paths, rng)
    if number % 2:
        return lines
    ones = np.flatnonzero(labels == 1)
    return lines.replace([(ones, _add_top_bar(paths[ones], rng))])


def _add_line(paths: Paths, rng: np.random.Generator) -> Paths:
    """Join two points of each path: it closes gaps and divides rings."""
    rows = np.arange(len(paths))
    ends = [paths.points[rows, rng.integers(paths.points.shape[1], size=len(rows))] for _ in "ab"]
    middle = (ends[0] + ends[1]) / 2 + rng.normal(0, 0.5, ends[0].shape)
    return paths.add(np.stack([ends[0], middle, ends[1]], axis=1).astype(np.float32))


def _add_top_bar(paths: Paths, rng: np.random.Generator) -> Paths:
    """Draw a bar from the upper end of each path to the left, which makes a 1 a 7."""
    height = (paths.high - paths.low)[:, 1:]
    y = paths.low[:, 1:]
    top = np.concatenate([paths.find_x(y), y], axis=1)
    reach = height * rng.uniform(0.35, 0.75, height.shape)
    end = top + np.concatenate([-reach, reach * rng.uniform(-0.1, 0.2, height.shape)], axis=1)
    return paths.add(np.stack([top, end], axis=1).astype(np.float32))


def _draw_flip(classifier: Classifier, added: Paths, index: int) -> Flip:
    """Draw one path with and without its added stroke, as the page does, and read both."""
    pen = PEN * SIZE * BOARD_SIDE
    strokes = place(_list_strokes(added.points[index], added.lands[index]), Placement(SIZE, pen))
    whole, rest = draw(strokes, pen), draw(strokes[:-1], pen)
    seen = fit_ink(whole)
    before, after = _answer(classifier, np.stack([fit_ink(rest), seen])).tolist()
    return Flip(seen, _find_stroke(whole, rest, seen), before, after)


def _list_strokes(points: np.ndarray, lands: np.ndarray) -> list[np.ndarray]:
    starts = np.flatnonzero(lands)
    return np.split(points, starts[starts > 0])


def _find_stroke(whole: np.ndarray, rest: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the share of each pixel's ink, of `seen`, that is in `whole` and not in `rest`."""
    box = find_box(whole)
    assert box is not None
    new, all_ink = (shrink(ink[box], BOX_SIDE) for ink in (whole - np.minimum(whole, rest), whole))
    inked = np.rint(all_ink * (255 / all_ink.max())) > 0  # as fit_ink rounds, before it centres
    share = np.zeros(seen.shape)
    share[seen > 0] = new[inked] / all_ink[inked]  # centring keeps the order of the pixels
    return share
