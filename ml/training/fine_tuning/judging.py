"""Whether what was learned from a hand's drawings may be served: measured, and put into words.

Cross-validation: the drawings are dealt into folds, and for each fold the served network learns all
but that fold and is asked about it. So every drawing is read by a network that has not learned it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ml.data.drawings import Drawings
from ml.data.examples import Examples
from ml.files import write_atomically
from ml.networks.logits import Calibration
from ml.training.fine_tuning.learning import FineTuning, learn
from ml.training.fine_tuning.replay import GENERATED, MNIST, NON_DIGITS, find_answers
from ml.training.recipes import Recipe

FOLDS = 3
FOLDS_SEED = 40_000  # fixed: a run that is resumed deals the same folds
MOST_LOST = 0.002  # of everything else that is held back, 0-1
FOLDS_FILE = "folds.json"
DECIMALS = 5  # of a share
# How the figures are named on a card.
FIGURES = {GENERATED: "generated", MNIST: "mnist", NON_DIGITS: "non_digits"}


@dataclass(frozen=True)
class Judgement:
    """What was measured before and after, shares 0-1, and whether the result is to be served.

    The figures are `drawings`, the hand's own; `replay`, everything else that was held back; and
    its parts `generated`, `mnist` and `non_digits`, None where there are none. `count` is how many
    drawings were judged.
    """

    served: bool
    reason: str
    before: dict[str, float | None]
    after: dict[str, float | None]

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values for JSON."""
        return {
            "served": self.served,
            "reason": self.reason,
            "before": self.before,
            "after": self.after,
        }


def deal_folds(drawings: Drawings) -> list[np.ndarray]:
    """Return the numbers of each fold's drawings, every label spread evenly over the folds.

    Equal images stay in one fold.
    """
    images = drawings.examples.images.flatten(1).numpy()
    _, group = np.unique(images, axis=0, return_inverse=True)
    group = group.ravel()
    labels = np.zeros(group.max(initial=-1) + 1, np.int64)
    labels[group] = drawings.labels
    order = np.random.default_rng(FOLDS_SEED).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    fold = np.empty(len(labels), np.int64)
    fold[order] = np.arange(len(labels)) % FOLDS
    numbers = (np.flatnonzero(fold[group] == each) for each in range(FOLDS))
    return [each for each in numbers if len(each)]


def cross_validate(
    tuning: FineTuning,
    recipe: Recipe,
    calibration: Calibration,
    folder: Path,
    *,
    seed: int,
    device: torch.device,
) -> Iterator[tuple[int, int]]:
    """Judge fold after fold, and keep each one's answers in the folder; yield (done, folds).

    Folds that were judged before a run was interrupted are not judged again.
    """
    path, checksum = folder / FOLDS_FILE, tuning.checksum()
    folds = deal_folds(tuning.drawings)
    answers = _read_answers(path, checksum)
    for number, fold in enumerate(folds):
        if str(number) not in answers:
            model = learn(tuning.without(fold), recipe, seed, device)
            found = find_answers(model, tuning.drawings[fold].examples, calibration)
            answers[str(number)] = found.tolist()
            text = json.dumps({"of": checksum, "answers": answers})
            write_atomically(path, lambda temporary, text=text: temporary.write_text(text))
        yield number + 1, len(folds)


def collect_answers(tuning: FineTuning, folder: Path) -> np.ndarray:
    """Return what each drawing was read as by the network that had not learned it, int64 (N,)."""
    kept = _read_answers(folder / FOLDS_FILE, tuning.checksum())
    answers = np.empty(len(tuning.drawings), np.int64)
    for number, fold in enumerate(deal_folds(tuning.drawings)):
        answers[fold] = kept[str(number)]
    return answers


def _read_answers(path: Path, checksum: str) -> dict[str, list[int]]:
    """Return the answers that are kept; none if they are of other drawings."""
    try:
        kept = json.loads(path.read_text())
        return kept["answers"] if kept["of"] == checksum else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def measure_replay(
    model: nn.Module, judged: dict[str, Examples], calibration: Calibration
) -> dict[str, float | None]:
    """Return the share of each kind that is read as what it is, and of all of them together."""
    right = {
        name: find_answers(model, examples, calibration) == examples.labels.numpy()
        for name, examples in judged.items()
    }
    figures = {key: _mean(right[name]) if name in right else None for name, key in FIGURES.items()}
    return figures | {"replay": _mean(np.concatenate(list(right.values())))}


def judge(
    drawings: Drawings,
    answers_before: np.ndarray,
    answers_after: np.ndarray,
    replay_before: dict[str, float | None],
    replay_after: dict[str, float | None],
) -> Judgement:
    """Return the judgement; `answers_after` are those of cross-validation."""
    right_before = int((answers_before == drawings.labels).sum())
    right_after = int((answers_after == drawings.labels).sum())
    count = len(drawings)
    lost = round(replay_before["replay"] - replay_after["replay"], DECIMALS)
    before = {"drawings": round(right_before / count, 4), "count": count} | replay_before
    after = {"drawings": round(right_after / count, 4), "count": count} | replay_after
    mine = f"of {count} drawings it read {right_before} rightly before and {right_after} after"
    rest = (
        f"of all other digits {replay_before['replay']:.2%} before and "
        f"{replay_after['replay']:.2%} after"
    )
    if right_after <= right_before:
        reason = f"It does not read more of the drawings rightly: {mine}; {rest}."
    elif lost > MOST_LOST:
        reason = f"It forgets too much: {rest}, where at most 0.2 points may be lost; {mine}."
    else:
        return Judgement(True, f"It reads the drawings better: {mine}; {rest}.", before, after)
    return Judgement(False, reason, before, after)


def _mean(flags: np.ndarray) -> float:
    return round(float(flags.mean()), DECIMALS)
