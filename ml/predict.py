"""Reader: weights loaded once, then ink in, a reading out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ml.calibration import can_refuse, refusal_scores
from ml.checkpoint import WEIGHTS_DIR, find_weights, load_weights
from ml.errors import UnknownModelError, WeightsError
from ml.models import BoardCNN
from ml.preprocess import fit_ink, is_blank, normalize
from ml.probabilities import to_probabilities
from ml.timing import Stopwatch

__all__ = ["WEIGHTS_DIR", "Reader", "Reading", "UnknownModelError", "WeightsError"]

DEFAULT_MODELS = ("board_cnn", "tutorial_cnn")  # the first of them that has weights answers
CLOSE = 0.4  # two probabilities nearer than this are a doubt worth telling: 70% against 30%


@dataclass(frozen=True)
class Reading:
    """One model's answer to one drawing; all but `model` and `status` are None if it is blank.

    Of what is "not_a_digit" the probabilities still say what it would be if it had to be one.
    """

    status: str  # "digit", "blank" or "not_a_digit"
    model: str
    digit: int | None = None  # the most probable one
    probabilities: list[float] | None = None  # of 0 to 9; they sum to 1
    seen: list[int] | None = None  # the 28×28 image that the network was given, row by row
    # Two digits, the more probable first, that are too close; of what is no digit, if read anyway.
    unsure: list[int] | None = None
    milliseconds: float | None = field(default=None, compare=False)  # the network's own time

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as plain values for JSON."""
        return dict(vars(self))  # not asdict, which copies each of the 784 pixels


class Reader:
    """Every model that has weights in a folder, ready to read; safe to share between threads."""

    def __init__(self, weights_dir: Path | str = WEIGHTS_DIR) -> None:
        folder = Path(weights_dir)
        names = find_weights(folder)
        if not names:
            raise WeightsError(f"there are no weights in {folder}; run python run.py --train")
        self.default = pick_default(names)
        self.models = sorted(names, key=lambda name: name != self.default)
        loaded = {name: load_weights(folder, name) for name in self.models}
        self._networks = {name: _prepare(network) for name, (network, _) in loaded.items()}
        self.cards = {name: card for name, (_, card) in loaded.items()}

    def read(self, ink: np.ndarray, model: str | None = None) -> Reading:
        """Read ink, uint8 (H, W) with 0 = paper and 255 = ink, with one model.

        Raises UnknownModelError for a name that has no weights.
        """
        return self.read_each(ink, [model or self.default])[0]

    def read_each(self, ink: np.ndarray, models: list[str]) -> list[Reading]:
        """Read one drawing with several models; it is preprocessed once."""
        for name in models:
            if name not in self._networks:
                raise UnknownModelError(name, self.models)
        if is_blank(ink):
            return [Reading("blank", name) for name in models]
        seen = fit_ink(ink)
        image = normalize(torch.from_numpy(seen).unsqueeze(0))  # 1, 1, 28, 28
        pixels = seen.ravel().tolist()
        return [self._answer(name, image, pixels) for name in models]

    @torch.inference_mode()
    def _answer(self, name: str, image: torch.Tensor, pixels: list[int]) -> Reading:
        watch = Stopwatch()
        logits = self._networks[name](image)
        milliseconds = round(watch.seconds() * 1000, 3)
        card = self.cards[name]
        # float64: the ten numbers sum to 1 as exactly as JSON can say it.
        temperature = card.get("temperature", 1.0)
        probabilities = to_probabilities(logits.double(), temperature)[0].tolist()
        first, second = sorted(range(10), key=probabilities.__getitem__, reverse=True)[:2]
        is_close = probabilities[first] - probabilities[second] < CLOSE
        answer = {
            "probabilities": probabilities,
            "seen": pixels,
            "unsure": [first, second] if is_close else None,
            "milliseconds": milliseconds,
        }
        if can_refuse(logits) and is_refused(logits, card):
            return Reading("not_a_digit", name, **answer)
        return Reading("digit", name, first, **answer)


def pick_default(names: list[str]) -> str:
    """Return which of the models with weights answers unless another is asked for."""
    return next((name for name in DEFAULT_MODELS if name in names), names[-1])


def is_refused(logits: torch.Tensor, card: dict[str, Any]) -> bool:
    """Say whether eleven logits (1, 11) are those of a drawing that is no digit."""
    return refusal_scores(logits).item() > card["refusal_threshold"]


def _prepare(network: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
    return network.fold() if isinstance(network, BoardCNN) else network
