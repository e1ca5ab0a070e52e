"""Many drawings as the paths of their pens: kept, padded, extended, replaced and asked."""

import numpy as np
import pytest

from ml.tracing.paths import Paths, gather_paths
from ml.tracing.tracing import trace


def make_paths(*strokes, lands):
    return Paths(np.array(strokes, np.float32), np.array(lands))


def make_image(*bars):
    """Return one image, uint8 (1, 28, 28), with bars of ink: (rows, columns) each."""
    image = np.zeros((1, 28, 28), np.uint8)
    for rows, columns in bars:
        image[0, slice(*rows), slice(*columns)] = 255
    return image


def test_points_are_gathered_path_by_path():
    points = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
    lands = np.array([True, True, False, True])
    paths = gather_paths(np.array([0, 1, 1, 1]), points, lands, 2)
    assert paths.points.dtype == np.float32
    assert paths.points[0].tolist() == [[0, 1]] * 3  # the shorter one stays where it ended
    assert paths.points[1].tolist() == [[2, 3], [4, 5], [6, 7]]
    assert paths.lands.tolist() == [[True, False, False], [True, False, True]]


def test_an_image_without_a_point_has_no_path():
    with pytest.raises(ValueError, match="image 1 has no ink"):
        gather_paths(np.array([0, 2]), np.zeros((2, 2)), np.array([True, True]), 3)


def test_an_image_without_ink_is_refused():
    with pytest.raises(ValueError, match="image 0 has no ink"):
        trace(make_image())


def test_padding_repeats_the_last_point_and_lands_nowhere():
    longer = make_paths([[0, 0], [8, 20]], lands=[[True, False]]).pad(5)
    assert longer.points[0].tolist() == [[0, 0]] + [[8, 20]] * 4
    assert longer.lands[0].tolist() == [True] + [False] * 4


def test_an_added_stroke_begins_where_the_pen_lands_and_belongs_to_the_box():
    plain = trace(make_image(((4, 24), (13, 15))))
    crossed = plain.add(np.array([[[4, 14], [24, 14]]], np.float32))
    assert crossed.points.dtype == np.float32
    assert crossed.lands[0, -2:].tolist() == [True, False]
    assert plain.low[0, 0] > 12
    assert crossed.low[0, 0] == 4
    assert crossed.high[0, 0] == 24


def test_paths_are_replaced_by_longer_ones_and_the_given_are_left_alone():
    paths = make_paths([[0, 0], [8, 20]], [[0, 0], [20, 0]], lands=[[True, False]] * 2)
    before = paths.points.copy()
    one = np.array([1])
    other = paths[one].add(np.array([[[3, 0], [3, 9]]], np.float32))
    new = paths.replace([(one, other)])
    assert np.array_equal(new[:1].points, paths.pad(4)[:1].points)
    assert np.array_equal(new[one].points, other.points)
    assert np.array_equal(new[one].lands, other.lands)
    assert np.array_equal(paths.points, before)


def test_the_path_is_found_at_a_height():
    paths = trace(make_image(((4, 24), (9, 11))))
    assert paths.find_x(np.array([[12.0]])).item() == pytest.approx(10, abs=0.6)


def test_the_left_end_is_found_above_a_height():
    paths = trace(make_image(((6, 8), (5, 20)), ((6, 24), (18, 20))))
    end = paths.find_left_end(np.array([[10.0]]))[0]
    assert end.tolist() == pytest.approx([6, 7], abs=1.5)
