"""Reader: weights loaded once, then ink in, a reading out. Softmax is applied here."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ml.checkpoint import WEIGHTS_DIR, find_weights, load_weights
from ml.errors import UnknownModelError, WeightsError
from ml.preprocess import fit_ink, is_blank, normalize
from ml.timing import Stopwatch

__all__ = ["WEIGHTS_DIR", "Reader", "Reading", "UnknownModelError", "WeightsError"]

DEFAULT_MODEL = "tutorial_cnn"


@dataclass(frozen=True)
class Reading:
    """One model's answer to one drawing; all but `model` and `status` are None if it is blank."""

    status: str  # "digit", "blank" or "not_a_digit"
    model: str
    digit: int | None = None  # the most probable one
    probabilities: list[float] | None = None  # of 0 to 9; they sum to 1
    seen: list[int] | None = None  # the 28×28 image that the network was given, row by row
    milliseconds: float | None = field(default=None, compare=False)  # the network's own time

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as plain values for JSON."""
        return asdict(self)


class Reader:
    """Every model that has weights in a folder, ready to read; safe to share between threads."""

    def __init__(self, weights_dir: Path | str = WEIGHTS_DIR) -> None:
        folder = Path(weights_dir)
        names = find_weights(folder)
        if not names:
            raise WeightsError(f"there are no weights in {folder}; run python run.py --train")
        self.default = DEFAULT_MODEL if DEFAULT_MODEL in names else names[-1]
        self.models = sorted(names, key=lambda name: name != self.default)
        loaded = {name: load_weights(folder, name) for name in self.models}
        self._networks = {name: network for name, (network, _) in loaded.items()}
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
        logits = self._networks[name](image)[0]
        milliseconds = round(watch.seconds() * 1000, 3)
        # float64: the ten numbers sum to 1 as exactly as JSON can say it.
        probabilities = torch.softmax(logits.double(), dim=0).tolist()
        digit = max(range(10), key=probabilities.__getitem__)
        return Reading("digit", name, digit, probabilities, pixels, milliseconds)
