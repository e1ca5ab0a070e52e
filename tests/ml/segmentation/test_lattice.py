"""The best path uses every piece once, and knows how probable it is."""

import math

import pytest

from ml.segmentation.lattice import find_best_cover


def test_the_best_path_has_each_piece_once():
    groups = [(0,), (1,), (2,), (0, 1), (1, 2)]
    chosen, _ = find_best_cover(3, groups, [0.0, -5.0, 0.0, 1.0, 0.5])
    assert chosen == [3, 2]


def test_a_group_may_leave_out_what_was_drawn_in_between():
    # A four whose second stroke was drawn last, after the digit beside it.
    chosen, _ = find_best_cover(3, [(0,), (1,), (2,), (0, 2)], [-1.0, 0.0, -1.0, 0.0])
    assert chosen == [3, 1]


def test_two_equal_paths_are_half_as_probable_each():
    _, log_share = find_best_cover(2, [(0,), (1,), (0, 1)], [1.0, 1.0, 2.0])
    assert math.exp(log_share) == pytest.approx(0.5)


def test_the_only_path_is_certain():
    assert find_best_cover(2, [(0, 1)], [-9.0]) == ([0], 0.0)


def test_pieces_that_no_path_uses_up_are_reported():
    with pytest.raises(ValueError, match="every piece once"):
        find_best_cover(2, [(0,)], [0.0])
