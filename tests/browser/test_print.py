"""On paper and in forced colours: the drawing, the answer and all ten bars."""

import re
import zlib

import pytest
from playwright.sync_api import Page, expect

from tests.browser.colour import measure_contrast
from tests.browser.drawing import (
    DOWN,
    answer_all,
    compare,
    draw_stroke,
    get_bar,
    get_bars,
    get_board,
    get_button,
    get_row,
    make_reading,
)

PAPER = {"width": 718, "height": 1047}  # A4 without its margins, in CSS pixels
STEPS = [0.19, 0.01, 0.05, 0.02, 0.04, 0.03, 0.06, 0.3, 0.2, 0.1]


@pytest.fixture(params=["light", "dark"])
def page(open_page, request) -> Page:
    page = open_page(color_scheme=request.param)
    answer_all(page, json=make_reading(7) | {"probabilities": STEPS})
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("7")
    return page


@pytest.mark.parametrize("path", ["models", "glossary", "api", "photo", "inside"])
def test_every_page_has_dark_ink_on_paper_when_the_screen_is_dark(open_page, board_url, path):
    page = open_page(f"{board_url}/{path}", color_scheme="dark")
    page.emulate_media(media="print")
    heading = page.get_by_role("heading").first
    assert heading.evaluate("heading => getComputedStyle(heading).color") == "rgb(0, 0, 0)"


@pytest.mark.parametrize(("path", "name"), [("train", "--curve-1"), ("", "--for")])
def test_colours_of_curves_and_reasons_are_printed_as_from_a_light_screen(
    open_page, board_url, path, name
):
    page = open_page(f"{board_url}/{path}", color_scheme="dark")
    find = f"getComputedStyle(document.documentElement).getPropertyValue('{name}')"
    on_screen = page.evaluate(find)
    page.emulate_media(media="print")
    on_paper = page.evaluate(find)
    page.emulate_media(media="screen", color_scheme="light")
    assert on_screen != on_paper == page.evaluate(find) != ""


def get_fill(page: Page, digit: int):
    return get_bar(page, digit).locator("div")


def list_painted_colours(pdf: bytes) -> set[tuple[float, ...]]:
    """Return each colour, 0 to 1, that something is filled with on a PDF's pages."""
    colours = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            drawn = zlib.decompress(stream)
        except zlib.error:
            continue  # a font, or a picture
        found = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) rg", drawn)
        colours |= {tuple(round(float(part), 2) for part in colour) for colour in found}
    return colours


def test_the_page_prints_on_one_sheet_with_its_bars(page):
    pdf = page.pdf(format="A4", print_background=False)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    page.emulate_media(media="print")
    for digit in (7, 0):
        css = get_fill(page, digit).evaluate("bar => getComputedStyle(bar).backgroundColor")
        parts = re.findall(r"\d+", css)
        assert tuple(round(int(part) / 255, 2) for part in parts) in list_painted_colours(pdf)


def test_drawing_answer_bars_and_figures_are_on_the_sheet(page):
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    expect(get_board(page)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("status")).to_be_in_viewport(ratio=1)
    reading = page.get_by_role("region", name="Reading")
    widths = []
    for digit, share in enumerate(STEPS):
        expect(reading.get_by_text(f"{100 * share:.1f}%", exact=True)).to_be_in_viewport(ratio=1)
        bar = get_fill(page, digit).bounding_box()
        assert bar["height"] > 8
        widths.append(bar["width"])
    assert widths == pytest.approx([share / 0.3 * widths[7] for share in STEPS], rel=0.02)
    expect(get_button(page, "Clear")).to_be_hidden()


def test_printed_bars_stand_out_from_the_paper(page):
    page.emulate_media(media="print")
    for digit in (7, 0):
        colour = get_fill(page, digit).evaluate("bar => getComputedStyle(bar).backgroundColor")
        assert measure_contrast(colour, "rgb(255, 255, 255)") >= 3


def test_the_comparison_prints_its_bars(open_page, shelf_url):
    page = open_page(shelf_url)
    draw_stroke(page, DOWN)
    compare(page)
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    bars = get_row(page, "Quick network").get_by_role("img").locator("> *")
    expect(bars).to_have_count(10)
    for bar in bars.all():
        expect(bar).to_have_css("print-color-adjust", "exact")


def find_system_colour(page: Page, name: str) -> str:
    """Return a system colour as the browser computes it."""
    return page.evaluate(
        """name => {
          const probe = document.body.appendChild(document.createElement("i"));
          probe.style.cssText = `forced-color-adjust: none; color: ${name}`;
          const { color } = getComputedStyle(probe);
          probe.remove();
          return color;
        }""",
        name,
    )


@pytest.mark.parametrize("status", ["digit", "not_a_digit"])
def test_forced_colours_keep_every_bar_visible(open_page, status):
    page = open_page(forced_colors="active", reduced_motion="reduce")
    answer_all(page, json=make_reading(7, status) | {"probabilities": STEPS})
    draw_stroke(page, DOWN)
    expect(get_bar(page, 7)).to_have_attribute("aria-valuenow", "30.0")
    if status != "digit":
        expect(get_bars(page)).to_have_attribute("data-faded", "")
    allowed = {find_system_colour(page, name) for name in ("CanvasText", "Highlight", "GrayText")}
    for digit in range(10):
        colour = get_fill(page, digit).evaluate("bar => getComputedStyle(bar).backgroundColor")
        assert colour in allowed
