"""Strokes drawn by Python are what they are on the page: what is measured there holds here."""

import numpy as np
import pytest
from playwright.sync_api import Page

from ml.networks.card import WEIGHTS_DIR
from ml.predict import Reader
from ml.strokes import BOARD_SIDE, Placement, draw, place
from tests.browser.drawing import answer_all, draw_stroke, get_button, make_reading, take_drawing
from tests.digits import find_strokes
from tests.shapes import DIGITS

REPLAYED = 20  # of the drawn digits, spread over the whole file
SIZES = (0.3, 0.5, 0.8)  # shares of the board


def replay(page: Page, strokes: list[np.ndarray]) -> dict:
    """Draw strokes, given in board px, with the mouse; return the server's answer."""
    for stroke in strokes:
        draw_stroke(page, [tuple(point) for point in stroke / BOARD_SIDE])
    answer = page.request.post(
        f"{page.url.rstrip('/')}/api/predict", data={"image": take_drawing(page)}
    )
    get_button(page, "Clear").click()
    return answer.json()


def compare(page: Page, drawings: list[list[np.ndarray]]) -> tuple[float, float]:
    """Return the mean difference in grey levels, and the share of equal answers."""
    answer_all(page, json=make_reading(7))  # what the page shows meanwhile is not the question
    reader = Reader(WEIGHTS_DIR)
    differences, same = [], 0
    for strokes in drawings:
        ours, theirs = reader.read(draw(strokes)), replay(page, strokes)
        differences.append(np.abs(np.subtract(ours.seen, theirs["seen"])).mean())
        same += (ours.status, ours.digit) == (theirs["status"], theirs["digit"])
    return float(np.mean(differences)), same / len(drawings)


def test_the_tests_own_digits_are_the_same_in_python_and_on_the_page(page):
    drawings = [[np.array(s) * BOARD_SIDE for s in strokes] for strokes in DIGITS.values()]
    difference, same = compare(page, drawings)
    assert difference <= 3
    assert same == 1


@pytest.mark.quick
def test_a_dot_is_the_same_in_python_and_on_the_page(page):
    dots = [np.array([[90.0, 80.0]]), np.array([[150.0, 200.0]])]
    difference, same = compare(page, [dots])
    assert difference <= 3
    assert same == 1


def test_drawn_strokes_are_the_same_in_python_and_on_the_page(page):
    drawings = find_strokes("digits.jsonl.gz")
    drawings = drawings[:: len(drawings) // REPLAYED]
    placed = [
        place(drawing.strokes, Placement(SIZES[number % len(SIZES)]))
        for number, drawing in enumerate(drawings)
    ]
    difference, same = compare(page, placed)
    assert difference <= 3
    assert same >= 0.99
