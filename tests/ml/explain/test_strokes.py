"""What each stroke is good for."""

import numpy as np
import pytest

from ml.errors import UnknownModelError
from ml.explain.strokes import leave_out_each
from ml.predict import Memory, Reader
from ml.strokes import draw_freely

SEVEN = [(60, 50), (220, 50), (120, 240)]
BAR = [(90, 150), (200, 150)]
DOT = [(140, 140)]


@pytest.fixture(scope="module")
def reader():
    return Reader()


def make_strokes(*strokes):
    return [np.array(points, np.float32) for points in strokes]


def test_each_stroke_is_left_out_once_in_their_order(reader):
    strokes = make_strokes(SEVEN, BAR, DOT)
    readings = leave_out_each(reader, strokes, "linear")
    assert readings == [
        reader.read(draw_freely([strokes[i] for i in rest]), "linear")
        for rest in ([1, 2], [0, 2], [0, 1])
    ]


def test_the_rest_may_be_too_little_to_read(reader):
    without_seven, without_dot = leave_out_each(reader, make_strokes(SEVEN, DOT), reader.default)
    assert without_seven.status == "blank"
    assert (without_dot.status, without_dot.digit) == ("digit", 7)


def test_what_is_left_is_scaled_and_centred_anew(reader):
    strokes = make_strokes(SEVEN, [(10, 10), (12, 270)])
    (_, alone) = leave_out_each(reader, strokes, "linear")
    assert alone.seen == reader.read(draw_freely(strokes[:1])).seen


def test_one_stroke_is_not_left_out(reader):
    assert leave_out_each(reader, make_strokes(SEVEN), reader.default) == []
    assert leave_out_each(reader, [], reader.default) == []


def test_more_than_a_dozen_strokes_are_not_told_apart(reader):
    dozen = make_strokes(*[SEVEN] * 12)
    assert len(leave_out_each(reader, dozen, "linear")) == 12
    assert leave_out_each(reader, [*dozen, dozen[0]], "linear") == []


def test_what_a_hand_taught_counts(reader):
    strokes = make_strokes(SEVEN, BAR)
    seen = reader.read(draw_freely(strokes[:1]), "linear").seen
    features = reader.features("linear", np.array(seen, np.uint8).reshape(1, 28, 28))
    memory = Memory(features, np.array([4]), ["a seven that is a four"])
    _, without_bar = leave_out_each(reader, strokes, "linear", memory)
    assert (without_bar.digit, without_bar.because) == (4, "a seven that is a four")


def test_an_unknown_model_is_refused(reader):
    with pytest.raises(UnknownModelError):
        leave_out_each(reader, make_strokes(SEVEN, BAR), "resnet")
