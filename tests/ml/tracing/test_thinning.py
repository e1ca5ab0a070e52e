"""MNIST's digits are traced: thinned to lines, and walked along by a pen."""

import numpy as np
import pytest
import torch

from ml.data.examples import Examples
from ml.preprocess import fit_ink
from ml.strokes import draw
from ml.tracing.thinning import thin, trace, trace_examples


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


@pytest.mark.parametrize("pen", [0.1, 0.13, 0.16])
def test_a_digit_whose_loop_is_filled_is_left_out(pen):
    turn = np.linspace(0, 2 * np.pi, 40)
    stem = np.stack([110 + 30 * np.cos(turn[20:30]), 190 + 140 * np.sin(turn[20:30])], 1)
    loop = np.stack([110 + 32 * np.cos(turn), 190 + 32 * np.sin(turn)], 1)
    inside = np.stack([110 + 16 * np.cos(turn), 190 + 16 * np.sin(turn)], 1)
    filled = [stem, loop, inside, np.array([[100.0, 190], [120, 190]])]
    six, blot = (fit_ink(draw(strokes, pen * 170)) for strokes in ([stem, loop], filled))
    examples = Examples(torch.from_numpy(np.stack([six, blot])), torch.tensor([6, 7]))
    paths, labels = trace_examples(examples)
    assert labels.tolist() == [6]
    assert torch.equal(paths.points, trace(examples.images).points[:1])


def test_a_bold_ring_is_not_a_blot():
    turn = np.linspace(0, 2 * np.pi, 40)
    ring = np.stack([140 + 50 * np.cos(turn), 140 + 70 * np.sin(turn)], 1)
    zero = torch.from_numpy(fit_ink(draw([ring], 34)))[None]
    assert trace_examples(Examples(zero, torch.tensor([0])))[1].tolist() == [0]


def test_strokes_are_smoother_than_cells_and_lie_where_the_ink_is():
    turn = np.linspace(0, 2 * np.pi, 80)
    ring = np.stack([140 + 60 * np.cos(turn), 140 + 60 * np.sin(turn)], 1)
    seen = torch.from_numpy(fit_ink(draw([ring], 16)))[None]
    paths = trace(seen)
    radii = (paths.points[0] - (paths.low + paths.high) / 2).norm(dim=1)
    assert radii.std() < 0.15  # px; without smoothing 0.18
    assert radii.mean().item() == pytest.approx(60 * 20 / 136, abs=0.08)  # nor drawn together
    assert 25 < len(paths.points[0]) < 45  # of about 100 cells


def test_no_stroke_of_a_digit_is_a_point(made_digits):
    paths = trace(made_digits[0].images)
    moves = paths.points.diff(dim=1).norm(dim=2)  # N, L - 1
    begins_nothing = paths.lands[:, :-1] & (moves == 0)
    assert not begins_nothing.any()


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
