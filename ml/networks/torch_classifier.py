"""A network as a PyTorch module, called as in every tutorial: `model(images)`."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from ml.networks.card import ModelCard
from ml.networks.classifier import check_answers
from ml.networks.layers import note_layers
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
        features = self.model.features(self._bring(images))
        return self.model.classify(features).cpu().numpy(), features.cpu().numpy()

    @torch.inference_mode()
    def layers(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return logits, features and what the layers give, as OnnxClassifier does."""
        with note_layers(self.model) as noted:
            features = self.model.features(self._bring(images))
        results = {"logits": self.model.classify(features), "features": features, **noted}
        return {name: result.cpu().numpy() for name, result in results.items()}

    def weights(self) -> dict[str, np.ndarray]:
        """Return the module's weights by name."""
        return {name: each.cpu().numpy() for name, each in self.model.state_dict().items()}

    def _bring(self, images: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(images).to(next(self.model.parameters()).device)


def load_torch(folder: Path, card: ModelCard) -> TorchClassifier:
    """Return the classifier that a card describes; raises WeightsError if it doesn't fit."""
    model = load_weights(folder, card)
    check_answers(card, count_answers(model), folder / card.weights.name)
    return TorchClassifier(model, card.calibration)
