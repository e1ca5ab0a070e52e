"""Digits are traced: a pen goes along their lines, one cell wide, and leaves none out."""

import numpy as np
import pytest

from ml.preprocess import fit_ink
from ml.strokes import draw
from ml.tracing.thinning import thin
from ml.tracing.tracing import trace, trace_lines


def make_lines(*rows):
    return np.array([[cell == "#" for cell in row] for row in rows])[None]


def list_strokes(lines):
    """Return the strokes of one image, each a list of cells (x, y)."""
    who, cells, lands = trace_lines(lines)
    assert set(who) <= {0}
    parts = np.split(cells, np.flatnonzero(lands)[1:])
    return [[tuple(map(int, cell)) for cell in part] for part in parts]


def test_a_line_is_one_stroke_from_tip_to_tip():
    assert list_strokes(make_lines("....", ".###", "....")) == [[(1, 1), (2, 1), (3, 1)]]


def test_a_pen_goes_straight_on_where_lines_cross():
    strokes = list_strokes(make_lines("..#..", "..#..", "#####", "..#..", "..#.."))
    assert strokes[0] == [(2, y) for y in range(5)]
    ends = sorted((stroke[0], stroke[-1]) for stroke in strokes[1:])
    assert ends == [((0, 2), (2, 2)), ((4, 2), (2, 2))]  # both arms reach the crossing


def test_a_branch_of_one_cell_begins_at_the_line_and_does_not_return():
    strokes = list_strokes(make_lines("...#...", "#######", "......."))
    assert [(x, 1) for x in range(7)] in strokes
    (branch,) = (stroke for stroke in strokes if (3, 0) in stroke)
    assert branch[:2] == [(3, 1), (3, 0)]
    assert branch.count((3, 1)) == 1


def test_a_line_that_was_left_is_taken_up_where_it_was_left():
    # The pen goes straight along the bar; the ring under it has no tip, and hangs on it.
    strokes = list_strokes(make_lines("#######", "..#.#..", "..###.."))
    assert len(strokes) == 2
    first, last = strokes[1][0], strokes[1][-1]
    assert first[1] == last[1] == 0


@pytest.mark.parametrize("slope", [1, 2, 4, 5])
def test_a_pen_keeps_its_heading_through_a_slanted_crossing(slope):
    lines = np.zeros((1, 40, 36), bool)
    for x in range(36):  # two flights of stairs, one up and one down
        lines[0, (x + 1) // slope, x] = lines[0, (35 - x) // slope, x] = True
    first, *_ = list_strokes(lines)
    (left, top), (right, bottom) = sorted((first[0], first[-1]))
    assert (left, right) == (0, 35)
    assert abs(bottom - top) >= 35 // slope - 1


def test_a_ring_is_closed():
    (stroke,) = list_strokes(make_lines(".##.", "#..#", "#..#", ".##."))
    assert len(set(stroke)) == 8
    assert stroke[0] == stroke[-1]


def test_lines_that_do_not_touch_are_strokes_of_their_own():
    strokes = list_strokes(make_lines("#..#", "#..#", "...#"))
    assert sorted(map(len, strokes)) == [2, 3]


def test_a_single_cell_is_a_stroke_of_one_point():
    assert list_strokes(make_lines("...", ".#.", "...")) == [[(1, 1)]]


def test_an_empty_image_has_no_points_and_the_others_keep_their_numbers():
    lines = np.zeros((3, 5, 5), bool)
    lines[1, 2, 1:4] = True
    who, cells, lands = trace_lines(lines)
    assert who.tolist() == [1, 1, 1]
    assert cells.tolist() == [[1, 2], [2, 2], [3, 2]]
    assert lands.tolist() == [True, False, False]
    for count in (0, 2):
        assert [len(part) for part in trace_lines(np.zeros((count, 5, 5), bool))] == [0, 0, 0]


@pytest.fixture(scope="module")
def lines(made_digits):
    return thin(made_digits[0].images.numpy()[:300] > 100)


def test_a_pen_is_everywhere_on_the_lines_and_nowhere_else(lines):
    who, cells, _ = trace_lines(lines)
    seen = np.zeros_like(lines)
    seen[who, cells[:, 1], cells[:, 0]] = True
    assert np.array_equal(seen, lines)


def test_a_pen_goes_from_a_cell_to_its_neighbour(lines):
    who, cells, lands = trace_lines(lines)
    steps = np.abs(np.diff(cells, axis=0)).max(axis=1)
    assert (steps[~lands[1:]] == 1).all()
    assert (lands[1:] >= (who[1:] != who[:-1])).all()


def test_strokes_are_long_as_those_of_a_person_are(lines):
    who, _, lands = trace_lines(lines)
    assert lands.sum() < 3 * len(lines)
    # Cells that one stroke begins or ends with may be another's too, hardly any others.
    assert len(who) < 1.1 * lines.sum()


def test_images_are_traced_alike_alone_and_among_thousands(lines):
    many = np.tile(lines, (9, 1, 1))  # more than are traced at a time
    who, cells, lands = trace_lines(many)
    for number in (0, 11, 2_047, 2_048, 2_699):
        _, alone, alone_lands = trace_lines(many[number : number + 1])
        assert np.array_equal(alone, cells[who == number])
        assert np.array_equal(alone_lands, lands[who == number])


@pytest.mark.parametrize("angle", range(0, 180, 9))
@pytest.mark.parametrize("pen", [0.08, 0.12, 0.16, 0.22])
def test_a_line_keeps_its_length_however_it_slants(angle, pen):
    length = 160.0
    along = length / 2 * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    seen = fit_ink(draw([np.array([140 - along, 140 + along])], pen * length))
    path = trace(seen[None])
    across = 2 * np.abs(along).max()  # what fit_ink scales to 20 px, with the pen's width
    expected = length * 20 / (across + pen * length)
    assert np.linalg.norm(path.high - path.low) == pytest.approx(expected, abs=2)


def test_strokes_are_smoother_than_cells_and_lie_where_the_ink_is():
    turn = np.linspace(0, 2 * np.pi, 80)
    ring = np.stack([140 + 60 * np.cos(turn), 140 + 60 * np.sin(turn)], 1)
    paths = trace(fit_ink(draw([ring], 16))[None])
    radii = np.linalg.norm(paths.points[0] - (paths.low + paths.high) / 2, axis=1)
    assert radii.std(ddof=1) < 0.15  # px; without smoothing 0.18
    assert radii.mean() == pytest.approx(60 * 20 / 136, abs=0.08)  # nor drawn together
    assert 25 < len(paths.points[0]) < 45  # of about 100 cells


def test_no_stroke_of_a_digit_is_a_point(made_digits):
    paths = trace(made_digits[0].images.numpy())
    moves = np.linalg.norm(np.diff(paths.points, axis=1), axis=2)  # N, L - 1
    begins_nothing = paths.lands[:, :-1] & (moves == 0)
    assert not begins_nothing.any()
