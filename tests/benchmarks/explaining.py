"""Is the evidence map true? Deletion, insertion, a sanity check and a pointing game, by network.

Deletion and insertion (V. Petsiuk and others, RISE, 2018): ink is taken away, or put on paper, in
the order of a map, in STEPS equal steps of pixels. The value is the answer's probability among the
ten digits (the logistic function of its logit against all others'), averaged over the steps: a true
map makes it fall early and rise early. A map must beat the ink's own darkness, which knows nothing
of the network.

Sanity (J. Adebayo and others, Sanity checks for saliency maps, 2018): the rank correlation, on ink,
with the map of the same network whose weights are drawn anew. Shift: the same with the map of the
image that lies one pixel farther. Pointing: a stroke was added that flips the reading; a hit is a
map for the new answer against the old one of which that stroke's pixels, of whose ink it brought at
least a quarter, hold more than half of what is above 0. Evidence is smooth over two pixels, so the
share within a pixel of the stroke stands beside it. "Peak" counts the maps whose highest pixel
lies on the stroke (J. Zhang and others, Top-down neural attention, 2016).
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from ml.data.examples import Examples
from ml.data.mnist import load_mnist
from ml.explain.batches import run_batches
from ml.explain.evidence import find_evidence
from ml.mnist_files import has_mnist
from ml.networks.card import read_card
from ml.networks.classifier import Classifier, load_onnx
from ml.networks.registry import build_model
from ml.networks.torch_classifier import TorchClassifier
from ml.synthetic.generate import make_digits
from tests.benchmarks.flips import make_flips
from tests.benchmarks.threads import one_thread

IMAGES = 200
STEPS = 20
REDRAWN = 5  # networks whose weights are drawn anew
SEED = 2**60 - 5  # no epoch and no calibration has it; nothing was chosen with it
DIGITS_FOR_EACH = 10  # that get strokes, for each flip wanted
SHIFTS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def measure(model: str, weights: Path, data: Path, count: int = IMAGES) -> Iterator[str]:
    """Yield a table for made digits and, where MNIST is, one for its test images."""
    classifier = load_onnx(weights, read_card(weights, model))
    with one_thread():
        yield _report(f"{model}, made digits", model, classifier, make_digits(5_000, SEED), count)
        if has_mnist(data):
            test = load_mnist(data, train=False)
            yield _report(f"{model}, MNIST's test set", model, classifier, test, count)


def _report(title: str, model: str, classifier: Classifier, digits: Examples, count: int) -> str:
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(0))
    images = digits[order[:count]].images.numpy()
    answers = run_batches(classifier, images)[0][:, :10].argmax(axis=1).tolist()
    begun = time.perf_counter()
    maps = [explain(classifier, *each) for each in zip(images, answers, strict=True)]
    each_ms = (time.perf_counter() - begun) / count * 1000
    rng = np.random.default_rng(SEED)
    orders = {
        "random order": [rng.permutation(image.size).reshape(image.shape) for image in images],
        "the ink itself": images,
        "evidence": maps,
    }
    rows = [_compare(name, classifier, images, answers, values) for name, values in orders.items()]
    sanity = _check_sanity(model, images, answers, maps)
    shift = _check_shift(classifier, images, answers, maps)
    hits, near, peaks, flips = _point(classifier, digits[order[: DIGITS_FOR_EACH * count]], count)
    return "\n".join(
        [
            f"{title}, {count} images, {STEPS} steps",
            "| order | deletion | insertion | difference |",
            "|---|---|---|---|",
            *rows,
            f"sanity: {np.mean(sanity):+.3f} (each redrawn network: "
            f"{', '.join(f'{value:+.3f}' for value in sanity)})",
            f"shifted by one pixel: median {shift:.3f}",
            f"pointing: {hits:.1%}, within a pixel of the stroke {near:.1%}, peak {peaks:.1%} "
            f"of {flips} flips",
            f"{each_ms:.0f} ms for each map",
        ]
    )


def explain(
    classifier: Classifier, seen: np.ndarray, answer: int, rival: int | None = None
) -> np.ndarray:
    """Return the map that is measured, float32 (28, 28)."""
    return find_evidence(classifier, seen, answer, rival).map


def _compare(
    name: str, classifier: Classifier, images: np.ndarray, answers: list[int], values: object
) -> str:
    pairs = zip(images, answers, values, strict=True)
    deletion, insertion = np.mean([_delete_and_insert(classifier, *each) for each in pairs], axis=0)
    return f"| {name} | {deletion:.3f} | {insertion:.3f} | {insertion - deletion:+.3f} |"


def _delete_and_insert(
    classifier: Classifier, seen: np.ndarray, answer: int, values: np.ndarray
) -> tuple[float, float]:
    """Return the answer's mean probability while ink goes, and while it comes."""
    ink = np.flatnonzero(seen)
    ranked = ink[np.argsort(-values.ravel()[ink].astype(float), kind="stable")]
    ends = np.rint(np.linspace(0, len(ranked), STEPS + 1)).astype(int)
    with_first = np.zeros((len(ends), seen.size), seen.dtype)
    for image, end in zip(with_first, ends, strict=True):
        image[ranked[:end]] = seen.ravel()[ranked[:end]]
    without_first = seen.ravel() - with_first
    both = np.concatenate([without_first, with_first]).reshape(-1, *seen.shape)
    logits, _ = run_batches(classifier, both)
    exact = logits[:, :10].astype(np.float64)
    shares = np.exp(exact - exact.max(axis=1, keepdims=True))
    probabilities = shares[:, answer] / shares.sum(axis=1)
    return probabilities[: len(ends)].mean(), probabilities[len(ends) :].mean()


def _check_sanity(
    model: str, images: np.ndarray, answers: list[int], maps: list[np.ndarray]
) -> list[float]:
    """Return the mean rank correlation with the maps of each network drawn anew."""
    means = []
    for seed in range(REDRAWN):
        torch.manual_seed(seed)
        redrawn = TorchClassifier(build_model(model))
        means.append(
            np.mean(
                [
                    correlate(ours[seen > 0], explain(redrawn, seen, answer)[seen > 0])
                    for seen, answer, ours in zip(images, answers, maps, strict=True)
                ]
            )
        )
    return means


def _check_shift(
    classifier: Classifier, images: np.ndarray, answers: list[int], maps: list[np.ndarray]
) -> float:
    """Return the median rank correlation with the map of the image one pixel farther."""
    values = []
    for number, (seen, answer, ours) in enumerate(zip(images, answers, maps, strict=True)):
        down, across = SHIFTS[number % len(SHIFTS)]
        moved = np.roll(seen, (down, across), (0, 1))
        back = np.roll(explain(classifier, moved, answer), (-down, -across), (0, 1))
        values.append(correlate(ours[seen > 0], back[seen > 0]))
    return float(np.median(values))


def _point(classifier: Classifier, digits: Examples, count: int) -> tuple[float, float, float, int]:
    """Return the shares of hits, hits within a pixel, and peaks on the stroke; and of how many."""
    flips = make_flips(classifier, digits, count, SEED)
    hits = near = peaks = 0
    for flip in flips:
        found = explain(classifier, flip.seen, flip.after, flip.before)
        stroke, positive = flip.stroke >= 0.25, found.clip(0)
        hits += positive[stroke].sum() > positive.sum() / 2
        near += positive[_widen(stroke)].sum() > positive.sum() / 2
        peaks += stroke.flat[found.argmax()]
    total = max(len(flips), 1)
    return hits / total, near / total, peaks / total, len(flips)


def _widen(stroke: np.ndarray) -> np.ndarray:
    """Return a bool (28, 28) stroke with all pixels that touch it."""
    padded = np.pad(stroke, 1)
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).any(axis=(2, 3))


def correlate(first: np.ndarray, second: np.ndarray) -> float:
    """Return Spearman's rank correlation of two float (P,) arrays, 0 if one is constant."""
    ranks = [_rank(first), _rank(second)]
    if min(np.ptp(each) for each in ranks) == 0:
        return 0.0
    return float(np.corrcoef(ranks)[0, 1])


def _rank(values: np.ndarray) -> np.ndarray:
    """Return float (P,): each value's place in the order; equal ones share theirs."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[which]
