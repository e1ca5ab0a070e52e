"""Every page and state of the board is free of what axe-core finds, best practice included."""

import pytest

from tests.browser.axe import check_axe
from tests.browser.drawing import (
    ACROSS,
    DOWN,
    answer_all,
    compare,
    draw_stroke,
    get_board,
    get_button,
    make_reading,
)
from tests.browser.screens import SCREENS, WIDTHS


def open_board(page):
    page.get_by_role("status").wait_for()


def read_digit(page):
    answer_all(page, json=make_reading(7) | {"unsure": [7, 1], "no_digit": 0.2})
    draw_stroke(page, DOWN)
    page.get_by_text("Unsure: 7 or 1", exact=True).wait_for()


def refuse(page):
    answer_all(page, json=make_reading(5, "not_a_digit") | {"digit": None, "no_digit": 0.98})
    draw_stroke(page, ACROSS)
    get_button(page, "Read anyway").wait_for()


def compare_all(page):
    draw_stroke(page, DOWN)
    compare(page)
    page.get_by_role("table").wait_for()


def draw_by_keys(page):
    get_board(page).focus()
    page.keyboard.press("Space")


def open_models(page):
    page.goto(f"{page.url}models")


def open_glossary(page):
    page.goto(f"{page.url}glossary")


STATES = (
    pytest.param(open_board, marks=pytest.mark.quick),
    *(refuse, open_models, open_glossary, read_digit, compare_all, draw_by_keys),
)


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
@pytest.mark.parametrize("bring", STATES, ids=lambda bring: bring.__name__)
def test_axe_finds_nothing(open_page, bring, scheme, width):
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    bring(page)
    check_axe(page)


def test_axe_finds_nothing_in_what_is_folded_away(open_page, board_url):
    page = open_page(f"{board_url}/models", color_scheme="dark")
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    check_axe(page)
