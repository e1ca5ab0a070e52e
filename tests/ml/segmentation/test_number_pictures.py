"""Numbers in pictures, without strokes, are read; what is no number is refused in bounded time."""

from time import perf_counter

import numpy as np
import pytest

from ml.predict import Reader
from ml.segmentation.numbers import read_several
from ml.strokes import draw_freely
from tests.written_numbers import line, write

SECONDS = 20  # far more than it takes here: only what never ends, or nearly so, fails


@pytest.fixture(scope="module")
def reader():
    return Reader()


def read(reader, ink):
    return read_several(reader, [reader.default], ink=ink)[0]


@pytest.mark.parametrize("text", ["12", "407", "9536", "28170"])
@pytest.mark.parametrize("gap", [0.12, 0.3])
def test_a_picture_of_a_number_is_read(reader, text, gap):
    ink = draw_freely(write(text, gap=gap))
    answer = read(reader, ink)
    assert (answer.status, answer.text) == ("number", text)
    lefts = [part.box[0] for part in answer.parts]
    assert lefts == sorted(lefts)


def test_digits_that_just_touch_are_parted(reader):
    answer = read(reader, draw_freely(write("302", gap=0.1)))
    assert answer.text == "302"


@pytest.mark.parametrize("scale", [0.5, 2.5])
def test_a_number_of_another_size_is_read(reader, scale):
    ink = draw_freely(write("407", gap=0.3))
    rows = (np.arange(int(ink.shape[0] * scale)) / scale).astype(int)
    columns = (np.arange(int(ink.shape[1] * scale)) / scale).astype(int)
    assert read(reader, ink[rows][:, columns]).text == "407"


@pytest.mark.parametrize("digit", "0123456789")
def test_a_picture_of_one_digit_reads_as_ever(reader, digit):
    ink = draw_freely(write(digit))
    assert read(reader, ink).reading == reader.read(ink)


def test_a_minus_in_a_picture_is_kept(reader):
    strokes = [line((60, 140), (120, 140)), *write("12", corner=(160, 60), gap=0.3)]
    assert read(reader, draw_freely(strokes)).text == "-12"


@pytest.mark.parametrize(
    ("mark", "text"), [([(0, 216)], "3.5"), ([(2, 205), (4, 222), (-9, 250)], "3,5")]
)
def test_a_point_and_a_comma_in_a_picture_are_kept(reader, mark, text):
    strokes = write("35", gap=0.5)
    x = (strokes[0][:, 0].max() + strokes[1][:, 0].min()) / 2
    drawn = line(*((x + dx, y) for dx, y in mark))
    assert read(reader, draw_freely([*strokes, drawn])).text == text


def checkerboard(side):
    return (np.add.outer(np.arange(side), np.arange(side)) % 2 * 255).astype(np.uint8)


def dots(side):
    ink = np.zeros((side, side), np.uint8)
    for row in range(4):
        for column in range(4):
            ink[4 + row :: 16, 4 + column :: 16] = 255
    return ink


@pytest.mark.parametrize(
    "ink",
    [
        pytest.param(np.full((280, 840), 255, np.uint8), id="all ink"),
        pytest.param(checkerboard(1024), id="checkerboard"),
        pytest.param(dots(1024), id="a page of dots"),
        pytest.param(np.pad(np.full((900, 900), 255, np.uint8), 60), id="a square"),
    ],
)
def test_hostile_pictures_are_answered_as_one_thing(reader, ink):
    started = perf_counter()
    answer = read(reader, ink)
    assert perf_counter() - started < SECONDS
    assert answer.status in ("not_a_digit", "digit")
    assert answer.reading == reader.read(ink)


@pytest.mark.parametrize("shape", [(1, 1), (280, 280), (1, 900), (900, 1)])
def test_a_single_pixel_of_ink_is_answered(reader, shape):
    ink = np.zeros(shape, np.uint8)
    ink[shape[0] // 2, shape[1] // 2] = 255
    assert read(reader, ink).reading == reader.read(ink)
