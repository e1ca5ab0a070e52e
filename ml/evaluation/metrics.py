"""Numbers only: accuracy, loss, confusion and calibration of a model on labelled images."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ml.data.examples import Examples, batches, to_tensors
from ml.networks.logits import DIGITS, Calibration, to_log_probabilities

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Evaluation:
    """A model's answers to N labelled images: probabilities float64 (N, 10), labels int64 (N,)."""

    probabilities: np.ndarray
    labels: np.ndarray
    loss: float  # mean cross-entropy in nats

    @property
    def predictions(self) -> np.ndarray:
        """The most probable digit of each image, int64 (N,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        """The share of images read correctly, 0-1."""
        return float((self.predictions == self.labels).mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the accuracy, 0-1, by Wilson's score (1927)."""
        count, z = len(self.labels), 1.96
        centre = (self.accuracy + z * z / (2 * count)) / (1 + z * z / count)
        spread = math.sqrt(self.accuracy * (1 - self.accuracy) / count + (z / (2 * count)) ** 2)
        return centre - z * spread / (1 + z * z / count), centre + z * spread / (1 + z * z / count)

    @property
    def mistakes(self) -> list[int]:
        """The indices of the images read wrong, the most confident first."""
        highest = self.probabilities.max(axis=1)
        wrong = np.flatnonzero(self.predictions != self.labels)
        return wrong[np.argsort(-highest[wrong], kind="stable")].tolist()

    @property
    def confusion(self) -> np.ndarray:
        """Counts, int64 (10, 10): row = the true digit, column = the digit read."""
        cells = self.labels * DIGITS + self.predictions
        return np.bincount(cells, minlength=DIGITS**2).reshape(DIGITS, DIGITS)

    @property
    def ece(self) -> float:
        """Expected calibration error, 0-1, over 15 equal bins of the highest probability.

        Source: Guo et al., On Calibration of Modern Neural Networks, 2017, equation 3.
        """
        counts, sure, right = self.reliability
        return float((np.abs(sure - right) * counts).sum() / len(self.labels))

    @property
    def reliability(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For each of 15 equal bins of the highest probability: images, its mean, share correct.

        Three float64 (15,); both shares are 0 where there are no images.
        """
        highest = self.probabilities.max(axis=1)
        is_right = (self.predictions == self.labels).astype(np.float64)
        bins = np.minimum((highest * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
        counts, sure, right = (
            np.bincount(bins, weights, minlength=CALIBRATION_BINS).astype(np.float64)
            for weights in (np.ones_like(highest), highest, is_right)
        )
        return counts, sure / counts.clip(1), right / counts.clip(1)


@torch.inference_mode()
def compute_logits(
    model: nn.Module, examples: Examples, device: torch.device | str = "cpu", size: int = 500
) -> np.ndarray:
    """Return float32 logits (N, 10 or 11) in evaluation mode; the model keeps its own mode."""
    was_training = model.training
    model.eval()
    images, labels = to_tensors(examples, torch.device(device))
    logits = torch.cat([model(batch) for batch, _ in batches(images, labels, size)])
    model.train(was_training)
    return logits.cpu().numpy()


def evaluate(
    model: nn.Module,
    examples: Examples,
    device: torch.device | str = "cpu",
    *,
    calibration: Calibration | None = None,
    size: int = 500,
) -> Evaluation:
    """Read all examples with the model, in float32; only the ten digits' logits count."""
    logits = compute_logits(model, examples, device, size)
    return judge(logits, examples.labels.numpy(), calibration)


def judge(
    logits: np.ndarray, labels: np.ndarray, calibration: Calibration | None = None
) -> Evaluation:
    """Return what logits (N, 10 or 11) say about images with these labels, int64 (N,)."""
    calibration = calibration or Calibration()
    log_probabilities = to_log_probabilities(logits, calibration.temperature)
    loss = -log_probabilities[np.arange(len(labels)), labels].mean()
    return Evaluation(np.exp(log_probabilities), labels, float(loss))
