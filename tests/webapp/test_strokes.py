"""Strokes may stand for the picture: the server draws them as the page does."""

import numpy as np
import pytest

from ml.strokes import draw
from tests.shapes import DIGITS
from webapp.drawing import MAX_LENGTH, MAX_POINTS, read_strokes
from webapp.problems import Problem


def scale(strokes, side=280, left=0, top=0):
    return [[[left + x * side, top + y * side] for x, y in stroke] for stroke in strokes]


def predict(client, **body):
    return client.post("/api/predict", json=body)


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_is_read_from_its_strokes(real_client, digit):
    answer = predict(real_client, strokes=scale(DIGITS[digit])).get_json()
    assert (answer["status"], answer["digit"]) == ("digit", digit)


def test_strokes_on_the_board_are_drawn_as_the_page_draws_them():
    strokes = scale(DIGITS[4])
    expected = draw([np.array(stroke, np.float32) for stroke in strokes])
    assert np.array_equal(read_strokes(strokes), expected)


@pytest.mark.parametrize(
    "where", [{"left": 600}, {"left": -500, "top": -90}, {"side": 2_000}, {"side": 4_000}]
)
def test_the_board_grows_where_strokes_leave_it(real_client, where):
    ink = read_strokes(scale(DIGITS[3], **where))
    assert max(ink.shape) <= 1024
    edges = ink[0].max(), ink[-1].max(), ink[:, 0].max(), ink[:, -1].max()
    assert max(edges) == 0  # nothing is cut off
    assert predict(real_client, strokes=scale(DIGITS[3], **where)).get_json()["digit"] == 3


def test_a_dot_is_too_little_and_no_strokes_are_a_blank_board(real_client):
    for strokes in ([], [[[100, 100]]]):
        assert predict(real_client, strokes=strokes).get_json()["status"] == "blank"


def test_several_models_read_the_same_strokes(client):
    answer = predict(client, strokes=scale(DIGITS[1]), models=["first", "second"]).get_json()
    assert [reading["model"] for reading in answer["readings"]] == ["first", "second"]


NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        7,
        "M0 0",
        {},
        [7],
        [[]],
        [[[1]]],
        [[[1, 2, 3]]],
        [[["1", "2"]]],
        [[[True, False]]],
        [[[None, 1]]],
        [[1, 2]],
        [[[1e9, 0]]],
        [[[0, 0], [5000, 0]]],
        [[[-5000, 0]]],
        [[[10**400, 0]]],
    ],
)
def test_what_is_not_strokes_is_refused_with_what_they_must_be(client, strokes):
    answer = predict(client, strokes=strokes)
    assert answer.status_code == 400
    assert "`strokes`" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ({"x": [80]}, "they must be a list of strokes"),
        ("70", "they must be a list of strokes"),
        ([[]], "stroke 1 must be a list of one or more points"),
        ([[80, 70], [200, 70]], "point 1 of stroke 1 must be a list of two numbers"),
        ([[[80, 70]], [[200, 70], [9, "70"]]], "point 2 of stroke 2 must be a list of two numbers"),
        (
            [[[80, 70], [4097, 70]]],
            "point 2 of stroke 1 must be a list of two numbers within 4,096",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_with_strokes_is_said_with_an_example(client, strokes, words):
    detail = predict(client, strokes=strokes).get_json()["detail"]
    assert words in detail
    assert "each a list of [x, y] numbers: [[[80, 70], [200, 70]]]" in detail


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_lacks_are_refused(client, number):
    body = f'{{"strokes": [[[{number}, 0]]]}}'
    answer = client.post("/api/predict", data=body, content_type="application/json")
    assert answer.status_code == 400


def test_a_picture_and_strokes_at_once_are_refused(client, seven_url):
    answer = predict(client, strokes=scale(DIGITS[1]), image=seven_url)
    assert answer.status_code == 400
    assert "not both" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "strokes",
    [
        [[[0, 0]] * (MAX_POINTS + 1)],
        [[[0, 0]]] * (MAX_POINTS + 1),
        [[[0, 0], [280, 280]] * (MAX_LENGTH // 500)],
    ],
)
def test_more_than_a_person_draws_is_refused_before_it_is_drawn(strokes):
    with pytest.raises(Problem) as refusal:
        read_strokes(strokes)
    assert refusal.value.code == 413
