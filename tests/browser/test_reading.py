"""From a person's pen to the page's answer, with the real network behind it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import (
    DOWN,
    draw_digit,
    draw_stroke,
    get_bar,
    get_button,
    take_drawing,
)
from tests.shapes import DIGITS


def ask_server(page: Page, url: str) -> dict:
    return page.request.post(f"{url}/api/predict", data={"image": take_drawing(page)}).json()


@pytest.mark.quick
def test_every_digit_is_read(page, board_url):
    for digit in DIGITS:
        draw_digit(page, digit)
        expect(page.get_by_role("status")).to_have_text(str(digit))
        assert ask_server(page, board_url)["digit"] == digit
        get_button(page, "Clear").click()


@pytest.mark.quick
def test_the_bars_show_the_servers_probabilities(page, board_url):
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    for digit, probability in enumerate(ask_server(page, board_url)["probabilities"]):
        percent = f"{100 * probability:.1f}"
        words = {"100.0": "> 99.9%", "0.0": "< 0.1%"}.get(percent, f"{percent}%")
        expect(get_bar(page, digit)).to_have_attribute("aria-valuenow", percent)
        expect(get_bar(page, digit)).to_have_attribute("aria-valuetext", words)
        expect(page.get_by_role("listitem").nth(digit)).to_contain_text(words)


def test_only_the_most_probable_bar_is_marked(page):
    draw_digit(page, 3)
    expect(page.get_by_role("status")).to_have_text("3")
    for digit, row in enumerate(page.get_by_role("listitem").all()):
        expect(row).to_have_attribute("aria-current", "true" if digit == 3 else "false")


def test_a_bars_length_is_its_probability(page):
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_bar(page, 7)).not_to_have_attribute("aria-valuenow", "0.0")
    share = float(get_bar(page, 7).get_attribute("aria-valuenow")) / 100
    page.wait_for_function(
        """([bar, share]) => {
          const fill = bar.firstElementChild;
          return Math.abs(fill.getBoundingClientRect().width / fill.offsetWidth - share) < 0.01;
        }""",
        arg=[get_bar(page, 7).element_handle(), share],
    )


@pytest.mark.quick
def test_the_page_shows_the_very_image_that_the_network_was_given(page, board_url):
    draw_digit(page, 5)
    expect(page.get_by_role("status")).to_have_text("5")
    seen = page.get_by_role("img", name="What the network sees")
    expect(seen).to_have_accessible_description(re.compile("28 by 28 pixels, white ink on black"))
    expect(seen).to_have_css("image-rendering", "pixelated")
    levels = ask_server(page, board_url)["seen"]
    page.wait_for_function(
        """([canvas, pixels]) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
          return data.every((value, index) => value === pixels[index]);
        }""",
        arg=[seen.element_handle(), [v for level in levels for v in (level, level, level, 255)]],
    )


@pytest.mark.quick
def test_the_digit_is_read_before_the_pen_is_lifted(page):
    [stroke] = DIGITS[7]
    draw_stroke(page, stroke, lift=False)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(page.get_by_role("status")).to_have_attribute("aria-busy", "true")
    page.mouse.up()
    expect(page.get_by_role("status")).to_have_attribute("aria-busy", "false")


def test_the_answer_changes_with_the_drawing(page):
    one, seven = DIGITS[1], DIGITS[7]
    draw_stroke(page, one[0])
    expect(page.get_by_role("status")).to_have_text("1")
    get_button(page, "Clear").click()
    draw_stroke(page, seven[0])
    expect(page.get_by_role("status")).to_have_text("7")


def test_an_empty_board_asks_for_a_digit(page):
    expect(page.get_by_role("status")).to_have_text("Draw a digit")
    for digit in range(10):
        expect(get_bar(page, digit)).to_have_attribute("aria-valuenow", "0")


def test_a_cleared_board_asks_for_a_digit_again(page):
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    get_button(page, "Clear").click()
    expect(page.get_by_role("status")).to_have_text("Draw a digit")
    expect(get_bar(page, 7)).to_have_attribute("aria-valuetext", "not read yet")


@pytest.mark.quick
def test_too_little_ink_is_answered_with_what_to_do(page):
    draw_stroke(page, DOWN[:1])
    expect(page.get_by_role("status")).to_have_text("Too little to read")
    expect(page.get_by_text("Draw the digit larger")).to_be_visible()
