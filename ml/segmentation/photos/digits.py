"""The digits in one number's ink: the lattice of `ml.segmentation`, over connected parts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml.predict import Memory, Reader, Reading
from ml.preprocess import is_blank
from ml.segmentation.components import find_component_pieces
from ml.segmentation.features import SPECK
from ml.segmentation.marks import estimate_pen
from ml.segmentation.numbers import choose_things, is_surely_one, refuse
from ml.segmentation.pieces import Box, find_tight_box

CLEAR, WIDE = 0.03, 1.15  # doubts that one digit leaves, and its width over its height


@dataclass(frozen=True)
class Found:
    """What was taken for one digit or mark: its ink, uint8 (h, w), cut to its box, and its reading.

    The reading of a mark, and of what is too small for a digit, is that it is no digit.
    """

    ink: np.ndarray
    box: Box  # px of the number's ink
    reading: Reading
    mark: str | None = None


def find_digits(
    reader: Reader, ink: np.ndarray, name: str, memories: Mapping[str, Memory]
) -> list[Found]:
    """Return what stands in one number's ink, uint8 (h, w), from left to right.

    The default model, which knows what is no digit, chooses; the model `name` reads.
    """
    if is_blank(ink):
        return []
    box = find_tight_box(ink)
    whole = ink[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    own = reader.read(whole)
    if is_surely_one(own, box) or _is_one(own, box):
        return [_read(reader, whole, box, name, memories)]
    classifier = reader.find(reader.default).classifier
    candidates = find_component_pieces(ink, classifier)
    things, _ = choose_things(candidates, estimate_pen(ink), classifier)
    return [_read(reader, each.ink, each.box, name, memories, each.mark) for each in things]


def _is_one(reading: Reading, box: Box) -> bool:
    """Say whether ink that may be as wide as high is one digit beyond doubt."""
    is_clear = reading.status == "digit" and (reading.no_digit or 0) < CLEAR
    return is_clear and max(reading.probabilities or [0]) > 1 - CLEAR and box[2] < WIDE * box[3]


def _read(
    reader: Reader,
    ink: np.ndarray,
    box: Box,
    name: str,
    memories: Mapping[str, Memory],
    mark: str | None = None,
) -> Found:
    reading = reader.read_each(ink, [name], memories)[0]
    if mark is not None:
        reading = refuse(reading)
    return Found(ink, box, reading, None if mark == SPECK else mark)
