"""Calibration: the temperature of a model's probabilities, and the threshold of its refusals.

Both are fitted on held-out and generated examples at the end of training, and kept on the card.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ml.data.examples import Examples, join
from ml.evaluation.metrics import compute_logits
from ml.networks.logits import DIGITS, Calibration, refusal_scores
from ml.networks.registry import count_answers
from ml.synthetic.generate import make_digits, retrace_digits, trace_examples

HELD_OUT_DIGITS = 5_000
HELD_OUT_RETRACED = 40_000
HELD_OUT_SEED = 2**60  # above every epoch's seed: no epoch learns from these
REFUSED = 0.005  # of MNIST's held-out digits, written again: half of what drawings may lose


def choose_threshold(digits_logits: np.ndarray) -> float:
    """Return the score above which a drawing is refused, from logits of held-out digits (N, 11)."""
    return float(np.quantile(refusal_scores(digits_logits), 1 - REFUSED))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the number to divide the ten logits by so that the loss of held-out digits is least.

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017, section 4.2.
    """
    digits, truth = torch.from_numpy(logits[:, :DIGITS]).double(), torch.from_numpy(labels)
    log_temperature = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], lr=0.5, max_iter=50)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(digits / log_temperature.exp(), truth)
        value.backward()
        return value

    optimizer.step(loss)
    return log_temperature.exp().item()


def calibrate(
    model: nn.Module,
    validation: Examples,
    seed: int,
    *,
    generated_digits: int = HELD_OUT_DIGITS,
    retraced_digits: int = HELD_OUT_RETRACED,
) -> Calibration:
    """Return the temperature and the threshold of a model; the plain ones for ten logits.

    The temperature is fitted on MNIST's validation images and on generated digits that no epoch
    learned from. The threshold is chosen on the validation images written again with other pens,
    several times each, their shapes their own: people's pens vary as these do, and MNIST's own
    hardly at all.
    """
    if count_answers(model) == DIGITS:
        return Calibration()
    generated = make_digits(generated_digits, HELD_OUT_SEED + seed)
    rng = np.random.default_rng((HELD_OUT_SEED + seed, 3))
    traced = trace_examples(validation)
    retraced = retrace_digits(*traced, retraced_digits, rng, other_hands=False)
    device = next(model.parameters()).device
    known = join([validation, generated])
    logits = compute_logits(model, known, device)
    return Calibration(
        temperature=round(fit_temperature(logits, known.labels.numpy()), 4),
        refusal_threshold=round(choose_threshold(compute_logits(model, retraced, device)), 4),
    )
