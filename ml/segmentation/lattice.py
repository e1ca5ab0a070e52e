"""Which groups of pieces are the digits: scores, and the best way to use up all pieces.

Every candidate group is read in one batch. Its score is a sum of a few plain features, each times a
weight: how surely it is a digit and which one, what lies apart inside it, what touches it outside,
and whether it is as high as the rest. A path is a choice of groups that has each piece once; the
best one has the highest sum of scores. exp(score) of a path over that of all paths is its
probability: a conditional random field over segmentations (S. Sarawagi and W. Cohen, Semi-Markov
conditional random fields, 2004), whose graph is that of over-segmentation in LeCun et al. 1998,
section VI; the best path is Viterbi's.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ml.networks.classifier import Classifier
from ml.preprocess import fit_ink, normalize
from ml.segmentation.features import FEATURES, measure_sheet
from ml.segmentation.pieces import Candidates, Group, compose
from ml.strokes import PEN_WIDTH

BATCH = 64  # images at a time
# By `python -m tests.benchmarks number-weights`: fitted on generated numbers, digits and letters.
WEIGHTS = {
    "log_digit": 1.77,
    "refused": -4.82,
    "all": 0.6,
    "all_refused": 1.23,
    "group": 0.53,
    "bridged": -6.16,
    "beside": -2.38,
    "contact": 0.59,
    "crossed": -0.2,
    "covered": -0.98,
    "depth": -6.71,
    "cut": -1.05,
    "cut_one": -2.02,
    "low": -3.32,
    "high": -0.98,
    "wide": -1.39,
    "one_touching": -1.06,
    "leaning": -2.19,
    "abreast": -5.2,
    "strokes": -1.56,
    "late": -0.71,
    "mark": -2.36,
    "speck": -3.74,
    "near_speck": -1.94,
    "holds_mark": -2.64,
    "line": -0.86,
    "line_length": -0.81,
}


@dataclass(frozen=True)
class Path:
    """The chosen groups, left to right.

    `marks` has for each group None if it is a digit, "-", "." or "," if it is that mark, and SPECK
    if it is too small or flat for a digit and no mark by its place. `share` is the probability,
    0-1, that this division is right. Lines between digits are in no group.
    """

    groups: list[Group]
    marks: list[str | None]
    share: float


@dataclass(frozen=True)
class Lattice:
    """Candidate groups with their features, float64 (G, F), as FEATURES names them.

    A droppable piece alone is one more group, which is no digit: `is_line` is bool (G,).
    """

    groups: list[Group]
    is_line: np.ndarray
    digits: np.ndarray  # int64 (G,): as what each is read
    marks: list[str | None]  # as a Path's
    features: np.ndarray


def find_best_path(candidates: Candidates, classifier: Classifier, pen: float = PEN_WIDTH) -> Path:
    """Return the best path through the candidates, read by a network that knows no-digits.

    `pen` is the width in px of what draws.
    """
    lattice = build_lattice(candidates, classifier, pen)
    weights = np.array([candidates.weights.get(name, WEIGHTS[name]) for name in FEATURES])
    costs = np.array([candidates.costs.get(group, 0.0) for group in lattice.groups])
    scores = (lattice.features @ weights - costs).tolist()
    chosen, log_share = find_best_cover(len(candidates.pieces), lattice.groups, scores)
    kept = [n for n in chosen if not lattice.is_line[n]]
    kept.sort(key=lambda n: find_middle(lattice.groups[n], candidates))
    return Path(
        [lattice.groups[n] for n in kept],
        [lattice.marks[n] for n in kept],
        math.exp(min(log_share, 0.0)),
    )


def find_middle(group: Group, candidates: Candidates) -> float:
    """Return the x of the middle of a group's box."""
    boxes = [candidates.pieces[n].box for n in group]
    return (min(box[0] for box in boxes) + max(box[0] + box[2] for box in boxes)) / 2


def build_lattice(
    candidates: Candidates, classifier: Classifier, pen: float = PEN_WIDTH
) -> Lattice:
    """Read every candidate group and measure it."""
    composed = [compose([candidates.pieces[n] for n in group]) for group in candidates.groups]
    logits = np.concatenate(list(_read([ink for ink, _ in composed], classifier)))
    calibration = classifier.calibration
    probabilities = calibration.probabilities(logits)
    no_digit = calibration.no_digit(logits)
    sheet = measure_sheet(candidates.pieces, pen)
    read = sheet.describe(
        candidates.groups,
        np.array([box for _, box in composed], float),
        probabilities,
        np.zeros(len(logits)) if no_digit is None else no_digit,
    )
    lines = sorted(candidates.droppable)
    return Lattice(
        [*candidates.groups, *((line,) for line in lines)],
        np.arange(len(read) + len(lines)) >= len(read),
        np.concatenate([probabilities.argmax(axis=1), np.full(len(lines), -1)]),
        [*(sheet.find_mark(group) for group in candidates.groups), *(None for _ in lines)],
        np.concatenate([read, sheet.describe_lines(lines)]),
    )


def _read(inks: Sequence[np.ndarray], classifier: Classifier) -> Iterator[np.ndarray]:
    """Yield logits, float32 (n, 11), of BATCH images of ink at a time."""
    for first in range(0, len(inks), BATCH):
        images = np.stack([fit_ink(ink) for ink in inks[first : first + BATCH]])
        yield classifier(normalize(images))[0]


def find_best_cover(
    count: int, groups: Sequence[Group], scores: Sequence[float]
) -> tuple[list[int], float]:
    """Return which groups have each of `count` pieces once, with the highest sum of scores.

    The second value is the log of exp(that sum) over the same of all such choices. Dynamic
    programming: which groups may follow depends only on the pieces used so far, a set of bits.
    Raises ValueError if no choice has all pieces.
    """
    masks = [sum(1 << piece for piece in group) for group in groups]
    starting: list[list[int]] = [[] for _ in range(count)]
    for number, group in enumerate(groups):
        starting[group[0]].append(number)
    # Used pieces -> (highest sum to the end, the group that it begins with, log of the total).
    rest: dict[int, tuple[float, int, float]] = {(1 << count) - 1: (0.0, -1, 0.0)}

    def follow(used: int) -> tuple[float, int, float]:
        if used not in rest:
            first = (~used & (used + 1)).bit_length() - 1  # the first piece that is left
            best, choice, totals = -math.inf, -1, []
            for number in starting[first]:
                if not used & masks[number]:
                    further = follow(used | masks[number])
                    totals.append(scores[number] + further[2])
                    if scores[number] + further[0] > best:
                        best, choice = scores[number] + further[0], number
            rest[used] = best, choice, _log_sum_exp(totals)
        return rest[used]

    best, choice, total = follow(0)
    if best == -math.inf:
        raise ValueError("no choice of these groups has every piece once")
    chosen, used = [], 0
    while choice >= 0:
        chosen.append(choice)
        used |= masks[choice]
        choice = rest[used][1]
    return chosen, best - total


def _log_sum_exp(values: list[float]) -> float:
    highest = max(values, default=-math.inf)
    if highest == -math.inf:
        return highest
    return highest + math.log(sum(math.exp(value - highest) for value in values))
