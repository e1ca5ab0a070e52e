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
from ml.synthetic.numbers import BETWEEN, WrittenNumber, write_number, write_other

COUNT = 2_000  # drawings to choose by, and as many to check
JOINED = "numbers with joined digits"
# How much a drawing of each kind counts: what people seldom draw here decides less.
IMPORTANCE = {"numbers": 1.0, JOINED: 0.1, "single digits": 0.3, "letters and symbols": 0.12}
SINGLE, OTHER = 0.25, 0.2  # of them, single digits, and letters and symbols
ROUNDS, BEST = 3, 60  # BEST: paths of a number that compete, by the weights of the round before
PULL = 0.02
STARTING = {
    "log_digit": 1.0,
    "group": -1.0,
    "bridged": -6.0,
    "beside": -2.0,
    "contact": -2.0,
    "depth": -6.0,
    "cut": -1.0,
    "cut_one": -1.5,
    "low": -1.5,
    "high": -1.0,
    "wide": -1.0,
    "one_touching": -1.0,
    "refused": -3.0,
    "leaning": -2.0,
    "abreast": -5.0,
    "late": -0.5,
    "mark": -3.0,
    "speck": -4.0,
    "near_speck": -2.0,
    "holds_mark": -2.0,
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
        kinds = [_name_kind(example.number) for example in examples]
        yield {
            name: {
                kind: round(float(np.mean(right, where=[each == kind for each in kinds])), 4)
                for kind in sorted(set(kinds))
            }
        }


def _name_kind(number: WrittenNumber) -> str:
    if number.text == "?":
        return "letters and symbols"
    if any(len(set(own.tolist()) - {BETWEEN}) > 1 for own in number.owners):
        return JOINED
    return "single digits" if len(number.text) == 1 else "numbers"


def make_examples(count: int, seed: int, classifier: Classifier) -> list[Example]:
    """Write numbers and read all their candidates."""
    rng = np.random.default_rng(seed)
    examples = []
    for _ in range(count):
        number = _write(rng)
        candidates = find_stroke_pieces(number.strokes, classifier=classifier)
        lattice = build_lattice(candidates, classifier)
        examples.append(Example(number, lattice, *_locate(candidates, lattice)))
    return examples


def _write(rng: np.random.Generator) -> WrittenNumber:
    kind = rng.random()
    if kind < OTHER:
        return write_other(rng)
    return write_number(rng, 1 if kind < OTHER + SINGLE else None)


def _locate(candidates: Candidates, lattice: Lattice) -> tuple[list[int | None], list[float]]:
    middles = [find_middle(group, candidates) for group in lattice.groups]
    return [piece.stroke for piece in candidates.pieces], middles


def fit(examples: Sequence[Example], weights: np.ndarray) -> np.ndarray:
    """Return the weights with which the right paths are most probable among the best ones."""
    sums, numbers, right, importance = [], [], [], []
    for number, example in enumerate(examples):
        paths = find_paths(example, weights, BEST)
        judged = [is_right(example, path) for path in paths]
        if any(judged):  # else its digits cannot be found, or nearly not
            sums += [example.lattice.features[path].sum(axis=0) for path in paths]
            numbers += [number] * len(paths)
            right += judged
            importance.append(IMPORTANCE[_name_kind(example.number)])
    return _maximize(
        np.array(sums), np.array(numbers), np.array(right), np.array(importance), weights
    )


def _maximize(
    sums: np.ndarray,
    numbers: np.ndarray,
    right: np.ndarray,
    importance: np.ndarray,
    weights: np.ndarray,
) -> np.ndarray:
    """Fit weights (F,) to P paths of N drawings.

    `sums` is (P, F), the paths' features; `numbers` (P,) says of which drawing each is, `right`
    (P,) which of them count, and `importance` (N,) how much each drawing does.
    """
    features, is_right = torch.from_numpy(sums), torch.from_numpy(right)
    _, of = np.unique(numbers, return_inverse=True)
    of, count = torch.from_numpy(of), int(of.max()) + 1
    start = torch.tensor([STARTING.get(name, 0.0) for name in FEATURES], dtype=torch.float64)
    fitted = torch.from_numpy(weights.copy()).requires_grad_()
    share = torch.from_numpy(importance / importance.sum())
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
        losses = (add_up(scores) - add_up(of_right)) * share
        loss = losses.sum() + PULL * ((fitted - start) ** 2).mean()
        loss.backward()
        return loss

    optimizer.step(evaluate)
    return fitted.detach().numpy()


def is_right(example: Example, path: Sequence[int]) -> bool:
    """Say whether a path's groups are the number's digits, each of its own strokes.

    What is read in them does not matter, except where strokes are cut: then the text decides which
    cuts are right.
    """
    lattice = example.lattice
    owners = [set(own.tolist()) - {BETWEEN} for own in example.number.owners]
    digits = [n for n in path if not lattice.is_line[n] and lattice.marks[n] is None]
    digits.sort(key=example.middles.__getitem__)
    # A mark is a group of its own, and what is only of one digit is in its group.
    is_digit = [len(own) == 1 and min(own) >= 0 for own in owners]
    lost = [example.stroke[p] for n in set(path) - set(digits) for p in lattice.groups[n]]
    if len(digits) != len(example.number.text) or any(is_digit[s] for s in lost):
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
