"""The board, the answer and the first bars are seen together on every screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    DOWN,
    answer_all,
    draw_stroke,
    get_bar,
    get_board,
    get_button,
    get_compare,
    get_sheet,
    make_reading,
    measure_words,
)

SCREENS = {
    "the smallest phone": (320, 568),
    "the smallest phone on its side": (568, 320),
    "a phone with the browser's bars": (390, 664),
    "a phone on its side": (844, 390),
    "a page at 200%": (640, 360),
    "a tablet": (768, 1024),
    "a large tablet": (1024, 1366),
    "a tablet on its side": (1024, 768),
    "a square": (900, 900),
    "a low window": (1280, 500),
    "a laptop": (1280, 720),
    "a projector": (1920, 1080),
    "a large screen": (2560, 1440),
}
REFUSED = make_reading(5, "not_a_digit") | {"digit": None, "no_digit": 0.98}


def measure(page):
    """Return the share of the window's shorter side that the board takes."""
    size = page.viewport_size
    return get_board(page).bounding_box()["width"] / min(size["width"], size["height"])


def test_board_answer_and_first_bars_are_seen_together_and_nothing_lies_on_anything(page, subtests):
    answer_all(page, json=REFUSED)
    for name, (width, height) in SCREENS.items():
        with subtests.test(screen=name):
            page.set_viewport_size({"width": width, "height": height})
            check_screen(page)
            get_button(page, "Clear").click()
            expect(page.get_by_role("status")).to_have_text("Draw a digit")


def check_screen(screen):
    box = get_board(screen).bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=0.5)
    assert measure(screen) >= 0.55
    parts = [get_board(screen), screen.get_by_role("status")]
    parts += [get_bar(screen, digit) for digit in range(3)]
    for part in parts:
        expect(part).to_be_in_viewport(ratio=1)
    draw_stroke(screen, DOWN)
    ways = [get_button(screen, "Read anyway")]
    ways += [get_button(screen, "See what the other networks say")]
    for part in parts + ways:
        expect(part).to_be_in_viewport(ratio=1)
    check_apart(screen)


def check_apart(screen):
    tools = screen.get_by_role("group", name="Tools").get_by_role("button").all()
    words = [screen.get_by_role("status"), screen.get_by_text("If it had to be a digit:")]
    words += [get_button(screen, "Read anyway")]
    bars = [get_bar(screen, digit) for digit in (*range(10), "Not a digit")]
    boxes = [part.bounding_box() for part in (get_sheet(screen), *tools, *words, *bars)]
    for index, one in enumerate(boxes):
        assert not any(overlap(one, other) for other in boxes[index + 1 :])


def overlap(one, other):
    def apart(start, size):
        return (
            one[start] + one[size] <= other[start] + 0.5
            or other[start] + other[size] <= one[start] + 0.5
        )

    return not apart("x", "width") and not apart("y", "height")


def test_a_portrait_tablet_has_a_large_board(open_page):
    page = open_page(viewport={"width": 768, "height": 1024})
    assert get_board(page).bounding_box()["width"] >= 0.85 * 768


def test_on_phones_all_lines_begin_and_end_at_the_same_margins(page, subtests):
    draw_stroke(page, DOWN)
    for width in (360, 390, 430):
        with subtests.test(width=width):
            page.set_viewport_size({"width": width, "height": 844})
            check_margins(page, width)


def check_margins(page, width):
    sheet = get_sheet(page).bounding_box()
    start = pytest.approx(sheet["x"], abs=1)
    end = pytest.approx(sheet["x"] + sheet["width"], abs=1)
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    assert measure_words(links.first)[0] == start
    assert measure_words(links.last)[1] == end
    compare = measure_words(get_compare(page))
    assert compare[0] == start or compare[1] == end
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for digit in range(10):  # each a finger's target
        label = get_button(page, f"It’s a{'n' if digit == 8 else ''} {digit}")
        assert label.bounding_box()["width"] >= 30


def test_forced_colours_keep_edges_and_the_marked_bar(open_page):
    page = open_page(forced_colors="active", reduced_motion="reduce")
    for part in (get_sheet(page), page.get_by_role("img", name="What the network sees")):
        expect(part).to_have_css("border-top-style", "solid")
    answer_all(page, json=make_reading(7) | {"no_digit": 0.1})
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("7")
    fills = [get_bar(page, digit).locator("div") for digit in (7, 3)]
    marked, other = (
        fill.evaluate("fill => getComputedStyle(fill).backgroundColor") for fill in fills
    )
    assert marked != other
    assert marked == page.evaluate(
        """() => {
          const probe = document.body.appendChild(document.createElement("p"));
          probe.style.backgroundColor = "Highlight";
          probe.style.forcedColorAdjust = "none";
          return getComputedStyle(probe).backgroundColor;
        }"""
    )
