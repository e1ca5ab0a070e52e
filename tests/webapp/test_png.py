import zlib

import pytest

from tests.webapp.pictures import build_png, chunk, draw_seven, on_transparent, to_png
from webapp.png import PngError, keep_pixels, read_chunks, read_header

ROWS = [bytes(28)] * 28
GREY = build_png(28, 28, 8, 0, ROWS)


def test_size_is_read_from_the_first_bytes_alone():
    header = read_header(build_png(640, 480, 8, 6, [])[:33])
    assert (header.width, header.height) == (640, 480)


@pytest.mark.parametrize("length", range(0, len(GREY), 3))
def test_a_png_cut_off_anywhere_is_refused(length):
    with pytest.raises(PngError):
        keep_pixels(GREY[:length])


@pytest.mark.parametrize("position", range(len(GREY)))
def test_a_png_with_one_byte_changed_is_refused(position):
    damaged = bytearray(GREY)
    damaged[position] ^= 0xFF
    with pytest.raises(PngError):
        keep_pixels(bytes(damaged))


def test_only_the_chunks_that_hold_pixels_are_kept():
    bomb = zlib.compress(bytes(100_000_000))
    text = chunk(b"zTXt", b"note\0\0" + bomb)
    profile = chunk(b"iCCP", b"name\0\0" + bomb)
    assert keep_pixels(build_png(28, 28, 8, 0, ROWS, text, profile)) == GREY


def test_missing_rows_are_refused():
    with pytest.raises(PngError, match="rows are missing"):
        keep_pixels(build_png(28, 28, 8, 0, ROWS[:-1]))


def test_a_second_header_is_refused():
    second = chunk(b"IHDR", build_png(20000, 20000, 8, 0, [])[16:29])
    with pytest.raises(PngError, match="more than one header"):
        keep_pixels(build_png(28, 28, 8, 0, ROWS, second))


def test_a_palette_picture_without_a_palette_is_refused():
    with pytest.raises(PngError, match="palette"):
        keep_pixels(build_png(28, 28, 8, 3, ROWS))


@pytest.mark.parametrize(("depth", "colour"), [(8, 1), (3, 0), (16, 3), (4, 6), (0, 0)])
def test_a_kind_of_colour_that_does_not_exist_is_refused(depth, colour):
    with pytest.raises(PngError, match="header"):
        keep_pixels(build_png(28, 28, depth, colour, ROWS))


@pytest.mark.parametrize("width", [1, 4, 5, 29])
@pytest.mark.parametrize("height", [1, 2, 4, 8, 31])
def test_the_interlaced_size_counts_every_pixel_once_and_a_byte_for_every_row(width, height):
    header = read_header(build_png(width, height, 8, 0, [], interlace=1))
    pixels = {(x, y) for x in range(width) for y in range(height)}
    passes = [(x % 8, y % 8) for x, y in pixels]
    rows = {(pass_of(x, y), y_real) for (x, y), (_, y_real) in zip(passes, pixels, strict=True)}
    assert header.data_size == len(pixels) + len(rows)


def pass_of(x, y):
    """The interlacing pattern, as the format's own 8×8 table has it."""
    table = ("16462646", "77777777", "56565656", "77777777")
    table = (*table, "36463646", "77777777", "56565656", "77777777")
    return table[y][x]


def test_what_pillow_writes_is_kept_whole():
    png = to_png(on_transparent(draw_seven()))
    assert read_chunks(png)[-1] == (b"IEND", b"")
    assert keep_pixels(png) == png
