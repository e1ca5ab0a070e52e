"""A digit that a person writes their own way is corrected once, and from then on it is read."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.drawing import (
    DOWN,
    LONG_ENOUGH,
    answer_all,
    draw_digit,
    draw_stroke,
    get_bar,
    get_board,
    get_button,
    get_compare,
    get_row,
    list_what_was_heard,
    make_reading,
    record_what_is_heard,
)
from tests.browser.keeping import (
    confirm,
    draw_and_read,
    expect_drawings,
    expect_kept,
    get_correction,
    get_thumbnails,
    get_undo,
    open_my_drawings,
)
from tests.browser.screens import WIDTHS
from tests.shapes import DIGITS

BECAUSE = "Read as a 1 because of a drawing of yours"
DRAWINGS = re.compile(r"/api/drawings")


@pytest.fixture
def page(open_page, own_url):
    return open_page(own_url)


@pytest.fixture(params=[1280, 390])
def any_screen(open_page, own_url, request):
    size = {"width": request.param, "height": WIDTHS[request.param]}
    return open_page(own_url, viewport=size)


def count_kept(page):
    """Return how many drawings are kept, by the page's own token."""
    return page.evaluate(
        """async () => {
          const token = document.querySelector('meta[name="board-token"]').content;
          const answer = await fetch("api/drawings", { headers: { "X-Board-Token": token } });
          return (await answer.json()).total;
        }"""
    )


@pytest.mark.quick
def test_a_correction_counts_at_once_and_undo_takes_it_back(any_screen):
    page = any_screen
    draw_and_read(page, 7)
    confirm(page, 1)
    expect(page.get_by_role("status")).to_have_text("1")
    expect(page.get_by_text(BECAUSE)).to_be_visible()
    expect(page.get_by_role("img", name="Your drawing")).to_be_visible()
    get_undo(page).click()
    expect(page.get_by_role("status")).to_have_text("7")
    expect(page.get_by_text(BECAUSE)).to_be_hidden()
    expect(page.get_by_text("Wrong? It’s a")).to_be_visible()
    assert count_kept(page) == 0


@pytest.mark.quick
def test_a_digit_like_it_is_read_as_taught(page):
    draw_and_read(page, 7)
    confirm(page, 1)
    get_button(page, "Clear").click()
    for stroke in DIGITS[7]:
        draw_stroke(page, [(x + 0.03, 1.02 * y) for x, y in stroke])
    expect(page.get_by_role("status")).to_have_text("1")
    expect(page.get_by_text(BECAUSE)).to_be_visible()
    expect(page.get_by_text("Wrong? It’s a")).to_be_visible()


def test_what_is_kept_is_seen_in_my_drawings(page):
    draw_and_read(page, 7)
    confirm(page, 1)
    open_my_drawings(page)
    expect_drawings(page, 1)
    expect(get_thumbnails(page, "1")).to_have_count(1)
    expect(page.get_by_text("read 7")).to_be_visible()


def test_pressing_twice_stores_once(page):
    draw_and_read(page, 7)
    get_correction(page, 1).dblclick()
    expect_kept(page, 1)
    page.wait_for_load_state("networkidle")
    assert count_kept(page) == 1


def test_another_label_replaces_the_first_and_undo_brings_it_back(page):
    draw_and_read(page, 7)
    confirm(page, 1)
    confirm(page, 4)
    expect(page.get_by_role("status")).to_have_text("4")
    assert count_kept(page) == 1
    get_undo(page).click()
    expect_kept(page, 1)
    expect(page.get_by_role("status")).to_have_text("1")
    get_undo(page).click()
    expect(page.get_by_text("Wrong? It’s a")).to_be_visible()
    assert count_kept(page) == 0


def test_what_is_not_a_digit_is_refused_from_then_on(page):
    draw_and_read(page, 7)
    confirm(page, "not a digit")
    expect(page.get_by_role("status")).to_have_text("That does not look like a digit")
    expect(page.get_by_text("Because of a drawing of yours", exact=True)).to_be_visible()
    get_button(page, "Read anyway").click()
    expect(page.get_by_role("status")).to_have_text("7")
    expect(page.get_by_text("Because of a drawing of yours", exact=True)).to_be_hidden()


def test_a_refused_drawing_can_be_corrected(page):
    answer_all(page, json=make_reading(5, "not_a_digit") | {"digit": None, "no_digit": 0.98})
    draw_stroke(page, DOWN)
    expect(get_button(page, "Read anyway")).to_be_visible()
    confirm(page, 1)


def test_an_unsure_answer_is_confirmed_by_one_press(page):
    answer_all(page, json=make_reading(4) | {"unsure": [4, 9]})
    draw_stroke(page, DOWN)
    get_button(page, "Right").click()
    expect_kept(page, 4)
    expect(get_button(page, "Right")).to_be_hidden()
    expect(page.get_by_text("Unsure: 4 or 9", exact=True)).to_be_visible()


def test_a_sure_answer_needs_no_confirmation(page):
    draw_and_read(page, 7)
    expect(get_button(page, "Right")).to_be_hidden()
    expect(get_correction(page, 7)).to_be_visible()


def test_before_anything_is_drawn_the_page_says_what_is_kept_where_and_how_to_delete_it(page):
    words = page.get_by_text(re.compile(r"kept on this computer until you\s+delete them"))
    expect(words).to_be_visible()
    expect(get_correction(page, 7)).to_be_hidden()
    draw_and_read(page, 7)
    expect(words).to_be_hidden()
    get_button(page, "Clear").click()
    expect(words).to_be_visible()


def test_on_a_shared_server_it_says_that_it_is_kept_there(open_page, class_url):
    page = open_page(class_url)
    expect(page.get_by_text(re.compile("kept on this server"))).to_be_visible()


def test_a_blank_drawing_cannot_be_confirmed(page):
    answer_all(page, json=make_reading(None, "blank") | {"probabilities": None, "seen": None})
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("Too little to read")
    expect(get_correction(page, 7)).to_be_hidden()


def test_a_further_stroke_makes_it_another_drawing(page):
    draw_and_read(page, 7)
    confirm(page, 1)
    draw_stroke(page, DOWN)
    expect(page.get_by_text("Wrong? It’s a")).to_be_visible()
    get_button(page, "Undo").click()
    expect_kept(page, 1)


def test_another_model_is_taught_as_well(page):
    draw_and_read(page, 7)
    confirm(page, 1)
    get_compare(page).click()
    for model in ("Board", "Quick"):
        expect(get_row(page, re.compile(model)).first.get_by_role("cell").first).to_have_text("1")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_whatever_is_confirmed(open_page, own_url, width):
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(own_url, viewport=size, reduced_motion="reduce")

    def find_places():
        tools = page.get_by_role("group", name="Tools").get_by_role("button")
        groups = [page.get_by_role("meter"), tools, get_board(page)]
        return [item.bounding_box() for group in groups for item in group.all()]

    before = find_places()
    draw_and_read(page, 7)
    place = get_correction(page, 1).bounding_box()
    for label in (1, "not a digit"):
        confirm(page, label)
        page.wait_for_load_state("networkidle")
        assert find_places() == before
        assert get_correction(page, 1).bounding_box() == place
    get_undo(page).click()
    expect_kept(page, 1)
    assert find_places() == before


def test_it_all_works_by_keyboard(any_screen):
    page = any_screen
    draw_and_read(page, 7)
    get_correction(page, 0).focus()
    page.keyboard.press("Tab")
    expect(get_correction(page, 1)).to_be_focused()
    page.keyboard.press("Enter")
    expect_kept(page, 1)
    expect(get_correction(page, 1)).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    expect(get_undo(page)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("Wrong? It’s a")).to_be_visible()
    expect(get_correction(page, 0)).to_be_focused()
    assert count_kept(page) == 0


def test_right_and_undo_pass_the_focus_to_each_other(page):
    answer_all(page, json=make_reading(4) | {"unsure": [4, 9]})
    draw_stroke(page, DOWN)
    get_button(page, "Right").focus()
    page.keyboard.press("Enter")
    expect(get_undo(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(get_button(page, "Right")).to_be_focused()


def test_a_screen_reader_hears_why(page):
    draw_and_read(page, 7)
    record_what_is_heard(page)
    confirm(page, 1)
    expect(page.get_by_role("status")).to_have_text("1")
    expect(page.locator('[data-part="speech"]')).to_have_text("1, because of a drawing of yours")
    assert list_what_was_heard(page)[-1] == "1, because of a drawing of yours"


@pytest.mark.failed_requests
@pytest.mark.parametrize("failure", ["away", "locked"])
def test_what_is_not_stored_is_said_and_the_drawing_stays(page, failure):
    draw_and_read(page, 7)
    problem = {"status": 503, "json": {"detail": "The drawings are in use. Try again."}}
    answer = {
        "away": lambda route: route.abort(),
        "locked": lambda route: route.fulfill(**problem),
    }
    page.route(DRAWINGS, answer[failure])
    get_correction(page, 1).click()
    words = {"away": "The server cannot be reached.", "locked": "The drawings are in use."}
    expect(page.get_by_text(f"That was not stored. {words[failure]}")).to_be_visible()
    expect(page.get_by_text("Not kept.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("7")
    page.unroute(DRAWINGS)
    confirm(page, 1)
    expect(page.get_by_text("That was not stored.")).to_be_hidden()
    assert count_kept(page) == 1


def test_readings_go_on_without_the_store_and_the_page_says_so_once(page):
    problem = "Your confirmed drawings do not count at the moment. The disk is gone."
    answer_all(page, json=make_reading(7) | {"memory_problem": problem})
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(page.get_by_text(problem)).to_be_visible()
    get_button(page, "OK").click()
    draw_stroke(page, [(0.2, 0.5), (0.8, 0.5)])
    page.wait_for_timeout(LONG_ENOUGH)
    expect(page.get_by_text(problem)).to_be_hidden()


def test_two_browsers_have_two_hands_at_once(open_page, class_url):
    one, other = open_page(class_url), open_page(class_url)
    for page in (one, other):
        draw_and_read(page, 7)
    confirm(one, 1)
    confirm(other, 4)
    expect(one.get_by_role("status")).to_have_text("1")
    expect(other.get_by_role("status")).to_have_text("4")
    for page, name in ((one, "1"), (other, "4")):
        open_my_drawings(page)
        expect_drawings(page, 1)
        expect(get_thumbnails(page, name)).to_have_count(1)


def test_a_browser_without_a_hand_gets_no_cookie_by_reading(open_page, class_url):
    page = open_page(class_url)
    draw_and_read(page, 7)
    assert page.context.cookies() == []
    confirm(page, 1)
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


@pytest.mark.quick
def test_the_token_comes_with_the_address_and_leaves_it(open_page, class_url):
    page = open_page(f"{class_url}/#token=the-token-of-the-tests")
    draw_and_read(page, 7)
    assert page.url == f"{class_url}/"
    confirm(page, 1)
    assert page.context.cookies() == []
    open_my_drawings(page)
    expect_drawings(page, 1)
    page.goto(class_url)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("1")


@pytest.mark.failed_requests
def test_a_token_of_a_server_before_is_said_and_forgotten(open_page, class_url):
    page = open_page(f"{class_url}/#token=another-token")
    draw_and_read(page, 7)
    expect(page.get_by_text("The token is not this server’s")).to_be_hidden()
    get_correction(page, 1).click()
    expect(page.get_by_text(re.compile("The token is not this server's"))).to_be_visible()
    confirm(page, 1)
    assert len(page.context.cookies()) == 1


def test_the_bar_of_what_was_taught_is_marked(page):
    draw_and_read(page, 7)
    confirm(page, 1)
    expect(get_bar(page, 1).locator("..")).to_have_attribute("aria-current", "true")
