"""Browsers that hide the canvas from the page: white, noise, an exception, no canvas at all."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawing import (
    ACROSS,
    DOWN,
    LONG_ENOUGH,
    answer_all,
    draw_digit,
    draw_stroke,
    get_board,
    get_button,
    make_reading,
    play_blind_server,
    take_drawing,
    watch_questions,
)
from tests.shapes import DIGITS

# `protection` can be changed while the page runs, as its user may allow the canvas meanwhile.
PROTECT = """(kind) => {
  window.protection = kind;
  const canvas = HTMLCanvasElement.prototype, context = CanvasRenderingContext2D.prototype;
  const { toDataURL, getContext } = canvas, { getImageData } = context;
  const paint = (data) => {
    for (let at = 0; at < data.length; at += 1) {
      data[at] = protection === "noise" ? Math.floor(256 * Math.random()) : 255;
    }
  };
  const refuse = () => {
    if (protection === "exception") throw new DOMException("no", "SecurityError");
  };
  canvas.toDataURL = function (...type) {
    refuse();
    if (!["white", "white picture", "noise"].includes(protection)) {
      return toDataURL.apply(this, type);
    }
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [this.width, this.height];
    const pen = getContext.call(copy, "2d");
    const image = new ImageData(this.width, this.height);
    paint(image.data);
    pen.putImageData(image, 0, 0);
    return toDataURL.apply(copy, type);
  };
  context.getImageData = function (...place) {
    refuse();
    const image = getImageData.apply(this, place);
    if (["white", "noise"].includes(protection)) paint(image.data);
    return image;
  };
  canvas.getContext = function (...kind) {
    return protection === "no context" ? null : getContext.apply(this, kind);
  };
}"""
KINDS = ("white", "white picture", "noise", "exception", "no context")
SOON = 2_200  # ms: by then a canvas that was hidden is tried again


def protect(open_page, url: str, kind: str) -> Page:
    page = open_page(f"{url}/glossary")  # a page without scripts
    page.add_init_script(f"({PROTECT})({kind!r})")
    page.goto(url)
    return page


def set_protection(page: Page, kind: str) -> None:
    page.evaluate("kind => { protection = kind; }", kind)


def find_notice(page: Page):
    return page.get_by_text("keeps the picture of your drawing from the page")


@pytest.mark.parametrize("kind", KINDS)
def test_the_strokes_are_sent_where_the_canvas_is_hidden(open_page, board_url, kind):
    page = protect(open_page, board_url, kind)
    asked = play_blind_server(page)
    draw_digit(page, 4)
    expect(page.get_by_role("status")).to_have_text("7")
    page.wait_for_load_state("networkidle")
    assert all("image" not in question for question in asked)
    expect(find_notice(page)).to_be_visible()
    expect(find_notice(page)).to_contain_text("allow this site to read canvas data")


def test_strokes_are_points_of_the_board_to_a_hundredth(open_page, board_url):
    page = protect(open_page, board_url, "white")
    asked = play_blind_server(page)
    draw_stroke(page, DOWN)
    draw_stroke(page, ACROSS[:1])
    page.wait_for_timeout(LONG_ENOUGH)
    down, dot = asked[-1]["strokes"]
    assert np.array(down) == pytest.approx(280 * np.array(DOWN), abs=1)
    assert np.array(dot) == pytest.approx(280 * np.array(ACROSS[:1]), abs=1)
    assert all(round(number, 2) == number for point in down for number in point)
    assert asked[-1]["model"]


def test_what_was_drawn_beside_the_board_is_not_sent(open_page, board_url):
    page = protect(open_page, board_url, "white")
    asked = play_blind_server(page)
    draw_stroke(page, [(0.5, 0.5), (0.9, 0.5), (1.5, 0.5), (1.5, 0.8), (0.9, 0.8)])
    page.wait_for_timeout(LONG_ENOUGH)
    out, back = np.array(asked[-1]["strokes"][0]), np.array(asked[-1]["strokes"][1])
    assert out[-1] == pytest.approx([280, 140], abs=1)
    assert back[0] == pytest.approx([280, 224], abs=1)


def test_a_kept_drawing_is_sent_as_strokes_too(open_page, board_url):
    page = protect(open_page, board_url, "white")
    asked = play_blind_server(page)
    draw_stroke(page, DOWN)
    for name in ("Models", "Draw"):
        with page.expect_navigation():
            page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("status")).to_have_text("7")
    [stroke] = asked[-1]["strokes"]
    assert np.array(stroke) == pytest.approx(280 * np.array(DOWN), abs=1)


def test_the_notice_is_said_once_and_can_be_put_away(open_page, board_url):
    page = protect(open_page, board_url, "white")
    play_blind_server(page)
    before = get_board(page).bounding_box()
    draw_stroke(page, DOWN)
    expect(find_notice(page)).to_be_visible()
    assert get_board(page).bounding_box() == before
    get_button(page, "OK").click()
    page.wait_for_timeout(SOON)
    draw_stroke(page, ACROSS)
    expect(page.get_by_role("status")).to_have_text("7")
    page.wait_for_timeout(LONG_ENOUGH)
    expect(find_notice(page)).to_have_count(0)
    expect(get_button(page, "OK")).to_be_hidden()


@pytest.mark.parametrize("kind", ["white", "noise", "exception"])
def test_the_canvas_is_tried_again_by_itself(open_page, board_url, kind):
    page = protect(open_page, board_url, kind)
    asked = play_blind_server(page)
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("7")
    set_protection(page, "none")
    page.wait_for_timeout(SOON)
    page.unroute("**/api/predict")
    questions = watch_questions(page)
    get_button(page, "Clear").click()
    draw_digit(page, 3)
    expect(page.get_by_role("status")).to_have_text("3")
    assert all("image" in question.post_data_json for question in questions)
    expect(find_notice(page)).to_have_count(0)
    assert asked


def test_a_canvas_that_is_hidden_later_is_noticed(open_page, board_url):
    page = protect(open_page, board_url, "none")
    draw_digit(page, 3)
    expect(page.get_by_role("status")).to_have_text("3")
    expect(find_notice(page)).to_have_count(0)
    page.wait_for_timeout(SOON)  # the last question about the 3 may still be on its way
    asked = play_blind_server(page)
    set_protection(page, "noise")
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_have_text("7")
    assert all("strokes" in question for question in asked)


@pytest.mark.parametrize("size", [0.02, 0.2, 1])
def test_an_honest_canvas_is_never_taken_for_a_hidden_one(page, size):
    asked = watch_questions(page)
    for strokes in (*DIGITS.values(), [[(0.5, 0.5)]], [[(0.5, 0.0), (0.5, 1.0), (1.4, -0.4)]]):
        for stroke in strokes:
            draw_stroke(page, [(size * x, size * y) for x, y in [*stroke[:-1:3], stroke[-1]]])
        page.wait_for_timeout(50)
        get_button(page, "Clear").click()
    assert len(asked) > len(DIGITS)
    assert all("image" in question.post_data_json for question in asked)
    expect(find_notice(page)).to_have_count(0)


def test_scribbling_all_over_the_board_is_its_own_picture(page):
    asked = watch_questions(page)
    rows = [(x, y / 12) for y in range(13) for x in ((0.0, 1.0) if y % 2 else (1.0, 0.0))]
    draw_stroke(page, [(0.5, 0.5), *rows])
    page.wait_for_timeout(LONG_ENOUGH)
    assert asked
    assert all("image" in question.post_data_json for question in asked)


@pytest.mark.parametrize("answer", ["null", "[]", '{"status": "digit"}', '{"readings": []}'])
def test_an_answer_that_makes_no_sense_leaves_nothing_stuck(page, complaints, answer):
    answer_all(page, body=answer, content_type="application/json")
    draw_stroke(page, DOWN)
    expect(page.get_by_role("status")).to_contain_text("could not be understood")
    answer_all(page, json=make_reading(7))
    draw_stroke(page, ACROSS)
    expect(page.get_by_role("status")).to_have_text("7")
    assert all(line.startswith("page error") for line in complaints)
    complaints.clear()


@pytest.mark.parametrize("digit", [3, 4, 7])
def test_the_server_reads_the_strokes_as_it_reads_the_picture(open_page, board_url, digit):
    page = protect(open_page, board_url, "noise")
    draw_digit(page, digit)
    expect(page.get_by_role("status")).to_have_text(str(digit))
    expect(find_notice(page)).to_be_visible()
    set_protection(page, "none")
    picture = {"image": take_drawing(page)}
    kept = page.evaluate("JSON.parse(sessionStorage.getItem('digit-board.drawing'))")
    seen = [
        page.request.post(f"{board_url}/api/predict", data=data).json()["seen"]
        for data in (picture, {"strokes": kept})
    ]
    assert np.abs(np.subtract(*seen)).mean() <= 3
