"""Every kind of PNG that there is gives the same ink."""

import numpy as np
import pytest
from PIL import Image

from tests.webapp.pictures import (
    build_png,
    chunk,
    draw_seven,
    on_paper,
    on_transparent,
    to_png,
    to_url,
    write_as_chromium,
)
from webapp.drawing import read_drawing
from webapp.problems import Problem

COVERAGE = draw_seven()
BLACK_ON_WHITE = on_paper(COVERAGE)
BAR = np.zeros((32, 32), np.uint8)
BAR[8:22, 12:18] = 255  # two levels only, so that every kind of PNG can hold it


def save(image, **options):
    return to_url(to_png(image, **options))


def pack(levels, depth):
    """Rows of one channel at 1, 2, 4, 8 or 16 bits, as a PNG holds them."""
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in levels]
    groups = levels.reshape(len(levels), -1, 8 // depth).astype(int)
    shifts = np.arange(8 // depth)[::-1] * depth
    return [row.tobytes() for row in (groups << shifts).sum(axis=2).astype(np.uint8)]


def build_bar(depth, colour, levels, *extra):
    return to_url(build_png(32, 32, depth, colour, pack(levels, depth), *extra))


KINDS = {
    "grey": save(BLACK_ON_WHITE.convert("L")),
    "grey and alpha": save(on_transparent(COVERAGE).convert("LA")),
    "colour": save(BLACK_ON_WHITE),
    "colour and alpha": save(on_transparent(COVERAGE)),
    "palette": save(BLACK_ON_WHITE.convert("L").convert("P")),
    "deep grey": to_url(build_png(280, 280, 16, 0, pack((255 - COVERAGE.astype(int)) * 257, 16))),
    "animated": save(BLACK_ON_WHITE, save_all=True, append_images=[on_paper(COVERAGE.T)]),
    "as Chromium's canvas writes it": to_url(
        write_as_chromium(np.asarray(on_transparent(COVERAGE)))
    ),
    "optimised": save(BLACK_ON_WHITE, optimize=True),
}


@pytest.mark.parametrize("url", KINDS.values(), ids=KINDS)
def test_every_kind_of_png_gives_the_same_ink(url):
    assert np.array_equal(read_drawing(url), COVERAGE)


ON = BAR.astype(int) // 255
BARS = {
    "one bit": build_bar(1, 0, 1 - ON),
    "two bits": build_bar(2, 0, 3 - 3 * ON),
    "four bits": build_bar(4, 0, 15 - 15 * ON),
    "one bit, transparent": build_bar(1, 0, ON, chunk(b"tRNS", b"\0\0")),
    "two bits, transparent": build_bar(2, 0, 2 - ON, chunk(b"tRNS", b"\0\2")),
    "grey, transparent": build_bar(8, 0, 90 + ON, chunk(b"tRNS", b"\0\x5a")),
    "deep grey, transparent": build_bar(16, 0, 700 + ON, chunk(b"tRNS", b"\x02\xbc")),
    "colour, transparent": build_bar(8, 2, np.repeat(ON, 3, axis=1), chunk(b"tRNS", bytes(6))),
    "deep colour, transparent": build_bar(
        16, 2, np.repeat(ON * 65535, 3, axis=1), chunk(b"tRNS", bytes(6))
    ),
    "palette": build_bar(1, 3, ON, chunk(b"PLTE", bytes((255, 255, 255, 0, 0, 0)))),
    "palette, transparent": build_bar(
        4, 3, ON, chunk(b"PLTE", bytes((9, 9, 9, 200, 30, 30))), chunk(b"tRNS", b"\0\xff")
    ),
    "deep grey and alpha": build_bar(16, 4, np.stack([ON, ON * 65535], axis=2).reshape(32, 64)),
}


@pytest.mark.parametrize("url", BARS.values(), ids=BARS)
def test_every_depth_and_every_way_to_be_transparent_gives_the_same_ink(url):
    assert np.array_equal(read_drawing(url), BAR)


# Which pass of an interlaced PNG brings a pixel: the format's own 8×8 table.
PASSES = np.array(
    [
        [1, 6, 4, 6, 2, 6, 4, 6],
        [7, 7, 7, 7, 7, 7, 7, 7],
        [5, 6, 5, 6, 5, 6, 5, 6],
        [7, 7, 7, 7, 7, 7, 7, 7],
        [3, 6, 4, 6, 3, 6, 4, 6],
        [7, 7, 7, 7, 7, 7, 7, 7],
        [5, 6, 5, 6, 5, 6, 5, 6],
        [7, 7, 7, 7, 7, 7, 7, 7],
    ]
)


def interlace(levels):
    """The rows of an interlaced PNG of 8-bit grey, pass by pass."""
    height, width = levels.shape
    table = np.tile(PASSES, (height // 8 + 1, width // 8 + 1))[:height, :width]
    rows = []
    for number in range(1, 8):
        for row, kinds in zip(levels, table, strict=True):
            if number in kinds:
                rows.append(row[kinds == number].tobytes())
    return rows


@pytest.mark.parametrize("size", [(28, 28), (29, 31), (33, 40), (100, 64)])
def test_an_interlaced_png_is_read(size):
    levels = np.zeros(size, np.uint8)
    levels[5:-5, 5:-5] = np.random.default_rng(0).integers(0, 256, (size[0] - 10, size[1] - 10))
    rows = interlace(levels)
    png = build_png(size[1], size[0], 8, 0, rows, interlace=1)
    assert np.array_equal(read_drawing(to_url(png)), levels)
    short = build_png(size[1], size[0], 8, 0, [*rows[:-1], rows[-1][:-1]], interlace=1)
    with pytest.raises(Problem, match="rows are missing"):
        read_drawing(to_url(short))


@pytest.mark.parametrize("height, width", [(28, 28), (29, 64), (120, 300), (512, 31)])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_canvas_gives_the_same_ink_however_its_rows_are_filtered(height, width, share):
    rng = np.random.default_rng(height)
    pixels = rng.integers(0, 256, (height, width, 4), np.uint8)
    pixels[rng.random((height, width)) >= share] = 0
    by_pillow = read_drawing(to_url(Image.fromarray(pixels)))
    assert np.array_equal(read_drawing(to_url(write_as_chromium(pixels))), by_pillow)


def test_paper_on_a_canvas_is_told_from_ink():
    pixels = np.zeros((280, 280, 4), np.uint8)
    pixels[20:260, 20:260] = np.asarray(BLACK_ON_WHITE.convert("RGBA"))[20:260, 20:260]
    by_pillow = read_drawing(to_url(Image.fromarray(pixels)))
    assert np.array_equal(read_drawing(to_url(write_as_chromium(pixels))), by_pillow)
