import numpy as np
import pytest
from PIL import Image

from ml.ink import extract_ink, read_picture
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


def draw_lines(coverage, sides, depth, colour=(0, 0, 0), paper=(255, 255, 255)):
    """A drawing on paper with lines along some of the picture's edges."""
    picture = np.asarray(on_paper(coverage, colour, paper)).copy()
    edges = {
        "top": np.s_[:depth],
        "bottom": np.s_[-depth:],
        "left": np.s_[:, :depth],
        "right": np.s_[:, -depth:],
    }
    for side in sides:
        picture[edges[side]] = colour
    return Image.fromarray(picture)


ALL = ("top", "bottom", "left", "right")


@pytest.mark.parametrize("colours", [((0, 0, 0), (255, 255, 255)), ((255, 255, 255), (0, 0, 0))])
@pytest.mark.parametrize("depth", [1, 2, 5, 20])
def test_a_frame_around_the_picture_is_not_ink(depth, colours):
    assert np.array_equal(ink_of(draw_lines(COVERAGE, ALL, depth, *colours)), COVERAGE)


def test_a_frame_of_another_colour_is_not_ink():
    picture = np.asarray(draw_lines(COVERAGE, ALL, 3)).copy()
    picture[:3] = picture[-3:] = picture[:, :3] = picture[:, -3:] = (0, 90, 200)
    assert np.array_equal(ink_of(Image.fromarray(picture)), COVERAGE)


def test_a_frame_on_a_transparent_canvas_is_not_ink():
    picture = np.asarray(on_transparent(COVERAGE)).copy()
    picture[0] = picture[-1] = picture[:, 0] = picture[:, -1] = (0, 0, 0, 255)
    assert np.array_equal(ink_of(Image.fromarray(picture)), COVERAGE)


@pytest.mark.parametrize("sides", [("left",), ("top",), ("bottom", "right"), ("top", "left")])
@pytest.mark.parametrize("depth", [1, 4])
def test_a_line_of_a_grid_along_an_edge_is_not_ink(sides, depth):
    assert np.array_equal(ink_of(draw_lines(COVERAGE, sides, depth)), COVERAGE)


def test_a_stroke_that_fills_the_pictures_height_stays_ink():
    bar = np.zeros((100, 60), np.uint8)
    bar[:, :2] = 255
    assert np.array_equal(ink_of(on_paper(bar)), bar)


def test_a_bold_digit_that_nearly_fills_its_picture_stays_ink():
    y, x = np.mgrid[:60, :40]
    ring = ((x - 19.5) / 18) ** 2 + ((y - 29.5) / 28) ** 2
    bold = (255 * ((ring < 1) & (ring > 0.04))).astype(np.uint8)
    assert (bold > 0).mean() > 0.6
    assert np.array_equal(ink_of(on_paper(bold)), bold)


def test_a_cropped_seven_keeps_its_bar():
    seven = np.zeros((60, 40), np.uint8)
    seven[:7, 1:-1] = seven[1:6] = 255  # as wide as the picture, its ends round
    for row in range(6, 60):
        seven[row, 34 - row // 2 : 40 - row // 2] = 255
    assert np.array_equal(ink_of(on_paper(seven)), seven)


MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "F"]


@pytest.mark.parametrize("mode", MODES)
def test_a_pillow_image_of_any_mode_is_read(mode):
    plain = on_paper(COVERAGE)
    if mode == "I;16":
        image = Image.fromarray((255 - COVERAGE).astype(np.uint16) * 257)
    else:
        image = plain.convert("L").convert(mode) if mode in ("F", "P") else plain.convert(mode)
    ink = read_picture(image)
    assert np.abs((ink > 127).astype(int) - (COVERAGE > 127)).mean() < 0.01


def test_a_photo_that_lies_on_its_side_is_set_upright():
    image = on_paper(COVERAGE)
    turned = image.transpose(Image.Transpose.ROTATE_90)
    exif = turned.getexif()
    exif[0x0112] = 6  # turn it to the right to see it
    turned.info["exif"] = exif.tobytes()
    assert np.array_equal(read_picture(turned), ink_of(image))


@pytest.mark.parametrize("height", range(1, 8))
@pytest.mark.parametrize("width", range(1, 8))
def test_a_picture_of_a_few_pixels_is_read(height, width):
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[1:-1, 1:-1, 3] = 100  # a frame, as far as there is room for one
    assert read_picture(Image.fromarray(pixels)).shape == (height, width)
