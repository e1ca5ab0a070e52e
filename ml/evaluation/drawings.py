"""How models read what people drew: strokes from a file, drawn as the page draws them.

Every drawing is drawn nine times: at 3 sizes under 3 pens, each at one of 9 positions that rotate
from drawing to drawing, so that nine drawings in a row see every position under each. Or 81 times,
which takes nine times as long: each at every position.

Beside them, made drawings are measured (`ml.evaluation.made`).
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from ml.errors import DataError
from ml.evaluation import made
from ml.evaluation.metrics import judge
from ml.evaluation.sheets import Sheet, draw_sheet, read_sheet, share_by
from ml.networks.classifier import Classifier
from ml.networks.logits import Calibration, can_refuse, refusal_scores, to_probabilities
from ml.strokes import read_drawings

WORST_WRITERS = 10
FEWEST_DRAWINGS = 9  # by a writer, for the share of mistakes to say something


def measure(
    classifiers: dict[str, Classifier],
    files: list[Path],
    preprocessing: str = "ours",
    *,
    everywhere: bool = False,
) -> list[dict[str, Any]]:
    """Return a report for each classifier on the drawings of the files, digits and others.

    `preprocessing` is one of PREPROCESSINGS: the board's own, or one that other demos use.
    `everywhere` is that of `draw_sheet`.

    Raises DataError for a file that cannot be read or holds no digits.
    """
    drawings = [drawing for path in files for drawing in read_drawings(path)]
    if not any(_is_digit(drawing.label) for drawing in drawings):
        raise DataError(f"there are no drawn digits in {', '.join(map(str, files))}")
    sheet = draw_sheet(drawings, preprocessing, everywhere=everywhere)
    is_digit = np.array([_is_digit(label) for label in sheet.labels])
    digits, others = sheet.pick(is_digit), sheet.pick(~is_digit)
    own_digits = [drawing for drawing in drawings if _is_digit(drawing.label)]
    made_sheets = made.make_sheets(own_digits, preprocessing)
    return [
        {"preprocessing": preprocessing}
        | make_report(name, classifier, digits, others)
        | made.report(classifier, made_sheets)
        for name, classifier in classifiers.items()
    ]


def _is_digit(label: str) -> bool:
    return len(label) == 1 and label in "0123456789"


def make_report(name: str, classifier: Classifier, digits: Sheet, others: Sheet) -> dict[str, Any]:
    """Return the numbers of one model: shares are 0-1; refused ones are None if it cannot.

    A spread is the best share less the worst, of the sizes, the pens and the positions.
    """
    labels = np.array([int(label) for label in digits.labels])
    logits = read_sheet(classifier, digits)
    evaluation = judge(logits, labels, classifier.calibration)
    is_right = evaluation.predictions == labels
    groups = {
        "by_size": share_by(is_right, [p.size for p in digits.placements]),
        "by_width": share_by(is_right, [p.pen for p in digits.placements]),
        "by_position": share_by(is_right, [(p.across, p.down) for p in digits.placements]),
    }
    report = {
        "model": name,
        "drawings": len(labels),
        "accuracy": evaluation.accuracy,
        "ece": evaluation.ece,
        "by_digit": share_by(is_right, digits.labels),
        **groups,
        "spread": {
            name.removeprefix("by_"): round(max(shares.values()) - min(shares.values()), 4)
            for name, shares in groups.items()
        },
        "worst_writers": _find_worst(is_right, digits),
    }
    other_logits = read_sheet(classifier, others) if others.labels else None
    refusal = _measure_refusal(classifier.calibration, logits, other_logits, is_right, others)
    return report | refusal


def _measure_refusal(
    calibration: Calibration,
    logits: np.ndarray,
    other_logits: np.ndarray | None,
    is_right: np.ndarray,
    others: Sheet,
) -> dict[str, Any]:
    """Return refusals by the eleventh answer; without one, AUROC by the highest probability."""
    refuses = can_refuse(logits)
    score = refusal_scores if refuses else _doubt
    has_others = other_logits is not None
    measured = {"auroc": compute_auroc(score(logits), score(other_logits)) if has_others else None}
    if not refuses:
        unknown = {"false_refusals": None, "non_digits_refused": None}
        return measured | unknown | {"answered_and_right": _mean(is_right)}
    is_refused = calibration.is_refused(logits)
    measured |= {
        "false_refusals": _mean(is_refused),
        "answered_and_right": _mean(is_right & ~is_refused),
        "non_digits_refused": None,
        "by_letter": None,
    }
    if has_others:
        of_others = calibration.is_refused(other_logits)
        measured["non_digits_refused"] = _mean(of_others)
        measured["by_letter"] = share_by(of_others, others.labels)
    return measured


def _mean(flags: np.ndarray) -> float:
    """Return the share of True in a bool array, 0-1."""
    return float(flags.mean())


def _doubt(logits: np.ndarray) -> np.ndarray:
    """Return (N,): minus the highest probability, of logits (N, 10)."""
    return -to_probabilities(logits).max(axis=1)


def compute_auroc(digits: np.ndarray, others: np.ndarray) -> float:
    """Return the chance that one of the others' scores (M,) is higher than a digit's (N,), 0-1."""
    scores = np.concatenate([digits, others])
    _, ranks, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = counts.cumsum() - (counts - 1) / 2  # tied scores share their middle rank
    total = middle[ranks[len(digits) :]].sum()
    least = len(others) * (len(others) + 1) / 2
    return float((total - least) / (len(digits) * len(others)))


def _find_worst(is_right: np.ndarray, digits: Sheet) -> dict[str, float]:
    """Return the ten writers of enough drawings that are read worst, with their accuracy."""
    flags = defaultdict(list)
    for writer, flag in zip(digits.writers, is_right, strict=True):
        flags[writer].append(flag)
    fewest = FEWEST_DRAWINGS * digits.copies
    shares = {w: float(np.mean(f)) for w, f in flags.items() if len(f) >= fewest}
    worst = sorted(shares, key=lambda writer: (shares[writer], writer))[:WORST_WRITERS]
    return {writer: round(shares[writer], 4) for writer in worst}


def as_text(report: dict[str, Any]) -> str:
    """Return the report in lines for a person."""
    lines = [
        f"{report['model']} on {report['drawings']:,} images of drawn digits"
        f" (preprocessing: {report['preprocessing']})",
        f"  right {report['accuracy']:.2%}; answered and right {report['answered_and_right']:.2%}; "
        f"calibration error {report['ece']:.2%}",
    ]
    shares = ("false_refusals", "non_digits_refused", "auroc")
    shares += ("straight_digits_right", "drawings_refused", "parts_refused")
    known = [
        f"{name.replace('_', ' ')} {report[name]:.4f}"
        for name in shares
        if report[name] is not None
    ]
    lines += [f"  {', '.join(known)}"] if known else []
    tables = {
        "by_digit": "by digit",
        "by_size": "by size (of the board)",
        "by_width": "by width of the pen (px)",
        "by_position": "by position (across, down)",
        "spread": "spread",
        "worst_writers": "worst writers",
        "by_letter": "refused, by what it is",
        "straight_digits_by_digit": "made digits of straight strokes, right, by digit",
        "straight_digits_by_hand": "and by hand",
        "drawings_by_kind": "made drawings refused, by kind",
        "parts_by_kind": "parts of digits refused, by kind",
    }
    for name, title in tables.items():
        if report.get(name):
            cells = "  ".join(f"{key}: {value:.2%}" for key, value in report[name].items())
            lines.append(f"  {title}: {cells}")
    return "\n".join(lines)
