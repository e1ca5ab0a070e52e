"""From logits to an honest answer: the temperature, the score of being no digit, its threshold.

All three are fitted on held-out training and generated examples and stored in the model's card.
Logits are float32 (N, 11): ten digits and, last, "not a digit".
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from ml.data import Examples
from ml.evaluate import compute_logits
from ml.styles import make_digits

DIGITS = 10
HELD_OUT_DIGITS = 5_000
HELD_OUT_SEED = 2**60  # above every epoch's seed: no epoch learns from these
REFUSED_MNIST = 0.002  # the share of MNIST images that the threshold may refuse
TAIL = 0.02  # the share of highest scores that says how fast the rest thin out
REFUSED_GENERATED = 0.01  # and of held-out generated digits, which are odder than most people's


def refusal_scores(logits: torch.Tensor) -> torch.Tensor:
    """Return float32 (N,): the log odds of being no digit against being any of the ten."""
    return logits[:, DIGITS] - logits[:, :DIGITS].logsumexp(dim=1)


def can_refuse(logits: torch.Tensor) -> bool:
    """Say whether logits (N, 10 or 11) have an answer for what is no digit."""
    return logits.shape[1] > DIGITS


def choose_threshold(mnist_logits: torch.Tensor, generated_logits: torch.Tensor) -> float:
    """Return the score above which a drawing is refused, from the logits of held-out digits."""
    generated = torch.quantile(refusal_scores(generated_logits), 1 - REFUSED_GENERATED).item()
    return max(estimate_exceeded(refusal_scores(mnist_logits), REFUSED_MNIST), generated)


def estimate_exceeded(scores: torch.Tensor, share: float) -> float:
    """Return the score that a share of drawings, below TAIL, exceeds: float32 (N,) to one number.

    The highest scores thin out by the same factor from step to step, so that the mean of the
    highest fiftieth says where any smaller share begins. Counting would rest on a few images.
    Source: Pickands, Statistical Inference Using Extreme Order Statistics, 1975, with shape 0.
    """
    start = torch.quantile(scores, 1 - TAIL)
    above = scores[scores > start] - start
    mean_excess = above.mean().item() if len(above) else 0.0
    return start.item() + mean_excess * math.log(TAIL / share)


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

    Fitted on MNIST's validation images and on generated digits that no epoch learned from.
    """
    generated = make_digits(HELD_OUT_DIGITS, HELD_OUT_SEED + seed)
    device = next(model.parameters()).device
    mnist_logits = compute_logits(model, validation, device)
    generated_logits = compute_logits(model, generated, device)
    logits = torch.cat([mnist_logits, generated_logits])
    labels = torch.cat([validation.labels, generated.labels])
    return {
        "temperature": round(fit_temperature(logits, labels), 4),
        "refusal_threshold": round(choose_threshold(mnist_logits, generated_logits), 4),
    }
