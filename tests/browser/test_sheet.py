"""The sheet to print: one page of its paper, as the layout says, for everybody."""

import io
import re

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from ml.segmentation.sheet import find_sheet, read_sheet
from ml.segmentation.sheets.layout import LAYOUTS
from tests.browser.axe import check_axe
from tests.browser.screens import SCREENS, WIDTHS

POINT = 25.4 / 72  # mm: PDF's unit
PRINTED = "window.printed = 0; window.print = () => { window.printed += 1; };"


def open_sheet(open_page, url: str, paper: str = "A4", **options) -> Page:
    return open_page(f"{url}/sheet?paper={paper}", **options)


def list_pages(pdf: bytes) -> list[tuple[float, float]]:
    """Return the width and height of each page of a PDF in mm."""
    count = len(re.findall(rb"/Type\s*/Page\b", pdf))
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert len(boxes) == count
    return [tuple(float(side) * POINT for side in box) for box in boxes]


@pytest.mark.quick
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_it_prints_one_page_of_its_paper(open_page, board_url, layout, scheme):
    page = open_sheet(open_page, board_url, layout.name, color_scheme=scheme)
    (size,) = list_pages(page.pdf(prefer_css_page_size=True))
    assert size == pytest.approx((layout.width, layout.height), abs=0.3)


@pytest.mark.parametrize("paper", ["A4", "Letter", "A5"])
@pytest.mark.parametrize("margin", ["0", "15mm"])
def test_on_any_paper_and_with_margins_it_is_one_page(open_page, board_url, paper, margin):
    page = open_sheet(open_page, board_url)
    margins = dict.fromkeys(("top", "right", "bottom", "left"), margin)
    assert len(list_pages(page.pdf(format=paper, margin=margins))) == 1


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_what_is_printed_lies_where_the_layout_says(open_page, board_url, reader, layout):
    page = open_sheet(open_page, board_url, layout.name, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    size = {"width": round(layout.width * 96 / 25.4), "height": round(layout.height * 96 / 25.4)}
    page.set_viewport_size(size)
    shot = np.array(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    found = find_sheet(cv2.cvtColor(shot, cv2.COLOR_RGB2GRAY))
    assert found.layout is layout
    corners = np.array([[[0, 0]], [[layout.width, layout.height]]], np.float64)
    places = cv2.perspectiveTransform(corners, found.homography)[:, 0]
    assert np.abs(places - [[0, 0], [size["width"], size["height"]]]).max() < 3  # px
    assert read_sheet(reader, shot, found).sheet.empty == 100  # nothing printed looks like ink


def test_both_papers_and_printing_are_reached_by_keys(open_page, board_url):
    page = open_sheet(open_page, board_url)
    page.add_init_script(PRINTED)
    letter = page.get_by_role("link", name="Letter", exact=True)
    letter.focus()
    page.keyboard.press("Enter")
    expect(letter).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("listitem").first).to_contain_text("Letter")
    letter.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Print")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("window.printed") == 1


def test_an_american_browser_gets_letter_paper(open_page, board_url):
    page = open_page(f"{board_url}/sheet", locale="en-US")
    current = page.get_by_role("navigation", name="Paper").locator("[aria-current=true]")
    expect(current).to_have_text("Letter")


def test_without_scripts_the_sheet_and_both_papers_are_there(open_page, board_url):
    page = open_sheet(open_page, board_url, java_script_enabled=False)
    expect(page.get_by_role("img", name="The sheet")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    page.get_by_role("link", name="Letter", exact=True).click()
    expect(page.get_by_role("listitem").first).to_contain_text("Letter")


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    open_page, board_url, scheme, width
):
    size = {"width": width, "height": WIDTHS[width]}
    page = open_sheet(open_page, board_url, viewport=size, color_scheme=scheme)
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
