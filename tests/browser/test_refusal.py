"""If a drawing isn't a digit, the board says so and can read it anyway; if unsure, it names two."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    ACROSS,
    DOWN,
    PREDICT,
    answer_all,
    compare,
    draw_digit,
    draw_stroke,
    get_bar,
    get_bars,
    get_button,
    get_compare,
    get_row,
    make_reading,
)

SEE_OTHERS = "See what the other networks say"


@pytest.fixture
def refused(page):
    """A page that refused a drawing; its most probable digit is 5."""
    reading = make_reading(5, "not_a_digit") | {"digit": None, "no_digit": 0.98}
    answer_all(page, json=reading)
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("That does not look like a digit")
    return page


def test_the_ten_probabilities_of_a_refused_drawing_are_shown_faded(refused):
    expect(get_bar(refused, 5)).to_have_attribute("aria-valuenow", "91.0")
    expect(get_bars(refused)).to_have_attribute("data-faded", "")


def test_a_refusal_has_a_bar_of_its_own_and_the_ten_say_what_they_are(refused):
    bar = get_bar(refused, "Not a digit")
    expect(bar).to_have_attribute("aria-valuetext", "98.0%")
    expect(bar.locator("..")).to_have_attribute("aria-current", "true")
    expect(refused.get_by_text("If it had to be a digit:")).to_be_visible()
    for row in get_bars(refused).get_by_role("listitem").all():
        expect(row).to_have_attribute("aria-current", "false")


def test_a_digit_has_its_doubt_that_it_is_one(page):
    answer_all(page, json=make_reading(4) | {"no_digit": 0.031})
    draw_stroke(page, DOWN)
    expect(get_bar(page, "Not a digit")).to_have_attribute("aria-valuetext", "3.1%")
    expect(get_bar(page, "Not a digit").locator("..")).to_have_attribute("aria-current", "false")
    reading = page.get_by_role("region", name="Reading")
    expect(reading.get_by_text("Probability of each digit")).to_be_visible()


def test_a_network_that_cannot_refuse_leaves_the_bar_empty_and_in_its_place(page):
    before = get_bar(page, "Not a digit").bounding_box()
    answer_all(page, json=make_reading(4) | {"no_digit": None})
    draw_stroke(page, DOWN)
    expect(get_bar(page, "Not a digit")).to_have_attribute("aria-valuetext", re.compile("always"))
    expect(get_bar(page, "Not a digit")).to_have_attribute("aria-valuenow", "0.0")
    assert get_bar(page, "Not a digit").bounding_box() == before


def test_a_refusal_leads_to_what_the_other_networks_say(refused):
    get_button(refused, SEE_OTHERS).click()
    expect(get_compare(refused)).to_have_attribute("aria-expanded", "true")
    expect(get_compare(refused)).to_be_focused()
    expect(refused.get_by_role("table", name="The same drawing")).to_be_visible()
    expect(get_button(refused, SEE_OTHERS)).to_be_hidden()
    compare(refused)
    expect(get_button(refused, SEE_OTHERS)).to_be_visible()


def test_with_one_network_there_are_no_others_to_ask(open_page, lone_url):
    page = open_page(lone_url)
    answer_all(page, json=make_reading(5, "not_a_digit") | {"digit": None})
    draw_stroke(page, DOWN)
    expect(get_button(page, "Read anyway")).to_be_visible()
    expect(get_button(page, SEE_OTHERS)).to_have_count(0)


@pytest.mark.quick
def test_a_refused_drawing_can_be_read_anyway(refused):
    get_button(refused, "Read anyway").click()
    expect(refused.get_by_role("status")).to_have_text("5")
    expect(get_bars(refused)).not_to_have_attribute("data-faded", "")
    expect(get_button(refused, "Read anyway")).to_be_hidden()
    expect(refused.get_by_label("Drawing board", exact=True)).to_be_focused()


def test_reading_anyway_works_by_keyboard(refused):
    get_button(refused, "Read anyway").focus()
    refused.keyboard.press("Enter")
    expect(refused.get_by_role("status")).to_have_text("5")


def test_reading_anyway_tells_a_doubt(page):
    answer_all(page, json=make_reading(4, "not_a_digit") | {"digit": None, "unsure": [4, 9]})
    draw_stroke(page, DOWN)
    get_button(page, "Read anyway").click()
    expect(page.get_by_text("Unsure: 4 or 9", exact=True)).to_be_visible()


def test_what_is_read_anyway_is_read_so_in_the_comparison_too(refused):
    get_button(refused, "Read anyway").click()
    reading = make_reading(5, "not_a_digit") | {"digit": None, "model": "board_cnn"}
    answer_all(refused, json={"readings": [reading]})
    compare(refused)
    row = get_row(refused, "Board")
    expect(row.get_by_role("cell").first).to_have_text("5")
    expect(row).not_to_have_attribute("data-faded", "")
    expect(refused.get_by_role("status")).to_have_text("5")


def test_a_drawing_that_was_not_judged_yet_cannot_be_read_anyway(refused):
    refused.unroute(PREDICT)
    refused.route(PREDICT, lambda route: None)  # the server takes its time
    draw_stroke(refused, ACROSS)
    expect(refused.get_by_role("status")).to_have_text("Reading…")
    expect(get_button(refused, "Read anyway")).to_be_hidden()


def test_the_next_stroke_is_judged_anew(refused):
    get_button(refused, "Read anyway").click()
    draw_stroke(refused, DOWN)
    expect(refused.get_by_role("status")).to_have_text("That does not look like a digit")
    expect(get_button(refused, "Read anyway")).to_be_visible()


def test_two_digits_that_are_close_are_both_named(page):
    answer_all(page, json=make_reading(4) | {"unsure": [4, 9]})
    draw_digit(page, 4)
    expect(page.get_by_role("status")).to_have_text("4")
    expect(page.get_by_text("Unsure: 4 or 9", exact=True)).to_be_visible()


def test_a_sure_answer_offers_nothing_else(page):
    answer_all(page, json=make_reading(4) | {"unsure": None})
    draw_digit(page, 4)
    expect(page.get_by_text("four", exact=True)).to_be_visible()
    expect(get_button(page, "Read anyway")).to_be_hidden()
