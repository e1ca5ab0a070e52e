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


@pytest.fixture
def trial(page):
    """The place where a drawing's reading can be tried, unfolded by keyboard."""
    route = page.locator("#readDrawing")
    route.get_by_text("Try it here").focus()
    page.keyboard.press("Enter")
    return route.locator("[data-trial]")


@pytest.mark.quick
def test_an_example_is_sent_from_the_page_and_its_answer_shown(page, trial):
    page.keyboard.press("Tab")
    expect(trial.get_by_role("textbox", name="Body")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(trial.get_by_role("status")).to_contain_text("200 OK")
    answer = trial.get_by_role("region", name="What POST /api/predict answered")
    expect(answer).to_contain_text('"digit": 7,')
    expect(answer).to_contain_text('"seen": [0, 0, 0,')  # in one line


@pytest.mark.failed_requests
def test_what_is_typed_there_is_what_is_sent(page, trial):
    trial.get_by_role("textbox").fill('{"strokes": [[[120, 40], [120, 220]]], "model": "none"}')
    trial.get_by_role("button").click()
    expect(trial.get_by_role("status")).to_contain_text("404")
    expect(trial.get_by_role("region")).to_contain_text('"models": [')
    trial.get_by_role("textbox").fill("{")
    trial.get_by_role("button").click()
    expect(trial.get_by_role("status")).to_contain_text("400")


@pytest.mark.failed_requests
def test_a_trial_says_that_the_server_is_away(page, trial):
    page.context.set_offline(True)
    trial.get_by_role("button").click()
    expect(trial.get_by_role("status")).to_have_text("The server cannot be reached.")
    expect(trial.locator("pre")).to_be_hidden()


def test_only_what_was_sent_last_is_shown(page, trial):
    waiting = []
    page.route("**/api/predict", lambda route: waiting.append(route), times=1)
    trial.get_by_role("button").click()
    expect(trial.get_by_role("status")).to_have_text("Sent …")
    trial.get_by_role("textbox").fill('{"strokes": []}')
    trial.get_by_role("button").click()
    expect(trial.get_by_role("region")).to_contain_text('"status": "blank"')
    with page.expect_response("**/api/predict") as late:
        waiting[0].continue_()
    late.value.finished()
    page.wait_for_timeout(100)  # in which it would be shown
    expect(trial.get_by_role("region")).to_contain_text('"status": "blank"')


def test_an_example_asks_the_address_at_which_the_page_was_opened(page, board_url):
    code = page.get_by_role("region", name="curl for GET /api/models", exact=True)
    expect(code).to_have_text(f"curl -sS {board_url}/api/models")


def test_its_examples_are_on_paper(page):
    page.emulate_media(media="print")
    expect(page.get_by_role("region", name="curl for POST /api/predict")).to_be_visible()
    expect(page.get_by_role("navigation", name="Routes")).to_be_hidden()
    expect(page.get_by_text("Try it here").first).to_be_hidden()
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
