"""Drawing and getting about without a pointer."""

import re

from playwright.sync_api import expect

from tests.browser.drawing import (
    DOWN,
    draw_stroke,
    get_board,
    get_button,
    get_sheet,
    has_ink,
    is_empty,
    read_ink,
)


def press(page, key, times=1):
    for _ in range(times):
        page.keyboard.press(key)


def reach_board(page):
    """Tab past the three links of the masthead."""
    press(page, "Tab", 4)
    expect(get_board(page)).to_be_focused()


def get_cursor(page):
    return page.locator('[data-part="cursor"]')


def expect_said(page, text):
    expect(page.get_by_text(text, exact=True)).to_be_attached()


def test_the_board_tells_how_to_draw_with_keys(page):
    told = re.compile("Arrow keys move the pen.*Shift.*Space puts the pen down.*Escape clears")
    expect(get_board(page)).to_have_accessible_description(told)


def test_tab_reaches_the_board_and_then_its_tools(page):
    reach_board(page)
    draw_stroke(page, DOWN)
    page.keyboard.press("Tab")
    expect(get_button(page, "Undo")).to_be_focused()
    page.keyboard.press("Tab")
    expect(get_button(page, "Clear")).to_be_focused()


def test_arrow_keys_move_a_visible_pen_that_does_not_draw_by_itself(page):
    reach_board(page)
    expect(get_cursor(page)).to_be_visible()
    before = get_cursor(page).bounding_box()
    page.keyboard.press("ArrowRight")
    small = get_cursor(page).bounding_box()["x"] - before["x"]
    page.keyboard.press("Shift+ArrowRight")
    big = get_cursor(page).bounding_box()["x"] - before["x"] - small
    assert 0 < small < big
    assert is_empty(page)


def test_a_digit_can_be_drawn_with_keys_alone(page):
    reach_board(page)
    press(page, "Shift+ArrowUp", 4)
    press(page, "Shift+ArrowLeft", 2)
    page.keyboard.press("Space")
    press(page, "Shift+ArrowRight", 4)
    for _ in range(7):
        press(page, "Shift+ArrowDown")
        press(page, "ArrowLeft", 3)
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text("7")


def test_space_puts_the_pen_down_and_lifts_it_and_says_so(page):
    reach_board(page)
    page.keyboard.press("Space")
    expect_said(page, "Pen down, 50% from the left, 50% from the top")
    press(page, "Shift+ArrowDown", 3)
    page.keyboard.press("Space")
    expect_said(page, "Pen up, 50% from the left, 71% from the top")
    lifted = read_ink(page)
    press(page, "Shift+ArrowDown", 2)
    assert (read_ink(page) == lifted).all()


def test_the_pen_stays_on_the_board(page):
    reach_board(page)
    page.keyboard.press("Space")
    press(page, "Shift+ArrowLeft", 20)
    press(page, "Shift+ArrowUp", 20)
    page.keyboard.press("Space")
    expect_said(page, "Pen up, 0% from the left, 0% from the top")
    assert has_ink(page, (0.01, 0.01))


def test_leaving_the_board_lifts_the_pen(page):
    reach_board(page)
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Tab")
    expect(get_cursor(page)).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    before = read_ink(page)
    page.keyboard.press("Shift+ArrowDown")
    assert (read_ink(page) == before).all()


def test_escape_clears_what_the_keys_draw_and_lifts_the_pen(page):
    reach_board(page)
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+ArrowDown")
    assert is_empty(page)


def test_arrow_keys_on_the_board_do_not_scroll_the_page(open_page):
    page = open_page(viewport={"width": 800, "height": 400})
    get_board(page).focus()
    press(page, "ArrowDown", 3)
    assert page.evaluate("scrollY") == 0


def test_a_mouse_hides_the_keyboards_pen(page):
    reach_board(page)
    expect(get_cursor(page)).to_be_visible()
    draw_stroke(page, DOWN)
    expect(get_cursor(page)).to_be_hidden()


def test_the_focus_can_be_seen(page):
    draw_stroke(page, DOWN)
    page.keyboard.press("Tab")
    expect(get_button(page, "Undo")).to_have_css("outline-style", "solid")
    page.keyboard.press("Shift+Tab")
    expect(get_sheet(page)).to_have_css("outline-style", "solid")
