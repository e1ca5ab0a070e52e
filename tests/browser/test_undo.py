"""Undo, Redo and Clear, as buttons and as keys."""

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    ACROSS,
    DOWN,
    LEFT,
    TOP,
    draw_digit,
    draw_stroke,
    get_board,
    get_button,
    get_picker,
    has_ink,
    is_empty,
    take_drawing,
)


def expect_enabled(page, **wanted):
    for name, is_enabled in wanted.items():
        expect(get_button(page, name.capitalize())).to_be_enabled(enabled=is_enabled)


def test_an_empty_board_has_nothing_to_undo_redo_or_clear(page):
    expect_enabled(page, undo=False, redo=False, clear=False)


def test_buttons_are_enabled_while_they_would_do_something(page):
    draw_stroke(page, DOWN)
    expect_enabled(page, undo=True, redo=False, clear=True)
    get_button(page, "Undo").click()
    expect_enabled(page, undo=False, redo=True, clear=False)
    get_button(page, "Redo").click()
    expect_enabled(page, undo=True, redo=False, clear=True)
    get_button(page, "Clear").click()
    expect_enabled(page, undo=True, redo=False, clear=False)


@pytest.mark.quick
def test_undo_takes_back_the_last_stroke_and_redo_returns_it(page):
    draw_stroke(page, DOWN)
    before = take_drawing(page)
    draw_stroke(page, ACROSS)
    after = take_drawing(page)
    get_button(page, "Undo").click()
    assert take_drawing(page) == before
    get_button(page, "Redo").click()
    assert take_drawing(page) == after


def test_undo_is_read_too(page):
    draw_digit(page, 1)
    expect(page.get_by_role("status")).to_have_text("1")
    draw_stroke(page, [(0.2, 0.3), (0.8, 0.3), (0.8, 0.7), (0.2, 0.7), (0.2, 0.3)])
    get_button(page, "Undo").click()
    expect(page.get_by_role("status")).to_have_text("1")


@pytest.mark.quick
def test_clear_can_be_undone(page):
    draw_stroke(page, DOWN)
    draw_stroke(page, ACROSS)
    drawing = take_drawing(page)
    get_button(page, "Clear").click()
    assert is_empty(page)
    get_button(page, "Undo").click()
    assert take_drawing(page) == drawing


def test_a_new_stroke_ends_what_could_be_redone(page):
    draw_stroke(page, DOWN)
    get_button(page, "Undo").click()
    draw_stroke(page, ACROSS)
    expect_enabled(page, redo=False)
    assert not has_ink(page, TOP)


def test_keys_undo_while_the_choice_of_the_model_has_the_focus(page):
    draw_stroke(page, DOWN)
    get_picker(page).focus()
    page.keyboard.press("Control+z")
    assert is_empty(page)
    page.keyboard.press("Control+y")
    assert not is_empty(page)
    page.keyboard.press("Escape")  # shuts a list that is open
    assert not is_empty(page)


@pytest.mark.parametrize("command", ["Control", "Meta"])
def test_keys_undo_and_redo(page, command):
    draw_stroke(page, DOWN)
    page.keyboard.press(f"{command}+z")
    assert is_empty(page)
    page.keyboard.press(f"Shift+{command}+z")
    assert has_ink(page, TOP)


def test_escape_clears_and_undo_brings_it_back(page):
    draw_stroke(page, DOWN)
    page.keyboard.press("Escape")
    assert is_empty(page)
    page.keyboard.press("Control+z")
    assert has_ink(page, TOP)


def test_keys_that_have_nothing_to_do_are_harmless(page):
    for key in ("Control+z", "Shift+Control+z", "Escape"):
        page.keyboard.press(key)
    assert is_empty(page)
    expect_enabled(page, undo=False, redo=False, clear=False)


def test_the_buttons_name_their_keys(page):
    expect(get_button(page, "Undo")).to_have_attribute("aria-keyshortcuts", "Control+Z Meta+Z")
    expect(get_button(page, "Clear")).to_have_attribute("aria-keyshortcuts", "Escape")


@pytest.mark.parametrize("key", ["Control+z", "Escape"])
def test_a_stroke_taken_back_while_it_is_drawn_draws_no_further(page, key):
    draw_stroke(page, DOWN[:3], lift=False)
    page.keyboard.press(key)
    page.mouse.move(*[box_side(page, side) for side in ("x", "y")])
    page.mouse.up()
    assert is_empty(page)
    draw_stroke(page, ACROSS)
    assert has_ink(page, LEFT)


def box_side(page, side):
    return get_board(page).bounding_box()[side] + 40


def test_a_button_that_switches_itself_off_hands_the_focus_to_the_board(page):
    draw_stroke(page, DOWN)
    get_button(page, "Clear").focus()
    page.keyboard.press("Enter")
    expect(get_board(page)).to_be_focused()
