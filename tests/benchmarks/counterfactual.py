"""How small a change makes the runner-up win, how often one is found, and how long it takes."""

from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from ml.explain.batches import run_batches
from ml.explain.counterfactual import find_counterfactual
from ml.explain.examples import load_examples
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.classifier import Classifier, load_onnx
from ml.networks.logits import DIGITS
from ml.synthetic.class_digits import make_class_digits

DRAWINGS = 200
SEED = 2**41 + 3  # of no training


class Counting:
    """A classifier that counts the images it is given."""

    def __init__(self, classifier: Classifier) -> None:
        self.classifier, self.calibration, self.images = classifier, classifier.calibration, 0

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what the classifier does."""
        self.images += len(images)
        return self.classifier(images)


def measure(model: str, weights: Path = WEIGHTS_DIR) -> dict[str, Any]:
    """Return shares (0-1), changed pixels, images given to the network and ms of one model.

    Each drawing is a made digit; what is refused is to be read as its most probable digit.
    """
    counting = Counting(load_onnx(weights, read_card(weights, model)))
    drawings = make_class_digits(DRAWINGS, SEED).images.numpy()
    logits, _ = run_batches(counting, drawings)
    answers = counting.calibration.answers(logits)
    orders = np.argsort(-logits[:, :DIGITS], axis=1)
    rivals = np.where(answers == orders[:, 0], orders[:, 1], orders[:, 0])
    load_examples()
    found, milliseconds, counts = [], [], []
    for seen, rival in zip(drawings, rivals, strict=True):
        counting.images, started = 0, perf_counter()
        found.append(find_counterfactual(counting, seen, int(rival)))
        milliseconds.append((perf_counter() - started) * 1000)
        counts.append(counting.images)
    changed = [each.changed for each in found if each]
    return {
        "model": model,
        "found": round(len(changed) / DRAWINGS, 3),
        "changed_p50": float(np.median(changed)),
        "changed_p95": round(float(np.percentile(changed, 95)), 1),
        "images_p50": float(np.median(counts)),
        "ms_p50": round(float(np.median(milliseconds)), 1),
        "ms_p95": round(float(np.percentile(milliseconds, 95)), 1),
    }
