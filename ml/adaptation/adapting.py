"""A reading by a hand's memory: the logits with its bonus, and which drawing changed the answer."""

from dataclasses import dataclass, replace

import numpy as np

from ml.adaptation.memory import STRENGTH, Memory
from ml.networks.logits import DIGITS, NOT_A_DIGIT, Calibration, can_refuse, log_sum_exp


@dataclass(frozen=True)
class Adapted:
    """One drawing's logits with the bonus of a memory, and how they are to be read."""

    logits: np.ndarray  # float32 (1, 10 or 11)
    calibration: Calibration
    because: str | None  # the id of the drawing that changed the answer; None if it is the same


def adapt(
    memory: Memory, logits: np.ndarray, features: np.ndarray, calibration: Calibration
) -> Adapted:
    """Return what a memory makes of one drawing: logits (1, 10 or 11), features (1, D)."""
    bonus = memory.bonus(features, calibration.no_digit(logits))
    before = calibration.answers(logits)[0]
    logits, calibration = add_bonus(logits, bonus, calibration)
    answer = calibration.answers(logits)[0]
    if answer == before:
        return Adapted(logits, calibration, None)
    # A digit can lift a refusal without being the answer itself: then it is the nearest digit.
    label = answer if bonus[0, answer] > 0 else bonus[0, :DIGITS].argmax()
    return Adapted(logits, calibration, memory.find_nearest(features[0], label))


def add_bonus(
    logits: np.ndarray, bonus: np.ndarray, calibration: Calibration
) -> tuple[np.ndarray, Calibration]:
    """Return logits (N, 10 or 11) with a bonus (N, 11) added, and how they are to be read.

    A network with ten logits cannot refuse by itself. Where a confirmed non-digit is near, it gets
    an eleventh logit, whose odds against the ten are exp(−STRENGTH / 2) before the bonus is added:
    the drawing is refused if the bonus is more than half of what it can be.
    """
    if can_refuse(logits):
        return logits + bonus, calibration
    if not bonus[:, NOT_A_DIGIT].any():
        return logits + bonus[:, :DIGITS], calibration
    eleventh = (log_sum_exp(logits) - STRENGTH / 2).astype(np.float32)
    eleven = np.column_stack([logits, eleventh]) + bonus
    return eleven, replace(calibration, refusal_threshold=0.0)
