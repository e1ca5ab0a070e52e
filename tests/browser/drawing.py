"""A person at the page: what they do with a mouse, and what they find on it."""

from playwright.sync_api import Locator, Page

from tests.browser.shapes import DIGITS, Point, Stroke


def get_board(page: Page) -> Locator:
    """Return the board by the name that a screen reader says."""
    return page.get_by_label("Drawing board", exact=True)


def place(page: Page, point: Point) -> Point:
    """Return where a point of the board, 0 to 1 each way, is in the window."""
    box = get_board(page).bounding_box()
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]


def draw_stroke(page: Page, stroke: Stroke, lift: bool = True) -> None:
    """Draw one stroke with the mouse; leave the button down if `lift` is false."""
    page.mouse.move(*place(page, stroke[0]))
    page.mouse.down()
    for point in stroke[1:]:
        page.mouse.move(*place(page, point))
    if lift:
        page.mouse.up()


def draw_digit(page: Page, digit: int) -> None:
    """Draw a digit with the mouse, stroke by stroke."""
    for stroke in DIGITS[digit]:
        draw_stroke(page, stroke)
