"""Which ink spoke for the answer and which against it: partial drawings, and what explains them.

The network reads the drawing many times, each time with other parts of the ink left out. The map is
what explains these readings best: every pixel gets a number, and the numbers of the ink that was
kept should add up to how clearly the network gave the answer. It needs nothing but readings, so it
works for every network, and it explains what answers: both members of the board's network.

Sources: parts left out by chance, RISE (V. Petsiuk and others, 2018); a linear model of the
readings, LIME (M. Ribeiro and others, 2016); halves that are asked together with their complements,
Kernel SHAP (S. Lundberg and S.-I. Lee, 2017; I. Covert and S.-I. Lee, 2021). That neighbouring ink
has similar evidence is a Gaussian process's covariance, and the map is its mean (C. Rasmussen and
C. Williams, Gaussian Processes for Machine Learning, 2006, equation 2.25).

The constants were chosen on MNIST's validation images and generated digits (docs/research-log.md).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from ml.explain.batches import run_batches
from ml.networks.classifier import Classifier
from ml.networks.logits import DIGITS, log_sum_exp
from ml.preprocess import IMAGE_SIDE

PAIRS = 72  # of partial drawings: what one leaves out, the other keeps
BLOT = 2.0  # px: how large the parts are that are left out
LEAST, MOST = 0.1, 0.9  # the share of the ink's pixels that is kept
REACH = 2.0  # px over which evidence is similar
NOISE = 0.3  # what the map need not explain, as a share of how much the readings differ
SILENT = 1e-3  # logits: readings that differ less than this say nothing about the ink
PART = 0.5  # a part reaches as far as evidence per ink is this share of its highest
PLACES = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)


@dataclass(frozen=True)
class Evidence:
    """What in a drawing spoke for an answer, and what against it."""

    map: np.ndarray  # float32 (28, 28), -1 to 1: above 0 for the answer; 0 on paper
    part: np.ndarray  # bool (28, 28): the ink around the strongest evidence for the answer
    place: str | None  # where in the drawing that is, one of PLACES; None if nothing speaks for it
    without: int  # what the network answers without that part: 0 to 9, or NOT_A_DIGIT


def find_evidence(
    classifier: Classifier, seen: np.ndarray, answer: int, rival: int | None = None
) -> Evidence:
    """Return what speaks for `answer` against `rival`, or against all other digits.

    `seen` is uint8 (28, 28), what the network was given. The network reads 2 * PAIRS + 1 images.
    """
    evidence = _explain(classifier, seen, answer, rival)
    part = _find_part(evidence, seen)
    logits, _ = run_batches(classifier, np.where(part, 0, seen)[None])
    return Evidence(
        (evidence / max(np.abs(evidence).max(), 1e-12)).astype(np.float32),
        part,
        _name_place(part, seen),
        int(classifier.calibration.answers(logits)[0]),
    )


def _explain(
    classifier: Classifier, seen: np.ndarray, answer: int, rival: int | None
) -> np.ndarray:
    """Return each pixel's share in the answer's score, in logits, float64 (28, 28)."""
    evidence = np.zeros(seen.shape)
    rows, columns = np.nonzero(seen)  # P pixels
    if not len(rows):
        return evidence
    kept = _choose_kept(rows, columns)
    partial = np.zeros((len(kept), *seen.shape), np.uint8)
    partial[:, rows, columns] = kept * seen[rows, columns]
    logits, _ = run_batches(classifier, partial)
    scores = score(logits, answer, rival)
    if np.ptp(scores) > SILENT:
        ink = seen[rows, columns] / 255
        evidence[rows, columns] = _fit_map(kept, scores, _relate(rows, columns, ink))
    return evidence


def score(logits: np.ndarray, answer: int, rival: int | None = None) -> np.ndarray:
    """Return float64 (N,): the answer's logit less the rival's, of logits (N, 10 or 11).

    Without a rival it is less the logarithm of the sum of the other digits' exponentials; the
    logistic function of that is the answer's probability.
    """
    exact = logits.astype(np.float64)
    if rival is not None:
        return exact[:, answer] - exact[:, rival]
    return exact[:, answer] - log_sum_exp(np.delete(exact[:, :DIGITS], answer, axis=1))


def _choose_kept(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return which of P pixels each partial drawing keeps, bool (2 * PAIRS, P).

    The blots lie by the ink's upper left corner: a drawing that is moved is cut in the same way.
    """
    fields = _make_fields()[:, rows - rows.min(), columns - columns.min()]
    shares = np.linspace(LEAST, MOST, PAIRS)
    levels = [np.quantile(field, 1 - share) for field, share in zip(fields, shares, strict=True)]
    kept = fields >= np.array(levels)[:, None]
    return np.concatenate([kept, ~kept])


@cache
def _make_fields() -> np.ndarray:
    """Return smooth noise, float64 (PAIRS, 28, 28): hills and valleys as wide as a blot."""
    rng = np.random.default_rng(0)
    margin = round(3 * BLOT)  # so that fields are as rough at their edges as in the middle
    noise = rng.normal(size=(PAIRS, IMAGE_SIDE + 2 * margin, IMAGE_SIDE + 2 * margin))
    places = np.arange(noise.shape[1])
    blur = np.exp(-((places[:, None] - places) ** 2) / (2 * BLOT**2))
    return (blur @ noise @ blur)[:, margin:-margin, margin:-margin]


def _relate(rows: np.ndarray, columns: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Return how alike the evidence of each two pixels is thought to be, float64 (P, P).

    Near pixels have similar evidence per ink, and dark ones have more of it than faint ones.
    """
    distance = (rows[:, None] - rows) ** 2 + (columns[:, None] - columns) ** 2
    return np.exp(-distance / (2 * REACH**2)) * ink[:, None] * ink


def _fit_map(kept: np.ndarray, scores: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """Return evidence, float64 (P,), whose sums over the kept pixels explain the scores.

    `kept` is bool (N, P), `scores` float (N,), `alike` (P, P). It is linear in the scores: a
    network that answers the opposite has the opposite map.
    """
    kept = kept - kept.mean(axis=0)
    scores = scores - scores.mean()
    covariance = kept @ alike @ kept.T  # N, N: of the scores, as far as the map explains them
    noise = NOISE * np.trace(covariance) / len(kept)
    weights = np.linalg.solve(covariance + noise * np.eye(len(kept)), scores)
    return alike @ kept.T @ weights


def _find_part(evidence: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the connected ink around the strongest evidence for the answer, bool (28, 28).

    It counts for each amount of ink: the faint edge of a stroke belongs to the stroke.
    """
    strength = evidence / np.maximum(seen, 1)
    highest = strength.max()
    part = (strength == highest) & (evidence > 0)
    strong = (seen > 0) & (strength >= PART * highest)
    while True:
        grown = _grow(part) & strong
        if (grown == part).all():
            return part
        part = grown


def _grow(part: np.ndarray) -> np.ndarray:
    """Return a bool (H, W) part with all pixels that touch it, at a corner too."""
    tall = np.pad(part, ((1, 1), (0, 0)))
    tall = tall[:-2] | tall[1:-1] | tall[2:]
    wide = np.pad(tall, ((0, 0), (1, 1)))
    return wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]


def _name_place(part: np.ndarray, seen: np.ndarray) -> str | None:
    """Return which ninth of the drawing's box the part's middle lies in, None for no part."""
    if not part.any():
        return None
    down, across = (
        _find_third(places, inked)
        for places, inked in zip(part.nonzero(), seen.nonzero(), strict=True)
    )
    return PLACES[down][across]


def _find_third(places: np.ndarray, inked: np.ndarray) -> int:
    share = (places.mean() - inked.min() + 0.5) / (np.ptp(inked) + 1)
    return min(int(share * 3), 2)
