"""A trained network as it is used: images in, logits and features out, with their calibration.

Two classifiers have this one face. `OnnxClassifier` serves: ONNX Runtime, no PyTorch.
`ml.networks.torch_classifier.TorchClassifier` is the module itself, for training, evaluating and
`python run.py --engine torch`. A test holds the logits of one against the other's.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from ml.errors import WeightsError
from ml.networks.card import ModelCard, broken
from ml.networks.logits import Calibration
from ml.networks.tensors import read_weights

# Unless it is told otherwise before it is loaded, ONNX Runtime (1.31) keeps an identifier and a
# database in the home folder, and a thread that reports to its makers.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime


class Classifier(Protocol):
    """A network with its calibration."""

    calibration: Calibration

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return logits, float32 (N, 10 or 11), and features, float32 (N, F).

        `images` is normalized: float32 (N, 1, 28, 28).
        """
        ...

    def layers(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return logits, features and what each layer before them gives, float32 (N, …), by name.

        The names are those of `ml.networks.layers.note_layers`. A network that was trained before
        these were kept has only the first two.
        """
        ...

    def weights(self) -> dict[str, np.ndarray]:
        """Return the weights by their names in the PyTorch module; raises WeightsError."""
        ...


WeightsReader = Callable[[], dict[str, np.ndarray]]


class OnnxClassifier:
    """A network run by ONNX Runtime, on one thread: several readings at once share the cores."""

    def __init__(
        self, content: bytes, calibration: Calibration, read: WeightsReader | None = None
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # one small image: an arena only holds memory
        options.log_severity_level = 3  # errors
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        # Layers' outputs are copied into an order of their own, which only `layers` needs.
        self._reading = onnxruntime.RunOptions()
        self._reading.only_execute_path_to_fetches = True
        self.calibration = calibration
        self._read, self._weights = read, None

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return logits and features, as Classifier says."""
        logits, features = self._session.run(
            ["logits", "features"], {"images": images}, self._reading
        )
        return logits, features

    def layers(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """Return every output of the network, as Classifier says."""
        names = [output.name for output in self._session.get_outputs()]
        return dict(zip(names, self._session.run(names, {"images": images}), strict=True))

    def weights(self) -> dict[str, np.ndarray]:
        """Return the weights, as Classifier says; their file is read when they are first needed."""
        if self._weights is None:
            if self._read is None:
                raise WeightsError("this network came without the file of its weights")
            self._weights = self._read()
        return self._weights


def load_onnx(folder: Path, card: ModelCard) -> OnnxClassifier:
    """Return the classifier that a card describes; raises WeightsError if it doesn't fit."""
    content = card.onnx.read(folder)
    try:
        classifier = OnnxClassifier(content, card.calibration, partial(read_weights, folder, card))
        logits, _ = classifier(np.zeros((1, 1, 28, 28), np.float32))
    except Exception as error:  # ONNX Runtime raises a dozen kinds of its own
        path = folder / card.onnx.name
        raise broken(card.model, f"{path} is not a network of ours") from error
    check_answers(card, logits.shape[1], folder / card.onnx.name)
    return classifier


def check_answers(card: ModelCard, answers: int, path: Path) -> None:
    """Raise WeightsError unless a network's count of logits fits the card's calibration."""
    expected = 10 if card.calibration.refusal_threshold is None else 11
    if answers != expected:
        raise broken(card.model, f"{path} has {answers} logits, but its card is of {expected}")
