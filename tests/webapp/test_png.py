"""Damaged, cut and hostile PNGs."""

import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.webapp.pictures import build_png, chunk, draw_seven, on_transparent, to_png, to_url
from webapp.drawing import read_drawing
from webapp.problems import Problem

PAPER, INK = bytes(28), bytes(10) + b"\xff" * 8 + bytes(10)
ROWS = [PAPER, *[INK] * 26, PAPER]
GREY = build_png(28, 28, 8, 0, ROWS)
BOMB = zlib.compress(bytes(100_000_000), 9)
TEXT = [b"zTXt", b"note\0\0" + BOMB], [b"iTXt", b"note\0\1\0\0\0" + BOMB]
PROFILE = [b"iCCP", b"name\0\0" + BOMB]


def read(data):
    return read_drawing(to_url(data))


def refuse(data, words="image"):
    with pytest.raises(Problem, match=words) as caught:
        read(data)
    assert caught.value.code == 400


def test_an_intact_png_is_read():
    assert read(GREY).tobytes() == b"".join(ROWS)


@pytest.mark.parametrize("length", range(0, len(GREY), 3))
def test_a_png_cut_off_anywhere_is_refused(length):
    refuse(GREY[:length])


@pytest.mark.parametrize("flipped", [0x01, 0x80, 0xFF])
@pytest.mark.parametrize("position", range(len(GREY)))
def test_a_png_with_one_byte_changed_is_refused(position, flipped):
    damaged = bytearray(GREY)
    damaged[position] ^= flipped
    with pytest.raises(Problem):
        read(bytes(damaged))


def test_a_canvas_with_one_byte_changed_is_refused():
    png = to_png(on_transparent(draw_seven()))
    for position in range(0, len(png), 7):
        damaged = bytearray(png)
        damaged[position] ^= 0x10
        with pytest.raises(Problem):
            read(bytes(damaged))


@pytest.mark.parametrize("kind, body", [*TEXT, PROFILE], ids=["zTXt", "iTXt", "iCCP"])
@pytest.mark.parametrize("after", [False, True], ids=["before the pixels", "after the pixels"])
def test_text_and_profiles_are_never_unpacked(kind, body, after):
    bomb = chunk(kind, body)
    data = GREY[:-12] + bomb + GREY[-12:] if after else GREY[:33] + bomb + GREY[33:]
    tracemalloc.start()
    try:
        ink = read(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert np.array_equal(ink, read(GREY))
    assert peak < 3_000_000


@pytest.mark.parametrize("damage", [b"", b"\0", b"name", b"name\0", b"name\0\7", b"\xff" * 9])
@pytest.mark.parametrize("kind", [b"iCCP", b"zTXt", b"iTXt", b"pHYs", b"eXIf", b"acTL", b"fcTL"])
def test_a_damaged_chunk_that_says_nothing_about_pixels_does_not_matter(kind, damage):
    assert np.array_equal(read(GREY[:33] + chunk(kind, damage) + GREY[33:]), read(GREY))


def test_bytes_after_the_end_do_not_matter():
    assert np.array_equal(read(GREY + b"<script>"), read(GREY))


@pytest.mark.parametrize("missing", [1, 2, 27, 28])
def test_missing_rows_are_refused(missing):
    refuse(build_png(28, 28, 8, 0, ROWS[:-missing]), "rows are missing")


def test_a_missing_pixel_is_refused():
    refuse(build_png(28, 28, 8, 0, [*ROWS[:-1], bytes(27)]), "rows are missing")


@pytest.mark.parametrize("stray", [b"\0", b"stray", bytes(100)])
def test_missing_rows_are_refused_whatever_follows_the_packed_data(stray):
    packed = zlib.compress(b"".join(b"\0" + row for row in ROWS[:-1])) + stray
    refuse(GREY[:33] + chunk(b"IDAT", packed) + GREY[-12:], "rows are missing")


def test_packed_data_with_a_wrong_checksum_is_refused():
    packed = bytearray(zlib.compress(b"".join(b"\0" + row for row in ROWS)))
    packed[-1] ^= 1
    refuse(GREY[:33] + chunk(b"IDAT", bytes(packed)) + GREY[-12:], "pixels are damaged")


@pytest.mark.parametrize("cuts", [[0], [1], [10, 10, 20], [2, 3, 4, 5]])
def test_packed_data_in_several_chunks_is_read(cuts):
    packed = GREY[41:-16]
    ends = zip([0, *cuts], [*cuts, len(packed)], strict=True)
    parts = [chunk(b"IDAT", packed[start:end]) for start, end in ends]
    assert np.array_equal(read(GREY[:33] + b"".join(parts) + GREY[-12:]), read(GREY))


@pytest.mark.parametrize("size", [(20000, 20000), (28, 28), (1, 1)])
@pytest.mark.parametrize("after", [False, True], ids=["before the pixels", "after the pixels"])
def test_a_second_header_is_refused(size, after):
    second = chunk(b"IHDR", build_png(*size, 8, 0, [])[16:29])
    data = GREY[:-12] + second + GREY[-12:] if after else GREY[:33] + second + GREY[33:]
    refuse(data, "more than one header")


def test_a_palette_picture_without_a_palette_is_refused():
    refuse(build_png(28, 28, 8, 3, ROWS), "palette")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.sampled_from([0, 2, 3]), st.binary(max_size=900), st.binary(max_size=300))
def test_no_palette_and_no_transparency_make_the_server_fail(colour, palette, transparency):
    rows = [bytes(28 * (3 if colour == 2 else 1))] * 28
    extra = chunk(b"PLTE", palette), chunk(b"tRNS", transparency)
    try:
        read(build_png(28, 28, 8, colour, rows, *extra))
    except Problem as problem:
        assert problem.code == 400


@pytest.mark.parametrize(("depth", "colour"), [(8, 1), (3, 0), (16, 3), (4, 6), (0, 0)])
def test_a_kind_of_colour_that_does_not_exist_is_refused(depth, colour):
    refuse(build_png(28, 28, depth, colour, ROWS), "header")


def test_an_interlacing_that_does_not_exist_is_refused():
    refuse(build_png(28, 28, 8, 0, ROWS, interlace=2), "header")
