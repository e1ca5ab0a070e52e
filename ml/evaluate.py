"""Numbers only: accuracy, loss, confusion and calibration of a model on examples."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ml.data import Examples, batches, to_tensors
from ml.probabilities import to_probabilities

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Evaluation:
    """What a model answers to N labelled images: probabilities float32 (N, 10), labels (N,)."""

    probabilities: torch.Tensor
    labels: torch.Tensor
    loss: float  # mean cross-entropy in nats

    @property
    def predictions(self) -> torch.Tensor:
        """The most probable digit of each image, int64 (N,)."""
        return self.probabilities.argmax(dim=1)

    @property
    def accuracy(self) -> float:
        """The share of images read right, 0-1."""
        return (self.predictions == self.labels).double().mean().item()

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
        highest = self.probabilities.max(dim=1).values
        wrong = (self.predictions != self.labels).nonzero().flatten()
        return wrong[highest[wrong].argsort(descending=True, stable=True)].tolist()

    @property
    def confusion(self) -> torch.Tensor:
        """Counts, int64 (10, 10): row = the true digit, column = the digit read."""
        cells = self.labels * 10 + self.predictions
        return torch.bincount(cells, minlength=100).view(10, 10)

    @property
    def ece(self) -> float:
        """Expected calibration error, 0-1, over 15 equal bins of the highest probability.

        Source: Guo et al., On Calibration of Modern Neural Networks, 2017, equation 3.
        """
        counts, sure, right = self.reliability
        return ((sure - right).abs() * counts).sum().item() / len(self.labels)

    @property
    def reliability(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Of each of 15 equal bins of the highest probability: images, mean of it, share right.

        Three float64 (15,); both shares are 0 where there are no images.
        """
        highest, digits = self.probabilities.double().max(dim=1)
        is_right = (digits == self.labels).double()
        bins = (highest * CALIBRATION_BINS).long().clamp(max=CALIBRATION_BINS - 1)
        counts, sure, right = (
            torch.zeros(CALIBRATION_BINS, dtype=torch.float64).index_add_(0, bins, each)
            for each in (torch.ones_like(highest), highest, is_right)
        )
        return counts, sure / counts.clamp(min=1), right / counts.clamp(min=1)


@torch.inference_mode()
def compute_logits(
    model: nn.Module, examples: Examples, device: torch.device | str = "cpu", size: int = 500
) -> torch.Tensor:
    """Return float32 logits (N, 10 or 11) in evaluation mode; the model keeps its own mode."""
    was_training = model.training
    model.eval()
    images, labels = to_tensors(examples, torch.device(device))
    logits = torch.cat([model(batch) for batch, _ in batches(images, labels, size)])
    model.train(was_training)
    return logits.cpu()


def evaluate(
    model: nn.Module,
    examples: Examples,
    device: torch.device | str = "cpu",
    *,
    temperature: float = 1.0,
    size: int = 500,
) -> Evaluation:
    """Read all examples with the model, in float32; only the ten digits' logits count."""
    return judge(compute_logits(model, examples, device, size), examples.labels, temperature)


def judge(logits: torch.Tensor, labels: torch.Tensor, temperature: float = 1.0) -> Evaluation:
    """Return what logits (N, 10 or 11) say of images with these labels (N,)."""
    loss = F.cross_entropy(logits[:, :10] / temperature, labels).item()
    return Evaluation(to_probabilities(logits, temperature), labels, loss)
