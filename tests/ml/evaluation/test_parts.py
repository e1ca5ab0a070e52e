"""Parts of digits are kept only where nobody could take them for a digit."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from ml.evaluation.parts import ROWS, is_no_digit, make_parts
from ml.strokes import Drawing
from tests.drawn_digits import FOUR, NOUGHT, ONE, SEVEN, circle, draw_digits, line


@pytest.mark.parametrize(
    "part",
    [
        line((2, 0), (0, 6), (7, 6)),  # a four without its stem
        line((7, 0), (0, 0), (0, 5)),  # the upper left of a five
        line((5, 0), (5, 8), (0, 8)),
        circle(-90, 90),  # half a three, open to the left
        circle(90, 270),  # open to the right
        circle(0, 180),  # open upwards
    ],
    ids=["L", "gamma", "J", "left", "right", "up"],
)
def test_what_no_digit_looks_like_is_a_part(part):
    assert is_no_digit(part, "4")
    assert is_no_digit(part[::-1], "4")


@pytest.mark.parametrize(
    "part",
    [
        line((0, 0), (0, 9)),
        line((0, 0), (4, 0), (9, 1)),
        line((0, 0), (7, 0), (2, 9)),
        line((0, 0), (7, 0), (7, 9)),
        line((0, 4), (4, 0), (4, 9)),
        line((4, 0), (4, 9), (6, 9)),
        circle(0, 360),
        circle(-30, 270),
        circle(-180, 0),
        line((0, 0), (0.5, 2), (2, 2)),
    ],
    ids=["1", "dash", "7", "7", "1", "1", "0", "6", "open downwards", "a speck"],
)
def test_what_could_be_a_digit_is_not_kept(part):
    assert not is_no_digit(part, "4")
    assert not is_no_digit(part[::-1], "4")


def test_parts_of_ones_and_arcs_of_twos_and_sevens_are_not_kept():
    assert not is_no_digit(line((2, 0), (0, 6), (7, 6)), "1")
    assert not is_no_digit(circle(-90, 90), "2")
    assert not is_no_digit(circle(-90, 90), "7")


def kinds(parts):
    return Counter(part.label for part in parts)


def test_a_four_gives_its_stroke_pieces_at_its_crossing_and_rows():
    parts = make_parts(draw_digits(_4=FOUR), each=2, seed=1)
    expected = {"stroke", "cut at a corner", "cut at a crossing", *ROWS}
    assert set(kinds(parts)) == expected - {"cut at a corner"}  # both pieces are straight
    assert set(kinds(parts).values()) == {2}
    assert all(len(part.strokes) == 1 for part in parts if part.label not in ROWS)


def test_a_seven_without_its_bar_is_a_seven():
    assert "stroke" not in kinds(make_parts(draw_digits(_7=SEVEN), each=5, seed=1))


def test_a_ring_has_no_parts():
    assert set(kinds(make_parts(draw_digits(_0=NOUGHT), each=5, seed=1))) <= ROWS


def test_two_ones_are_never_beside_each_other():
    assert not make_parts(draw_digits(_1=ONE), each=5, seed=1)


def gaps(part):
    """The gaps between two upright strokes' boxes."""
    boxes = sorted((stroke[:, 0].min(), stroke[:, 0].max()) for stroke in part.strokes)
    return [after[0] - before[1] for before, after in pairwise(boxes)]


def test_a_one_stands_clearly_apart_and_others_may_touch():
    mixed = make_parts(draw_digits(_0=NOUGHT, _1=ONE), each=50, seed=1)
    pairs = [part for part in mixed if part.label == "two digits"]
    with_one = [min(gaps(part)) for part in pairs if "1" in part.id]
    assert with_one
    assert min(with_one) >= 0.14
    alone = make_parts(draw_digits(_0=NOUGHT) * 9, each=50, seed=1)
    assert min(min(gaps(part)) for part in alone if part.label == "two digits") < 0.1


def test_rows_are_of_one_writer():
    digits = [Drawing(str(n), f"writer {n}", "0", NOUGHT) for n in range(9)]
    assert not make_parts(digits, each=5, seed=1)


def test_a_seed_makes_the_same_parts_again():
    digits = draw_digits(_0=NOUGHT, _4=FOUR)
    first, again = make_parts(digits, 9, seed=2), make_parts(digits, 9, seed=2)
    for a, b in zip(first, again, strict=True):
        assert (a.id, a.label) == (b.id, b.label)
        np.testing.assert_array_equal(np.concatenate(a.strokes), np.concatenate(b.strokes))
