"""Drawing many at once gives what drawing each on the board and fitting it gives."""

import numpy as np
import pytest
import torch

from ml.preprocess import fit_ink
from ml.strokes import draw
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import write
from ml.synthetic.raster import draw_paths, fit_segments
from ml.tracing.paths import Paths, gather_paths
from ml.tracing.tracing import trace

BOARD = 280


def write_on_board(habit, pen_share, rng):
    """Write a habit of one stroke 200 px long on the board; return its points and the pen."""
    segments = write(habit, 1, rng)[0]
    points = np.concatenate([segments[:1, :2], segments[:, 2:]])
    scale = 200 / np.ptp(points, axis=0).max()
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return (points - middle) * scale + BOARD / 2, 200 * pen_share


def fit_fast(points, pen):
    segments = np.concatenate([points[:-1], points[1:]], axis=1)
    return fit_segments(torch.tensor(segments)[None], torch.tensor([pen]))[0].numpy()


def difference(one, other):
    """Return the mean difference in grey levels, at the best shift by up to one pixel.

    The centre of mass of an even shape is halfway between two pixels: either may be rounded to.
    """
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    moved = (np.roll(one.astype(int), shift, axis=(0, 1)) for shift in shifts)
    return min(np.abs(each - other).mean() for each in moved)


@pytest.mark.slow
@pytest.mark.parametrize("pen_share", [0.04, 0.12, 0.3])
def test_both_roads_see_the_same(pen_share):
    rng = np.random.default_rng(7)
    habits = [habit for habits in DIGITS.values() for habit in habits if "/" not in habit[0]]
    drawings = [write_on_board(habit, pen_share, rng) for habit in habits]
    differences = [
        difference(fit_fast(*each), fit_ink(draw([each[0]], each[1]))) for each in drawings
    ]
    assert np.mean(differences) < 1.5
    assert np.max(differences) < 4


def test_images_do_not_depend_on_the_unit_or_the_place():
    segments = torch.rand(40, 6, 4, generator=torch.Generator().manual_seed(1))
    pens = torch.full((40,), 0.1)
    moved = fit_segments(segments * 64 + 32, pens * 64)
    assert (moved.int() - fit_segments(segments, pens).int()).abs().float().mean() < 0.5


def test_a_repeated_segment_changes_nothing():
    segments = torch.rand(5, 3, 4, generator=torch.Generator().manual_seed(2))
    padded = torch.cat([segments, segments[:, -1:], segments[:, -1:]], dim=1)
    pens = torch.full((5,), 0.1)
    assert torch.equal(fit_segments(segments, pens), fit_segments(padded, pens))


def test_a_dot_is_a_disc():
    image = fit_segments(torch.tensor([[[3.0, 3.0, 3.0, 3.0]]]), torch.tensor([2.0]))[0]
    assert image[14, 14] == 255
    assert int((image > 127).sum()) == pytest.approx(np.pi * 10**2, rel=0.05)


def test_ink_is_whole_however_lopsided():
    long_tail = torch.tensor([[[0.0, 0, 0.1, 0], [0, 0, 0, 0.1], [0.1, 0, 1, 0.02]]])
    image = fit_segments(long_tail.float(), torch.tensor([0.06]))[0]
    columns = image.any(dim=0).nonzero().ravel()
    assert columns[-1] - columns[0] + 1 == 20


def make_paths(*strokes, lands):
    return Paths(np.array(strokes, np.float32), np.array(lands))


def pens(*shares):
    return np.array(shares, np.float32)


def test_a_path_is_drawn_from_point_to_point_but_not_through_the_air():
    points = [[0, 0], [0, 20], [10, 0], [10, 20]]
    paths = make_paths(
        points, points, lands=[[True, False, True, False], [True, False, False, False]]
    )
    drawn = draw_paths(paths, pens(0.1, 0.1))
    lines = [[[0.0, 0, 0, 20], [10, 0, 10, 20]], [[0, 0, 0, 20], [0, 20, 10, 0], [10, 0, 10, 20]]]
    for image, segments in zip(drawn, lines, strict=True):
        assert torch.equal(image, fit_segments(torch.tensor([segments]), torch.tensor([2.0]))[0])


def test_each_path_keeps_its_place_however_long_the_others_are():
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(300), rng.integers(2, 40, 300))
    points = rng.uniform(0, 20, (len(who), 2))
    lands = np.append(True, who[1:] != who[:-1])
    paths = gather_paths(who, points, lands, 300)
    together = draw_paths(paths, np.full(300, 0.1, np.float32))
    for number in (0, 7, 299):
        alone = gather_paths(
            np.zeros((who == number).sum(), int), points[who == number], lands[who == number], 1
        )
        assert torch.equal(draw_paths(alone, pens(0.1))[0], together[number])


def test_a_dot_beside_a_line_is_drawn_whatever_is_drawn_with_it():
    stem = [[0, 0], [0, 20], [10, 10], [10, 10]]
    paths = make_paths(stem, lands=[[True, False, True, False]])
    (alone,) = draw_paths(paths, pens(0.2))
    (stem_alone,) = draw_paths(make_paths(stem[:2], lands=[[True, False]]), pens(0.2))
    assert (alone != stem_alone).any()
    longer = np.random.default_rng(0).uniform(0, 20, (1, 9, 2)).astype(np.float32)
    both = Paths(
        np.concatenate([paths.pad(9).points, longer]),
        np.concatenate([paths.pad(9).lands, np.zeros((1, 9), bool)]),
    )
    assert torch.equal(draw_paths(both, pens(0.2, 0.2))[0], alone)


def test_repeated_points_change_no_drawing():
    paths = make_paths([[0, 0], [8, 20]], lands=[[True, False]])
    longer = paths.pad(9)
    assert torch.equal(draw_paths(longer, pens(0.2)), draw_paths(paths, pens(0.2)))
    bar = np.array([[[0, 10], [8, 10]]], np.float32)
    crossed = [draw_paths(each.add(bar), pens(0.2)) for each in (longer, paths)]
    assert torch.equal(*crossed)


def test_an_added_stroke_is_drawn_and_nothing_on_the_way_to_it():
    stem = make_paths([[14, 4], [14, 24]], lands=[[True, False]])
    crossed = stem.add(np.array([[[4, 14], [24, 14]]], np.float32))
    ink = draw_paths(crossed, pens(0.12))[0]
    assert ink[14, 6] > 200
    assert ink[7, 6] == 0


def test_thicker_pens_leave_more_ink_and_all_fill_the_box(made_digits):
    paths = trace(made_digits[0].images.numpy()[:50])
    inks = [draw_paths(paths, np.full(50, pen, np.float32)) for pen in (0.05, 0.15, 0.35, 0.6)]
    totals = [ink.float().mean() for ink in inks]
    assert totals == sorted(totals)
    for ink in inks:
        assert (ink.amax(dim=(1, 2)) == 255).all()
        sides = [(ink > 60).any(dim=axis).sum(dim=1) for axis in (1, 2)]
        assert torch.maximum(*sides).min() >= 18
        assert torch.maximum(*sides).max() <= 20


@pytest.mark.parametrize("side", [1, 2])
def test_a_dot_and_a_thin_pen_still_leave_ink(side):
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 13 : 13 + side, 13 : 13 + side] = 255
    for pen in (0.001, 0.1, 0.6):
        assert draw_paths(trace(image), pens(pen)).max() == 255


@pytest.mark.parametrize("pen", [0.1, 0.18, 0.23])
def test_the_holes_of_an_eight_stay_open(pen):
    turn = np.linspace(0, 2 * np.pi, 40)
    loops = [np.stack([140 + 32 * np.cos(turn), y + 40 * np.sin(turn)], 1) for y in (100, 180)]
    seen = fit_ink(draw(loops, pen * 160))[None]
    thin_again = draw_paths(trace(seen), pens(0.06)).numpy()[0, :, 13:15].min(axis=1) > 60
    assert (np.diff(thin_again.astype(int)) == 1).sum() == 3  # three bars: two holes between


@pytest.mark.parametrize("pen", [0.06, 0.12, 0.3, 0.55])
def test_a_retraced_digit_is_what_the_board_would_see_of_it(pen):
    strokes = [np.array([[60.0, 60], [160, 60], [110, 220]])]
    longest = 160.0
    seen = fit_ink(draw(strokes, longest * 0.14))
    again = draw_paths(trace(seen[None]), pens(pen))[0].numpy()
    assert difference(again, fit_ink(draw(strokes, longest * pen))) < 7
