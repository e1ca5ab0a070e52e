"""What is no digit, kind by kind: the share of newly generated drawings that is refused."""

from pathlib import Path

import numpy as np
import torch

from ml.data.examples import Examples
from ml.evaluation.metrics import compute_logits
from ml.networks.card import WEIGHTS_DIR
from ml.networks.logits import refusal_scores
from ml.networks.weights import load_weights
from ml.synthetic.handwriting import render
from ml.synthetic.non_digits import KINDS
from ml.training.calibration import HELD_OUT_SEED

DRAWINGS = 1_000  # of each kind


def measure(weights: Path = WEIGHTS_DIR) -> dict[str, float]:
    """Return the share refused (0-1) of each kind that the code can generate, by board_cnn."""
    model, card = load_weights(weights, "board_cnn")
    rng = np.random.default_rng(HELD_OUT_SEED - 1)  # no epoch and no calibration saw these
    shares = {}
    for name, (make, _) in KINDS.items():
        images = render(make(DRAWINGS, rng), rng)
        logits = compute_logits(model, Examples(images, torch.zeros(len(images)).long()))
        refused = refusal_scores(logits) > card["refusal_threshold"]
        shares[name] = round(refused.double().mean().item(), 3)
    return shares
