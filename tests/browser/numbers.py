"""A person who writes numbers: the digits side by side, and what the page shows of each."""

from playwright.sync_api import Locator, Page

from tests.browser.drawing import PREDICT, draw_stroke, get_button, make_reading
from tests.shapes import DIGITS, Point

EACH = 0.3  # of the board's width: the room of one digit on the narrow board
WIDE_SHARE = 1 / 3  # the narrow board's width as a share of the wide one's


def place_digit(point: Point, index: int, *, is_wide: bool) -> Point:
    """Return where a digit's point lies when it is the one at `index`, written three in a row."""
    across = 0.05 + EACH * (index + 0.5 + 1.3 * (point[0] - 0.5))
    return (across * WIDE_SHARE if is_wide else across), 0.5 + 0.7 * (point[1] - 0.5)


def draw_number(page: Page, number: str, *, is_wide: bool = False) -> None:
    """Draw a number of up to three digits with the mouse; on the wide board at its left end."""
    for index, digit in enumerate(number):
        for stroke in DIGITS[int(digit)]:
            points = [*stroke[:-1:3], stroke[-1]]
            draw_stroke(page, [place_digit(point, index, is_wide=is_wide) for point in points])


def get_digits(page: Page) -> Locator:
    """Return the digits of the answer, of which one is chosen."""
    return page.get_by_role("radiogroup", name="Digits of the number").get_by_role("radio")


def get_boxes(page: Page) -> Locator:
    """Return the boxes around the digits on the board."""
    return page.locator(".board__digits rect")


def get_wide(page: Page) -> Locator:
    """Return the button that makes the board wide, and narrow again."""
    return get_button(page, "Wide board")


def answer_number(page: Page, *digits: int | str | None) -> None:
    """Play a server that reads every drawing as these parts, and one digit alone as a seven."""

    def answer(route):
        is_number = route.request.post_data_json.get("several")
        route.fulfill(json=make_number(*digits) if is_number else make_reading(7))

    page.unroute(PREDICT)
    page.route(PREDICT, answer)


def make_number(*digits: int | str | None) -> dict:
    """Return an answer of digits, marks, and None for a part that is none, in three columns."""
    parts = [make_part(each, index) for index, each in enumerate(digits)]
    is_read = None not in digits
    return {
        "status": "number" if is_read else "not_a_digit",
        "text": "".join(map(str, digits)) if is_read else None,
        "probability": 0.931 if is_read else None,
        "digits": parts,
        "model": "played",
    }


def make_part(what: int | str | None, index: int) -> dict:
    """Return one part of an answer: a digit, a mark, or None for what is neither."""
    box = {"box": [14 + 84 * index, 50, 84, 180], "strokes": None}
    if isinstance(what, int):
        return make_reading(what) | box
    refused = make_reading(5, "not_a_digit") | {"digit": None, "no_digit": 0.97} | box
    return refused if what is None else refused | {"mark": what}
