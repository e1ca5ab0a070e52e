"""A drawing is there again after a look at another page."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    ACROSS,
    DOWN,
    LEFT,
    draw_digit,
    draw_stroke,
    get_button,
    has_ink,
    is_empty,
    take_drawing,
)

KEY = "digit-board.drawing"


def leave_and_come_back(page):
    for name in ("Models", "Draw"):
        with page.expect_navigation():  # until it is loaded
            page.get_by_role("link", name=name, exact=True).click()


def test_a_drawing_is_kept_and_read_again(page):
    draw_digit(page, 7)
    draw_stroke(page, DOWN[:1])  # a dot
    get_button(page, "Undo").click()
    expect(page.get_by_role("status")).to_have_text("7")
    drawn = take_drawing(page)
    leave_and_come_back(page)
    assert take_drawing(page) == drawn
    expect(page.get_by_role("status")).to_have_text("7")


def test_every_stroke_of_a_kept_drawing_can_be_undone(page):
    draw_stroke(page, DOWN)
    draw_stroke(page, ACROSS)
    leave_and_come_back(page)
    get_button(page, "Undo").click()
    assert not has_ink(page, LEFT)
    get_button(page, "Undo").click()
    assert is_empty(page)
    expect(get_button(page, "Undo")).to_be_disabled()


def test_a_cleared_board_stays_empty(page):
    draw_stroke(page, DOWN)
    get_button(page, "Clear").click()
    leave_and_come_back(page)
    assert is_empty(page)
    expect(page.get_by_role("status")).to_have_text("Draw a digit")


def test_the_browsers_own_way_back_finds_it_too(page):
    draw_digit(page, 7)
    with page.expect_navigation():
        page.get_by_role("link", name="Models").click()
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("7")
    assert not is_empty(page)


@pytest.mark.parametrize("way", ["reload", "address", "link to itself"])
def test_opening_the_board_anew_gives_a_new_sheet_for_good(page, board_url, way):
    draw_stroke(page, DOWN)
    leave_and_come_back(page)
    assert not is_empty(page)
    if way == "reload":
        page.reload()
    elif way == "address":
        page.goto(board_url)
    else:
        with page.expect_navigation():
            page.get_by_role("link", name="Draw", exact=True).click()
    assert is_empty(page)
    leave_and_come_back(page)
    assert is_empty(page)


def test_another_tab_begins_with_an_empty_board(page, board_url):
    draw_stroke(page, DOWN)
    other = page.context.new_page()
    other.goto(board_url)
    assert is_empty(other)


def test_a_drawing_is_kept_as_points_of_the_board(page):
    draw_stroke(page, DOWN)
    [stroke] = json.loads(page.evaluate("key => sessionStorage.getItem(key)", KEY))
    assert np.array(stroke) == pytest.approx(280 * np.array(DOWN), abs=1)


NOT_DRAWINGS = (
    "",
    "{",
    "7",
    "null",
    '["<svg>", 3, null, "z", [], [[]], [7], [[1]], [[1, "2"]], [[1, 2, 3]], [[1e300, 0]]]',
    '{"M1 2": 1}',
    '["M140 56L140 224"]',  # as drawings were kept in former versions
)


def test_a_stored_text_that_is_not_a_drawing_is_not_drawn(open_page, board_url):
    page = open_page(f"{board_url}/glossary")
    for text in NOT_DRAWINGS:
        page.evaluate("pair => sessionStorage.setItem(...pair)", [KEY, text])
        with page.expect_navigation():
            page.get_by_role("link", name="Draw", exact=True).click()
        assert is_empty(page), text
        draw_stroke(page, DOWN)
        assert not is_empty(page), text
        with page.expect_navigation():
            page.get_by_role("link", name="Glossary", exact=True).click()


def test_a_browser_that_stores_nothing_draws_all_the_same(page):
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } })"
    )
    page.reload()
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
