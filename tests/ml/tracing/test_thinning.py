"""Ink is thinned to lines one cell wide."""

import numpy as np
import pytest

from ml.tracing.thinning import WIDEST_IMAGE, find_lines, thin


def count_parts(ink):
    """Return how many pieces are connected, corners included, in one bool (H, W) image."""
    left, parts = {tuple(cell) for cell in np.argwhere(ink)}, 0
    while left:
        parts, edge = parts + 1, [left.pop()]
        while edge:
            row, column = edge.pop()
            near = {(row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1)} & left
            left -= near
            edge += near
    return parts


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


@pytest.fixture(scope="module")
def images(made_digits):
    return made_digits[0].images.numpy()


def test_a_thick_line_is_thinned_to_one_cell():
    ink = np.zeros((1, 20, 20), bool)
    ink[0, 4:16, 8:13] = True
    path = thin(ink)[0]
    assert path.sum(axis=1).max() == 1
    assert path.sum() >= 6
    assert not path[:, :8].any()
    assert not path[:, 13:].any()


def test_thinning_keeps_ink_connected_and_its_holes(images):
    ink = images[:60] > 100
    path = thin(ink)
    assert (path <= ink).all()
    for before, after in zip(ink, path, strict=True):
        assert count_parts(after) == count_parts(before)
        # Paper is connected by sides, so corners are cut: all of it but the holes is one part.
        assert has_hole(after) == has_hole(before)


def test_thinning_again_changes_nothing(images):
    path = thin(images[:20] > 100)
    assert (thin(path) == path).all()


def test_lines_that_are_thin_already_stay_up_to_the_edges_of_the_widest_image():
    lines = np.zeros((1, 9, WIDEST_IMAGE), bool)
    lines[0, 0] = lines[0, 8] = lines[0, :, 30] = True
    assert np.array_equal(thin(lines), lines)


def test_wider_images_are_refused():
    with pytest.raises(ValueError, match="at most 62 cells wide"):
        thin(np.zeros((1, 5, WIDEST_IMAGE + 1), bool))


def test_many_images_are_thinned_as_each_alone(images):
    lines, is_blotted = find_lines(images[:300])
    assert lines.shape == (300, 56, 56)
    for number in (0, 127, 128, 299):
        alone, blotted_alone = find_lines(images[number : number + 1])
        assert np.array_equal(alone[0], lines[number])
        assert blotted_alone[0] == is_blotted[number]


def test_no_images_have_no_lines():
    lines, is_blotted = find_lines(np.zeros((0, 28, 28), np.uint8))
    assert lines.shape == (0, 56, 56)
    assert len(is_blotted) == 0


def test_lines_lie_in_the_middle_of_the_ink():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 4:24, 9:12] = 255
    _, columns = np.nonzero(find_lines(image)[0][0])
    assert (columns.min() + 0.5) / 2 == pytest.approx(10.5, abs=0.5)  # two cells per pixel
    assert columns.max() - columns.min() <= 1


def test_a_speck_beside_a_digit_is_dropped_but_a_dot_alone_is_kept():
    image = np.zeros((2, 28, 28), np.uint8)
    image[0, 4:24, 13:15] = 255
    image[:, 6, 4] = 140
    lines, _ = find_lines(image)
    assert not lines[0, :, :20].any()
    assert lines[1].any()
