"""All models compared: the same drawing, a row each, in one request."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.colour import find_faint_texts
from tests.browser.drawing import (
    ACROSS,
    DOWN,
    LONG_ENOUGH,
    PREDICT,
    answer_all,
    compare,
    draw_digit,
    draw_stroke,
    get_bar,
    get_board,
    get_button,
    get_compare,
    get_picker,
    get_row,
    make_reading,
    watch_questions,
)
from tests.browser.screens import SCHEMES, WIDTHS
from tests.webapp.shelf import RECIPES

DEFAULT, OTHER = "Two-session network", "Softmax from scratch"
SEVEN = (DEFAULT, "Logistic regression", "One hidden layer")


@pytest.fixture
def page(open_page, shelf_url) -> Page:
    return open_page(shelf_url)


@pytest.mark.quick
def test_all_models_read_the_same_drawing_in_one_request(page):
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    page.wait_for_load_state("networkidle")
    questions = watch_questions(page)
    compare(page)
    for title, *_ in RECIPES.values():
        digit = "7" if title in SEVEN else "1"
        expect(get_row(page, title).get_by_role("cell").nth(0)).to_have_text(digit)
        expect(get_row(page, title).get_by_role("cell").nth(3)).to_have_text("0.8 ms")
    [asked] = [question.post_data_json for question in questions]
    assert sorted(asked["models"]) == sorted(RECIPES)
    assert "model" not in asked


def test_a_row_has_its_models_probabilities(page):
    draw_digit(page, 7)
    compare(page)
    row = get_row(page, OTHER)
    expect(row.get_by_role("cell").nth(1)).to_have_text("80.0%")
    expect(row.get_by_role("img")).to_have_accessible_name(re.compile("^1: 80.0%, "))
    expect(row.get_by_role("img").locator("> *")).to_have_count(10)


def test_a_digit_is_no_fainter_however_often_it_is_read(page):
    compare(page)
    draw_stroke(page, DOWN)
    draw_stroke(page, ACROSS)
    page.wait_for_load_state("networkidle")
    for name in ("Undo", "Redo"):  # one reading each
        with page.expect_response(PREDICT):
            get_button(page, name).click()
        expect(page.locator("[data-faded]")).to_have_count(0)


def test_the_model_that_answers_is_marked(page):
    compare(page)
    expect(get_row(page, DEFAULT)).to_have_attribute("aria-current", "true")
    get_picker(page).select_option(label=OTHER)
    expect(get_row(page, DEFAULT)).to_have_attribute("aria-current", "false")
    expect(get_row(page, OTHER)).to_have_attribute("aria-current", "true")


def test_comparing_is_live_too(page):
    compare(page)
    draw_stroke(page, DOWN, lift=False)
    expect(get_row(page, DEFAULT).get_by_role("cell").nth(0)).to_have_text("7")
    page.mouse.up()
    get_button(page, "Clear").click()
    expect(get_row(page, DEFAULT).get_by_role("cell").nth(0)).to_have_text("–")
    expect(get_row(page, DEFAULT).get_by_role("img")).to_have_accessible_name("not read yet")


def test_comparing_keeps_one_request_in_flight(page):
    routes = []
    page.route(PREDICT, lambda route: routes.append(route))
    compare(page)
    draw_stroke(page, DOWN)
    draw_stroke(page, ACROSS)
    compare(page)
    compare(page)
    page.wait_for_timeout(LONG_ENOUGH)
    assert len(routes) == 1


def test_a_server_without_milliseconds_is_no_trouble(page):
    readings = [make_reading(4) | {"model": name} for name in RECIPES]
    answer_all(page, json={"readings": readings})
    compare(page)
    draw_stroke(page, DOWN)
    expect(get_row(page, OTHER).get_by_role("cell").nth(0)).to_have_text("4")
    expect(get_row(page, OTHER).get_by_role("cell").nth(3)).to_have_text("–")


def test_a_row_says_when_the_drawing_is_not_a_digit_for_its_model(page):
    refused = make_reading(None, "not_a_digit") | {"model": "linear_scratch"}
    answer_all(page, json={"readings": [make_reading(4) | {"model": "tutorial_cnn"}, refused]})
    compare(page)
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("4")
    expect(get_row(page, OTHER).get_by_role("cell").nth(0)).to_have_text("–")
    expect(get_row(page, OTHER).get_by_role("cell").nth(1)).to_have_text("not a digit")
    expect(get_row(page, OTHER)).to_have_attribute("data-faded", "")


@pytest.mark.parametrize("size", [(320, 700), (390, 844), (844, 390), (1280, 800)])
def test_a_refused_row_is_as_high_as_before(open_page, shelf_url, size):
    page = open_page(shelf_url, viewport=dict(zip(("width", "height"), size, strict=True)))
    refused = make_reading(None, "not_a_digit") | {"model": "linear"}
    answer_all(page, json={"readings": [refused]})
    compare(page)
    row = get_row(page, "Logistic regression")
    before = row.bounding_box()["height"]
    draw_stroke(page, DOWN)
    expect(row.get_by_role("cell").nth(1)).to_have_text("not a digit")
    assert row.bounding_box()["height"] == before


@pytest.mark.parametrize("size", [(390, 844), (1280, 800), (1280, 720)])
def test_comparing_moves_nothing(open_page, shelf_url, size):
    page = open_page(shelf_url, viewport=dict(zip(("width", "height"), size, strict=True)))
    seen, board = page.get_by_role("img", name="What the network sees"), get_board(page)
    fixed = [seen, board, get_picker(page), get_compare(page)]
    before = [part.bounding_box() for part in fixed]
    compare(page)
    assert [part.bounding_box() for part in fixed] == before
    draw_digit(page, 7)
    expect(get_row(page, OTHER).get_by_role("cell").nth(0)).to_have_text("1")
    assert [part.bounding_box() for part in fixed] == before
    expect(get_bar(page, 7)).to_have_count(0)  # the bars are not there for anyone
    compare(page)
    expect(get_bar(page, 7)).to_be_visible()
    assert [part.bounding_box() for part in fixed] == before


def test_every_column_has_a_heading_that_is_seen_and_an_axis_for_a_projector(open_page, shelf_url):
    page = open_page(shelf_url, viewport={"width": 1920, "height": 1080})
    compare(page)
    for name in ("Model", "Digit", "Probability", "Time"):
        heading = page.get_by_role("columnheader", name=name, exact=True)
        assert heading.bounding_box()["width"] > 20
        expect(heading).to_be_in_viewport(ratio=1)
    axis = page.locator(".tiny__axis span")
    expect(axis).to_have_text(list("0123456789"))
    assert axis.first.evaluate("digit => parseFloat(getComputedStyle(digit).fontSize)") >= 16


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_text_of_the_comparison_has_enough_contrast(open_page, shelf_url, width, scheme):
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(shelf_url, viewport=size, color_scheme=scheme)
    draw_digit(page, 7)
    compare(page)
    expect(get_row(page, OTHER).get_by_role("cell").nth(0)).to_have_text("1")
    assert find_faint_texts(page) == []
