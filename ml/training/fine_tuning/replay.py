"""Replay: what the network has learned before, with its own logits of that time, to keep them.

Learning from a few drawings alone, a network forgets the rest (catastrophic forgetting). So half of
each batch is replayed, and the loss asks for the old network's answer to it: knowledge distillation
(G. Hinton and others, 2015), as in learning without forgetting (Z. Li and D. Hoiem, 2016).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ml.data.examples import Examples, join
from ml.evaluation.metrics import compute_logits
from ml.networks.logits import DIGITS, Calibration
from ml.networks.registry import count_answers
from ml.synthetic.generate import make_digits, make_non_digits

LEARNED = 1_500  # images of each kind that are replayed: MNIST's, generated digits, non-digits
JUDGED = 2_000  # generated images of each kind that are only for judging
JUDGED_SEED = 2**61  # above every seed that anything is learned from
LEARNED_SEED = 2**59

GENERATED, MNIST, NON_DIGITS = "generated digits", "MNIST", "generated non-digits"


@dataclass(frozen=True)
class Replay:
    """Images to learn again, and the old network's logits of them, float32 (N, 10 or 11)."""

    images: torch.Tensor  # uint8 (N, 28, 28)
    logits: torch.Tensor


def make_replay(model: nn.Module, mnist: Examples | None, seed: int, each: int = LEARNED) -> Replay:
    """Return what `model` has to keep, `each` images of a kind.

    Without `mnist`, MNIST's training images, generated digits take its place; non-digits are for a
    network that can refuse.
    """
    rng = np.random.default_rng((LEARNED_SEED, seed))
    made_seed = int(rng.integers(2**50))
    count = each if mnist is not None else 2 * each
    parts = [make_digits(count, LEARNED_SEED + made_seed)]
    if mnist is not None:
        parts.append(mnist[torch.from_numpy(rng.permutation(len(mnist))[:each])])
    if count_answers(model) > DIGITS:
        parts.append(make_non_digits(each, LEARNED_SEED + made_seed))
    examples = join(parts)
    device = next(model.parameters()).device
    return Replay(examples.images, torch.from_numpy(compute_logits(model, examples, device)))


def make_judged(
    model: nn.Module, validation: Examples | None, each: int = JUDGED
) -> dict[str, Examples]:
    """Return what is held back of each kind, by its name; `validation` is MNIST's, if there."""
    judged = {GENERATED: make_digits(each, JUDGED_SEED)}
    if validation is not None:
        judged[MNIST] = validation
    if count_answers(model) > DIGITS:
        judged[NON_DIGITS] = make_non_digits(each, JUDGED_SEED)
    return judged


def find_answers(model: nn.Module, examples: Examples, calibration: Calibration) -> np.ndarray:
    """Return what the network alone reads, int64 (N,): 0 to 9, or NOT_A_DIGIT where it refuses."""
    device = next(model.parameters()).device
    return calibration.answers(compute_logits(model, examples, device))


def share_right(model: nn.Module, examples: Examples, calibration: Calibration) -> float:
    """Return the share, 0-1, of images that are read as their labels, and not refused."""
    answers = find_answers(model, examples, calibration)
    return float((answers == examples.labels.numpy()).mean())
