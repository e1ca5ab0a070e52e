"""The digits in one number's ink: the lattice of `ml.segmentation`, over connected parts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml.predict import Memory, Reader, Reading
from ml.preprocess import find_box, is_blank
from ml.segmentation.components import find_component_pieces
from ml.segmentation.lattice import find_best_path
from ml.segmentation.marks import estimate_pen
from ml.segmentation.numbers import is_surely_one
from ml.segmentation.pieces import Box, compose


@dataclass(frozen=True)
class Found:
    """What was taken for one digit: its ink, uint8 (h, w), cut to its box, and its reading."""

    ink: np.ndarray
    box: Box  # px of the number's ink
    reading: Reading


def find_digits(
    reader: Reader, ink: np.ndarray, name: str, memories: Mapping[str, Memory]
) -> list[Found]:
    """Return what stands in one number's ink, uint8 (h, w), from left to right, marks left out.

    The default model, which knows what is no digit, chooses; the model `name` reads.
    """
    rows_columns = find_box(ink)
    if rows_columns is None or is_blank(ink):
        return []
    rows, columns = rows_columns
    whole = ink[rows, columns]
    box = (columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
    box = tuple(int(side) for side in box)
    if is_surely_one(reader.read(whole), box):
        return [_read(reader, whole, box, name, memories)]
    classifier = reader.find(reader.default).classifier
    candidates = find_component_pieces(ink, classifier)
    if not candidates.pieces:
        return []
    path = find_best_path(candidates, classifier, estimate_pen(ink))
    groups = [group for group, mark in zip(path.groups, path.marks, strict=True) if mark is None]
    composed = [compose([candidates.pieces[n] for n in group]) for group in groups]
    return [_read(reader, own, place, name, memories) for own, place in composed]


def _read(
    reader: Reader, ink: np.ndarray, box: Box, name: str, memories: Mapping[str, Memory]
) -> Found:
    return Found(ink, box, reader.read_each(ink, [name], memories)[0])
