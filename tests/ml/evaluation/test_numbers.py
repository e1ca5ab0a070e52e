"""People's digits are put side by side into numbers, writer by writer."""

import numpy as np
import pytest

from ml.evaluation.numbers import BOARD, HEIGHT, compose_numbers
from ml.strokes import Drawing
from tests.drawn_digits import FOUR, NOUGHT, ONE, SEVEN

SHAPES = {"4": FOUR, "7": SEVEN, "1": ONE, "0": NOUGHT, "00": NOUGHT}


@pytest.fixture
def drawings():
    return [
        Drawing(f"{writer}{label}", writer, label[0], strokes)
        for writer in ("ann", "bob")
        for label, strokes in SHAPES.items()
    ]


def span(number, digit):
    owned = zip(number.strokes, number.owners, strict=True)
    points = np.concatenate([stroke for stroke, owner in owned if owner == digit])
    return points[:, 0].min(), points[:, 0].max()


@pytest.mark.parametrize("gaps", [(0.2, 0.3), (-0.15, -0.1)])
def test_gaps_are_what_was_asked_for(drawings, gaps):
    for number in compose_numbers(drawings, 30, gaps, seed=1):
        height = np.ptp(np.concatenate(number.strokes)[:, 1])
        for digit in range(len(number.text) - 1):
            gap = (span(number, digit + 1)[0] - span(number, digit)[1]) / height
            assert gaps[0] - 0.15 < gap < gaps[1] + 0.15


def test_all_lies_on_the_wide_board_about_as_high_as_people_write(drawings):
    for number in compose_numbers(drawings, 30, (0.0, 0.3), seed=2):
        points = np.concatenate(number.strokes)
        assert points.min() >= 0
        assert (points.max(axis=0) <= BOARD).all()
        assert np.ptp(points[:, 1]) < 1.5 * HEIGHT[1]


def test_a_number_is_of_one_writer_and_says_its_digits(drawings):
    numbers = list(compose_numbers(drawings, 20, (0.0, 0.3), seed=3))
    assert {number.writer for number in numbers} == {"ann", "bob"}
    for number in numbers:
        assert 2 <= len(number.text) <= 5
        assert sorted(set(number.owners)) == list(range(len(number.text)))


def test_writers_with_too_few_digits_are_left_out(drawings):
    few = [drawing for drawing in drawings if drawing.writer == "bob"][:3]
    others = [drawing for drawing in drawings if drawing.writer == "ann"]
    writers = {n.writer for n in compose_numbers(few + others, 20, (0.0, 0.3), seed=4)}
    assert writers == {"ann"}
