"""Numbers only: accuracy, loss, confusion and calibration of a model on examples."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ml.data import Examples, batches, to_tensors

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
    def confusion(self) -> torch.Tensor:
        """Counts, int64 (10, 10): row = the true digit, column = the digit read."""
        cells = self.labels * 10 + self.predictions
        return torch.bincount(cells, minlength=100).view(10, 10)

    @property
    def ece(self) -> float:
        """Expected calibration error, 0-1, over 15 equal bins of the highest probability.

        Source: Guo et al., On Calibration of Modern Neural Networks, 2017, equation 3.
        """
        highest, digits = self.probabilities.double().max(dim=1)
        is_right = (digits == self.labels).double()
        bins = (highest * CALIBRATION_BINS).long().clamp(max=CALIBRATION_BINS - 1)
        gaps = torch.zeros(CALIBRATION_BINS, dtype=torch.float64)
        gaps.index_add_(0, bins, highest - is_right)
        return (gaps.abs().sum() / len(self.labels)).item()


@torch.inference_mode()
def evaluate(
    model: nn.Module, examples: Examples, device: torch.device | str = "cpu", size: int = 500
) -> Evaluation:
    """Read all examples with the model in evaluation mode, in float32; it keeps its own mode."""
    was_training = model.training
    model.eval()
    images, labels = to_tensors(examples, torch.device(device))
    logits = torch.cat([model(batch) for batch, _ in batches(images, labels, size)])
    model.train(was_training)
    return Evaluation(
        F.softmax(logits, dim=1).cpu(), labels.cpu(), F.cross_entropy(logits, labels).item()
    )
