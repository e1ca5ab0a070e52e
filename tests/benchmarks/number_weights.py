"""The weights of `ml.segmentation.lattice`, fitted on generated numbers: `number-weights`.

Each number's paths compete; the weights maximize the probability of the right ones (multinomial
logistic regression, with a pull towards STARTING). Half of the numbers is for choosing, the others
check. People's strokes have no part in this.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ml.networks.classifier import Classifier
from ml.predict import Reader
from ml.segmentation.features import FEATURES
from ml.segmentation.lattice import Lattice, build_lattice, find_middle
from ml.segmentation.pieces import Candidates
from ml.segmentation.strokes import find_stroke_pieces
from ml.synthetic.numbers import WrittenNumber, write_number

COUNT, SINGLE = 2_000, 0.3  # numbers to choose by, and as many to check; of them, single digits
ROUNDS, BEST = 3, 60  # BEST: paths of a number that compete, by the weights of the round before
PULL = 0.02
STARTING = {
    "log_digit": 1.0,
    "log_accepted": 1.0,
    "group": -1.0,
    "bridged": -6.0,
    "beside": -2.0,
    "contact": -2.0,
    "depth": -6.0,
    "cut": -1.5,
    "low": -1.5,
    "high": -1.0,
    "wide": -1.0,
    "one_touching": -1.0,
    "late": -0.5,
    "mark": -3.0,
    "line": -1.0,
    "line_length": -1.0,
}


@dataclass(frozen=True)
class Example:
    """A generated number with its lattice; `stroke` is what each piece is of."""

    number: WrittenNumber
    lattice: Lattice
    stroke: list[int | None]
    middles: list[float]  # of each group's box, in x


def measure(weights: object = None, count: int = COUNT) -> Iterator[dict[str, object]]:
    """Yield the fitted weights and the shares of numbers whose digits are found with them."""
    reader = Reader() if weights is None else Reader(str(weights))
    classifier = reader.find(reader.default).classifier
    choosing, checking = (make_examples(count, seed, classifier) for seed in (1, 2))
    fitted = np.array([STARTING.get(name, 0.0) for name in FEATURES])
    for _ in range(ROUNDS):
        fitted = fit(choosing, fitted)
    named = dict(zip(FEATURES, np.round(fitted, 2).tolist(), strict=True))
    yield {"weights": named}
    for name, examples in (("choosing", choosing), ("checking", checking)):
        right = [is_right(example, find_paths(example, fitted, 1)[0]) for example in examples]
        single = [len(example.number.text) == 1 for example in examples]
        yield {
            name: {
                "numbers": round(float(np.mean(right, where=~np.array(single))), 4),
                "single digits": round(float(np.mean(right, where=single)), 4),
            }
        }


def make_examples(count: int, seed: int, classifier: Classifier) -> list[Example]:
    """Write numbers and read all their candidates."""
    rng = np.random.default_rng(seed)
    examples = []
    for _ in range(count):
        number = write_number(rng, 1 if rng.random() < SINGLE else None)
        candidates = find_stroke_pieces(number.strokes)
        lattice = build_lattice(candidates, classifier)
        examples.append(Example(number, lattice, *_locate(candidates, lattice)))
    return examples


def _locate(candidates: Candidates, lattice: Lattice) -> tuple[list[int | None], list[float]]:
    middles = [find_middle(group, candidates) for group in lattice.groups]
    return [piece.stroke for piece in candidates.pieces], middles


def fit(examples: Sequence[Example], weights: np.ndarray) -> np.ndarray:
    """Return the weights with which the right paths are most probable among the best ones."""
    sums, numbers, right = [], [], []
    for number, example in enumerate(examples):
        paths = find_paths(example, weights, BEST)
        judged = [is_right(example, path) for path in paths]
        if any(judged):  # else its digits cannot be found, or nearly not
            sums += [example.lattice.features[path].sum(axis=0) for path in paths]
            numbers += [number] * len(paths)
            right += judged
    return _maximize(np.array(sums), np.array(numbers), np.array(right), weights)


def _maximize(
    sums: np.ndarray, numbers: np.ndarray, right: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Fit weights (F,) to paths: features (P, F), whose they are, which are right."""
    features, is_right = torch.from_numpy(sums), torch.from_numpy(right)
    _, of = np.unique(numbers, return_inverse=True)
    of, count = torch.from_numpy(of), int(of.max()) + 1
    start = torch.tensor([STARTING.get(name, 0.0) for name in FEATURES], dtype=torch.float64)
    fitted = torch.from_numpy(weights.copy()).requires_grad_()
    optimizer = torch.optim.LBFGS([fitted], max_iter=100, line_search_fn="strong_wolfe")

    def add_up(scores: torch.Tensor) -> torch.Tensor:
        highest = torch.full((count,), -math.inf, dtype=torch.float64)
        highest = highest.scatter_reduce(0, of, scores.detach(), "amax")
        total = torch.zeros(count, dtype=torch.float64)
        return highest + total.scatter_add(0, of, torch.exp(scores - highest[of])).log()

    def evaluate() -> torch.Tensor:
        optimizer.zero_grad()
        scores = features @ fitted
        of_right = torch.where(is_right, scores, torch.tensor(-1e6, dtype=torch.float64))
        loss = (add_up(scores) - add_up(of_right)).mean() + PULL * ((fitted - start) ** 2).mean()
        loss.backward()
        return loss

    optimizer.step(evaluate)
    return fitted.detach().numpy()


def is_right(example: Example, path: Sequence[int]) -> bool:
    """Say whether a path's groups are the number's digits, each of its own strokes.

    What is read in them does not matter, except where strokes are cut: then the text decides which
    cuts are right.
    """
    lattice, owners = example.lattice, [set(own.tolist()) - {-1} for own in example.number.owners]
    digits = [n for n in path if not lattice.is_line[n] and lattice.marks[n] is None]
    digits.sort(key=example.middles.__getitem__)
    lost = [example.stroke[p] for n in set(path) - set(digits) for p in lattice.groups[n]]
    if len(digits) != len(example.number.text) or any(len(owners[s]) == 1 for s in lost):
        return False
    parts = [
        (place, owners[example.stroke[piece]])
        for place, n in enumerate(digits)
        for piece in lattice.groups[n]
    ]
    if any(own and place not in own for place, own in parts):
        return False
    text = "".join(str(lattice.digits[n]) for n in digits)
    return text == example.number.text or all(len(own) < 2 for _, own in parts)


def find_paths(example: Example, weights: np.ndarray, count: int) -> list[list[int]]:
    """Return the best paths, at most `count`, each a list of groups' numbers."""
    groups = example.lattice.groups
    scores = (example.lattice.features @ weights).tolist()
    masks = [sum(1 << piece for piece in group) for group in groups]
    full = (1 << len(example.stroke)) - 1
    rest: dict[int, list[tuple[float, list[int]]]] = {full: [(0.0, [])]}

    def follow(used: int) -> list[tuple[float, list[int]]]:
        if used not in rest:
            first = (~used & (used + 1)).bit_length() - 1
            found = [
                (scores[n] + score, [n, *path])
                for n, group in enumerate(groups)
                if group[0] == first and not used & masks[n]
                for score, path in follow(used | masks[n])
            ]
            rest[used] = sorted(found, reverse=True)[:count]
        return rest[used]

    return [path for _, path in follow(0)]
