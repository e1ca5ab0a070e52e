"""Drawings as networks are given them: drawn on the board, and made into images of 28×28 pixels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.networks.classifier import Classifier
from ml.preprocess import BOX_SIDE, IMAGE_SIDE, find_box, fit_ink, normalize, shrink
from ml.strokes import (
    BOARD_SIDE,
    Drawing,
    Placement,
    draw,
    grid_of_placements,
    place,
    rotate_placements,
)

TOGETHER = 500  # images read at a time


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
    return np.rint(shrink(ink, IMAGE_SIDE)).astype(np.uint8)


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
    # A prime that divides no grid's length: all of the grid is visited, in a mixed order.
    placements = [grid[number * 11 % len(grid)] for number in range(len(drawings))]
    images = [
        prepare(draw(place(drawing.strokes, placement), placement.pen))
        for drawing, placement in zip(drawings, placements, strict=True)
    ]
    labels, writers = zip(*((each.label, each.writer) for each in drawings), strict=True)
    return Sheet(np.stack(images), list(labels), list(writers), placements, copies=1)


def read_sheet(classifier: Classifier, sheet: Sheet) -> np.ndarray:
    """Return float32 logits (N, 10 or 11) of a sheet's images."""
    images = sheet.images
    parts = (images[start : start + TOGETHER] for start in range(0, len(images), TOGETHER))
    return np.concatenate([classifier(normalize(part))[0] for part in parts])


def share_by(flags: np.ndarray, groups: Sequence[Any]) -> dict[str, float]:
    """Return the share of True in each group by its name, in the groups' own order."""
    hits, counts = Counter(), Counter(groups)
    for group, flag in zip(groups, flags, strict=True):
        hits[group] += int(flag)
    return {_name(group): round(hits[group] / counts[group], 4) for group in sorted(counts)}


def _name(group: object) -> str:
    return ",".join(map(str, group)) if isinstance(group, tuple) else str(group)
