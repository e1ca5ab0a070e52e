"""MNIST's digits are thinned to the paths of their pens, and drawn again with other pens."""

import numpy as np
import pytest
import torch

from ml.preprocess import fit_ink
from ml.retrace import thin, trace
from ml.strokes import draw


def count_parts(ink):
    """Return how many pieces hang together, corners included, in one bool (H, W) image."""
    left, parts = {tuple(cell) for cell in np.argwhere(ink)}, 0
    while left:
        parts, edge = parts + 1, [left.pop()]
        while edge:
            row, column = edge.pop()
            near = {(row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1)} & left
            left -= near
            edge += near
    return parts


def test_a_thick_line_is_thinned_to_one_cell():
    ink = np.zeros((1, 20, 20), bool)
    ink[0, 4:16, 8:13] = True
    path = thin(ink)[0]
    assert path.sum(axis=1).max() == 1
    assert path.sum() >= 6
    assert not path[:, :8].any()
    assert not path[:, 13:].any()


def test_thinning_keeps_what_hangs_together_and_its_holes(made_digits):
    ink = (made_digits[0].images[:60] > 100).numpy()
    path = thin(ink)
    assert (path <= ink).all()
    for before, after in zip(ink, path, strict=True):
        assert count_parts(after) == count_parts(before)
        # Paper hangs together by sides, so corners are cut: all of it but the holes is one part.
        assert has_hole(after) == has_hole(before)


def has_hole(ink):
    """Say whether paper is shut in by ink: a flood from outside, by sides, does not reach it."""
    paper = ~np.pad(ink, 1)
    reached = np.zeros_like(paper)
    reached[0, 0] = True
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= paper
        if (grown == reached).all():
            return bool((paper & ~reached).any())
        reached = grown


@pytest.mark.parametrize("angle", range(0, 180, 9))
@pytest.mark.parametrize("pen", [0.08, 0.12, 0.16, 0.22])
def test_a_line_keeps_its_length_however_it_slants(angle, pen):
    length = 160.0
    along = length / 2 * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    seen = fit_ink(draw([np.array([140 - along, 140 + along])], pen * length))
    path = trace(torch.from_numpy(seen)[None])
    across = 2 * np.abs(along).max()  # what fit_ink scales to 20 px, with the pen's width
    expected = length * 20 / (across + pen * length)
    assert (path.high - path.low).norm().item() == pytest.approx(expected, abs=2)


@pytest.mark.parametrize("pen", [0.1, 0.18, 0.23])
def test_the_holes_of_an_eight_stay_open(pen):
    turn = np.linspace(0, 2 * np.pi, 40)
    loops = [np.stack([140 + 32 * np.cos(turn), y + 40 * np.sin(turn)], 1) for y in (100, 180)]
    seen = torch.from_numpy(fit_ink(draw(loops, pen * 160)))[None]
    thin_again = trace(seen).draw(torch.tensor([0.06]))[0, :, 13:15].amin(dim=1).numpy() > 60
    assert (np.diff(thin_again.astype(int)) == 1).sum() == 3  # three bars: two holes between


def test_a_speck_beside_a_digit_is_not_traced():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 4:24, 13:15] = 255
    image[0, 6, 4] = 140
    assert trace(image).low[0, 0] > 12


def test_thinning_again_changes_nothing(made_digits):
    path = thin((made_digits[0].images[:20] > 100).numpy())
    assert (thin(path) == path).all()


@pytest.mark.parametrize("pen", [0.06, 0.12, 0.3, 0.55])
def test_a_retraced_digit_is_what_the_board_would_see_of_it(pen):
    strokes = [np.array([[60.0, 60], [160, 60], [110, 220]])]
    longest = 160.0
    seen = fit_ink(draw(strokes, longest * 0.14))
    again = trace(torch.from_numpy(seen)[None]).draw(torch.tensor([pen]))[0].numpy()
    expected = fit_ink(draw(strokes, longest * pen))
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    moved = (np.roll(again.astype(int), shift, axis=(0, 1)) for shift in shifts)
    assert min(np.abs(each - expected).mean() for each in moved) < 7


def test_thicker_pens_leave_more_ink_and_all_fill_the_box(made_digits):
    traces = trace(made_digits[0].images[:50])
    inks = [traces.draw(torch.full((50,), pen)) for pen in (0.05, 0.15, 0.35, 0.6)]
    totals = [ink.float().mean() for ink in inks]
    assert totals == sorted(totals)
    for ink in inks:
        assert (ink.amax(dim=(1, 2)) == 255).all()
        sides = [(ink > 60).any(dim=axis).sum(dim=1) for axis in (1, 2)]
        assert torch.maximum(*sides).min() >= 18
        assert torch.maximum(*sides).max() <= 20


@pytest.mark.parametrize("side", [1, 2])
def test_a_dot_and_a_thin_pen_still_leave_ink(side):
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 13 : 13 + side, 13 : 13 + side] = 255
    for pen in (0.001, 0.1, 0.6):
        assert trace(image).draw(torch.tensor([pen])).max() == 255


def test_an_added_stroke_is_drawn_and_belongs_to_the_box():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 4:24, 13:15] = 255
    plain = trace(image)
    crossed = plain.add(torch.tensor([[4.0, 14.0, 24.0, 14.0]]))
    assert plain.low[0, 0] > 12
    assert crossed.low[0, 0] == 4
    assert crossed.high[0, 0] == 24
    ink = crossed.draw(torch.tensor([0.12]))[0]
    assert ink[14, 6] > 200
    assert ink[7, 6] == 0


def test_the_path_is_found_at_a_height():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 4:24, 9:11] = 255
    assert trace(image).find_path(torch.tensor([[12.0]])).item() == pytest.approx(10, abs=0.6)


def test_the_left_end_is_found_above_a_height():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 6:8, 5:20] = 255
    image[0, 6:24, 18:20] = 255
    end = trace(image).find_left_end(torch.tensor([[10.0]]))[0]
    assert end.tolist() == pytest.approx([6, 7], abs=1.5)
