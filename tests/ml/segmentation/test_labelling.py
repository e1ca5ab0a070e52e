"""Connected components are what touches, corners included."""

import numpy as np
import pytest

from ml.segmentation.labelling import MOST_RUNS, find_components


def flood(inked):
    """Return the components of bool (H, W) as sets of (row, column), found pixel by pixel."""
    left = {(int(y), int(x)) for y, x in zip(*np.nonzero(inked), strict=True)}
    found = []
    while left:
        reached, new = set(), {left.pop()}
        while new:
            reached |= new
            near = {(y + a, x + b) for y, x in new for a in (-1, 0, 1) for b in (-1, 0, 1)}
            new = near & left
            left -= new
        found.append(frozenset(reached))
    return set(found)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.45, 0.7])
def test_components_are_those_that_a_flood_finds(share):
    rng = np.random.default_rng(int(share * 100))
    for _ in range(6):
        inked = rng.random((rng.integers(1, 25), rng.integers(1, 25))) < share
        components = find_components(inked)
        numbers = range(1, len(components) + 1)
        places = [np.nonzero(components.labels == number) for number in numbers]
        found = {frozenset(zip(y.tolist(), x.tolist(), strict=True)) for y, x in places}
        assert found == flood(inked)


def test_a_component_knows_its_window_and_its_area():
    inked = np.zeros((20, 30), bool)
    inked[3:7, 5:9] = inked[7, 9] = True  # joined at a corner
    inked[12, 25] = True
    components = find_components(inked)
    assert components.windows == [(slice(3, 8), slice(5, 10)), (slice(12, 13), slice(25, 26))]
    assert components.areas.tolist() == [17, 1]
    assert components.mask(0).sum() == 17


def test_components_are_in_order_from_left_to_right():
    inked = np.zeros((20, 60), bool)
    inked[10:15, 2:40] = inked[2:6, 4:12] = inked[2:6, 50:55] = True
    lefts = [columns.start for _, columns in find_components(inked).windows]
    assert lefts == [4, 2, 50]


def test_a_spiral_is_one_component():
    side = 61
    inked = np.zeros((side, side), bool)
    y, x, (dy, dx) = 0, 0, (0, 1)
    for length in [side - 1, *(n for n in range(side - 1, 1, -2) for _ in (0, 1))]:
        for _ in range(length):
            inked[y, x] = True
            y, x = y + dy, x + dx
        dy, dx = dx, -dy
    assert len(find_components(inked)) == 1


def test_paper_has_no_components_and_all_ink_is_one():
    assert len(find_components(np.zeros((5, 5), bool))) == 0
    assert len(find_components(np.ones((5, 5), bool))) == 1


def test_noise_is_given_up_before_it_costs_time():
    noise = np.add.outer(np.arange(1024), np.arange(1024)) % 2 == 0
    assert noise.sum() > MOST_RUNS
    assert find_components(noise) is None
