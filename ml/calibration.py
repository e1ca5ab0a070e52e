"""From logits to an honest answer: the temperature, the score of being no digit, its threshold.

All three are fitted on held-out training and generated examples and stored in the model's card.
Logits are float32 (N, 11): ten digits and, last, "not a digit".
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ml.data import Examples
from ml.evaluate import compute_logits
from ml.retrace import trace_examples
from ml.styles import make_digits, retrace_digits

DIGITS = 10
HELD_OUT_DIGITS = 5_000
HELD_OUT_RETRACED = 40_000
HELD_OUT_SEED = 2**60  # above every epoch's seed: no epoch learns from these
REFUSED = 0.005  # of MNIST's held-out digits, written again: half of what drawings may lose


def refusal_scores(logits: torch.Tensor) -> torch.Tensor:
    """Return float32 (N,): the log odds of being no digit against being any of the ten."""
    return logits[:, DIGITS] - logits[:, :DIGITS].logsumexp(dim=1)


def can_refuse(logits: torch.Tensor) -> bool:
    """Say whether logits (N, 10 or 11) have an answer for what is no digit."""
    return logits.shape[1] > DIGITS


def choose_threshold(digits_logits: torch.Tensor) -> float:
    """Return the score above which a drawing is refused, from logits of held-out digits (N, 11)."""
    return torch.quantile(refusal_scores(digits_logits), 1 - REFUSED).item()


def fit_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the number that the ten logits are divided by so that held-out digits' loss is least.

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017, section 4.2.
    """
    digits = logits[:, :DIGITS].double()
    log_temperature = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], lr=0.5, max_iter=50)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(digits / log_temperature.exp(), labels)
        value.backward()
        return value

    optimizer.step(loss)
    return log_temperature.exp().item()


def calibrate(model: nn.Module, validation: Examples, seed: int) -> dict[str, float]:
    """Return what the card of a model with eleven logits holds: temperature and threshold.

    The temperature is fitted on MNIST's validation images and on generated digits that no epoch
    learned from. The threshold is chosen on the validation images written again with other pens,
    several times each, their shapes their own: people's pens vary as these do, and MNIST's own
    hardly at all.
    """
    generated = make_digits(HELD_OUT_DIGITS, HELD_OUT_SEED + seed)
    rng = np.random.default_rng((HELD_OUT_SEED + seed, 3))
    traced = trace_examples(validation)
    retraced = retrace_digits(*traced, HELD_OUT_RETRACED, rng, other_hands=False)
    device = next(model.parameters()).device
    logits = torch.cat([compute_logits(model, part, device) for part in (validation, generated)])
    labels = torch.cat([validation.labels, generated.labels])
    return {
        "temperature": round(fit_temperature(logits, labels), 4),
        "refusal_threshold": round(choose_threshold(compute_logits(model, retraced, device)), 4),
    }
