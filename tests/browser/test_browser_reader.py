"""The page reads by itself what the server reads from the same canvas."""

from collections import Counter

import pytest

from tests.board_drawings import make_drawings
from tests.browser.drawing import draw_digit, get_board, get_button, take_drawing
from tests.browser.reading_by_itself import WEIGHTS, read_in_page, serve_weights
from tests.reader_parity import compare_readings

DRAWINGS = 200
READ_BOARD = """async (canvas, weights) => {
  const { takeInk } = await import("./static/js/reader/ink.js");
  const { loadReader } = await import("./static/js/reader/reader.js");
  window.reader ??= await loadReader(weights);
  const { width, height } = canvas;
  return window.reader.read(takeInk(canvas.getContext("2d").getImageData(0, 0, width, height)));
}"""


@pytest.mark.quick
@pytest.mark.parametrize("worker", [True, False], ids=["in a worker", "on the page"])
def test_200_drawings_get_the_answers_of_the_server(page, worker):
    serve_weights(page)
    drawings = list(make_drawings(DRAWINGS if worker else 30, seed=5))
    read = read_in_page(page, drawings, worker=worker)
    compare_readings([each["ours"] for each in read], [each["theirs"] for each in read])
    statuses = Counter(each["ours"]["status"] for each in read)
    assert statuses.keys() == {"digit", "not_a_digit", "blank"}
    assert page.workers != [] if worker else page.workers == []


def test_a_digit_drawn_with_the_mouse_gets_the_answer_of_the_server(page):
    serve_weights(page)
    ours, theirs = [], []
    for digit in (2, 7):
        draw_digit(page, digit)
        ours.append(get_board(page).evaluate(READ_BOARD, WEIGHTS))
        question = {"image": take_drawing(page)}
        theirs.append(page.request.post(f"{page.url}api/predict", data=question).json())
        get_button(page, "Clear").click()
    compare_readings(ours, theirs)
    assert [reading["digit"] for reading in ours] == [2, 7]


@pytest.mark.failed_requests
def test_where_the_workers_script_is_missing_the_page_reads(page):
    serve_weights(page)
    page.route("**/start_worker.js", lambda route: route.fulfill(status=404))
    [reading] = read_in_page(page, make_drawings(1, seed=5), worker=True)
    assert page.workers == []
    compare_readings([reading["ours"]], [reading["theirs"]])
