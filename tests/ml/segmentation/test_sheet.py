"""A sheet that was printed, filled in and photographed is found and read as its writer wrote."""

import tracemalloc
from time import process_time

import cv2
import numpy as np
import pytest

from ml.predict import Reader, UnknownModelError
from ml.segmentation.sheet import find_sheet, read_sheet
from ml.segmentation.sheets.layout import LAYOUTS
from tests.sheets import (
    BLACK,
    PENCIL,
    RED,
    SCALE,
    Light,
    Pen,
    fill_sheet,
    find_view,
    generate_digits,
    photograph,
)

TABLE = (96, 72, 52)


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture(scope="module")
def filled():
    """An A4 sheet with five empty boxes and three wrong digits."""
    rng = np.random.default_rng(1)
    return fill_sheet(generate_digits(rng), rng, left_empty=5, wrong=3)


@pytest.fixture(scope="module")
def photo(filled):
    return photograph(filled, Light(tilt=20, towards=30, turn=4), np.random.default_rng(2))


@pytest.fixture(scope="module")
def answer(reader, photo):
    return read_sheet(reader, photo, find(photo))


def find(photo):
    return find_sheet(to_grey(photo))


def to_grey(photo):
    return cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)


def count_right(answer, filled):
    """How many digits are read as they were written; reading none where one is counts as wrong."""
    read = {(digit.line, digit.number): digit.reading.digit for digit in answer.digits}
    assert set(read) <= set(filled.written)
    return sum(read.get(place) == digit for place, digit in filled.written.items())


def hide(photo, filled, light, corners):
    """Lay something over marks of the sheet, by their number in the layout."""
    view, hidden = find_view(filled.layout, light), photo.copy()
    for corner in corners:
        mark = np.array([filled.layout.marks[corner].corners])
        place = cv2.perspectiveTransform(mark, view)
        cv2.fillPoly(hidden, np.rint(place).astype(np.int32), TABLE)
    return hidden


def test_a_tilted_sheet_is_read_as_its_writer_wrote(answer, filled):
    assert len(filled.written) == 95
    assert count_right(answer, filled) >= 94


def test_the_result_counts_right_digits_and_empty_boxes(answer, filled):
    right = sum(digit.reading.digit == digit.expected for digit in answer.digits)
    assert answer.sheet.to_dict() == {"layout": "A4", "right": right, "of": 95, "empty": 5}
    assert right <= 92  # three boxes hold another digit than they should


def test_a_wrong_digit_is_read_as_it_is_written_and_counts_as_wrong(answer, filled):
    wrong = [place for place, digit in filled.written.items() if digit != place[1]]
    read = {(digit.line, digit.number): digit for digit in answer.digits}
    assert len(wrong) == 3
    assert all(read[place].expected == place[1] for place in wrong)
    assert sum(read[place].reading.digit == filled.written[place] for place in wrong) >= 2


def test_each_line_is_a_row_of_the_sheet(answer):
    assert len(answer.lines) == 10
    for row, line in enumerate(answer.lines):
        read = [d.reading.digit for d in answer.digits if d.line == row]
        assert line == " ".join(str(digit) for digit in read if digit is not None)


def test_each_digit_says_where_in_the_photo_it_is(answer, photo, filled):
    view = find_view(filled.layout, Light(tilt=20, towards=30, turn=4))
    assert (answer.width, answer.height) == (photo.shape[1], photo.shape[0])
    boxes = {(box.row, box.column): box for box in filled.layout.boxes}
    for digit in answer.digits:
        box = boxes[digit.line, digit.number]
        middle = np.array([[[box.x + box.side / 2, box.y + box.side / 2]]])
        place = cv2.perspectiveTransform(middle, view)[0, 0]
        x, y, width, height = digit.box
        off = np.abs(place - (x + width / 2, y + height / 2))
        assert off.max() < 5 * 4  # px: 5 mm, of about 4 px each
        assert max(width, height) < 18 * 6


def test_a_digits_ink_is_its_strokes_alone(answer):
    for digit in answer.digits:
        assert digit.ink.dtype == np.uint8
        assert max(digit.ink.shape) <= 200
        assert digit.ink.max() > 200
        assert (digit.ink > 0).mean() < 0.75


def test_a_grey_photo_is_read_too(reader, photo, filled):
    grey = to_grey(photo)
    assert count_right(read_sheet(reader, grey, find_sheet(grey)), filled) >= 93


def test_another_model_reads_when_it_is_asked_for(reader, photo):
    answer = read_sheet(reader, photo, find(photo), "linear")
    assert {digit.reading.model for digit in answer.digits} == {"linear"}
    with pytest.raises(UnknownModelError):
        read_sheet(reader, photo, find(photo), "no such model")


@pytest.mark.parametrize("corner", range(4))
def test_three_marks_are_enough(photo, filled, corner):
    light = Light(tilt=20, towards=30, turn=4)
    whole = find(photo)
    found = find(hide(photo, filled, light, [corner]))
    edge = np.array([[[0.0, 0.0]], [[210.0, 0.0]], [[210.0, 297.0]], [[0.0, 297.0]]])
    places = [cv2.perspectiveTransform(edge, one.homography) for one in (whole, found)]
    assert np.abs(places[0] - places[1]).max() < 10  # px: 2.5 mm


def test_two_marks_are_not_enough(photo, filled):
    assert find(hide(photo, filled, Light(tilt=20, towards=30, turn=4), [0, 2])) is None


def test_half_a_sheet_is_no_sheet(photo):
    assert find(np.ascontiguousarray(photo[: len(photo) // 2])) is None
    assert find(np.ascontiguousarray(photo[:, photo.shape[1] // 2 :])) is None


@pytest.mark.parametrize("side", [1, 2, 28, 500])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_without_marks_is_no_sheet(side, level):
    assert find_sheet(np.full((side, side), level, np.uint8)) is None


def test_noise_and_lone_marks_are_no_sheet():
    rng = np.random.default_rng(3)
    page = rng.integers(0, 256, (600, 800), np.uint8)
    assert find_sheet(page) is None
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    page[:] = 255
    for number, (x, y) in enumerate([(50, 50), (600, 80), (500, 400), (90, 450)], start=1):
        page[y : y + 90, x : x + 90] = cv2.aruco.generateImageMarker(dictionary, number, 90)
    assert find_sheet(page) is None  # the right numbers, but not where a sheet has them


@pytest.mark.slow
@pytest.mark.parametrize("step", [8, 32, 64])
def test_squared_paper_and_chequers_are_looked_at_quickly(step):
    lines = np.full((3000, 4000), 230, np.uint8)
    lines[::step] = lines[:, ::step] = 150
    rows, columns = np.indices(lines.shape) // step
    chequers = np.where((rows + columns) % 2, 230, 30).astype(np.uint8)
    started = process_time()
    assert find_sheet(lines) is find_sheet(chequers) is None
    assert process_time() - started < 5  # OpenCV's own detector takes minutes for some of these


def test_of_two_sheets_in_one_photo_one_is_read(photo):
    both = np.concatenate([photo, photo[::-1, ::-1]], axis=1)
    found = find(np.ascontiguousarray(both))
    corners = np.array([[[0.0, 0.0]], [[210.0, 297.0]]])
    across = cv2.perspectiveTransform(corners, found.homography)[:, 0, 0]
    assert (across < photo.shape[1]).all() or (across >= photo.shape[1]).all()


def test_an_empty_sheet_has_no_digits(reader):
    rng = np.random.default_rng(4)
    empty = fill_sheet(generate_digits(rng), rng, left_empty=100)
    photo = photograph(empty, Light(shadow=0.4, noise=4, quality=60), rng)
    answer = read_sheet(reader, photo, find(photo))
    assert (answer.lines, answer.digits) == ([], [])
    assert answer.sheet.to_dict() == {"layout": "A4", "right": 0, "of": 0, "empty": 100}


def test_specks_and_slips_leave_a_box_empty(reader):
    rng = np.random.default_rng(5)
    sheet = fill_sheet(generate_digits(rng), rng, left_empty=100)
    for box in sheet.layout.boxes[:10]:
        middle = np.rint(np.array([box.x + 5, box.y + 9]) * SCALE).astype(int)
        cv2.circle(sheet.page, middle.tolist(), 4, BLACK, -1)
    photo = photograph(sheet, Light(), rng)
    assert read_sheet(reader, photo, find(photo)).sheet.empty == 100


WAYS = {
    "upside down": ("A4", Pen(), Light(turn=180, tilt=15, towards=200), {}),
    "sideways": ("Letter", Pen(0.5, BLACK), Light(turn=90, tilt=10, size=(1600, 1200)), {}),
    "tilted by 35 degrees": ("A4", Pen(), Light(tilt=35, towards=100, turn=-8), {}),
    "in shadow": ("Letter", Pen(), Light(shadow=0.5, tilt=10, noise=4, blur=1), {}),
    "in pencil": ("A4", Pen(0.5, PENCIL), Light(tilt=12, shadow=0.2), {}),
    "in red": ("A4", Pen(0.6, RED), Light(), {}),
    "by a thin pen": ("Letter", Pen(0.35, height=9), Light(tilt=5), {}),
    "by a felt pen": ("A4", Pen(1.3, BLACK, 12), Light(tilt=5), {}),
    "over the frames": ("A4", Pen(0.8, height=15), Light(tilt=5), {}),
    "printed in grey": ("A4", Pen(height=13), Light(tilt=12, shadow=0.3), {"is_grey": True}),
    "on bent paper": ("Letter", Pen(), Light(tilt=12, bulge=5), {}),
    "in few pixels": ("A4", Pen(), Light(size=(768, 1024), quality=60, tilt=15), {}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pen", "light", "print_"), WAYS.values(), ids=WAYS)
def test_a_sheet_is_read_however_it_was_written_and_photographed(reader, name, pen, light, print_):
    rng = np.random.default_rng(6)
    filled = fill_sheet(generate_digits(rng), rng, name, pen, **print_)
    photo = photograph(filled, light, rng)
    found = find(photo)
    assert found.layout is LAYOUTS[name]
    assert count_right(read_sheet(reader, photo, found), filled) >= 98


@pytest.mark.slow
def test_twelve_megapixels_take_little_time_and_memory(reader, filled):
    photo = photograph(filled, Light(tilt=15, size=(3000, 4000)), np.random.default_rng(7))
    grey = to_grey(photo)
    tracemalloc.start()
    started = process_time()
    answer = read_sheet(reader, photo, find_sheet(grey))
    seconds = process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count_right(answer, filled) >= 93
    assert peak < 10 * 2**20  # bytes that NumPy asked for; OpenCV's windows are as small
    assert seconds < 6  # of all cores together; about 1 where memory isn't traced


def test_a_flat_picture_with_a_mark_is_no_sheet():
    mark = cv2.aruco.generateImageMarker(
        cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), 2, 60
    )
    picture = np.full((20, 200), 255, np.uint8)
    picture[3:17, 10:190] = cv2.resize(mark, (180, 14), interpolation=cv2.INTER_AREA)
    assert find_sheet(picture) is None
