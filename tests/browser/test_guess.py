""" "Guess first": the answer is hidden until somebody has said what it will be."""

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    DOWN,
    answer_all,
    draw_stroke,
    get_bar,
    get_board,
    get_button,
    make_reading,
)
from tests.browser.explaining import open_why, play_explainer


@pytest.fixture
def page(open_page):
    page = open_page(reduced_motion="reduce")
    play_explainer(page)
    answer_all(page, json=make_reading(7))
    open_why(page)
    page.get_by_role("switch", name="Guess first").check()
    page.evaluate("scrollTo(0, 0)")
    return page


def get_answer(page):
    return page.locator('[data-part="said"]')


@pytest.mark.quick
def test_the_answer_and_its_bars_are_hidden_until_a_button_is_pressed(page):
    draw_stroke(page, DOWN)
    expect(get_button(page, "Guess 7")).to_be_visible()
    expect(get_answer(page)).to_have_text("7")
    for part in (get_answer(page), get_bar(page, 7), page.locator(".why__parts")):
        expect(part).to_be_hidden()
    expect(page.locator('[data-part="speech"]')).to_contain_text("Your guess first")
    get_button(page, "Guess 7").click()
    for part in (get_answer(page), get_bar(page, 7), page.locator(".why__parts")):
        expect(part).to_be_visible()
    expect(get_button(page, "Guess 7")).to_be_hidden()
    words = "You guessed 7, the network says 7. 1 guess, 1 like the network."
    expect(page.get_by_text(words)).to_be_visible()


def test_a_key_guesses_and_the_tab_remembers_the_count(page):
    draw_stroke(page, DOWN)
    expect(get_button(page, "Guess 1")).to_be_visible()
    page.keyboard.press("1")
    words = "You guessed 1, the network says 7. 1 guess, 0 like the network."
    expect(page.get_by_text(words)).to_be_visible()
    expect(get_answer(page)).to_be_visible()
    page.reload()
    expect(page.get_by_role("switch", name="Guess first")).to_be_checked()
    expect(page.get_by_text("1 guess, 0 like the network.")).to_be_visible()


def test_a_drawing_is_guessed_once_and_the_next_one_again(page):
    draw_stroke(page, DOWN)
    get_button(page, "Guess 1").click()
    draw_stroke(page, [(0.3, 0.3), (0.6, 0.3)])
    expect(get_answer(page)).to_be_visible()
    get_button(page, "Clear").click()
    draw_stroke(page, DOWN)
    expect(get_answer(page)).to_be_hidden()
    get_button(page, "Guess 7").click()
    expect(page.get_by_text("2 guesses, 1 like the network.")).to_be_visible()


def test_it_can_be_left_without_a_guess(page):
    draw_stroke(page, DOWN)
    get_button(page, "Don’t guess").click()
    expect(get_answer(page)).to_be_visible()
    expect(page.get_by_role("switch", name="Guess first")).not_to_be_checked()


def test_a_drawing_whose_answer_was_seen_is_not_guessed(open_page):
    page = open_page()
    play_explainer(page)
    answer_all(page, json=make_reading(7))
    draw_stroke(page, DOWN)
    open_why(page)
    page.get_by_role("switch", name="Guess first").check()
    expect(get_answer(page)).to_be_visible()


def test_nothing_moves_when_the_answer_is_hidden_and_shown(page):
    before = get_board(page).bounding_box()
    draw_stroke(page, DOWN)
    expect(get_button(page, "Guess 7")).to_be_visible()
    assert get_board(page).bounding_box() == before
    get_button(page, "Guess 7").click()
    expect(get_bar(page, 7)).to_be_visible()
    assert get_board(page).bounding_box() == before


@pytest.mark.failed_requests
def test_trouble_is_said_in_place_of_the_buttons(page):
    answer_all(page, status=500, json={"detail": "The disk is gone."})
    draw_stroke(page, DOWN)
    expect(get_answer(page)).to_have_text("The disk is gone.")
    expect(get_answer(page)).to_be_visible()
    expect(get_button(page, "Guess 7")).to_be_hidden()
