"""Many images through a network, a few at a time: memory and time are best so."""

import numpy as np

from ml.networks.classifier import Classifier
from ml.preprocess import normalize

LARGEST = 48  # images in a batch: measured best for board_cnn, and a reading never waits long


def run_batches(classifier: Classifier, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return logits, float32 (N, 10 or 11), and features, float32 (N, F), of N ≥ 1 images.

    `seen` is (N, 28, 28), 0 to 255, uint8 or float: what lies between two grey levels counts too.
    """
    images = normalize(seen)
    starts = range(0, len(images), LARGEST)
    answers = [classifier(images[start : start + LARGEST]) for start in starts]
    logits, features = zip(*answers, strict=True)
    return np.concatenate(logits), np.concatenate(features)
