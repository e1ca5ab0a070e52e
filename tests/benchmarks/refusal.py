"""Refusals of newly generated drawings that are not digits, kind by kind."""

from pathlib import Path

import numpy as np

from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.classifier import load_onnx
from ml.preprocess import normalize
from ml.synthetic.handwriting import render
from ml.synthetic.non_digits import KINDS
from ml.training.calibration import HELD_OUT_SEED

DRAWINGS = 1_000  # of each kind


def measure(weights: Path = WEIGHTS_DIR) -> dict[str, float]:
    """Return the share refused (0-1) of each kind that the code can generate, by board_cnn."""
    classifier = load_onnx(weights, read_card(weights, "board_cnn"))
    rng = np.random.default_rng(HELD_OUT_SEED - 1)  # no epoch and no calibration saw these
    shares = {}
    for name, kind in KINDS.items():
        images = render(kind.make(DRAWINGS, rng), rng, kind.thickest)
        logits, _ = classifier(normalize(images.numpy()))
        shares[name] = round(float(classifier.calibration.is_refused(logits).mean()), 3)
    return shares
