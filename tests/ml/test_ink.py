import numpy as np
import pytest
from PIL import Image

from ml.ink import extract_ink
from tests.webapp.pictures import draw_seven, on_paper, on_transparent

COVERAGE = draw_seven()


def ink_of(image):
    return extract_ink(np.asarray(image.convert("RGBA")))


@pytest.mark.parametrize(
    "image",
    [
        on_paper(COVERAGE, (0, 0, 0), (255, 255, 255)),
        on_paper(COVERAGE, (255, 255, 255), (0, 0, 0)),
        on_paper(COVERAGE, (0, 0, 255), (0, 0, 0)),
        on_paper(COVERAGE, (255, 255, 0), (255, 255, 255)),
        on_transparent(COVERAGE, (0, 0, 0)),
        on_transparent(COVERAGE, (255, 255, 255)),
        on_transparent(COVERAGE, (200, 30, 90)),
    ],
    ids=["black-white", "white-black", "blue-black", "yellow-white", "black", "white", "red"],
)
def test_the_same_drawing_is_the_same_ink_in_every_form(image):
    assert np.array_equal(ink_of(image), COVERAGE)


def test_a_stroke_that_crosses_the_border_does_not_change_the_paper():
    coverage = draw_seven(points=((-20, 5), (285, 5), (120, 300)))
    assert np.array_equal(ink_of(on_paper(coverage)), coverage)
    assert np.array_equal(ink_of(on_transparent(coverage)), coverage)


@pytest.mark.parametrize(
    "colour", [(0, 0, 0, 0), (255, 255, 255, 0), (9, 9, 9, 255), (5, 6, 7, 90)]
)
def test_a_picture_of_one_colour_has_no_ink(colour):
    assert not ink_of(Image.new("RGBA", (40, 30), colour)).any()


def test_what_transparent_pixels_would_have_looked_like_does_not_matter():
    pixels = np.asarray(on_transparent(COVERAGE)).copy()
    hidden = pixels[..., 3] == 0
    pixels[hidden, :3] = np.random.default_rng(0).integers(0, 256, (hidden.sum(), 3))
    assert np.array_equal(extract_ink(pixels), COVERAGE)


def test_a_sheet_of_paper_on_transparency_is_paper():
    sheet = on_paper(COVERAGE).convert("RGBA")
    board = Image.new("RGBA", (400, 360), (0, 0, 0, 0))
    board.paste(sheet, (50, 30))
    expected = np.zeros((360, 400), np.uint8)
    expected[30:310, 50:330] = COVERAGE
    assert np.array_equal(ink_of(board), expected)


def test_the_round_corners_of_a_sheet_are_paper():
    pixels = np.asarray(on_paper(COVERAGE).convert("RGBA")).copy()
    pixels[:6, :6, 3] = pixels[-6:, -6:, 3] = 0
    assert np.array_equal(extract_ink(pixels), COVERAGE)


def test_a_digit_cut_out_of_a_sheet_is_ink():
    assert np.array_equal(ink_of(on_transparent(255 - COVERAGE, (255, 255, 255))), COVERAGE)


def test_a_straight_one_on_transparency_is_not_a_sheet():
    coverage = np.zeros((100, 60), np.uint8)
    coverage[10:90, 25:35] = 255
    assert np.array_equal(ink_of(on_transparent(coverage, (30, 60, 200))), coverage)


def test_pixels_are_left_as_they_were():
    pixels = np.asarray(on_transparent(COVERAGE)).copy()
    before = pixels.copy()
    extract_ink(pixels)
    assert np.array_equal(pixels, before)


def test_colours_count_as_much_as_they_are_opaque():
    pixels = np.full((9, 9, 4), (200, 0, 0, 128), np.uint8)
    pixels[4, 4] = (0, 100, 0, 128)
    ink = extract_ink(pixels)
    assert ink[4, 4] == 100  # of red 200 at 128 of 255; green brings 50
    assert ink.sum() == 100


def test_the_ink_shares_no_memory_with_the_pixels():
    for pixels in (np.asarray(on_transparent(COVERAGE)), np.zeros((1, 1, 4), np.uint8)):
        assert not np.shares_memory(extract_ink(pixels), pixels)
