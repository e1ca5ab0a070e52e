"""The printed sheet as data: its marks can be found, and its boxes have room."""

from itertools import combinations

import cv2
import pytest

from ml.segmentation.sheets.layout import LAYOUTS, MARK_CELLS, MARKS

LAYOUTS_BY_NAME = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())


def test_the_marks_are_those_that_opencv_finds():
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, rows in MARKS.items():
        cells = cv2.aruco.generateImageMarker(dictionary, number, MARK_CELLS)[1:-1, 1:-1]
        assert rows == tuple("".join("#" if cell == 0 else "." for cell in row) for row in cells)


def test_each_corner_of_each_paper_has_a_mark_of_its_own():
    numbers = [mark.number for layout in LAYOUTS.values() for mark in layout.marks]
    assert sorted(numbers) == sorted(MARKS)


@LAYOUTS_BY_NAME
def test_every_digit_is_asked_for_ten_times(layout):
    assert sorted(box.expected for box in layout.boxes) == sorted([*range(10)] * 10)


@LAYOUTS_BY_NAME
def test_boxes_stand_apart_and_between_the_marks(layout):
    squares = [(item.x, item.y, item.side) for item in (*layout.marks, *layout.boxes)]
    for (x, y, side), (other_x, other_y, other_side) in combinations(squares, 2):
        gap = max(other_x - x - side, x - other_x - other_side)
        gap = max(gap, other_y - y - side, y - other_y - other_side)
        assert gap >= 3.5  # mm


@LAYOUTS_BY_NAME
def test_everything_lies_where_printers_print(layout):
    for item in (*layout.marks, *layout.boxes):
        assert 10 <= item.x <= layout.width - 10 - item.side
        assert 10 <= item.y <= layout.height - 10 - item.side
