"""The page and its server: order, errors, silence and return."""

import pytest
from playwright.sync_api import expect

from tests.browser.away import come_back, go_away
from tests.browser.drawing import (
    ACROSS,
    DOWN,
    LONG_ENOUGH,
    PREDICT,
    answer_all,
    draw_digit,
    draw_stroke,
    get_bars,
    get_button,
    list_what_was_said,
    make_reading,
    record_what_is_said,
    take_drawing,
)


class Desk:
    """Where the page's requests lie until the test, as the server, answers them."""

    def __init__(self, page):
        self.page = page
        self.requests = []
        page.route(PREDICT, lambda route: self.requests.append(route))

    def await_requests(self, count):
        for _ in range(500):
            if len(self.requests) >= count:
                break
            self.page.wait_for_timeout(10)  # lets the browser's events in
        assert len(self.requests) == count

    def answer(self, index, digit):
        self.requests[index].fulfill(json=make_reading(digit))


@pytest.fixture
def desk(page):
    return Desk(page)


def test_the_newest_drawing_is_asked_next_and_those_between_are_skipped(page, desk):
    draw_stroke(page, DOWN)
    draw_stroke(page, ACROSS)
    draw_stroke(page, [(0.2, 0.2), (0.3, 0.3)])
    desk.await_requests(1)
    desk.answer(0, digit=1)
    desk.await_requests(2)
    assert desk.requests[1].request.post_data_json["image"] == take_drawing(page)
    desk.answer(1, digit=4)
    expect(page.get_by_role("status")).to_have_text("4")


@pytest.mark.quick
def test_a_late_answer_to_a_drawing_that_is_gone_is_never_shown(page, desk):
    record_what_is_said(page)
    draw_stroke(page, DOWN)
    desk.await_requests(1)
    get_button(page, "Clear").click()
    draw_stroke(page, ACROSS)
    desk.answer(0, digit=3)
    desk.await_requests(2)
    desk.answer(1, digit=5)
    expect(page.get_by_role("status")).to_have_text("5")
    assert list_what_was_said(page) == ["Reading…", "Draw a digit", "Reading…", "5"]


def test_a_late_answer_leaves_a_cleared_board_empty(page, desk):
    draw_stroke(page, DOWN)
    desk.await_requests(1)
    get_button(page, "Clear").click()
    with page.expect_response(PREDICT):
        desk.answer(0, digit=3)
    page.wait_for_timeout(LONG_ENOUGH)
    expect(page.get_by_role("status")).to_have_text("Draw a digit")
    desk.await_requests(1)


def test_the_page_says_that_it_reads(page, desk):
    draw_stroke(page, DOWN)
    desk.await_requests(1)
    expect(page.get_by_role("status")).to_have_text("Reading…")


def test_the_same_answer_is_announced_once(page):
    answer_all(page, json=make_reading(7))
    record_what_is_said(page)
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("7")
    with page.expect_response(PREDICT):
        draw_stroke(page, ACROSS)
    page.wait_for_timeout(LONG_ENOUGH)
    assert list_what_was_said(page) == ["Reading…", "7"]


def test_the_page_says_that_a_drawing_is_not_a_digit_and_fades_its_bars(page):
    answer_all(page, json=make_reading(None, "not_a_digit"))
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("That does not look like a digit")
    expect(get_bars(page)).to_have_attribute("data-faded", "")


def test_half_a_digit_is_not_refused_before_the_pen_is_lifted(page):
    answer_all(page, json=make_reading(None, "not_a_digit"))
    record_what_is_said(page)
    with page.expect_response(PREDICT):
        draw_stroke(page, DOWN, lift=False)
    assert list_what_was_said(page) == ["Reading…"]
    page.mouse.up()
    expect(page.get_by_role("status")).to_have_text("That does not look like a digit")


@pytest.mark.quick
@pytest.mark.failed_requests
def test_an_error_is_shown_in_the_servers_words(page):
    problem = {"title": "Bad request", "status": 400, "detail": "Send a smaller drawing."}
    content = "application/problem+json"
    answer_all(page, status=400, json=problem, headers={"Content-Type": content})
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("Send a smaller drawing.")


@pytest.mark.quick
@pytest.mark.failed_requests
@pytest.mark.parametrize("reason", ["connectionrefused", "timedout", "connectionreset"])
def test_the_page_recovers_by_itself(page, reason):
    go_away(page, reason)  # before it has weights: else it reads by itself
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_contain_text("The server cannot be reached")
    come_back(page)
    expect(page.get_by_role("status")).to_have_text("7")
