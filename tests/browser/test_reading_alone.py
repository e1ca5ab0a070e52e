"""The board reads by itself while its server does not answer, and says so."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.away import (
    ALONE,
    API,
    be_busy,
    come_back,
    get_ready,
    get_words,
    go_away,
)
from tests.browser.axe import check_axe
from tests.browser.drawing import (
    PREDICT,
    draw_digit,
    draw_stroke,
    get_bar,
    get_bars,
    get_board,
    get_button,
    get_picker,
    get_speech,
    list_what_was_heard,
    list_what_was_said,
    record_what_is_heard,
    record_what_is_said,
)
from tests.browser.numbers import draw_number, get_digits, get_wide
from tests.browser.screens import SCREENS, WIDTHS
from tests.shapes import DIGITS

pytestmark = pytest.mark.failed_requests

WITHOUT_WORKERS = {
    "none": "delete globalThis.Worker",
    "classic ones only": """
      const Classic = Worker;
      globalThis.Worker = function (url, { type } = {}) {
        if (type === "module") throw new TypeError("no modules");
        return new Classic(url);
      };
    """,
}
AWAY = "The server cannot be reached. Your drawing is kept and will be sent again."


@pytest.fixture
def page(open_page):
    return open_page(reads_alone=True)


@pytest.fixture
def ready(page):
    """A page that has what it needs without a server."""
    get_ready(page)
    return page


@pytest.mark.quick
def test_a_server_that_stops_and_comes_back_is_done_without_meanwhile(open_page, server):
    page = open_page(server.url, reads_alone=True)
    get_ready(page)
    [stroke] = DIGITS[7]
    draw_stroke(page, stroke[: len(stroke) // 2], lift=False)
    server.stop()
    page.mouse.up()
    get_button(page, "Clear").click()
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_words(page)).to_be_visible()
    server.start()
    expect(get_words(page)).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("7")


def test_a_server_that_hangs_is_not_waited_for(ready):
    ready.route(PREDICT, lambda route: None)
    draw_digit(ready, 7)
    expect(ready.get_by_role("status")).to_have_text("7")
    expect(get_words(ready)).to_be_visible()
    get_button(ready, "Clear").click()
    draw_digit(ready, 3)
    expect(ready.get_by_role("status")).to_have_text("3")
    expect(get_words(ready)).to_be_visible()


def test_the_answer_follows_the_pen_before_it_is_lifted(ready):
    go_away(ready)
    [stroke] = DIGITS[7]
    draw_stroke(ready, stroke, lift=False)
    expect(ready.get_by_role("status")).to_have_text("7")
    expect(get_bar(ready, 7)).not_to_have_attribute("aria-valuenow", "0.0")
    ready.mouse.up()
    expect(get_words(ready)).to_be_visible()


def test_who_reads_is_heard_once_and_again_after_the_server_was_back(ready):
    go_away(ready)
    record_what_is_heard(ready)
    draw_digit(ready, 7)
    expect(get_speech(ready)).to_have_text(f"7, {ALONE}")
    get_button(ready, "Clear").click()
    draw_digit(ready, 3)
    expect(get_speech(ready)).to_have_text("3")
    come_back(ready)
    expect(get_words(ready)).to_be_hidden()
    assert list_what_was_heard(ready) == [f"7, {ALONE}", "The board is empty", "3"]
    go_away(ready)
    get_button(ready, "Clear").click()
    draw_digit(ready, 7)
    expect(get_speech(ready)).to_have_text(f"7, {ALONE}")


def test_a_page_whose_user_saves_data_says_what_is_the_matter_and_recovers(open_page, board_url):
    page = open_page(board_url)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    draw_digit(page, 1)
    expect(page.get_by_role("status")).to_have_text("1")
    get_button(page, "Clear").click()
    go_away(page)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text(AWAY)
    come_back(page)
    expect(page.get_by_role("status")).to_have_text("7")
    assert not any("weights" in url for url in asked)


def test_another_network_reads_if_its_weights_are_here(ready):
    with ready.expect_response("**/mlp/browser-weights"):
        get_picker(ready).select_option("mlp")
        draw_digit(ready, 7)
        expect(ready.get_by_role("status")).to_have_text("7")
    go_away(ready)
    get_button(ready, "Clear").click()
    draw_digit(ready, 7)
    expect(get_words(ready)).to_be_visible()


def test_else_the_boards_own_reads_and_is_named(ready):
    go_away(ready)
    get_picker(ready).select_option("mlp")
    draw_digit(ready, 7)
    expect(ready.get_by_role("status")).to_have_text("7")
    expect(get_words(ready, by=" by “Board”")).to_be_visible()


def test_several_digits_need_the_server(ready):
    get_wide(ready).click()
    go_away(ready)
    draw_number(ready, "40", is_wide=True)
    expect(ready.get_by_role("status")).to_contain_text("Several digits need the server.")
    come_back(ready)
    expect(get_digits(ready)).to_have_text(["4", "0"])


def test_a_busy_server_is_asked_less_and_no_error_is_shown(ready):
    asked = be_busy(ready)
    record_what_is_said(ready)
    for digit in (7, 3, 7, 3):
        draw_digit(ready, digit)
        expect(ready.get_by_role("status")).to_have_text(str(digit))
        get_button(ready, "Clear").click()
    starts = [request.timing["startTime"] for request in asked]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps
    assert min(gaps) > 990  # ms, as the server asked for; the drawing changed far more often
    assert not any("server" in words for words in list_what_was_said(ready))
    ready.unroute(PREDICT)
    draw_digit(ready, 7)
    expect(get_words(ready)).to_be_hidden()


@pytest.mark.parametrize("workers", WITHOUT_WORKERS)
def test_without_module_workers_the_page_itself_reads(open_page, board_url, workers):
    page = open_page(f"{board_url}/glossary", reads_alone=True)
    page.add_init_script(WITHOUT_WORKERS[workers])
    page.goto(board_url)
    get_ready(page)
    go_away(page)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_words(page)).to_be_visible()


def test_a_browser_that_hides_its_canvas_reads_the_strokes(page):
    page.add_init_script("HTMLCanvasElement.prototype.toDataURL = () => { throw new Error() }")
    page.reload()
    get_ready(page)
    go_away(page)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_words(page)).to_be_visible()


def test_each_tab_reads_for_itself(ready, board_url):
    other = ready.context.new_page()
    other.goto(board_url)
    get_ready(other)
    go_away(ready)
    draw_digit(ready, 7)
    draw_digit(other, 3)
    expect(get_words(ready)).to_be_visible()
    expect(ready.get_by_role("status")).to_have_text("7")
    expect(other.get_by_role("status")).to_have_text("3")
    expect(get_words(other)).to_be_hidden()


def test_what_was_refused_can_be_read_anyway(ready):
    go_away(ready)
    draw_stroke(ready, [(0.15, 0.3), (0.3, 0.75), (0.5, 0.4), (0.7, 0.75), (0.85, 0.3)])
    get_button(ready, "Read anyway").click()
    expect(ready.get_by_role("status")).to_have_text(re.compile(r"^\d$"))
    expect(get_words(ready)).to_be_visible()


def test_a_correction_is_not_lost_silently(ready):
    go_away(ready)
    draw_digit(ready, 7)
    expect(get_words(ready)).to_be_visible()
    get_button(ready, "It’s a 1").click()
    expect(ready.get_by_text("That was not stored. The server cannot be reached.")).to_be_visible()


def test_the_keyboard_draws_what_is_read(ready):
    go_away(ready)
    get_board(ready).focus()
    ready.keyboard.press("Space")
    for _ in range(7):
        ready.keyboard.press("Shift+ArrowDown")
    ready.keyboard.press("Space")
    expect(ready.get_by_role("status")).to_have_text("1")
    expect(get_words(ready)).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_the_words_move_nothing_and_axe_finds_nothing(open_page, scheme, width):
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(reads_alone=True, color_scheme=scheme, viewport=size)
    get_ready(page)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    parts = [get_board(page), page.get_by_role("status"), get_bars(page), get_button(page, "Why?")]
    before = [part.bounding_box() for part in parts]
    page.route(API, lambda route: route.abort("connectionrefused"))
    get_button(page, "Clear").click()
    draw_digit(page, 7)
    expect(get_words(page)).to_be_visible()
    assert [part.bounding_box() for part in parts] == before
    assert page.evaluate("document.documentElement.scrollWidth") == width
    check_axe(page)
