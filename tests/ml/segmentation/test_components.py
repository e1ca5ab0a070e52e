"""Pictures of numbers become parts, and the parts candidates for digits."""

import numpy as np
import pytest

from ml.segmentation.components import MOST_PIECES, find_component_pieces
from ml.segmentation.pieces import compose, has_few_ways
from ml.strokes import draw_freely
from tests.written_numbers import line, write


def picture(*strokes):
    return draw_freely(list(strokes))


def owners(candidates):
    return [piece.stroke for piece in candidates.pieces]


def test_digits_that_stand_apart_are_components_from_left_to_right():
    candidates = find_component_pieces(picture(*write("017", gap=0.4)))
    lefts = [piece.box[0] for piece in candidates.pieces]
    assert lefts == sorted(lefts)
    assert len(set(owners(candidates))) == 3


def test_every_component_and_every_piece_is_a_candidate():
    candidates = find_component_pieces(picture(*write("80", gap=0.4)))
    groups = set(candidates.groups)
    of = owners(candidates)
    assert {(n,) for n in range(len(of))} <= groups
    for number in set(of):
        assert tuple(n for n, owner in enumerate(of) if owner == number) in groups


def test_a_component_put_together_again_is_as_it_was():
    ink = picture(*write("4"))
    candidates = find_component_pieces(ink)
    assert len(candidates.pieces) > 1
    whole, box = compose(candidates.pieces)
    x, y, width, height = box
    assert np.array_equal(whole, ink[y : y + height, x : x + width])


def test_the_parts_of_a_broken_digit_are_a_candidate_together():
    body, bar = line((80, 60), (60, 120), (130, 150), (60, 220)), line((90, 40), (150, 40))
    one = line((230, 40), (230, 220))
    candidates = find_component_pieces(picture(body, bar, one))
    of = owners(candidates)
    of_body = next(p.stroke for p in candidates.pieces if p.box[3] > 100 and p.box[0] < 100)
    of_bar = next(p.stroke for p in candidates.pieces if p.box[1] < 40 and p.box[0] < 100)
    both = tuple(n for n, owner in enumerate(of) if owner in (of_body, of_bar))
    assert both in candidates.groups


def test_digits_far_from_each_other_are_no_candidate():
    candidates = find_component_pieces(
        picture(line((50, 50), (50, 200)), line((240, 50), (240, 200)))
    )
    assert candidates.groups == [(0,), (0, 1), (1,)]  # both, as all there is


def test_touching_digits_are_cut_between_them():
    ring = line(*((100 + 45 * np.cos(a), 140 + 70 * np.sin(a)) for a in np.linspace(0, 6.3, 40)))
    candidates = find_component_pieces(picture(ring, line((160, 70), (160, 210))))
    assert set(owners(candidates)) == {0}
    boxes = [compose([candidates.pieces[n] for n in group])[1] for group in candidates.groups]
    # Among the candidates are the ring alone and the stem alone, each with what they share.
    assert any(x < 50 and 150 <= x + width <= 168 for x, _, width, _ in boxes)
    assert any(x >= 120 and width < 60 and height > 140 for x, _, width, height in boxes)


def test_a_cut_through_more_ink_costs_more():
    thin = find_component_pieces(picture(line((30, 140), (250, 140)), line((30, 60), (30, 220))))
    assert len(set(thin.costs.values())) > 1
    assert set(thin.costs) <= set(thin.groups)


class Sure:
    """A classifier that takes everything for a 3, beyond doubt."""

    class calibration:  # noqa: N801
        @staticmethod
        def probabilities(logits):
            return np.eye(10)[np.full(len(logits), 3)]

        @staticmethod
        def no_digit(logits):
            return np.zeros(len(logits))

    def __call__(self, images):
        return np.zeros((len(images), 11), np.float32), np.zeros((len(images), 8), np.float32)


def test_what_reads_as_one_digit_beyond_doubt_is_not_cut():
    candidates = find_component_pieces(picture(*write("38", gap=0.4)), Sure())
    assert owners(candidates) == [0, 1]


def test_dust_is_in_no_piece():
    ink = picture(*write("3"))
    ink[5:8, 5:8] = 255
    assert min(piece.box[0] for piece in find_component_pieces(ink).pieces) > 20


def test_paper_has_no_pieces():
    candidates = find_component_pieces(np.zeros((50, 50), np.uint8))
    assert (candidates.pieces, candidates.groups) == ([], [])


def checkerboard(side):
    return (np.add.outer(np.arange(side), np.arange(side)) % 2 * 255).astype(np.uint8)


def dots(side):
    ink = np.zeros((side, side), np.uint8)
    ink[4::12, 4::12] = ink[5::12, 4::12] = 255
    return ink


def noise(side):
    return np.random.default_rng(0).integers(0, 256, (side, side)).astype(np.uint8)


@pytest.mark.parametrize(
    "ink",
    [
        pytest.param(np.full((300, 900), 255, np.uint8), id="all ink"),
        pytest.param(checkerboard(1024), id="checkerboard"),
        pytest.param(dots(600), id="a page of dots"),
        pytest.param(noise(400), id="noise"),
        pytest.param(np.pad([[255]], 20).astype(np.uint8), id="one pixel"),
        pytest.param(np.full((1, 1), 255, np.uint8), id="nothing but a pixel"),
        pytest.param(np.full((3, 1024), 255, np.uint8), id="a hair across"),
        pytest.param(np.full((1024, 2), 255, np.uint8), id="a hair down"),
    ],
)
def test_hostile_pictures_have_few_pieces(ink):
    candidates = find_component_pieces(ink)
    assert 1 <= len(candidates.pieces) <= MOST_PIECES
    assert len(candidates.groups) <= 8 * MOST_PIECES
    assert {n for group in candidates.groups for n in group} == set(range(len(candidates.pieces)))


def test_faint_ink_beside_dark_ink_is_no_part():
    ink = np.zeros((280, 280), np.uint8)
    ink[60:220, 60:78] = ink[60:220, 140:158] = 90
    ink[60:220, 200:218] = 22
    assert all(piece.box for piece in find_component_pieces(ink).pieces)


def test_hatching_has_no_more_ways_to_be_divided_than_can_be_tried():
    ink = np.zeros((280, 280), np.uint8)
    for top in range(5, 257, 9):
        ink[top : top + 4, 20:260] = 255
    candidates = find_component_pieces(ink)
    assert len(candidates.pieces) == 28
    assert has_few_ways(28, candidates.groups)
