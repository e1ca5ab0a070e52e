"""What is one digit beyond doubt: it need not be cut."""

from collections.abc import Sequence

import numpy as np

from ml.networks.classifier import Classifier
from ml.preprocess import fit_ink, normalize


def are_digits(
    inks: Sequence[np.ndarray], classifier: Classifier, sure: float, accepted: float
) -> np.ndarray:
    """Say of each ink, uint8 (h, w), whether it is read as one digit without doubt, bool (N,).

    The digit's probability is above `sure` and, of a network that can refuse, no_digit below
    `accepted`.
    """
    if not inks:
        return np.zeros(0, bool)
    logits, _ = classifier(normalize(np.stack([fit_ink(ink) for ink in inks])))
    is_sure = classifier.calibration.probabilities(logits).max(axis=1) > sure
    no_digit = classifier.calibration.no_digit(logits)
    return is_sure if no_digit is None else is_sure & (no_digit < accepted)
