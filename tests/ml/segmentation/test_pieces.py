"""Pieces lie over each other as strokes do on the page's canvas."""

import numpy as np
import pytest

from ml.preprocess import find_box
from ml.segmentation.pieces import Piece, compose, has_few_ways
from ml.strokes import draw_freely


def cut(ink, stroke, part=0):
    rows, columns = find_box(ink)
    return Piece(ink[rows, columns], int(columns.start), int(rows.start), stroke, part)


def crop(ink):
    return ink[find_box(ink)]


def line(*points):
    return np.array(points, np.float32)


def test_a_piece_knows_the_box_of_its_ink():
    ink = np.zeros((9, 9), np.uint8)
    ink[2:4, 3:8] = 255
    assert Piece(ink, 100, 50).box == (103, 52, 5, 2)


def test_parts_of_a_stroke_give_the_stroke_itself():
    stroke = line((40, 40), (90, 150), (150, 60), (41.5, 200))
    parts = [cut(draw_freely([p]), 0, n) for n, p in enumerate((stroke[:3], stroke[2:]))]
    ink, box = compose(parts)
    assert np.array_equal(ink, crop(draw_freely([stroke])))
    assert box == cut(draw_freely([stroke]), 0).box


def test_crossing_strokes_lie_over_each_other_as_on_the_canvas():
    strokes = [line((40, 40), (201, 222)), line((200, 33), (51, 240))]
    ink, _ = compose([cut(draw_freely([stroke]), n) for n, stroke in enumerate(strokes)])
    whole = crop(draw_freely(strokes))
    assert ink.shape == whole.shape
    assert np.abs(ink.astype(int) - whole).max() <= 1


def test_pieces_without_a_stroke_are_strokes_of_their_own():
    half = np.full((4, 4), 128, np.uint8)
    ink, _ = compose([Piece(half, 0, 0), Piece(half, 0, 0)])
    assert ink[0, 0] == 192  # a quarter of the paper shows


def test_pieces_without_ink_cannot_be_composed():
    with pytest.raises(ValueError, match="no ink"):
        compose([Piece(np.zeros((4, 4), np.uint8), 0, 0)])


def test_runs_leave_few_ways_and_late_strokes_on_everything_too_many():
    runs = {tuple(range(a, b)) for a in range(30) for b in range(a + 1, min(30, a + 4) + 1)}
    assert has_few_ways(30, runs)
    late = {(n, 29 - n) for n in range(15)} | {(n, 20 + n % 9) for n in range(20)}
    assert not has_few_ways(30, runs | late)
