"""Minus, point and comma are named only where nothing else could be meant."""

import numpy as np
import pytest

from ml.preprocess import find_box
from ml.segmentation.marks import estimate_pen, name_mark
from tests.digits import draw_ink

PEN = 18
# Boxes of digits on a line of 160 px, from y = 60 to 220.
FIRST, SECOND = (150, 60, 90, 160), (320, 60, 90, 160)


def name(strokes, *others, pen=PEN):
    """Name what strokes of points in px draw, beside digits with these boxes."""
    points = [[(x / 280, y / 280) for x, y in stroke] for stroke in strokes]
    ink = draw_ink(points, board=(280, 560), pen=pen)
    rows, columns = find_box(ink)
    box = (columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
    return name_mark(ink[rows, columns], box, others, pen)


def dot(x, y):
    return [[(x, y), (x + 0.1, y)]]


def ring(x, y, radius):
    angles = np.linspace(0, 2 * np.pi, 30)
    return [[(x + radius * np.cos(a), y + radius * np.sin(a)) for a in angles]]


@pytest.mark.parametrize("rise", [-12, 0, 12])
def test_a_dash_before_the_first_digit_is_a_minus(rise):
    assert name([[(50, 140), (115, 140 + rise)]], FIRST, SECOND) == "-"


def test_a_dot_on_the_line_between_two_digits_is_a_point():
    assert name(dot(280, 210), FIRST, SECOND) == "."


def test_a_tail_below_the_line_between_two_digits_is_a_comma():
    assert name([[(284, 205), (286, 222), (272, 250)]], FIRST, SECOND) == ","


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param(dot(280, 90), id="a dot high above"),
        pytest.param(dot(280, 140), id="a dot at half the height"),
        pytest.param(dot(440, 210), id="a dot after the last digit"),
        pytest.param(dot(195, 215), id="a dot under a digit"),
        pytest.param(ring(280, 195, 22), id="a small 0"),
        pytest.param([[(280, 130), (280, 211)]], id="a small 1"),
        pytest.param([[(255, 140), (305, 140)]], id="a dash between digits"),
        pytest.param([[(175, 70), (225, 70)]], id="the bar of a 5"),
        pytest.param([[(130, 140), (215, 140)]], id="the bar of a 7"),
        pytest.param([[(60, 65), (115, 65)]], id="a dash at the top of the line"),
        pytest.param([[(60, 215), (115, 215)]], id="a dash on the line"),
        pytest.param([[(60, 60), (60, 220)]], id="a 1"),
    ],
)
def test_what_could_be_something_else_is_no_mark(strokes):
    assert name(strokes, FIRST, SECOND) is None


def test_without_digits_beside_it_nothing_is_a_mark():
    assert name([[(50, 140), (115, 140)]]) is None
    assert name(dot(280, 210), FIRST) is None


@pytest.mark.parametrize("pen", [4, 9, 18, 30])
def test_the_pen_is_as_wide_as_what_it_drew(pen):
    ink = draw_ink([[(0.2, 0.2), (0.8, 0.3), (0.3, 0.8)], [(0.5, 0.1), (0.5, 0.9)]], pen=pen)
    assert estimate_pen(ink) == pytest.approx(pen, rel=0.3, abs=1)


def test_no_ink_has_no_pen():
    assert estimate_pen(np.zeros((9, 9), np.uint8)) == 0
