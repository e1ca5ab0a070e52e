"""`POST /api/predict` with many drawings: one answer each, in order, as if each had come alone."""

import pytest
from PIL import Image

from tests.webapp.people import assert_problem, make_strokes
from tests.webapp.pictures import draw_seven, on_transparent, to_url

BLANK = to_url(Image.new("RGBA", (280, 280)))
SMALL = to_url(on_transparent(draw_seven((28, 28), ((3, 2), (12, 2), (6, 12)), 2)))
POINT = [[[80, 70]]]


def read(client, **body):
    answer = client.post("/api/predict", json=body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def read_alone(client, **body):
    return without_time(client.post("/api/predict", json=body).get_json())


def without_time(value):
    """An answer without its milliseconds, at any depth."""
    if isinstance(value, list):
        return [without_time(each) for each in value]
    if isinstance(value, dict):
        return {key: without_time(each) for key, each in value.items() if key != "milliseconds"}
    return value


OPTIONS = [
    {},
    {"model": "mlp"},
    {"models": ["mlp", "board_cnn"]},
    {"several": True},
    {"several": True, "models": ["mlp", "linear"]},
    {"several": False, "as_is": False},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_each_picture_is_answered_as_if_it_had_come_alone(real_client, seven_url, options):
    pictures = [seven_url, BLANK, SMALL]
    answer = read(real_client, images=pictures, **options)
    alone = [read_alone(real_client, image=picture, **options) for picture in pictures]
    assert without_time(answer) == {"readings": alone}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_each_drawing_of_strokes_is_answered_as_if_it_had_come_alone(real_client, options):
    drawings = [make_strokes(3), [], POINT]
    answer = read(real_client, strokes=drawings, **options)
    alone = [read_alone(real_client, strokes=strokes, **options) for strokes in drawings]
    assert without_time(answer) == {"readings": alone}


@pytest.mark.parametrize("options", [{}, {"models": ["mlp", "board_cnn"]}], ids=str)
def test_pictures_go_to_the_networks_as_they_are(real_client, seven_url, options):
    first, second = read(real_client, images=[SMALL, seven_url], as_is=True, **options)["readings"]
    assert without_time(first) == read_alone(real_client, image=SMALL, as_is=True, **options)
    assert second["status"] == 400
    assert "28×28" in second["detail"]


WRONG = [None, True, 7, 1.5, "", "data:,x", "data:image/png;base64,", [], {}, ["a"], "seven" * 9]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("options", [{}, {"several": True}, {"models": ["first"]}], ids=str)
def test_an_error_of_one_picture_is_its_own_answer(client, seven_url, wrong, options):
    answers = read(client, images=[seven_url, wrong, seven_url], **options)["readings"]
    assert without_time(answers[0]) == without_time(answers[2])
    alone = client.post("/api/predict", json={"image": wrong, **options})
    assert answers[1] == alone.get_json()
    assert answers[1]["status"] == 400


TOO_LONG = [[[0, 0], [4000, 0]] * 26]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        *((7, 400), (None, 400), ("x", 400), ({}, 400), ([7], 400), ([[]], 400), ([[[1]]], 400)),
        *(([[[1, "2"]]], 400), ([[[0, 9e9]]], 400), (TOO_LONG, 413), ([[[1, 1]] * 10_001], 413)),
    ],
)
def test_an_error_of_one_drawing_is_its_own_answer(client, wrong, status):
    answers = read(client, strokes=[make_strokes(), wrong, make_strokes()])["readings"]
    assert [answer["status"] for answer in answers] == ["digit", status, "digit"]
    assert answers[1] == client.post("/api/predict", json={"strokes": wrong}).get_json()


def test_the_limits_on_a_picture_hold_for_each(client, seven_url):
    large, tiny = (to_url(Image.new("L", (side, side))) for side in (1025, 27))
    answers = read(client, images=[large, seven_url, tiny])["readings"]
    assert [answer["status"] for answer in answers] == [413, "digit", 400]


def test_64_drawings_are_answered_and_65_are_not(client, seven_url):
    assert len(read(client, images=[seven_url] * 64)["readings"]) == 64
    assert len(read(client, strokes=[make_strokes()] * 64)["readings"]) == 64
    for body in ({"images": [seven_url] * 65}, {"strokes": [make_strokes()] * 65}):
        assert_problem(client.post("/api/predict", json=body), 400, "1 to 64")


@pytest.mark.parametrize("images", [[], None, "x", 7, {}, True], ids=repr)
def test_images_are_a_list_that_is_not_empty(client, images):
    assert_problem(client.post("/api/predict", json={"images": images}), 400, "`images`", "1 to 64")


def test_an_empty_list_of_strokes_is_still_an_empty_board(client):
    assert read(client, strokes=[])["status"] == "blank"


def test_a_list_of_nothing_but_empty_drawings_is_taken_for_empty_strokes(client):
    assert_problem(client.post("/api/predict", json={"strokes": [[], []]}), 400, "`strokes`")


def test_pictures_and_strokes_are_not_sent_together(client, seven_url):
    given = {"image": seven_url, "images": [seven_url], "strokes": make_strokes()}
    deep = {"strokes": [make_strokes()]}
    bodies = [{"images": given["images"], other: given[other]} for other in ("image", "strokes")]
    bodies += [given, given | deep, deep | {"image": seven_url}, deep | {"images": [seven_url]}]
    for body in bodies:
        for options in ({}, {"several": True}):
            assert_problem(client.post("/api/predict", json=body | options), 400, "Send one of")


@pytest.mark.parametrize(
    ("options", "status", "word"),
    [
        ({"model": "gone"}, 404, "no model with that name"),
        ({"models": ["first", "gone"]}, 404, "no model with that name"),
        ({"several": True, "model": "gone"}, 404, "no model with that name"),
        ({"model": 7}, 400, "`model`"),
        ({"models": []}, 400, "`models`"),
        ({"models": ["first"], "model": "first"}, 400, "not both"),
        ({"several": 1}, 400, "`several`"),
        ({"as_is": 1}, 400, "`as_is`"),
        ({"as_is": True, "several": True}, 400, "Leave out one"),
    ],
)
def test_what_is_wrong_with_the_question_is_an_error_of_the_whole(
    client, seven_url, options, status, word
):
    answer = client.post("/api/predict", json={"images": [seven_url]} | options)
    assert_problem(answer, status, word)


def test_strokes_cannot_go_to_the_networks_as_they_are(client):
    (answer,) = read(client, strokes=[make_strokes()], as_is=True)["readings"]
    assert answer["status"] == 400
    assert "`as_is`" in answer["detail"]


def test_what_a_hand_has_taught_counts_for_each_drawing(pupil):
    kept = pupil.keep(3, 1)
    first, second = pupil.read(strokes=[make_strokes(1), make_strokes(60)])["readings"]
    assert first == pupil.read(1)
    assert (first["digit"], first["because"]["id"]) == (3, kept["id"])
    assert second == pupil.read(60)


def test_a_memory_that_cannot_be_had_is_told_once(shared_app, pupil):
    pupil.keep(3)
    pupil.headers = {"X-Board-Token": "wrong"}
    answer = pupil.read(strokes=[make_strokes(), make_strokes(1)])
    assert "Your confirmed drawings do not count" in answer["memory_problem"]
    assert [reading["digit"] for reading in answer["readings"]] == [7, 7]


def test_a_batch_that_takes_long_answers_what_it_could(make_app, seven_url):
    client = make_app(BATCH_SECONDS=0).test_client()
    answers = read(client, images=[seven_url] * 3)["readings"]
    assert [answer["status"] for answer in answers] == ["digit", 503, 503]
    assert "Send the rest" in answers[1]["detail"]


def test_a_batch_within_a_megabyte_is_read_and_a_larger_one_refused_whole(client, seven_url):
    padded = seven_url + "A" * 30_000
    assert_problem(client.post("/api/predict", json={"images": [padded] * 64}), 413)
