"""How models read what people drew: strokes from a file, drawn as the page draws them.

Every drawing is drawn nine times: at 3 sizes under 3 pens, each at one of 9 positions that rotate
from drawing to drawing, so that nine drawings in a row see every position under each.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ml.calibration import refusal_scores
from ml.checkpoint import load_weights
from ml.data import Examples
from ml.errors import DataError
from ml.evaluate import Evaluation, compute_logits
from ml.preprocess import BOX_SIDE, IMAGE_SIDE, find_box, fit_ink, shrink
from ml.strokes import Drawing, Placement, draw, place, read_drawings, rotate_placements

WORST_WRITERS = 10
FEWEST_DRAWINGS = 9  # of a writer, for its share of mistakes to say something


@dataclass(frozen=True)
class Sheet:
    """All drawings of some files as the networks are given them, N images in all."""

    images: torch.Tensor  # uint8 (N, 28, 28)
    labels: list[str]
    writers: list[str]
    placements: list[Placement]

    def pick(self, is_picked: np.ndarray) -> "Sheet":
        """Return the drawings where a bool (N,) array says so."""
        chosen = np.flatnonzero(is_picked)
        rest = ([part[i] for i in chosen] for part in (self.labels, self.writers, self.placements))
        return Sheet(self.images[torch.from_numpy(chosen)], *rest)


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


def draw_sheet(drawings: list[Drawing], preprocessing: str = "ours") -> Sheet:
    """Draw every drawing nine times on the board and make of each what a network is given."""
    prepare = PREPROCESSINGS[preprocessing]
    images, labels, writers, placements = [], [], [], []
    for number, drawing in enumerate(drawings):
        for placement in rotate_placements(number):
            ink = draw(place(drawing.strokes, placement), placement.pen)
            images.append(prepare(ink))
            labels.append(drawing.label)
            writers.append(drawing.writer)
            placements.append(placement)
    return Sheet(torch.from_numpy(np.stack(images)), labels, writers, placements)


def measure(
    weights: Path, names: list[str], files: list[Path], preprocessing: str = "ours"
) -> list[dict[str, Any]]:
    """Return a report for each model on the drawings of the files, digits and other things.

    `preprocessing` is one of PREPROCESSINGS: the board's own, or one that other demos use.

    Raises DataError for a file that cannot be read or holds no digits.
    """
    drawings = [drawing for path in files for drawing in read_drawings(path)]
    if not any(_is_digit(drawing.label) for drawing in drawings):
        raise DataError(f"there are no drawn digits in {', '.join(map(str, files))}")
    sheet = draw_sheet(drawings, preprocessing)
    is_digit = np.array([_is_digit(label) for label in sheet.labels])
    digits, others = sheet.pick(is_digit), sheet.pick(~is_digit)
    return [
        {"preprocessing": preprocessing} | make_report(weights, name, digits, others)
        for name in names
    ]


def _is_digit(label: str) -> bool:
    return len(label) == 1 and label in "0123456789"


def make_report(weights: Path, name: str, digits: Sheet, others: Sheet) -> dict[str, Any]:
    """Return the numbers of one model: shares are 0-1; refused ones are None if it cannot."""
    model, card = load_weights(weights, name)
    labels = torch.tensor([int(label) for label in digits.labels])
    logits = compute_logits(model, Examples(digits.images, labels))
    scaled = logits[:, :10] / card.get("temperature", 1.0)
    evaluation = Evaluation(scaled.softmax(dim=1), labels, 0.0)
    is_right = (evaluation.predictions == labels).numpy()
    report = {
        "model": name,
        "drawings": len(labels),
        "accuracy": evaluation.accuracy,
        "ece": evaluation.ece,
        "by_digit": _share(is_right, digits.labels),
        "by_size": _share(is_right, [str(p.size) for p in digits.placements]),
        "by_width": _share(is_right, [str(p.pen) for p in digits.placements]),
        "by_position": _share(is_right, [f"{p.across},{p.down}" for p in digits.placements]),
        "worst_writers": _find_worst(is_right, digits.writers),
    }
    return report | _measure_refusal(model, card, logits, is_right, others)


def _measure_refusal(
    model: torch.nn.Module,
    card: dict[str, Any],
    logits: torch.Tensor,
    is_right: np.ndarray,
    others: Sheet,
) -> dict[str, Any]:
    """Return refusals by the eleventh answer; without one, AUROC by the highest probability."""
    has_others = len(others.labels) > 0
    other_logits = (
        compute_logits(model, Examples(others.images, torch.zeros(len(others.labels)).long()))
        if has_others
        else None
    )
    can_refuse = logits.shape[1] > 10
    score = refusal_scores if can_refuse else _doubt
    auroc = compute_auroc(score(logits), score(other_logits)) if has_others else None
    if not can_refuse:
        return {"false_refusals": None, "answered_and_right": _mean(is_right)} | {
            "non_digits_refused": None,
            "auroc": auroc,
        }
    threshold = card["refusal_threshold"]
    refused = (score(logits) > threshold).numpy()
    of_others = (score(other_logits) > threshold).numpy() if has_others else None
    return {
        "false_refusals": _mean(refused),
        "answered_and_right": _mean(is_right & ~refused),
        "non_digits_refused": _mean(of_others) if has_others else None,
        "by_letter": _share(of_others, others.labels) if has_others else None,
        "auroc": auroc,
    }


def _mean(flags: np.ndarray) -> float:
    """Return the share of True in a bool array, 0-1."""
    return float(flags.mean())


def _doubt(logits: torch.Tensor) -> torch.Tensor:
    return -logits[:, :10].softmax(dim=1).max(dim=1).values


def compute_auroc(digits: torch.Tensor, others: torch.Tensor) -> float:
    """Return the chance that one of the others scores higher than one of the digits, 0-1."""
    scores = torch.cat([digits, others]).double()
    _, ranks, counts = scores.unique(return_inverse=True, return_counts=True)
    middle = counts.cumsum(0) - (counts - 1) / 2  # tied scores share their middle rank
    total = middle[ranks[len(digits) :]].sum()
    least = len(others) * (len(others) + 1) / 2
    return float((total - least) / (len(digits) * len(others)))


def _share(flags: np.ndarray, groups: list[str]) -> dict[str, float]:
    hits, counts = Counter(), Counter(groups)
    for group, flag in zip(groups, flags, strict=True):
        hits[group] += int(flag)
    return {group: round(hits[group] / counts[group], 4) for group in sorted(counts)}


def _find_worst(is_right: np.ndarray, writers: list[str]) -> dict[str, float]:
    """Return the ten writers of enough drawings that are read worst, with their accuracy."""
    flags = defaultdict(list)
    for writer, flag in zip(writers, is_right, strict=True):
        flags[writer].append(flag)
    shares = {w: float(np.mean(f)) for w, f in flags.items() if len(f) >= FEWEST_DRAWINGS}
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
    known = [f"{name.replace('_', ' ')} {report[name]:.4f}" for name in shares if report[name]]
    lines += [f"  {', '.join(known)}"] if known else []
    for name in ("by_digit", "by_size", "by_width", "by_position", "worst_writers"):
        cells = "  ".join(f"{key}: {value:.2%}" for key, value in report[name].items())
        lines.append(f"  {name.replace('_', ' ')}: {cells}")
    return "\n".join(lines)
