"""How models read what people drew: strokes from a file, drawn as the page draws them.

Every drawing is drawn nine times: at 3 sizes under 3 pens, each at one of 9 positions that rotate
from drawing to drawing, so that nine drawings in a row see every position under each. Or 81 times,
which takes nine times as long: each at every position.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.errors import DataError
from ml.evaluation.metrics import judge
from ml.networks.classifier import Classifier
from ml.networks.logits import Calibration, can_refuse, refusal_scores, to_probabilities
from ml.preprocess import BOX_SIDE, IMAGE_SIDE, find_box, fit_ink, normalize, shrink
from ml.strokes import (
    Drawing,
    Placement,
    draw,
    grid_of_placements,
    place,
    read_drawings,
    rotate_placements,
)

WORST_WRITERS = 10
TOGETHER = 500  # images read at a time
FEWEST_DRAWINGS = 9  # by a writer, for the share of mistakes to say something


@dataclass(frozen=True)
class Sheet:
    """All drawings of some files as the networks are given them, N images in all."""

    images: np.ndarray  # uint8 (N, 28, 28)
    labels: list[str]
    writers: list[str]
    placements: list[Placement]
    copies: int = 9  # images of each drawing

    def pick(self, is_picked: np.ndarray) -> "Sheet":
        """Return the drawings where a bool (N,) array says so."""
        chosen = np.flatnonzero(is_picked)
        rest = ([part[i] for i in chosen] for part in (self.labels, self.writers, self.placements))
        return Sheet(self.images[chosen], *rest, self.copies)


def shrink_board(ink: np.ndarray) -> np.ndarray:
    """Average a whole board, uint8 (N, N), into uint8 (28, 28): what most demos do."""
    return np.rint(shrink(ink.astype(np.float32), IMAGE_SIDE)).astype(np.uint8)


def centre_box(ink: np.ndarray) -> np.ndarray:
    """Scale the ink's box to 20 px and put its middle, not its mass, in the middle: (28, 28).

    Raises ValueError for a board without ink.
    """
    box = find_box(ink)
    if box is None:
        raise ValueError("there is no ink to fit")
    height, width = ink[box].shape
    side = round(max(height, width) * IMAGE_SIDE / BOX_SIDE)
    above, before = (side - height) // 2, (side - width) // 2
    room = ((above, side - height - above), (before, side - width - before))
    return shrink_board(np.pad(ink[box], room))


PREPROCESSINGS = {"ours": fit_ink, "shrunk-board": shrink_board, "centred-box": centre_box}


def draw_sheet(
    drawings: list[Drawing], preprocessing: str = "ours", *, everywhere: bool = False
) -> Sheet:
    """Draw every drawing nine times on the board and make of each what a network is given.

    `everywhere` draws it 81 times: at each of the nine positions at every size under every pen.
    """
    prepare = PREPROCESSINGS[preprocessing]
    grid = grid_of_placements()
    images, labels, writers, placements = [], [], [], []
    for number, drawing in enumerate(drawings):
        for placement in grid if everywhere else rotate_placements(number):
            ink = draw(place(drawing.strokes, placement), placement.pen)
            images.append(prepare(ink))
            labels.append(drawing.label)
            writers.append(drawing.writer)
            placements.append(placement)
    copies = len(images) // len(drawings)
    return Sheet(np.stack(images), labels, writers, placements, copies)


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
    return [
        {"preprocessing": preprocessing} | make_report(name, classifier, digits, others)
        for name, classifier in classifiers.items()
    ]


def _is_digit(label: str) -> bool:
    return len(label) == 1 and label in "0123456789"


def make_report(name: str, classifier: Classifier, digits: Sheet, others: Sheet) -> dict[str, Any]:
    """Return the numbers of one model: shares are 0-1; refused ones are None if it cannot.

    A spread is the best share less the worst, of the sizes, the pens and the positions.
    """
    labels = np.array([int(label) for label in digits.labels])
    logits = _read(classifier, digits)
    evaluation = judge(logits, labels, classifier.calibration)
    is_right = evaluation.predictions == labels
    groups = {
        "by_size": _share(is_right, [p.size for p in digits.placements]),
        "by_width": _share(is_right, [p.pen for p in digits.placements]),
        "by_position": _share(is_right, [(p.across, p.down) for p in digits.placements]),
    }
    report = {
        "model": name,
        "drawings": len(labels),
        "accuracy": evaluation.accuracy,
        "ece": evaluation.ece,
        "by_digit": _share(is_right, digits.labels),
        **groups,
        "spread": {
            name.removeprefix("by_"): round(max(shares.values()) - min(shares.values()), 4)
            for name, shares in groups.items()
        },
        "worst_writers": _find_worst(is_right, digits),
    }
    other_logits = _read(classifier, others) if others.labels else None
    refusal = _measure_refusal(classifier.calibration, logits, other_logits, is_right, others)
    return report | refusal


def _read(classifier: Classifier, sheet: Sheet) -> np.ndarray:
    """Return float32 logits (N, 10 or 11) of a sheet's images."""
    images = sheet.images
    parts = (images[start : start + TOGETHER] for start in range(0, len(images), TOGETHER))
    return np.concatenate([classifier(normalize(part))[0] for part in parts])


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
        measured["by_letter"] = _share(of_others, others.labels)
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


def _share(flags: np.ndarray, groups: Sequence[Any]) -> dict[str, float]:
    """Return the share of True in each group by its name, in the groups' own order."""
    hits, counts = Counter(), Counter(groups)
    for group, flag in zip(groups, flags, strict=True):
        hits[group] += int(flag)
    return {_name(group): round(hits[group] / counts[group], 4) for group in sorted(counts)}


def _name(group: object) -> str:
    return ",".join(map(str, group)) if isinstance(group, tuple) else str(group)


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
    }
    for name, title in tables.items():
        if report.get(name):
            cells = "  ".join(f"{key}: {value:.2%}" for key, value in report[name].items())
            lines.append(f"  {title}: {cells}")
    return "\n".join(lines)
