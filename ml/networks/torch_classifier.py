"""A network as a PyTorch module, called as in every tutorial: `model(images)`."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from ml.networks.card import ModelCard
from ml.networks.classifier import check_answers
from ml.networks.logits import Calibration
from ml.networks.registry import count_answers
from ml.networks.weights import load_weights


class TorchClassifier:
    """The same face as OnnxClassifier's: NumPy in, NumPy out."""

    def __init__(self, model: nn.Module, calibration: Calibration | None = None) -> None:
        self.model = model.eval()
        self.calibration = calibration or Calibration()

    @torch.inference_mode()
    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return logits, float32 (N, 10 or 11), and features, float32 (N, F)."""
        device = next(self.model.parameters()).device
        features = self.model.features(torch.from_numpy(images).to(device))
        return self.model.classify(features).cpu().numpy(), features.cpu().numpy()


def load_torch(folder: Path, card: ModelCard) -> TorchClassifier:
    """Return the classifier that a card describes; raises WeightsError if it doesn't fit."""
    model = load_weights(folder, card)
    check_answers(card, count_answers(model), folder / card.weights.name)
    return TorchClassifier(model, card.calibration)
