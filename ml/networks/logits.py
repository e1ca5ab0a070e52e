"""What logits mean: probabilities, and whether the drawing is a digit at all. NumPy only.

Logits are (N, 10), or (N, 11) where the last one stands for "not a digit". Softmax is applied here
and nowhere else, except in the lesson from scratch.
"""

from dataclasses import dataclass

import numpy as np

DIGITS = 10
NOT_A_DIGIT = DIGITS  # the label of what is not a digit, and its column of eleven logits
JUST_ABOVE = np.nextafter(0.5, 1)  # what a refusal by the least margin still is


def to_probabilities(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return float64 (N, 10), each row summing to 1, of logits (N, 10 or 11).

    The eleventh logit doesn't count. A temperature above 1 makes probabilities less extreme, one
    below 1 more so. In float64 the ten numbers sum to 1 as exactly as JSON can say it.
    """
    return np.exp(to_log_probabilities(logits, temperature))


def to_log_probabilities(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return the logarithms of `to_probabilities`, finite even where a probability rounds to 0."""
    scaled = logits[:, :DIGITS].astype(np.float64) / temperature
    return scaled - log_sum_exp(scaled)[:, None]


def refusal_scores(logits: np.ndarray) -> np.ndarray:
    """Return float64 (N,): the log odds of "not a digit" against any of the ten; logits (N, 11)."""
    exact = logits.astype(np.float64)
    return exact[:, NOT_A_DIGIT] - log_sum_exp(exact[:, :DIGITS])


def log_sum_exp(values: np.ndarray) -> np.ndarray:
    """Return log(Σ exp) of each row of (N, K), float64 (N,); less its maximum, exp is finite."""
    highest = values.max(axis=1)
    return highest + np.log(np.exp(values - highest[:, None]).sum(axis=1))


def can_refuse(logits: np.ndarray) -> bool:
    """Say whether logits (N, 10 or 11) have an answer for "not a digit"."""
    return logits.shape[1] > DIGITS


@dataclass(frozen=True)
class Calibration:
    """How a model's logits are read: what they are divided by, and which drawings are refused.

    Both are fitted on held-out examples at the end of training (`ml.training.calibration`); a
    model that was not calibrated is read with a temperature of 1. The threshold is None for a
    model that cannot refuse.
    """

    temperature: float = 1.0
    refusal_threshold: float | None = None

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Return float64 (N, 10) of logits (N, 10 or 11)."""
        return to_probabilities(logits, self.temperature)

    def is_refused(self, logits: np.ndarray) -> np.ndarray:
        """Return bool (N,): which drawings are not digits; none without a threshold."""
        if self.refusal_threshold is None:
            return np.zeros(len(logits), bool)
        return refusal_scores(logits) > self.refusal_threshold

    def answers(self, logits: np.ndarray) -> np.ndarray:
        """Return int64 (N,): the digit with the highest logit, or NOT_A_DIGIT where refused."""
        return np.where(self.is_refused(logits), NOT_A_DIGIT, logits[:, :DIGITS].argmax(axis=1))

    def no_digit(self, logits: np.ndarray) -> np.ndarray | None:
        """Return float64 (N,), 0-1: how clearly each drawing is refused, above 0.5 where it is.

        It is the sigmoid of the refusal score less the threshold; None without a threshold.
        """
        if self.refusal_threshold is None:
            return None
        beyond = refusal_scores(logits) - self.refusal_threshold
        return np.where(beyond > 0, np.maximum(_sigmoid(beyond), JUST_ABOVE), _sigmoid(beyond))


def _sigmoid(values: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(−x)) of float64 (N,), without overflow."""
    return (1 + np.tanh(values / 2)) / 2
