"""A page whose script does not start says so; one that starts never does."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import draw_digit, get_board, get_button

SCRIPT = "**/js/draw_page.js"
A_PART = "**/js/history.js"
LATE = 6_000  # ms: the notice comes after 4 s
JAVASCRIPT = {"Content-Type": "text/javascript"}
FAILURES = {
    "a script of the wrong type": (SCRIPT, {"body": "1", "content_type": "text/plain"}),
    "a script that is not there": (SCRIPT, {"status": 404, "body": ""}),
    "a part that is not there": (A_PART, {"status": 404, "body": ""}),
    "a syntax that is too new": (A_PART, {"body": "class {", "headers": JAVASCRIPT}),
    "an exception at the start": (A_PART, {"body": "throw 1", "headers": JAVASCRIPT}),
}


def find_notice(page: Page):
    return page.get_by_text("The board has not started")


def open_with(open_page, path, answer, url, **options) -> Page:
    page = open_page(f"{url}/glossary", **options)  # a page without scripts
    page.route(path, lambda route: route.fulfill(**answer))
    page.goto(url)
    return page


@pytest.fixture
def is_expected(complaints):
    """Let the browser complain about the script that a test keeps from it, and nothing else."""
    yield
    assert complaints
    assert all(re.search("script|404|page error", line) for line in complaints)
    complaints.clear()


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.usefixtures("is_expected")
def test_a_page_that_does_not_start_says_so_with_the_remedy(open_page, board_url, failure):
    page = open_with(open_page, *FAILURES[failure], board_url)
    expect(find_notice(page)).to_be_hidden()  # not yet: the network may be slow
    expect(find_notice(page)).to_be_visible(timeout=LATE)
    expect(find_notice(page)).to_contain_text("Reload the page")
    expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)


@pytest.mark.usefixtures("is_expected")
@pytest.mark.parametrize("width", [320, 1280])
def test_the_notice_moves_nothing_and_comes_with_less_motion_too(open_page, board_url, width):
    options = {"viewport": {"width": width, "height": 700}, "reduced_motion": "reduce"}
    page = open_with(open_page, *FAILURES["a script that is not there"], board_url, **options)
    parts = [get_board(page), page.get_by_role("status"), get_button(page, "Undo")]
    before = [part.bounding_box() for part in parts]
    expect(find_notice(page)).to_be_visible(timeout=LATE)
    assert [part.bounding_box() for part in parts] == before
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_page_that_starts_late_takes_the_notice_back(open_page, board_url):
    page = open_page(f"{board_url}/glossary")
    held = []
    page.route(SCRIPT, lambda route: held.append(route))
    page.goto(board_url, wait_until="commit")
    expect(find_notice(page)).to_be_visible(timeout=LATE)
    held[0].continue_()
    expect(find_notice(page)).to_have_count(0)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")


def test_a_page_that_has_started_has_no_notice(page):
    expect(find_notice(page)).to_have_count(0)


def test_without_javascript_the_notice_does_not_come_on_top(open_page):
    page = open_page(java_script_enabled=False)
    page.wait_for_timeout(4_500)
    expect(find_notice(page)).to_be_hidden()
