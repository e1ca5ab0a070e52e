"""A person at the page: what they do there, and what they find on it."""

import io
import re
from base64 import b64decode

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, Request

from tests.shapes import DIGITS, Point, Stroke

PREDICT = "**/api/predict"
LONG_ENOUGH = 400  # ms: what has not happened by then, the page does not do
RECORD_WHAT_IS_SAID = """(element, name) => {
  window[name] = [];
  new MutationObserver(() => window[name].push(element.textContent))
    .observe(element, { childList: true, characterData: true, subtree: true });
}"""
MEASURE_WORDS = """element => {
  const words = document.createRange();
  words.selectNodeContents(element);
  const { left, right } = words.getBoundingClientRect();
  return [left, right];
}"""
DOWN = [(0.5, 0.2), (0.5, 0.35), (0.5, 0.5), (0.5, 0.65), (0.5, 0.8)]
ACROSS = [(0.2, 0.5), (0.35, 0.5), (0.5, 0.5), (0.65, 0.5), (0.8, 0.5)]
MIDDLE, TOP, LEFT, BOTTOM = (0.5, 0.5), DOWN[0], ACROSS[0], DOWN[-1]


def get_board(page: Page) -> Locator:
    """Return the board by the name that a screen reader says."""
    return page.get_by_label("Drawing board", exact=True)


def get_button(page: Page, name: str) -> Locator:
    """Return a button by its name."""
    return page.get_by_role("button", name=name, exact=True)


def get_bar(page: Page, digit: int | str) -> Locator:
    """Return the bar of a digit, or of "Not a digit"."""
    return page.get_by_role("meter", name=str(digit), exact=True)


def get_picker(page: Page) -> Locator:
    """Return the choice of the model that answers."""
    return page.get_by_label("Model", exact=True)


def get_compare(page: Page) -> Locator:
    """Return the button that compares all models."""
    return page.get_by_role("button", name=re.compile(r"^Compare all \d+$"))


def compare(page: Page) -> None:
    """Switch the comparison of all models on, or off again, and look at the board."""
    get_compare(page).click()
    page.evaluate("scrollTo(0, 0)")  # on a phone the button is farther down


def measure_words(element: Locator) -> tuple[float, float]:
    """Return where an element's words begin and end on the screen, in px from its left edge."""
    return tuple(element.evaluate(MEASURE_WORDS))


def get_sheet(page: Page) -> Locator:
    """Return the paper that the board lies on."""
    return get_board(page).locator("..")


def get_bars(page: Page) -> Locator:
    """Return the list of the ten bars."""
    return page.get_by_role("list", name="Probability of each digit")


def get_row(page: Page, title: str) -> Locator:
    """Return a model's row in the comparison."""
    return page.get_by_role("row", name=title)


def watch_questions(page: Page) -> list[Request]:
    """Return a list that fills with what the page asks from now on."""
    asked = []
    page.on("request", lambda request: request.method == "POST" and asked.append(request))
    return asked


def record_what_is_said(page: Page) -> None:
    """Keep each text that the page answers from now on, for `list_what_was_said`."""
    page.get_by_role("status").evaluate(RECORD_WHAT_IS_SAID, "said")


def list_what_was_said(page: Page) -> list[str]:
    """Return the texts that the page has answered since `record_what_is_said`."""
    return page.evaluate("said")


def get_speech(page: Page) -> Locator:
    """Return the region whose changes a screen reader announces after a drawing."""
    return page.locator('[data-part="speech"]')


def record_what_is_heard(page: Page) -> None:
    """Keep what a screen reader announces from now on, for `list_what_was_heard`."""
    get_speech(page).evaluate(RECORD_WHAT_IS_SAID, "heard")


def list_what_was_heard(page: Page) -> list[str]:
    """Return what a screen reader has announced since `record_what_is_heard`."""
    return [words for words in page.evaluate("heard") if words]


def place(page: Page, point: Point) -> Point:
    """Return where a point of the board, 0 to 1 each way, is in the window."""
    box = get_board(page).bounding_box()
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]


def draw_stroke(page: Page, stroke: Stroke, lift: bool = True) -> None:
    """Draw one stroke with the mouse; leave the button down if `lift` is false."""
    box = get_board(page).bounding_box()
    for index, (x, y) in enumerate(stroke):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        if index == 0:
            page.mouse.down()
    if lift:
        page.mouse.up()


def draw_digit(page: Page, digit: int) -> None:
    """Draw a digit with the mouse, stroke by stroke: every second point, as each takes a frame."""
    for stroke in DIGITS[digit]:
        draw_stroke(page, [*stroke[:-1:2], stroke[-1]])


def take_drawing(page: Page) -> str:
    """Return the board's pixels as the page sends them: a data URL."""
    return get_board(page).evaluate("canvas => canvas.toDataURL('image/png')")


def read_ink(page: Page) -> np.ndarray:
    """Return the board's ink, uint8 (280, 280), 0 = paper; (280, 840) of the wide board."""
    png = b64decode(take_drawing(page).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))[:, :, 3]


def has_ink(page: Page, point: Point) -> bool:
    """Whether there is ink at a point of the board, 0 to 1 each way."""
    ink = read_ink(page)
    y, x = (
        min(int(side * part), side - 1) for side, part in zip(ink.shape, point[::-1], strict=True)
    )
    return bool(ink[y, x] > 127)


def is_empty(page: Page) -> bool:
    """Whether the board has no ink at all."""
    return not read_ink(page).any()


def answer_all(page: Page, **answer) -> None:
    """Play the server: answer whatever the page asks from now on with `answer`."""
    page.unroute(PREDICT)
    page.route(PREDICT, lambda route: route.fulfill(**answer))


def make_reading(digit: int | None, status: str = "digit") -> dict:
    """Return an answer such as the server gives, for tests that play the server."""
    probabilities = [0.01] * 10
    probabilities[digit or 0] = 0.91
    return {
        "status": status,
        "digit": digit,
        "probabilities": probabilities,
        "model": "played",
        "seen": [0] * 784,
    }


def play_blind_server(page: Page) -> list[dict]:
    """Play a server that reads strokes as a seven and every picture as blank.

    Return a list that fills with what it is asked.
    """
    asked: list[dict] = []

    def answer(route):
        question = route.request.post_data_json
        asked.append(question)
        seen = make_reading(7) if "strokes" in question else make_reading(None, "blank")
        route.fulfill(json=seen)

    page.unroute(PREDICT)
    page.route(PREDICT, answer)
    return asked
