"""Fingers and a stylus, and all that can come between them and a clean stroke."""

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    ACROSS,
    BOTTOM,
    DOWN,
    LEFT,
    MIDDLE,
    TOP,
    draw_digit,
    draw_stroke,
    get_board,
    get_button,
    has_ink,
    is_empty,
    place,
    take_drawing,
)
from tests.shapes import DIGITS

PEN_IS_GONE = 1200  # ms after its last event, a touch is a finger again


class Hand:
    """Fingers and a stylus, moved by the browser's own input events."""

    def __init__(self, page):
        self.page = page
        self.cdp = page.context.new_cdp_session(page)

    def touch(self, kind, *points):
        places = [place(self.page, point) for point in points]
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(places)]
        event = {"type": f"touch{kind}", "touchPoints": touches}
        self.cdp.send("Input.dispatchTouchEvent", event)

    def pen(self, kind, point, buttons=1):
        x, y = place(self.page, point)
        event = {"type": f"mouse{kind}", "x": x, "y": y, "pointerType": "pen", "buttons": buttons}
        button = "none" if kind == "Moved" else "left"
        self.cdp.send("Input.dispatchMouseEvent", event | {"button": button, "clickCount": 1})

    def stroke(self, points):
        self.touch("Start", points[0])
        for point in points[1:]:
            self.touch("Move", point)
        self.touch("End")

    def pen_stroke(self, points):
        self.pen("Pressed", points[0])
        for point in points[1:]:
            self.pen("Moved", point)
        self.pen("Released", points[-1], buttons=0)


@pytest.fixture
def tablet(open_page):
    return open_page(has_touch=True)


@pytest.fixture
def hand(tablet):
    return Hand(tablet)


@pytest.mark.quick
def test_a_finger_draws_a_digit(tablet, hand):
    for stroke in DIGITS[4]:
        hand.stroke(stroke)
    expect(tablet.get_by_role("status")).to_have_text("4")


def test_a_second_finger_does_not_draw(tablet, hand):
    hand.touch("Start", TOP)
    hand.touch("Move", MIDDLE)
    hand.touch("Start", MIDDLE, LEFT)
    hand.touch("Move", BOTTOM, (0.2, 0.7))
    hand.touch("End")
    assert has_ink(tablet, BOTTOM)
    assert not has_ink(tablet, LEFT)
    assert not has_ink(tablet, (0.2, 0.6))


def test_a_cancelled_touch_ends_its_stroke_and_the_next_one_draws(tablet, hand):
    hand.touch("Start", TOP)
    hand.touch("Move", MIDDLE)
    hand.touch("Cancel")
    expect(tablet.get_by_role("status")).to_have_attribute("aria-busy", "false")
    hand.stroke(ACROSS)
    assert has_ink(tablet, TOP)
    assert has_ink(tablet, LEFT)
    assert not has_ink(tablet, (0.35, 0.35))


def test_a_stylus_draws(tablet, hand):
    hand.pen_stroke(DOWN)
    assert has_ink(tablet, TOP)
    assert has_ink(tablet, BOTTOM)


def test_a_palm_does_not_draw_while_a_stylus_writes(tablet, hand):
    hand.pen("Pressed", TOP)
    hand.pen("Moved", MIDDLE)
    tablet.wait_for_timeout(PEN_IS_GONE)  # it rests on the board
    hand.stroke(ACROSS)
    assert not has_ink(tablet, LEFT)
    hand.pen("Moved", BOTTOM)
    hand.pen("Released", BOTTOM, buttons=0)
    assert has_ink(tablet, BOTTOM)


def test_a_palm_does_not_draw_between_two_strokes_of_a_stylus(tablet, hand):
    hand.pen_stroke(DOWN)
    before = take_drawing(tablet)
    hand.stroke(ACROSS)
    assert take_drawing(tablet) == before


def test_a_palm_does_not_draw_under_a_stylus_that_hovers(tablet, hand):
    hand.pen("Moved", TOP, buttons=0)
    hand.stroke(ACROSS)
    assert is_empty(tablet)


@pytest.mark.parametrize("use", ["hovered", "wrote"])
def test_a_finger_draws_again_when_the_stylus_is_gone(tablet, hand, use):
    if use == "wrote":
        hand.pen_stroke(DOWN)
    else:
        hand.pen("Moved", TOP, buttons=0)
    tablet.wait_for_timeout(PEN_IS_GONE)
    hand.stroke(ACROSS)
    assert has_ink(tablet, LEFT)


def test_a_palm_that_came_before_its_stylus_leaves_nothing(tablet, hand):
    hand.touch("Start", LEFT)
    hand.touch("Move", (0.3, 0.6))
    hand.pen("Moved", TOP, buttons=0)
    hand.touch("End")
    hand.pen_stroke(DOWN)
    assert has_ink(tablet, BOTTOM)
    assert not has_ink(tablet, LEFT)
    expect(get_button(tablet, "Undo")).to_be_enabled()


def test_a_mouse_still_draws_beside_a_stylus(tablet, hand):
    hand.pen_stroke(DOWN)
    draw_stroke(tablet, ACROSS)
    assert has_ink(tablet, LEFT)


def test_a_finger_draws_straight_up_a_phones_board_and_the_page_stays(phone):
    assert phone.evaluate("document.documentElement.scrollHeight > innerHeight")
    Hand(phone).stroke(DIGITS[1][0][::-1])  # upwards, as a finger scrolls down
    expect(phone.get_by_role("status")).to_have_text("1")
    assert phone.evaluate("scrollY") == 0


def test_a_finger_beside_the_board_scrolls_the_page(phone):
    Hand(phone).stroke([(0.3, 1.6), (0.3, 1.5), (0.3, 1.3), (0.3, 1.1)])
    phone.wait_for_function("() => scrollY > 50")
    assert is_empty(phone)


def test_only_the_board_keeps_touches_for_itself(phone):
    touch_action = "element => getComputedStyle(element).touchAction"
    assert get_board(phone).evaluate(touch_action) == "none"
    for kept in ("body", "main", "ol"):
        assert phone.locator(kept).first.evaluate(touch_action) == "auto"


def test_a_digit_drawn_on_a_phone_fits_beside_its_answer(phone):
    draw_digit(phone, 7)
    expect(phone.get_by_role("status")).to_have_text("7")
    expect(get_board(phone)).to_be_in_viewport(ratio=1)
    expect(phone.get_by_role("status")).to_be_in_viewport(ratio=1)
