"""Networks to look into: those that ship, older ones, and ones whose weights a test makes."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import onnx

from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.classifier import OnnxClassifier, load_onnx
from ml.networks.logits import Calibration
from ml.networks.plan import PLANS
from tests.digits import make_examples

# Every hidden layer and last layer of every network: model, member, name of the layer.
LAYERS = [
    (model, number, layer.name)
    for model, plan in PLANS.items()
    for number, member in enumerate(plan.members)
    for layer in member.layers
]


@cache
def load_shipped(model: str) -> OnnxClassifier:
    return load_onnx(WEIGHTS_DIR, read_card(WEIGHTS_DIR, model))


def load_old(model: str) -> OnnxClassifier:
    """The network as it was exported before its layers were outputs."""
    card = read_card(WEIGHTS_DIR, model)
    proto = onnx.load_from_string(card.onnx.read(WEIGHTS_DIR))
    del proto.graph.output[2:]
    return OnnxClassifier(proto.SerializeToString(), card.calibration, load_shipped(model).weights)


@cache
def make_digits(count: int = 12) -> np.ndarray:
    """Return images, uint8 (count, 28, 28)."""
    return make_examples(count, seed=5).images.numpy()


def find_layer(model: str, member: int, name: str):
    """Return the plan's member, its layer of this name, and the layer's index."""
    found = PLANS[model].members[member]
    index = found.find(name)
    return found, found.layers[index], index


@dataclass
class OneLayer:
    """A classifier like `linear` whose weights, (10, 784), are a test's."""

    matrix: np.ndarray
    calibration: Calibration = field(default_factory=Calibration)

    def __call__(self, images):
        features = images.reshape(len(images), -1)
        return (features @ self.matrix.T).astype(np.float32), features

    def layers(self, images):
        return dict(zip(("logits", "features"), self(images), strict=True))

    def weights(self):
        return {"linear.weight": self.matrix, "linear.bias": np.zeros(10, np.float32)}
