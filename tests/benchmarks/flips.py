"""Digits that one stroke makes another: the true answer to where the evidence should lie."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.data.examples import Examples
from ml.networks.classifier import Classifier
from ml.preprocess import BOX_SIDE, find_box, fit_ink, normalize, pad_to_square, shrink
from ml.strokes import BOARD_SIDE, Placement, draw, place
from ml.synthetic.additions import ADDITIONS
from ml.synthetic.generate import trace_examples
from ml.synthetic.raster import draw_paths
from ml.tracing.paths import Paths

ROUNDS = 12  # each digit gets so many strokes, one at a time
SIZE = 0.5  # of the board that a drawing spans
PEN = 0.12  # of that: about the page's pen
CLEAR = 0.8  # the probability of both readings
MOST = 0.15  # of all flips may be of one kind, such as 1 to 7


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
    pens = np.full(len(labels), PEN, np.float32)
    before, _ = classifier(normalize(draw_paths(paths, pens).numpy()))
    is_right = _is_clear(classifier, before) & (before[:, :10].argmax(axis=1) == labels)
    for number in range(ROUNDS):
        added = _add_strokes(paths, labels, rng, number)
        after, _ = classifier(normalize(draw_paths(added, pens).numpy()))
        is_flip = is_right & _is_clear(classifier, after)
        is_flip &= after[:, :10].argmax(axis=1) != labels
        for index in rng.permutation(np.flatnonzero(is_flip)):
            flip = _draw_flip(classifier, paths, added, index, int(labels[index]))
            if flip is not None:
                yield flip


def _is_clear(classifier: Classifier, logits: np.ndarray) -> np.ndarray:
    calibration = classifier.calibration
    is_sure = calibration.probabilities(logits).max(axis=1) > CLEAR
    return is_sure & ~calibration.is_refused(logits)


def _add_strokes(paths: Paths, labels: np.ndarray, rng: np.random.Generator, number: int) -> Paths:
    """Add a stroke to each path: a line between two of its points, a bar, or an addition."""
    if number % 3 == 0:
        return _add_top_bar(paths, rng)
    if number % 3 == 1:
        return _add_line(paths, rng)
    # The first of a digit's additions is a single stroke.
    chosen = [(np.flatnonzero(labels == digit), kinds[0]) for digit, kinds in ADDITIONS.items()]
    return paths.replace([(index, add(paths[index], rng)) for index, add in chosen])


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


def _draw_flip(
    classifier: Classifier, paths: Paths, added: Paths, index: int, before: int
) -> Flip | None:
    """Draw one path with and without its added stroke, as the page does; None if nothing flips."""
    strokes = list(_list_strokes(added.points[index], added.lands[index]))
    pen = PEN * SIZE * BOARD_SIDE
    strokes = place(strokes, Placement(SIZE, pen))
    whole, rest = draw(strokes, pen), draw(strokes[:-1], pen)
    seen = fit_ink(whole)
    logits, _ = classifier(normalize(np.stack([fit_ink(rest), seen])))
    first, after = logits[:, :10].argmax(axis=1).tolist()
    if first != before or after == before or not _is_clear(classifier, logits).all():
        return None
    return Flip(seen, _find_stroke(whole, rest, seen), before, after)


def _list_strokes(points: np.ndarray, lands: np.ndarray) -> Iterator[np.ndarray]:
    starts = np.flatnonzero(lands)
    yield from np.split(points, starts[starts > 0])


def _find_stroke(whole: np.ndarray, rest: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the share of each pixel's ink, of `seen`, that is in `whole` and not in `rest`."""
    box = find_box(whole)
    assert box is not None
    new, all_ink = (
        shrink(pad_to_square(ink[box].astype(np.float32)), BOX_SIDE)
        for ink in (whole - np.minimum(whole, rest), whole)
    )
    inked = np.rint(all_ink * (255 / all_ink.max())) > 0  # as fit_ink rounds, before it centres
    share = np.zeros(seen.shape)
    share[seen > 0] = new[inked] / all_ink[inked]  # centring keeps the order of the pixels
    return share
