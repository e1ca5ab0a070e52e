"""Whatever strokes there are: they are read or refused, lie on the board, and are drawn whole."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.strokes import (
    BOARD_SIDE,
    FARTHEST,
    LARGEST,
    Placement,
    draw,
    draw_freely,
    parse_strokes,
    place,
)

OFTEN = settings(max_examples=200, deadline=None, derandomize=True)
SELDOM = settings(max_examples=40, deadline=None, derandomize=True)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


def strokes_within(low, high, *, points=8):
    point = st.lists(st.floats(low, high, width=32), min_size=2, max_size=2)
    return st.lists(st.lists(point, min_size=1, max_size=points), min_size=1, max_size=4)


def to_arrays(strokes):
    return [np.array(stroke, np.float32) for stroke in strokes]


@OFTEN
@given(VALUES)
def test_any_value_is_read_or_refused_in_words(value):
    try:
        strokes = parse_strokes(value)
    except ValueError as error:
        assert "must be a list" in str(error)
        return
    for stroke in strokes:
        assert (stroke.dtype, stroke.ndim, stroke.shape[1]) == (np.float32, 2, 2)
        assert len(stroke) > 0
        assert np.isfinite(stroke).all()


@OFTEN
@given(strokes_within(-FARTHEST, FARTHEST))
def test_strokes_come_back_from_json_as_they_were(strokes):
    parsed = parse_strokes(json.loads(json.dumps(strokes)))
    for stroke, again in zip(to_arrays(strokes), parsed, strict=True):
        assert np.array_equal(stroke, again)


@pytest.mark.parametrize("number", [1.01 * FARTHEST, 1e308, float("inf"), float("nan"), True, "1"])
def test_a_coordinate_that_cannot_be_one_is_refused(number):
    with pytest.raises(ValueError, match="must be a list"):
        parse_strokes([[[0, 0], [number, 0]]])


@OFTEN
@given(
    strokes_within(-FARTHEST, FARTHEST),
    st.builds(
        Placement,
        size=st.floats(0.05, 1),
        pen=st.floats(1, 60),
        across=st.floats(0, 1),
        down=st.floats(0, 1),
    ),
)
def test_placed_strokes_lie_on_the_board_with_their_pen(strokes, placement):
    points = np.concatenate(place(to_arrays(strokes), placement))
    assert points.min() >= placement.pen / 2 - 0.01
    assert points.max() <= BOARD_SIDE - placement.pen / 2 + 0.01


@OFTEN
@given(strokes_within(0, BOARD_SIDE))
def test_strokes_on_the_board_are_drawn_as_on_the_board(strokes):
    arrays = to_arrays(strokes)
    ink = draw_freely(arrays)
    assert (ink.shape, ink.dtype) == ((BOARD_SIDE, BOARD_SIDE), np.uint8)
    assert np.array_equal(ink, draw(arrays))


@OFTEN
@given(strokes_within(0, BOARD_SIDE))
def test_one_more_stroke_takes_no_ink_away(strokes):
    arrays = to_arrays(strokes)
    fewer = draw_freely(arrays[:-1]).astype(int)
    assert (draw_freely(arrays) >= fewer - 1).all()  # a level is lost to rounding


@SELDOM
@given(strokes_within(-4096, 4096))
def test_strokes_beyond_the_board_are_drawn_on_a_larger_one(strokes):
    ink = draw_freely(to_arrays(strokes))
    assert ink.dtype == np.uint8
    assert max(ink.shape) <= LARGEST
    assert min(ink.shape) > 0
    assert ink.max() > 0
    edge = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    points = np.concatenate(to_arrays(strokes))
    if points.min() < 0 and points.max() < 0:  # all of it lies beyond: there is a margin
        assert not edge[: ink.shape[1]].any()


@pytest.mark.slow
@OFTEN
@given(strokes_within(0, BOARD_SIDE), st.integers(-5, 0))
def test_the_order_of_points_and_of_strokes_makes_no_difference(strokes, turn):
    arrays = to_arrays(strokes)
    turned = [stroke[::-1] for stroke in arrays[turn:] + arrays[:turn]][: len(arrays)]
    if len(turned) == len(arrays):
        difference = draw_freely(turned).astype(int) - draw_freely(arrays)
        assert np.abs(difference).max() <= 2


def test_no_strokes_are_an_empty_board():
    assert not draw_freely([]).any()
