"""How models read what people drew: strokes from a file, drawn as the page draws them.

Every drawing is drawn nine times: at 3 sizes under 3 pens, each at one of 9 positions that rotate
from drawing to drawing, so that nine drawings in a row see every position under each. Or 81 times,
which takes nine times as long: each at every position.

Beside them, drawings are measured that are made here: digits of straight strokes, things that are
no digits, and parts of the files' own digits. Each of them is drawn once.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.errors import DataError
from ml.evaluation.held_out import make_others, make_straight_digits
from ml.evaluation.metrics import judge
from ml.evaluation.parts import ROWS, make_parts
from ml.networks.classifier import Classifier
from ml.networks.logits import DIGITS, Calibration, can_refuse, refusal_scores, to_probabilities
from ml.preprocess import BOX_SIDE, IMAGE_SIDE, find_box, fit_ink, normalize, shrink
from ml.strokes import (
    BOARD_SIDE,
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
MADE = 100  # drawings of each kind that are made, not read from a file
MADE_SEED = 2**60 - 2  # no epoch and no calibration has it, nor tests.benchmarks
# The thickest pens, as shares of the longer side of its path: what is made stays legible.
PEN_OF_STRAIGHT, PEN_OF_OTHERS, PEN_OF_ROWS = 0.15, 0.22, 0.11
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


def draw_once(drawings: list[Drawing], thickest: float, preprocessing: str = "ours") -> Sheet:
    """Draw every drawing once, each next one at another size, under another pen and elsewhere.

    `thickest` is the thickest pen that is taken, as a share of the longer side of its path.
    """
    grid = [p for p in grid_of_placements() if p.pen <= thickest * p.size * BOARD_SIDE]
    prepare = PREPROCESSINGS[preprocessing]
    # Steps of 7, which no length of the grid is a multiple of, visit all of it in a mixed order.
    placements = [grid[number * 7 % len(grid)] for number in range(len(drawings))]
    images = [
        prepare(draw(place(drawing.strokes, placement), placement.pen))
        for drawing, placement in zip(drawings, placements, strict=True)
    ]
    labels, writers = zip(*((each.label, each.writer) for each in drawings), strict=True)
    return Sheet(np.stack(images), list(labels), list(writers), placements, copies=1)


def measure(
    classifiers: dict[str, Classifier],
    files: list[Path],
    preprocessing: str = "ours",
    *,
    everywhere: bool = False,
    made: int = MADE,
) -> list[dict[str, Any]]:
    """Return a report for each classifier on the drawings of the files, digits and others.

    `preprocessing` is one of PREPROCESSINGS: the board's own, or one that other demos use.
    `everywhere` is that of `draw_sheet`. `made` drawings of each kind are made and measured, too.

    Raises DataError for a file that cannot be read or holds no digits.
    """
    drawings = [drawing for path in files for drawing in read_drawings(path)]
    if not any(_is_digit(drawing.label) for drawing in drawings):
        raise DataError(f"there are no drawn digits in {', '.join(map(str, files))}")
    sheet = draw_sheet(drawings, preprocessing, everywhere=everywhere)
    is_digit = np.array([_is_digit(label) for label in sheet.labels])
    digits, others = sheet.pick(is_digit), sheet.pick(~is_digit)
    made_sheets = make_sheets(drawings, made, preprocessing)
    return [
        {"preprocessing": preprocessing}
        | make_report(name, classifier, digits, others)
        | report_made(classifier, made_sheets)
        for name, classifier in classifiers.items()
    ]


def make_sheets(drawings: list[Drawing], each: int, preprocessing: str) -> dict[str, list[Sheet]]:
    """Return sheets of made drawings, `each` of a kind; parts are made of the drawings' digits."""
    parts = make_parts([d for d in drawings if _is_digit(d.label)], each, MADE_SEED)
    rows = [part for part in parts if part.label in ROWS]
    lone = [part for part in parts if part.label not in ROWS]
    made = {
        "straight_digits": [(make_straight_digits(each, MADE_SEED), PEN_OF_STRAIGHT)],
        "drawings": [(make_others(each, MADE_SEED), PEN_OF_OTHERS)],
        "parts": [(lone, PEN_OF_OTHERS), (rows, PEN_OF_ROWS)],
    }
    return {
        name: [draw_once(some, thickest, preprocessing) for some, thickest in groups if some]
        for name, groups in made.items()
    }


def report_made(classifier: Classifier, sheets: dict[str, list[Sheet]]) -> dict[str, Any]:
    """Return the shares (0-1) of made digits that are read and right, and of the rest refused.

    What is refused is None for a model that cannot refuse, as for kinds that are not there.
    """
    (straight,) = sheets["straight_digits"]
    logits = _read(classifier, straight)
    labels = np.array([int(label) for label in straight.labels])
    is_right = logits[:, :DIGITS].argmax(axis=1) == labels
    is_right &= ~classifier.calibration.is_refused(logits)
    report = {
        "straight_digits_right": _mean(is_right),
        "straight_digits_by_digit": _share(is_right, straight.labels),
        "straight_digits_by_hand": _share(is_right, straight.writers),
    }
    for name in ("drawings", "parts"):
        report[f"{name}_refused"] = report[f"{name}_by_kind"] = None
        if can_refuse(logits) and sheets[name]:
            flags = [classifier.calibration.is_refused(_read(classifier, s)) for s in sheets[name]]
            is_refused = np.concatenate(flags)
            kinds = [label for sheet in sheets[name] for label in sheet.labels]
            report[f"{name}_refused"] = _mean(is_refused)
            report[f"{name}_by_kind"] = _share(is_refused, kinds)
    return report


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
