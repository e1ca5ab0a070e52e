"""Many drawings as the paths of their pens, and how they are drawn."""

import numpy as np
import pytest
import torch

from ml.synthetic.raster import fit_segments
from ml.tracing.paths import Paths, gather_paths
from ml.tracing.thinning import trace


def make_paths(*strokes, lands):
    return Paths(torch.tensor(strokes), torch.tensor(lands))


def test_a_path_is_drawn_from_point_to_point_but_not_through_the_air():
    points = [[0.0, 0.0], [0.0, 20.0], [10.0, 0.0], [10.0, 20.0]]
    paths = make_paths(
        points, points, lands=[[True, False, True, False], [True, False, False, False]]
    )
    drawn = paths.draw(torch.tensor([0.1, 0.1]))
    lines = [[[0.0, 0, 0, 20], [10, 0, 10, 20]], [[0, 0, 0, 20], [0, 20, 10, 0], [10, 0, 10, 20]]]
    for image, segments in zip(drawn, lines, strict=True):
        assert torch.equal(image, fit_segments(torch.tensor([segments]), torch.tensor([2.0]))[0])


def test_each_path_keeps_its_place_however_long_the_others_are():
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(300), rng.integers(2, 40, 300))
    points = rng.uniform(0, 20, (len(who), 2))
    lands = np.append(True, who[1:] != who[:-1])
    paths = gather_paths(who, points, lands, 300)
    together = paths.draw(torch.full((300,), 0.1))
    for number in (0, 7, 299):
        alone = gather_paths(
            np.zeros((who == number).sum(), int), points[who == number], lands[who == number], 1
        )
        assert torch.equal(alone.draw(torch.tensor([0.1]))[0], together[number])


def test_a_dot_beside_a_line_is_drawn_whatever_is_drawn_with_it():
    stem = [[0.0, 0.0], [0.0, 20.0], [10.0, 10.0], [10.0, 10.0]]
    paths = make_paths(stem, lands=[[True, False, True, False]])
    pen = torch.tensor([0.2])
    (alone,) = paths.draw(pen)
    (stem_alone,) = make_paths(stem[:2], lands=[[True, False]]).draw(pen)
    assert (alone != stem_alone).any()
    rng = np.random.default_rng(0)
    longer = Paths(torch.from_numpy(rng.uniform(0, 20, (1, 9, 2))).float(), torch.zeros(1, 9) > 0)
    together = paths.pad(9).put([(torch.tensor([0]), paths)])
    both = Paths(
        torch.cat([together.points, longer.points]), torch.cat([together.lands, longer.lands])
    )
    assert torch.equal(both.draw(pen.expand(2))[0], alone)


def test_an_image_without_a_point_has_no_path():
    with pytest.raises(ValueError, match="image 1 has no ink"):
        gather_paths(np.array([0, 2]), np.zeros((2, 2)), np.array([True, True]), 3)


def test_more_points_change_no_drawing():
    paths = make_paths([[0.0, 0.0], [8.0, 20.0]], lands=[[True, False]])
    longer = paths.pad(9)
    assert longer.points.shape == (1, 9, 2)
    pen = torch.tensor([0.2])
    assert torch.equal(longer.draw(pen), paths.draw(pen))
    crossed = longer.add(torch.tensor([[[0.0, 10.0], [8.0, 10.0]]]))
    assert torch.equal(crossed.draw(pen), paths.add(crossed.points[:, 9:]).draw(pen))


def test_paths_are_replaced_by_longer_ones_and_the_given_are_left_alone():
    paths = make_paths(
        [[0.0, 0.0], [8.0, 20.0]], [[0.0, 0.0], [20.0, 0.0]], lands=[[True, False]] * 2
    )
    before = paths.points.clone()
    other = paths[torch.tensor([1])].add(torch.tensor([[[3.0, 0.0], [3.0, 9.0]]]))
    new = paths.put([(torch.tensor([1]), other)])
    pens = torch.tensor([0.1, 0.1])
    assert torch.equal(new.draw(pens)[0], paths.draw(pens)[0])
    assert torch.equal(new.draw(pens)[1], other.draw(pens[:1])[0])
    assert torch.equal(paths.points, before)


def test_thicker_pens_leave_more_ink_and_all_fill_the_box(made_digits):
    paths = trace(made_digits[0].images[:50])
    inks = [paths.draw(torch.full((50,), pen)) for pen in (0.05, 0.15, 0.35, 0.6)]
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
    crossed = plain.add(torch.tensor([[[4.0, 14.0], [24.0, 14.0]]]))
    assert plain.low[0, 0] > 12
    assert crossed.low[0, 0] == 4
    assert crossed.high[0, 0] == 24
    ink = crossed.draw(torch.tensor([0.12]))[0]
    assert ink[14, 6] > 200
    assert ink[7, 6] == 0


def test_the_path_is_found_at_a_height():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 4:24, 9:11] = 255
    assert trace(image).find_x(torch.tensor([[12.0]])).item() == pytest.approx(10, abs=0.6)


def test_the_left_end_is_found_above_a_height():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 6:8, 5:20] = 255
    image[0, 6:24, 18:20] = 255
    end = trace(image).find_left_end(torch.tensor([[10.0]]))[0]
    assert end.tolist() == pytest.approx([6, 7], abs=1.5)
