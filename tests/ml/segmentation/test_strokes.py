"""Strokes become pieces, and groups of them candidates for digits."""

import numpy as np

from ml.segmentation.strokes import MOST_PIECES, find_stroke_pieces
from ml.strokes import draw_freely
from tests.written_numbers import line, write


def test_every_stroke_is_a_piece_with_its_own_ink():
    strokes = write("41")
    candidates = find_stroke_pieces(strokes)
    assert [piece.stroke for piece in candidates.pieces] == [0, 1, 2]
    board = draw_freely([strokes[2]])
    piece = candidates.pieces[2]
    height, width = piece.ink.shape
    assert np.array_equal(board[piece.y : piece.y + height, piece.x : piece.x + width], piece.ink)


def test_neighbouring_strokes_could_be_one_digit():
    groups = find_stroke_pieces(write("47")).groups
    assert {(0,), (0, 1), (1, 2), (0, 1, 2)} <= set(groups)


def test_strokes_far_apart_could_not():
    groups = find_stroke_pieces(write("111", gap=1.0)).groups
    assert (0, 1) not in groups
    assert (0, 1, 2) in groups  # all that is drawn: what is refused as a whole


def test_a_stroke_added_late_could_belong_to_what_it_lies_over():
    first, second, bar = *write("71", gap=0.3), line((50, 140), (120, 140))
    assert (0, 2) in find_stroke_pieces([first, second, bar]).groups


def test_a_stroke_that_joins_two_digits_is_cut():
    zero, other = write("00")
    joined = np.concatenate([zero, other])
    candidates = find_stroke_pieces([joined])
    assert len(candidates.pieces) > 1
    assert {piece.stroke for piece in candidates.pieces} == {0}
    assert tuple(range(len(candidates.pieces))) in candidates.groups


def test_one_digit_in_one_stroke_is_not_cut():
    for digit in "01235679":
        strokes = write(digit)
        assert len(find_stroke_pieces(strokes).pieces) == len(strokes)


def test_a_scribble_of_many_strokes_is_one_candidate():
    strokes = [line((10 + 3 * n, 20), (40 + 3 * n, 200)) for n in range(MOST_PIECES + 1)]
    assert find_stroke_pieces(strokes).groups == [tuple(range(MOST_PIECES + 1))]


def test_a_dot_is_a_piece():
    assert len(find_stroke_pieces([*write("1"), line((200, 200))]).pieces) == 2


def test_strokes_that_all_lie_over_each_other_give_few_candidates():
    rng = np.random.default_rng(0)
    strokes = [rng.uniform(0, 280, (4, 2)).astype(np.float32) for _ in range(24)]
    assert len(find_stroke_pieces(strokes).groups) < 200
