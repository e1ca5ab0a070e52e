"""Drawing many at once gives what drawing each on the board and fitting it gives."""

import numpy as np
import pytest
import torch

from ml.preprocess import fit_ink
from ml.strokes import draw
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import write
from ml.synthetic.raster import fit_segments

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
