"""Strokes become ink as the page's canvas makes it."""

import gzip
import json

import numpy as np
import pytest

from ml.errors import DataError
from ml.strokes import (
    Drawing,
    Placement,
    draw,
    grid_of_placements,
    place,
    read_drawings,
    rotate_placements,
)

LINE = np.array([[0.0, 0.0], [0.0, 1000.0]], np.float32)
CORNER = np.array([[0.0, 0.0], [400.0, 0.0], [400.0, 1000.0]], np.float32)
RECORD = {"id": "a-1", "writer": "a", "label": "7", "strokes": [[[0, 0], [9, 0], [4, 1000]]]}


def write_lines(path, *records):
    text = "".join(json.dumps(record) + "\n" for record in records)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def test_a_dot_is_a_disc_as_wide_as_the_pen():
    ink = draw([np.array([[140.0, 140.0]])], pen=18)
    assert ink[140, 140] == 255
    assert ink.sum() / 255 == pytest.approx(np.pi * 9**2, rel=0.01)
    assert np.flatnonzero(ink.any(axis=0)).tolist() == list(range(131, 149))


def test_a_line_has_round_caps():
    ink = draw([np.array([[100.0, 140.0], [180.0, 140.0]])], pen=20)
    assert ink.sum() / 255 == pytest.approx(80 * 20 + np.pi * 10**2, rel=0.01)
    assert ink[140, 92] == 255
    assert ink[132, 92] == 0


def test_a_corner_has_a_round_join():
    ink = draw([np.array([[100.0, 100.0], [150.0, 100.0], [150.0, 150.0]])], pen=20)
    assert ink[93, 156] == 255
    assert ink[90, 159] == 0


def test_an_edge_between_pixels_is_half_ink():
    ink = draw([np.array([[140.0, 50.0], [140.0, 200.0]])], pen=17)
    assert ink[120, 140] == 255
    assert ink[120, 131] == ink[120, 148] == 128


def test_a_line_of_the_same_points_twice_is_a_dot():
    point = np.array([[60.0, 60.0]])
    assert (draw([np.repeat(point, 3, axis=0)]) == draw([point])).all()


def test_what_leaves_the_board_is_lost_without_harm():
    assert draw([np.array([[-500.0, -500.0], [-400.0, -400.0]])]).max() == 0
    assert draw([np.array([[140.0, -500.0], [140.0, 900.0]])])[:, 140].min() == 255


@pytest.mark.parametrize("placement", grid_of_placements(), ids=str)
def test_a_drawing_lies_on_the_board_whole(placement):
    points = np.concatenate(place([CORNER], placement))
    assert points.min() >= placement.pen / 2 - 1e-3
    assert points.max() <= 280 - placement.pen / 2 + 1e-3
    room = 280 - placement.pen
    assert np.ptp(points, axis=0).max() == pytest.approx(min(280 * placement.size, room))


def test_a_drawing_keeps_its_shape_and_its_strokes():
    first, second = place([CORNER, LINE], Placement(size=0.5))
    assert np.ptp(first, axis=0) == pytest.approx([56, 140])
    assert np.ptp(second, axis=0) == pytest.approx([0, 140])


def test_a_position_moves_a_drawing_from_edge_to_edge():
    left, right = (place([LINE], Placement(0.5, across=across))[0] for across in (0.0, 1.0))
    assert left[0, 0] == pytest.approx(9)
    assert right[0, 0] == pytest.approx(271)


def test_a_lone_dot_can_be_placed():
    assert place([np.array([[7.0, 7.0]])], Placement(0.5))[0][0].tolist() == [140, 140]


def test_the_usual_placements_are_nine_positions_three_sizes_three_pens():
    placements = grid_of_placements()
    assert len(placements) == len(set(placements)) == 81


def test_nine_drawings_in_a_row_see_every_placement_once():
    seen = [placement for number in range(9) for placement in rotate_placements(number)]
    assert len(seen) == 81
    assert set(seen) == set(grid_of_placements())


@pytest.mark.parametrize("name", ["drawn.jsonl", "drawn.jsonl.gz"])
def test_drawings_are_read_from_a_file(tmp_path, name):
    (drawing,) = read_drawings(write_lines(tmp_path / name, RECORD))
    assert isinstance(drawing, Drawing)
    assert (drawing.id, drawing.writer, drawing.label) == ("a-1", "a", "7")
    assert drawing.strokes[0].tolist() == [[0, 0], [9, 0], [4, 1000]]


@pytest.mark.parametrize(
    "damage",
    [{"strokes": []}, {"strokes": [[[1]]]}, {"strokes": [[["x", 1]]]}, {"strokes": 7}],
    ids=str,
)
def test_a_damaged_line_is_named(tmp_path, damage):
    path = write_lines(tmp_path / "drawn.jsonl", RECORD, RECORD | damage)
    with pytest.raises(DataError, match="line 2"):
        read_drawings(path)


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_drawings(tmp_path / "none.jsonl.gz")
    (tmp_path / "no.jsonl.gz").write_text("plain")
    with pytest.raises(DataError, match="cannot be read"):
        read_drawings(tmp_path / "no.jsonl.gz")
