"""Which model answers: the picker, what it remembers and where it is."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import (
    DOWN,
    LONG_ENOUGH,
    PREDICT,
    compare,
    draw_digit,
    draw_stroke,
    get_bar,
    get_board,
    get_compare,
    get_picker,
    list_what_was_said,
    make_reading,
    record_what_is_said,
    watch_questions,
)

OTHER = "Softmax from scratch"


@pytest.fixture
def page(open_page, shelf_url) -> Page:
    return open_page(shelf_url)


def test_the_default_model_answers_unless_told_otherwise(page):
    expect(get_picker(page)).to_have_value("tutorial_cnn")
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")


@pytest.mark.quick
def test_another_model_reads_the_same_drawing_at_once(page):
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    get_picker(page).select_option(label=OTHER)
    expect(page.get_by_role("status")).to_have_text("1")
    expect(get_bar(page, 1)).to_have_attribute("aria-valuenow", "80.0")


def test_an_empty_board_asks_nobody(page):
    questions = watch_questions(page)
    get_picker(page).select_option(label=OTHER)
    compare(page)
    page.wait_for_timeout(LONG_ENOUGH)
    assert questions == []


def test_a_late_answer_of_the_former_model_is_never_shown(page):
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(PREDICT, hold_the_first)
    with page.expect_request(PREDICT):
        draw_stroke(page, DOWN)
    get_picker(page).select_option(label=OTHER)
    record_what_is_said(page)
    held[0].fulfill(json=make_reading(9))
    expect(page.get_by_role("status")).to_have_text("1")
    assert list_what_was_said(page) == ["1"]


def test_the_choice_is_remembered(page):
    get_picker(page).select_option(label=OTHER)
    page.reload()
    expect(get_picker(page)).to_have_value("linear_scratch")
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("1")


def test_a_choice_that_is_gone_falls_back_to_the_default(page):
    get_picker(page).select_option(label=OTHER)
    page.evaluate("for (const key in localStorage) localStorage[key] &&= 'no_such_model'")
    page.reload()
    expect(get_picker(page)).to_have_value("tutorial_cnn")


def test_a_browser_that_stores_nothing_can_choose_all_the_same(page):
    forbid = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    page.add_init_script(forbid)
    page.reload()
    get_picker(page).select_option(label=OTHER)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("1")


def test_with_one_model_there_is_nothing_to_pick_or_compare(open_page, lone_url):
    page = open_page(lone_url)
    expect(get_picker(page)).to_be_hidden()
    expect(page.get_by_text("Compare all")).to_be_hidden()
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")


@pytest.mark.parametrize("width", [320, 360, 736, 2560])
def test_no_width_scrolls_sideways(open_page, shelf_url, width):
    page = open_page(shelf_url, viewport={"width": width, "height": 700})
    compare(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(get_board(page)).to_be_in_viewport(ratio=1)


def test_a_phone_on_its_side_shows_board_choice_and_bars_at_once(open_page, shelf_url):
    page = open_page(shelf_url, viewport={"width": 844, "height": 390})
    for part in (get_board(page), get_picker(page), get_bar(page, 9)):
        expect(part).to_be_in_viewport(ratio=1)


def test_the_choice_leads_to_the_chosen_networks_card(page):
    about = page.get_by_role("link", name="About this network")
    expect(about).to_have_attribute("href", re.compile("models#tutorial_cnn$"))
    get_picker(page).select_option(label=OTHER)
    about.click()
    expect(page).to_have_url(re.compile("models#linear_scratch$"))
    expect(page.get_by_role("article", name=OTHER)).to_be_in_viewport()


def test_a_card_is_tried_on_the_board_and_the_drawing_is_there(page, shelf_url):
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    page.get_by_role("link", name="Models").click()
    page.get_by_role("link", name=f"Try it: {OTHER}").click()
    expect(get_picker(page)).to_have_value("linear_scratch")
    expect(page.get_by_role("status")).to_have_text("1")
    expect(page).to_have_url(f"{shelf_url}/")


def test_a_model_of_the_address_that_is_not_there_changes_nothing(page, shelf_url):
    page.goto(f"{shelf_url}/?model=no_such_model")
    expect(get_picker(page)).to_have_value("tutorial_cnn")
    expect(page).to_have_url(f"{shelf_url}/")


def test_everything_is_reached_by_keyboard(page):
    get_picker(page).focus()
    page.keyboard.press("ArrowDown")
    expect(get_picker(page)).to_have_value("linear_scratch")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="About this network")).to_be_focused()
    page.keyboard.press("Tab")
    expect(get_compare(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(get_compare(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("table", name="The same drawing")).to_be_visible()
