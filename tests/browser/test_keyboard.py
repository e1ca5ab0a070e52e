"""Drawing and getting about without a pointer."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    DOWN,
    draw_stroke,
    get_board,
    get_button,
    get_picker,
    get_sheet,
    has_ink,
    is_empty,
    read_ink,
)


def press(page, key, times=1):
    for _ in range(times):
        page.keyboard.press(key)


def reach_board(page):
    """Tab past the skip link and the six links of the masthead."""
    press(page, "Tab", 8)
    expect(get_board(page)).to_be_focused()


def get_cursor(page):
    return page.locator('[data-part="cursor"]')


def expect_said(page, text):
    expect(page.get_by_text(text, exact=True)).to_be_attached()


def test_the_board_tells_how_to_draw_with_keys(page):
    told = re.compile(
        "Arrow keys move the pen.*two.*together.*diagonally.*Shift.*Space puts.*Escape clears"
    )
    expect(get_board(page)).to_have_accessible_description(told)


def test_tab_reaches_the_board_and_then_its_tools(page):
    reach_board(page)
    draw_stroke(page, DOWN)
    page.keyboard.press("Tab")
    for name in ("Undo", "Wide board", "Clear"):
        expect(get_button(page, name)).to_be_focused()
        page.keyboard.press("Tab")


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


@pytest.mark.quick
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


def find_centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_two_arrows_together_move_the_pen_diagonally(page):
    reach_board(page)
    start = find_centre(get_cursor(page))
    page.keyboard.down("ArrowRight")
    side = find_centre(get_cursor(page))
    page.keyboard.down("ArrowDown")
    both = find_centre(get_cursor(page))
    page.keyboard.up("ArrowRight")
    page.keyboard.down("ArrowDown")  # repeated, alone
    down = find_centre(get_cursor(page))
    step = side[0] - start[0]
    assert step > 0
    assert side[1] == start[1]
    assert both == pytest.approx((side[0] + step, side[1] + step))
    assert down == pytest.approx((both[0], both[1] + step))


def test_an_arrow_held_while_the_board_was_left_moves_nothing_later(page):
    reach_board(page)
    page.keyboard.down("ArrowRight")
    get_picker(page).focus()
    page.keyboard.up("ArrowRight")
    get_board(page).focus()
    before = find_centre(get_cursor(page))
    page.keyboard.press("ArrowDown")
    after = find_centre(get_cursor(page))
    assert after[0] == before[0]
    assert after[1] > before[1]


PAD = {
    ("7", "Numpad7", "Home"): (-1, -1),
    ("3", "Numpad3", "PageDown"): (1, 1),
    ("9", "Numpad9", "PageUp"): (1, -1),
    ("1", "Numpad1", "End"): (-1, 1),
    ("8", "Numpad8", "ArrowUp"): (0, -1),
    ("6", "Numpad6", "ArrowRight"): (1, 0),
}


def test_a_number_moves_the_pen_where_it_lies_on_a_numeric_pad(page):
    reach_board(page)
    for keys, direction in PAD.items():
        for key in keys:
            before = find_centre(get_cursor(page))
            page.keyboard.press(f"Shift+{key}")
            after = find_centre(get_cursor(page))
            moved = [round((b - a) / 20) for a, b in zip(before, after, strict=True)]
            assert [(number > 0) - (number < 0) for number in moved] == list(direction), key


def test_other_keys_are_left_to_the_browser(page):
    reach_board(page)
    before = find_centre(get_cursor(page))
    for key in ("5", "0", "a", "F2"):
        page.keyboard.press(key)
    assert find_centre(get_cursor(page)) == before


def test_the_cursor_is_exactly_where_the_ink_is(page):
    reach_board(page)
    press(page, "ArrowRight", 3)
    press(page, "ArrowDown", 5)
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    rows, columns = np.nonzero(read_ink(page) > 127)
    board, (x, y) = get_board(page).bounding_box(), find_centre(get_cursor(page))
    scale = board["width"] / 280
    assert x - board["x"] == pytest.approx(scale * (columns.mean() + 0.5), abs=0.6)
    assert y - board["y"] == pytest.approx(scale * (rows.mean() + 0.5), abs=0.6)


def test_where_the_pen_is_is_said_after_a_pause(page):
    reach_board(page)
    voice = page.locator('[data-part="pen-state"]')
    press(page, "Shift+ArrowRight", 3)
    expect(voice).to_have_text("")
    expect(voice).to_have_text("Pen up, 71% from the left, 50% from the top")


def test_the_keys_are_shown_to_who_reaches_the_board_by_keyboard(page):
    keys = page.locator(".keys")
    expect(keys).to_be_hidden()
    reach_board(page)
    expect(keys).to_be_visible()
    for words in ("move the pen", "diagonally", "larger steps", "pen down", "clear the board"):
        expect(keys).to_contain_text(words)
    before = [get_board(page).bounding_box(), get_button(page, "Undo").bounding_box()]
    page.keyboard.press("Space")
    expect(keys).to_be_hidden()  # they would lie under the ink
    expect(page.get_by_text("Arrows move · Space: pen")).to_be_visible()
    draw_stroke(page, DOWN)
    expect(page.get_by_text("Arrows move · Space: pen")).to_be_hidden()
    assert before == [get_board(page).bounding_box(), get_button(page, "Undo").bounding_box()]


def test_escape_clears_only_while_the_board_has_the_focus(page):
    draw_stroke(page, DOWN)
    page.keyboard.press("Tab")
    expect(get_button(page, "Undo")).to_be_focused()
    page.keyboard.press("Escape")
    assert not is_empty(page)
    get_board(page).evaluate("board => document.activeElement.blur()")
    page.keyboard.press("Escape")
    assert not is_empty(page)
    get_board(page).focus()
    page.keyboard.press("Escape")
    assert is_empty(page)


def test_the_skip_link_leads_past_the_masthead(page):
    press(page, "Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(get_board(page)).to_be_focused()
