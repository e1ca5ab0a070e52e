"""Browsers of the last five years lack the newest calls: the page reads without each of them.

Chrome and Edge 90, Firefox 90, Safari and iPadOS 15 are the oldest that the README names.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.away import come_back, go_away
from tests.browser.drawing import (
    compare,
    draw_digit,
    get_bar,
    get_board,
    get_button,
    get_row,
    is_empty,
)
from tests.webapp.shelf import RECIPES

# What the page uses where it is there, or used once.
USED = (
    "AbortSignal.timeout",
    "PointerEvent.prototype.getCoalescedEvents",
    "Performance.prototype.getEntriesByType",
)
# What a change might bring in: newer than the oldest browsers that are supported.
NEWER = (
    *USED,
    "AbortSignal.any",
    "AbortSignal.prototype.throwIfAborted",
    "Array.fromAsync",
    "Array.prototype.at",
    "Array.prototype.findLast",
    "Array.prototype.findLastIndex",
    "Array.prototype.toReversed",
    "Array.prototype.toSorted",
    "Array.prototype.toSpliced",
    "Array.prototype.with",
    "CanvasRenderingContext2D.prototype.reset",
    "CanvasRenderingContext2D.prototype.roundRect",
    "CompressionStream",
    "DecompressionStream",
    "Element.prototype.checkVisibility",
    "HTMLElement.prototype.showPopover",
    "Iterator",
    "Map.groupBy",
    "Object.groupBy",
    "Object.hasOwn",
    "OffscreenCanvas",
    "PointerEvent.prototype.getPredictedEvents",
    "Promise.try",
    "Promise.withResolvers",
    "Set.prototype.union",
    "String.prototype.at",
    "URL.canParse",
    "createImageBitmap",
    "crypto.randomUUID",
    "document.startViewTransition",
    "navigation",
    "reportError",
    "requestIdleCallback",
    "scheduler",
    "structuredClone",
)
TAKE_AWAY = """{
  const path = "%s".split(".");
  const owner = path.slice(0, -1).reduce((object, key) => object?.[key], window);
  const name = path[path.length - 1];
  if (owner) delete owner[name];
  if (owner?.[name] !== undefined) Object.defineProperty(owner, name, { value: undefined });
}"""
NO_FOCUS_VISIBLE = """{
  const { matches } = Element.prototype;
  Element.prototype.matches = function (selector) {
    if (selector.includes(":focus-visible")) throw new DOMException("?", "SyntaxError");
    return matches.call(this, selector);
  };
}"""
# As Safari 15.0 has it: the entry is not listed. Without the method there is no page so old.
NO_ENTRIES = "Performance.prototype.getEntriesByType = () => [];"


def write_script(name: str) -> str:
    """Return the script that takes a call away before the page's own scripts run."""
    return NO_ENTRIES if name.endswith("getEntriesByType") else TAKE_AWAY % name


@pytest.fixture
def open_older(open_page, board_url):
    """Return a function that opens the board without some calls."""

    def open_without(names, url=board_url, **options):
        page = open_page(f"{url}/glossary", **options)  # a page without scripts
        for name in names:
            page.add_init_script(write_script(name))
        page.goto(url)
        return page

    return open_without


@pytest.mark.parametrize("name", USED)
def test_the_page_reads_without(open_older, name):
    page = open_older([name])
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")


def test_everything_works_without_all_newer_calls_at_once(open_older, shelf_url):
    page = open_older(NEWER, shelf_url)
    assert page.evaluate("[typeof structuredClone, typeof [].at]") == ["undefined", "undefined"]
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_bar(page, 7)).not_to_have_attribute("aria-valuenow", "0")
    compare(page)
    title = RECIPES["linear"][0]
    expect(get_row(page, title).get_by_role("cell").nth(0)).to_have_text("7")
    get_button(page, "Undo").click()
    assert is_empty(page)
    get_button(page, "Redo").click()
    expect(page.get_by_role("status")).to_have_text("7")
    page.get_by_label("Model", exact=True).select_option(label="Softmax from scratch")
    expect(page.get_by_role("status")).to_have_text("1")
    get_button(page, "Clear").click()
    get_board(page).press("Space")
    for _ in range(3):
        get_board(page).press("Shift+ArrowDown")
    get_board(page).press("Space")
    expect(page.get_by_role("status")).to_have_text("1")


def test_the_keyboard_draws_where_focus_visible_is_not_known(page):
    page.add_init_script(NO_FOCUS_VISIBLE)
    page.reload()
    get_board(page).focus()
    page.keyboard.press("Space")
    for _ in range(8):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    assert not is_empty(page)
    expect(page.get_by_role("status")).not_to_have_text("Draw a digit")


@pytest.mark.failed_requests
def test_a_server_that_says_nothing_is_noticed_without_newer_calls(open_older):
    page = open_older(NEWER)
    go_away(page)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_contain_text("The server cannot be reached")
    come_back(page)
    expect(page.get_by_role("status")).to_have_text("7")
