"""What a screen reader hears of a reading: the answer, once, after the pen is lifted."""

import pytest
from playwright.sync_api import expect

from tests.browser.away import go_away
from tests.browser.drawing import (
    ACROSS,
    DOWN,
    LONG_ENOUGH,
    PREDICT,
    answer_all,
    compare,
    draw_stroke,
    get_button,
    get_picker,
    get_speech,
    list_what_was_heard,
    make_reading,
    record_what_is_heard,
)

DOUBT = make_reading(7) | {"unsure": [7, 1]}
REFUSAL = make_reading(5, "not_a_digit") | {"digit": None, "no_digit": 0.9}


@pytest.mark.parametrize(
    ("reading", "heard"),
    [
        (make_reading(7), "7"),
        (DOUBT, "7, unsure: 7 or 1"),
        (REFUSAL, "Not a digit; Read anyway is available"),
    ],
)
def test_the_answer_is_said_once_after_the_pen_is_lifted(page, reading, heard):
    answer_all(page, json=reading)
    record_what_is_heard(page)
    with page.expect_response(PREDICT):
        draw_stroke(page, DOWN, lift=False)
    page.wait_for_timeout(LONG_ENOUGH)
    assert list_what_was_heard(page) == []
    page.mouse.up()
    expect(get_speech(page)).to_have_text(heard)
    page.wait_for_timeout(LONG_ENOUGH)
    assert list_what_was_heard(page) == [heard]


def test_the_region_is_the_only_one_that_announces_the_reading(page):
    expect(get_speech(page)).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("status")).to_have_attribute("aria-live", "off")


def test_the_same_answer_to_the_next_stroke_is_said_again(page):
    answer_all(page, json=make_reading(7))
    record_what_is_heard(page)
    for stroke in (DOWN, ACROSS):
        with page.expect_response(PREDICT):
            draw_stroke(page, stroke)
        expect(get_speech(page)).to_have_text("7")
    assert list_what_was_heard(page) == ["7", "7"]


def test_what_is_read_anyway_is_said(page):
    answer_all(page, json=REFUSAL)
    draw_stroke(page, DOWN)
    get_button(page, "Read anyway").click()
    expect(get_speech(page)).to_have_text("5")


def test_another_networks_answer_is_said(page):
    answer_all(page, json=make_reading(7))
    draw_stroke(page, DOWN)
    expect(get_speech(page)).to_have_text("7")
    answer_all(page, json=DOUBT)
    get_picker(page).select_option(index=1)
    expect(get_speech(page)).to_have_text("7, unsure: 7 or 1")


def test_comparing_repeats_nothing(page):
    answer_all(page, json=make_reading(7))
    draw_stroke(page, DOWN)
    expect(get_speech(page)).to_have_text("7")
    record_what_is_heard(page)
    compare(page)
    page.wait_for_timeout(LONG_ENOUGH)
    assert list_what_was_heard(page) == []


def test_an_emptied_board_is_said(page):
    answer_all(page, json=make_reading(7))
    draw_stroke(page, DOWN)
    get_button(page, "Clear").click()
    expect(get_speech(page)).to_have_text("The board is empty")


@pytest.mark.failed_requests
def test_a_server_that_is_gone_is_said_once(page):
    go_away(page)
    record_what_is_heard(page)
    draw_stroke(page, DOWN)
    expect(get_speech(page)).to_contain_text("The server cannot be reached")
    page.wait_for_timeout(3 * LONG_ENOUGH)  # several further tries
    assert len(list_what_was_heard(page)) == 1
