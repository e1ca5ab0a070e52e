"""How models read made drawings, which go the same way as drawn strokes.

Digits of straight strokes are to be read; things that are no digits, and parts of people's digits,
are to be refused. Each drawing is drawn once.
"""

from typing import Any

import numpy as np

from ml.evaluation.held_out import make_others, make_straight_digits
from ml.evaluation.parts import ROWS, make_parts
from ml.evaluation.sheets import Sheet, draw_once, read_sheet, share_by
from ml.networks.classifier import Classifier
from ml.networks.logits import DIGITS, can_refuse
from ml.strokes import Drawing

EACH = 100  # drawings of a kind; fewer for files of fewer drawings, which are measured quickly
SEED = 2**60 - 2  # no epoch and no calibration has it, nor tests.benchmarks
# The thickest pens, as shares of the longer side of their paths: what is made stays legible.
PEN_OF_STRAIGHT, PEN_OF_OTHERS, PEN_OF_ROWS = 0.15, 0.22, 0.115


def make_sheets(digits: list[Drawing], preprocessing: str = "ours") -> dict[str, list[Sheet]]:
    """Return sheets of made drawings, EACH of a kind or as many as there are digits.

    Parts are made of the given digits.
    """
    each = min(EACH, len(digits))
    parts = make_parts(digits, each, SEED)
    rows = [part for part in parts if part.label in ROWS]
    lone = [part for part in parts if part.label not in ROWS]
    made = {
        "straight_digits": [(make_straight_digits(each, SEED), PEN_OF_STRAIGHT)],
        "drawings": [(make_others(each, SEED), PEN_OF_OTHERS)],
        "parts": [(lone, PEN_OF_OTHERS), (rows, PEN_OF_ROWS)],
    }
    return {
        name: [draw_once(some, thickest, preprocessing) for some, thickest in groups if some]
        for name, groups in made.items()
    }


def report(classifier: Classifier, sheets: dict[str, list[Sheet]]) -> dict[str, Any]:
    """Return the shares (0-1) of made digits that are read and right, and of the rest refused.

    What is refused is None for a model that cannot refuse, as for kinds that are not there.
    """
    (straight,) = sheets["straight_digits"]
    logits = read_sheet(classifier, straight)
    labels = np.array([int(label) for label in straight.labels])
    is_right = logits[:, :DIGITS].argmax(axis=1) == labels
    is_right &= ~classifier.calibration.is_refused(logits)
    shares = {
        "straight_digits_right": float(is_right.mean()),
        "straight_digits_by_digit": share_by(is_right, straight.labels),
        "straight_digits_by_hand": share_by(is_right, straight.writers),
        "drawings_refused": None,
        "drawings_by_kind": None,
        "parts_refused": None,
        "parts_by_kind": None,
    }
    for name in ("drawings", "parts"):
        has_refusals = can_refuse(logits) and sheets[name]
        shares |= _report_refused(name, classifier, sheets[name]) if has_refusals else {}
    return shares


def _report_refused(name: str, classifier: Classifier, sheets: list[Sheet]) -> dict[str, Any]:
    flags = [classifier.calibration.is_refused(read_sheet(classifier, sheet)) for sheet in sheets]
    is_refused = np.concatenate(flags)
    kinds = [label for sheet in sheets for label in sheet.labels]
    return {
        f"{name}_refused": float(is_refused.mean()),
        f"{name}_by_kind": share_by(is_refused, kinds),
    }
