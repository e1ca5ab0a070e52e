"""How the page looks and holds together: sizes, themes, motion, contrast, no JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.colour import find_faint_texts, measure_contrast
from tests.browser.drawing import (
    DOWN,
    answer_all,
    draw_digit,
    draw_stroke,
    get_bar,
    get_bars,
    get_board,
    get_button,
    get_sheet,
    make_reading,
)
from tests.browser.screens import SCHEMES, WIDTHS


def get_colour(locator, name="color"):
    return locator.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def find_ink(page):
    return page.locator('[data-part="ink"]')


@pytest.mark.parametrize("width", [320, 360, 736, 1024, 2560])
def test_no_width_scrolls_sideways_and_the_board_is_there_at_once(open_page, width):
    page = open_page(viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    expect(get_board(page)).to_be_in_viewport(ratio=1)
    box = get_board(page).bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=0.5)
    assert box["width"] >= 270


def test_a_phone_on_its_side_shows_board_answer_and_bars_at_once(open_page):
    page = open_page(viewport={"width": 844, "height": 390})
    for part in (get_board(page), page.get_by_role("status"), get_bar(page, 9)):
        expect(part).to_be_in_viewport(ratio=1)


def test_a_wide_screen_gets_a_larger_page(open_page):
    small = get_board(open_page()).bounding_box()["width"]
    wide = open_page(viewport={"width": 2560, "height": 1440})
    assert get_board(wide).bounding_box()["width"] > 1.4 * small


@pytest.mark.failed_requests
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_whatever_is_answered(open_page, width):
    page = open_page(viewport={"width": width, "height": WIDTHS[width]})
    before = find_places(page)
    words = "Send a smaller drawing: at most 1024 by 1024 pixels, please. " * 2
    refusal = {"status": 400, "json": {"detail": words}}
    answers = [
        ({"json": make_reading(4)}, "4"),
        ({"json": make_reading(None, "not_a_digit")}, "That does not look"),
        (refusal, "Send a smaller"),
        ({"status": 503}, "The server cannot"),
    ]
    for answer, said in answers:
        answer_all(page, **answer)
        draw_stroke(page, DOWN)
        expect(page.get_by_role("status")).to_contain_text(said)
        assert find_places(page) == before


def find_places(page):
    tools = page.get_by_role("group", name="Tools").get_by_role("button")
    groups = [page.get_by_role("meter"), tools, page.get_by_role("img"), get_board(page)]
    return [item.bounding_box() for group in groups for item in group.all()]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_has_enough_contrast(open_page, scheme):
    page = open_page(color_scheme=scheme)
    assert find_faint_texts(page) == []
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    assert find_faint_texts(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_faded_bars_keep_readable_figures(open_page, scheme):
    page = open_page(color_scheme=scheme)
    answer_all(page, json=make_reading(None, "not_a_digit"))
    draw_stroke(page, DOWN)
    expect(get_bars(page)).to_have_attribute("data-faded", "")
    assert find_faint_texts(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_bars_and_ink_stand_out_from_their_paper(open_page, scheme):
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    paper = get_colour(page.locator("body"), "backgroundColor")
    for digit in (7, 0):
        bar = get_colour(get_bar(page, digit).locator("div"), "backgroundColor")
        assert measure_contrast(bar, paper) >= 3
    sheet = get_colour(get_sheet(page), "backgroundColor")
    assert measure_contrast(get_colour(find_ink(page), "stroke"), sheet) >= 7


def test_what_is_drawn_follows_the_colour_scheme(page):
    draw_stroke(page, DOWN)
    page.emulate_media(color_scheme="light")
    light = get_colour(find_ink(page), "stroke")
    page.emulate_media(color_scheme="dark")
    dark = get_colour(find_ink(page), "stroke")
    assert measure_contrast(light, dark) > 7


def test_the_accent_marks_the_answer_and_its_bar_alone(page):
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    accent = get_colour(page.get_by_role("status"))
    colours = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((element) => element.childElementCount === 0 && element.textContent.trim())
          .filter((element) => element.checkVisibility({ visibilityProperty: true }))
          .map((element) => [element.textContent.trim(), getComputedStyle(element).color])"""
    )
    accented = [text for text, colour in colours if colour == accent]
    assert accented[:2] == ["7", "7"]
    assert len(accented) == 3
    assert accented[2].endswith("%")


def test_bars_move_smoothly(page):
    fill = get_bar(page, 7).locator("div")
    assert get_colour(fill, "transitionDuration") != "0s"


def test_bars_do_not_move_for_who_asked_for_less_motion(open_page):
    page = open_page(reduced_motion="reduce")
    fill = get_bar(page, 7).locator("div")
    assert get_colour(fill, "transitionDuration") == "0s"


@pytest.mark.quick
def test_without_javascript_the_page_says_so(open_page):
    page = open_page(java_script_enabled=False)
    expect(page.locator("main noscript")).to_be_visible()
    assert "This page needs JavaScript" in page.get_by_role("main").inner_text()
    expect(get_board(page)).to_be_hidden()


def test_with_javascript_it_does_not(page):
    expect(page.locator("main noscript")).to_be_hidden()
    expect(get_button(page, "Undo")).to_be_visible()


def test_a_second_visit_asks_for_no_script_and_no_style_sheet_again(page, board_url):
    page.goto(f"{board_url}/inside")
    page.goto(board_url)
    asked = page.evaluate("""performance.getEntriesByType("resource")
        .filter(({ name }) => /[.](js|css)$/.test(name))
        .map(({ transferSize }) => transferSize)""")
    assert len(asked) > 50
    assert set(asked) == {0}


@pytest.mark.quick
def test_the_page_has_a_title_a_heading_and_one_main_part(page):
    expect(page).to_have_title("Digit board")
    expect(page.get_by_role("heading", level=1)).to_have_text("Digit board")
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_count(1)
