"""Mouse, stylus and finger, and all that can come between them and a clean stroke."""

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    ACROSS,
    DOWN,
    draw_digit,
    draw_stroke,
    get_board,
    get_button,
    has_ink,
    is_empty,
    place,
    read_ink,
    take_drawing,
)
from tests.browser.shapes import DIGITS

MIDDLE, TOP, LEFT, BOTTOM = (0.5, 0.5), DOWN[0], ACROSS[0], DOWN[-1]


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


def test_a_tap_leaves_a_round_dot(page):
    draw_stroke(page, [MIDDLE])
    ink = read_ink(page) > 127
    rows, columns = ink.any(axis=1).sum(), ink.any(axis=0).sum()
    assert 16 <= rows <= 20
    assert 16 <= columns <= 20
    assert ink.sum() == pytest.approx(3.14 * 9 * 9, rel=0.1)


def test_a_stroke_is_as_wide_as_the_pen_and_ends_round(page):
    draw_stroke(page, DOWN)
    ink = read_ink(page) > 127
    assert 17 <= ink[140].sum() <= 19
    assert 0.8 * 280 + 7 <= ink.any(axis=1).nonzero()[0].max() <= 0.8 * 280 + 10


def test_a_stroke_that_leaves_the_board_goes_on(page):
    draw_stroke(page, [MIDDLE, (0.9, 0.5), (1.2, 0.5), (1.2, 0.8), (0.9, 0.8), (0.5, 0.8)])
    assert has_ink(page, (0.99, 0.5))
    assert has_ink(page, (0.7, 0.8))


def test_a_stroke_that_ends_beside_the_board_is_over(page):
    draw_stroke(page, [MIDDLE, (0.9, 0.5), (1.2, 0.5)])
    before = take_drawing(page)
    page.mouse.move(*place(page, TOP))
    assert take_drawing(page) == before


def test_only_the_main_button_draws(page):
    for button in ("right", "middle"):
        page.mouse.move(*place(page, TOP))
        page.mouse.down(button=button)
        page.mouse.move(*place(page, MIDDLE))
        page.mouse.up(button=button)
    assert is_empty(page)


def test_positions_between_two_frames_are_drawn(page):
    draw_stroke(page, [TOP], lift=False)
    get_board(page).evaluate(
        """(canvas, places) => {
          const at = ([x, y]) => ({
            pointerId: 1, pointerType: "mouse", buttons: 1, clientX: x, clientY: y, bubbles: true,
          });
          const coalescedEvents = places.map((each) => new PointerEvent("pointermove", at(each)));
          const last = at(places.at(-1));
          canvas.dispatchEvent(new PointerEvent("pointermove", { ...last, coalescedEvents }));
        }""",
        [place(page, point) for point in (LEFT, BOTTOM)],
    )
    page.mouse.up()
    assert has_ink(page, LEFT)
    assert has_ink(page, BOTTOM)


def test_strokes_remain_when_the_window_changes_its_size(page):
    draw_stroke(page, DOWN)
    before = take_drawing(page)
    page.set_viewport_size({"width": 500, "height": 700})
    assert take_drawing(page) == before
    draw_stroke(page, ACROSS)
    assert has_ink(page, LEFT)
    assert has_ink(page, TOP)


def test_a_new_window_size_during_a_stroke_keeps_the_pen_under_the_pointer(page):
    draw_stroke(page, DOWN[:2], lift=False)
    page.set_viewport_size({"width": 500, "height": 700})
    page.mouse.move(*place(page, LEFT))
    page.mouse.up()
    assert has_ink(page, LEFT)


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


def test_a_palm_does_not_draw_once_a_stylus_was_seen(tablet, hand):
    hand.pen_stroke(DOWN)
    before = take_drawing(tablet)
    hand.stroke(ACROSS)
    assert take_drawing(tablet) == before


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
