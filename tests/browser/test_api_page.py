"""The API's page: by keyboard, no wider than the window, complete on paper, without a script."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_axe
from tests.browser.screens import WIDTHS
from webapp.openapi.description import describe_paths

ROUTES = sum(len(operations) for operations in describe_paths().values())


@pytest.fixture
def page(open_page, board_url):
    return open_page(f"{board_url}/api")


@pytest.mark.quick
def test_its_contents_lead_to_each_route(page):
    contents = page.get_by_role("navigation", name="Routes")
    expect(contents.get_by_role("listitem")).to_have_count(ROUTES)
    contents.get_by_role("link", name="PUT /api/runs/{run_id}/pace").click()
    route = page.get_by_role("article").filter(has_text="/api/runs/{run_id}/pace").first
    expect(route.get_by_role("heading", level=3)).to_be_in_viewport()
    expect(route.get_by_role("region", name="curl for PUT")).to_contain_text('{"rest": 0.2}')


def test_the_keyboard_opens_an_example_and_scrolls_a_long_one(page):
    route = page.locator("#readDrawing")
    fold = route.get_by_text("Python", exact=True)
    fold.focus()
    page.keyboard.press("Enter")
    code = route.get_by_role("region", name="Python for POST /api/predict")
    expect(code).to_be_visible()
    page.keyboard.press("Tab")
    expect(code).to_be_focused()


def test_an_example_asks_the_address_at_which_the_page_was_opened(page, board_url):
    code = page.get_by_role("region", name="curl for GET /api/models", exact=True)
    expect(code).to_have_text(f"curl -s {board_url}/api/models")


def test_its_examples_are_on_paper(page):
    page.emulate_media(media="print")
    expect(page.get_by_role("region", name="curl for POST /api/predict")).to_be_visible()
    expect(page.get_by_role("navigation", name="Routes")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_glossary_leads_to_it(open_page, board_url):
    page = open_page(f"{board_url}/glossary", java_script_enabled=False)
    page.get_by_role("main").get_by_role("link", name="API").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("API")


def test_nothing_is_wider_than_the_window_and_axe_finds_nothing(open_page, board_url):
    page = open_page(f"{board_url}/api", color_scheme="dark")
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    check_axe(page)  # once: it looks at this long page for twenty seconds
