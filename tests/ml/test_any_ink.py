"""Whatever array of ink there is, it becomes 28×28 pixels, by what it shows alone."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ml.preprocess import FAINTEST_PEAK, fit_ink, is_blank

OFTEN = settings(max_examples=200, deadline=None, derandomize=True)
LEVELS = st.integers(0, 255)
INK = st.integers(FAINTEST_PEAK, 255)


@st.composite
def dense_arrays(draw, most=40):
    """Any bytes at all in any shape."""
    shape = draw(st.tuples(st.integers(1, most), st.integers(1, most)))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    return random.integers(0, draw(LEVELS), shape, np.uint8, endpoint=True)


@st.composite
def sparse_arrays(draw, most=40):
    """Paper with a few specks of any level, at the edges as well."""
    height, width = draw(st.tuples(st.integers(1, most), st.integers(1, most)))
    places = st.tuples(st.integers(0, height - 1), st.integers(0, width - 1), LEVELS)
    ink = np.zeros((height, width), np.uint8)
    for row, column, level in draw(st.lists(places, min_size=1, max_size=12)):
        ink[row, column] = level
    return ink


ARRAYS = dense_arrays() | sparse_arrays()


def find_centre(image):
    mass = image.astype(float)
    return [(mass.sum(axis=1 - axis) @ np.arange(28)) / mass.sum() for axis in (0, 1)]


def find_sides(image):
    return [np.ptp(np.flatnonzero(image.any(axis=1 - axis))) + 1 for axis in (0, 1)]


def differ(image, other):
    """The largest difference: a centre of mass between two pixels may be rounded either way."""
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    moved = (np.roll(image.astype(int), by, (0, 1)) for by in shifts)
    return min(np.abs(each - other).max() for each in moved)


@OFTEN
@given(ARRAYS)
def test_any_ink_that_can_be_seen_becomes_28_by_28_pixels_and_reaches_full_black(ink):
    before = ink.copy()
    if ink.max() < FAINTEST_PEAK:
        assert is_blank(ink)
        with pytest.raises(ValueError, match="no ink"):
            fit_ink(ink)
    else:
        image = fit_ink(ink)
        assert (image.shape, image.dtype, image.max()) == ((28, 28), np.uint8, 255)
    assert np.array_equal(ink, before)


@OFTEN
@given(ARRAYS)
def test_its_mass_is_in_the_middle_or_it_lies_at_an_edge_whole(ink):
    assume(ink.max() >= FAINTEST_PEAK)
    image = fit_ink(ink)
    for axis, centre in enumerate(find_centre(image)):
        inked = np.flatnonzero(image.any(axis=1 - axis))
        assert 13.5 <= centre <= 14.5 or inked[0] == 0 or inked[-1] == 27


@OFTEN
@given(st.tuples(st.integers(1, 20), st.integers(1, 20)), st.integers(0, 2**32), INK)
def test_no_pixel_of_small_ink_is_lost(shape, seed, level):
    random = np.random.default_rng(seed)
    ink = (random.random(shape) < 0.3).astype(np.uint8) * np.uint8(level)
    assume(ink.any())
    image, box = fit_ink(ink), [np.flatnonzero(ink.any(axis=1 - axis)) for axis in (0, 1)]
    sides = [np.ptp(each) + 1 for each in box]
    # Each pixel covers at least one of the 20 × 20, so the longer side spans all of them.
    assert max(find_sides(image)) == 20
    spans = zip(find_sides(image), sides, strict=True)
    assert all(side >= 20 * each // max(sides) - 1 for side, each in spans)


@OFTEN
@given(ARRAYS, *[st.integers(0, 50)] * 4)
def test_where_ink_lies_on_the_paper_makes_no_difference(ink, above, below, left, right):
    assume(ink.max() >= FAINTEST_PEAK)
    board = np.pad(ink, ((above, below), (left, right)))
    assert np.array_equal(fit_ink(board), fit_ink(ink))


@OFTEN
@given(ARRAYS, st.integers(2, 9))
def test_how_many_pixels_each_pixel_becomes_makes_next_to_no_difference(ink, scale):
    assume(ink.max() >= FAINTEST_PEAK)
    enlarged = np.kron(ink, np.ones((scale, scale), np.uint8))
    assert differ(fit_ink(enlarged), fit_ink(ink)) <= 1


@OFTEN
@given(ARRAYS)
def test_rows_and_columns_are_treated_alike(ink):
    assume(ink.max() >= FAINTEST_PEAK)
    assert differ(fit_ink(ink.T), fit_ink(ink).T) <= 1


@OFTEN
@given(ARRAYS, st.integers(1, 3))
def test_ink_on_a_larger_board_is_no_less_blank(ink, times):
    board = np.pad(ink, ((0, times * ink.shape[0]), (0, times * ink.shape[1])))
    assert is_blank(board) >= is_blank(ink)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (4000, 4000)])
def test_the_smallest_and_the_largest_pictures_are_fitted(shape):
    image = fit_ink(np.full(shape, 255, np.uint8))
    assert image.max() == 255
    assert max(find_sides(image)) == 20
