"""What people write on paper and boards is found in photos and read; what is no digit is not."""

import subprocess
import sys
from pathlib import Path
from time import process_time

import cv2
import numpy as np
import pytest

from ml.predict import Reader, UnknownModelError
from ml.segmentation.paper import read_photo
from ml.strokes import draw_freely
from tests.photos.paper import Camera, Pen, draw_rules, make_paper
from tests.photos.scenes import NOTHING, SINGLES, Photo, compose, render, take_nothing
from tests.photos.writing import GeneratedWriter
from tests.written_numbers import line, write

ROOT = Path(__file__).resolve().parents[3]
INK = Pen(7, (30, 40, 120))


@pytest.fixture(scope="module")
def reader():
    return Reader()


def take(lines, seed=9, *, pen=INK, camera=None, height=70, **paper) -> Photo:
    """A photo of numbers by one hand; `lines` has a list of numbers for each line."""
    rng = np.random.default_rng(seed)
    camera = camera or Camera()
    return compose(lines, GeneratedWriter(rng), height, rng, pen, camera, room=1.6, **paper)


def assert_boxes(found, photo):
    """Each digit's box has the middle of the written one in it, and is about as tall."""
    for digit, (x, y, width, height) in zip(found.digits, photo.boxes, strict=True):
        left, top, wide, tall = digit.box
        assert left <= x + width / 2 <= left + wide
        assert top <= y + height / 2 <= top + tall
        assert 0.7 * height <= tall <= 1.6 * height + 12


@pytest.mark.parametrize(
    "paper",
    [
        {},
        {"rules": (80, (120, 150, 200), 2)},
        {"rules": (40, (120, 150, 200), 2), "squares": True},
        {"camera": Camera(shade=0.4, shadow=0.5)},
        {"camera": Camera(turn=9, tilt=0.02)},
        {"colour": (28, 62, 48), "pen": Pen(8, (232, 232, 226), grain=0.4)},
        {"pen": Pen(5, (105, 105, 108), grain=0.4)},
        {"pen": Pen(2, (45, 60, 165))},
    ],
    ids=["plain", "lined", "squared", "shadow", "turned", "chalk", "pencil", "thin"],
)
def test_numbers_are_read_line_by_line(reader, paper):
    photo = take([["407", "12"], ["9", "538"]], **paper)
    found = read_photo(reader, photo.picture)
    assert found.lines == ["407 12", "9 538"]
    assert [(d.line, d.number) for d in found.digits] == [
        *[(0, 0)] * 3, *[(0, 1)] * 2, (1, 0), *[(1, 1)] * 3,
    ]  # fmt: skip
    assert_boxes(found, photo)
    assert (found.height, found.width) == photo.picture.shape[:2]


@pytest.mark.parametrize("kind", SINGLES)
def test_a_picture_of_one_digit_has_one_box(reader, kind):
    for seed in range(4):
        photo = render(kind, seed)
        found = read_photo(reader, photo.picture)
        assert found.lines == photo.lines
        assert len(found.digits) == 1


def test_grey_pictures_are_read_as_coloured_ones(reader):
    photo = take([["407"]])
    grey = cv2.cvtColor(photo.picture, cv2.COLOR_RGB2GRAY)
    assert read_photo(reader, grey).lines == ["407"]


def test_a_digits_ink_is_black_on_nothing_and_fits_its_box(reader):
    found = read_photo(reader, take([["3"]], pen=Pen(5, (105, 105, 108))).picture)
    ink = found.digits[0].ink
    assert ink.dtype == np.uint8
    assert ink.max() == 255
    assert np.median(ink) == 0
    assert ink.shape[0] / ink.shape[1] == pytest.approx(
        found.digits[0].box[3] / found.digits[0].box[2], rel=0.2
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", NOTHING)
def test_where_no_digit_is_none_is_found(reader, kind):
    picture = take_nothing(kind, np.random.default_rng(3))
    found = read_photo(reader, picture)
    assert found.digits == []
    assert found.lines == []


@pytest.mark.parametrize(
    "picture",
    [
        np.full((1, 1), 255, np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        np.full((20, 4000), 230, np.uint8),
        np.zeros((4000, 20, 3), np.uint8),
        np.zeros((300, 300), np.uint8),
        np.full((300, 300, 3), 255, np.uint8),
    ],
    ids=["a white pixel", "a black pixel", "a strip", "a tower", "black", "white"],
)
def test_pictures_without_ink_have_no_digits(reader, picture):
    assert read_photo(reader, picture).digits == []
    assert len(read_photo(reader, picture, box=(0, 0, 1, 1)).digits) == 1


def test_noise_takes_bounded_time(reader):
    noise = np.random.default_rng(0).integers(0, 256, (700, 900, 3), np.uint8)
    began = process_time()
    read_photo(reader, noise)
    assert process_time() - began < 20


def test_a_box_is_read_as_one_digit(reader):
    photo = take([["407"]])
    for label, (x, y, width, height) in zip("407", photo.boxes, strict=True):
        box = (round(x) - 5, round(y) - 5, round(width) + 10, round(height) + 10)
        found = read_photo(reader, photo.picture, box=box)
        assert found.lines == [label]
        assert [digit.box for digit in found.digits] == [box]


def test_a_box_of_paper_is_blank(reader):
    found = read_photo(reader, take([["407"]]).picture, box=(0, 0, 30, 30))
    assert found.lines == []
    assert [digit.reading.status for digit in found.digits] == ["blank"]


def test_a_box_outside_the_photo_is_blank(reader):
    found = read_photo(reader, take([["4"]]).picture, box=(9000, -50, 30, 20))
    assert [digit.reading.status for digit in found.digits] == ["blank"]


def test_another_model_reads_what_the_default_one_finds(reader):
    found = read_photo(reader, take([["407"]]).picture, "quick_cnn")
    assert {digit.reading.model for digit in found.digits} == {"quick_cnn"}
    with pytest.raises(UnknownModelError):
        read_photo(reader, np.full((9, 9), 255, np.uint8), "nobody")


def test_the_edge_of_a_cell_is_no_one(reader):
    photo = take([["5"]])
    picture = photo.picture.copy()
    picture[:, :3] = 90
    assert read_photo(reader, picture).lines == ["5"]


def test_ruled_paper_alone_is_blank(reader):
    rng = np.random.default_rng(1)
    paper = make_paper((600, 800), (240, 240, 238), rng)
    draw_rules(paper, 40, (110, 120, 160), 2, squares=True)
    assert read_photo(reader, paper.clip(0, 255).astype(np.uint8)).digits == []


def test_opencv_comes_with_the_first_photo():
    code = """
import sys
import numpy as np
import ml.segmentation, ml.segmentation.paper, webapp
assert "cv2" not in sys.modules
from ml.predict import Reader
ml.segmentation.paper.read_photo(Reader(), np.full((40, 40), 255, np.uint8))
assert "cv2" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.slow
def test_twelve_megapixels_with_twenty_digits_are_read_in_two_seconds(reader):
    photo = take([["407", "12"]] * 4, height=400, pen=Pen(30, (30, 40, 120)), size=(3024, 4032))
    read_photo(reader, photo.picture)
    began = process_time()
    found = read_photo(reader, photo.picture)
    assert process_time() - began < 4
    assert found.lines == ["407 12"] * 4


MIDDLE, FOOT = 140, 218  # px: where a minus stands, and a point


@pytest.mark.parametrize(
    ("between", "text"),
    [
        ([line((0, FOOT))], "3.5"),
        ([line((0, MIDDLE), (60, MIDDLE))], "3?5"),
        ([line((0, MIDDLE), (60, MIDDLE)), line((30, MIDDLE - 30), (30, MIDDLE + 30))], "3?5"),
    ],
    ids=["point", "dash", "plus"],
)
def test_what_stands_between_digits_is_kept_or_refused_in_its_place(reader, between, text):
    three, five = write("3"), write("5")
    start = three[0][:, 0].max() + 45
    end = start + max(stroke[:, 0].max() for stroke in between) + 45
    strokes = [*three, *move(between, start), *move(five, end - 40)]
    assert read_photo(reader, paint(strokes)).lines == [text]


def test_a_minus_before_a_number_is_kept(reader):
    strokes = [line((0, MIDDLE), (60, MIDDLE)), *move(write("35"), 80)]
    found = read_photo(reader, paint(strokes))
    assert found.lines == ["-35"]
    assert [digit.mark for digit in found.digits] == ["-", None, None]


def move(strokes, x):
    return [stroke + np.float32([x, 0]) for stroke in strokes]


def paint(strokes):
    """Strokes as a photo of plain paper, uint8 (H, W, 3)."""
    ink = np.pad(draw_freely(strokes), 80)
    return np.stack([(245 - 0.85 * ink).astype(np.uint8)] * 3, axis=-1)


def test_many_upright_lines_are_no_ones(reader):
    strokes = [line((40 + 45 * n, 60), (40 + 45 * n, 220)) for n in range(15)]
    assert read_photo(reader, paint(strokes)).digits == []
    assert read_photo(reader, paint(strokes[:3])).lines == ["111"]
