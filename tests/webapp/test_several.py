"""`POST /api/predict` with `several`: a number digit by digit, and one digit exactly as without."""

import pytest
from PIL import Image

from ml.strokes import draw_freely, parse_strokes
from tests.shapes import DIGITS
from tests.webapp.people import TOKEN, assert_problem
from tests.webapp.pictures import draw_seven, on_transparent, to_url


def write(text, gap=60):
    """The strokes of a number, its digits 200 px tall, beside each other."""
    return [
        [[x * 200 + place * (140 + gap), y * 200 + 40] for x, y in stroke]
        for place, digit in enumerate(text)
        for stroke in DIGITS[int(digit)]
    ]


def draw(strokes):
    """The picture that the page's canvas has of strokes."""
    return to_url(on_transparent(draw_freely(parse_strokes(strokes))))


def read(client, **body):
    answer = client.post("/api/predict", json={"several": True} | body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def without_time(reading):
    return {
        name: value
        for name, value in reading.items()
        if name not in ("milliseconds", "text", "digits", "box", "strokes")
    }


@pytest.mark.parametrize("ways", [["strokes"], ["image"], ["strokes", "image"]], ids="+".join)
def test_a_number_is_read_digit_by_digit(real_client, ways):
    strokes = write("407")
    drawing = {"strokes": strokes, "image": draw(strokes)}
    answer = read(real_client, **{way: drawing[way] for way in ways})
    assert (answer["status"], answer["text"], answer["model"]) == ("number", "407", "board_cnn")
    assert 0.5 < answer["probability"] <= 1
    assert answer["milliseconds"] > 0
    assert [digit["digit"] for digit in answer["digits"]] == [4, 0, 7]
    lefts = [digit["box"][0] for digit in answer["digits"]]
    assert lefts == sorted(lefts)
    for digit in answer["digits"]:
        assert len(digit["seen"]) == 784
        assert len(digit["probabilities"]) == 10


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_reads_exactly_as_without(real_client, digit):
    strokes = write(str(digit))
    for drawing in ({"strokes": strokes}, {"image": draw(strokes)}):
        alone = real_client.post("/api/predict", json=drawing).get_json()
        answer = read(real_client, **drawing)
        assert without_time(answer) == without_time(alone)
        assert answer["text"] == str(alone["digit"])
        (part,) = answer["digits"]
        assert without_time(part) == without_time(alone)


def test_the_picture_is_what_is_read_where_both_are_sent(real_client):
    image = to_url(on_transparent(draw_seven(width=12)))  # not the pen of the page
    alone = real_client.post("/api/predict", json={"image": image}).get_json()
    strokes = [[[80, 70], [200, 70], [120, 220]]]
    assert without_time(read(real_client, image=image, strokes=strokes)) == without_time(alone)


def test_several_models_read_the_same_digits(real_client):
    readings = read(real_client, strokes=write("12"), models=["mlp", "board_cnn"])["readings"]
    assert [(each["model"], each["text"]) for each in readings] == [
        *(("mlp", "12"), ("board_cnn", "12"))
    ]


@pytest.mark.parametrize(
    "drawing", [{"strokes": []}, {"image": to_url(Image.new("RGBA", (280, 280)))}]
)
def test_a_blank_drawing_has_no_digits(real_client, drawing):
    answer = read(real_client, **drawing)
    assert (answer["status"], answer["text"], answer["digits"]) == ("blank", None, [])


def test_without_several_a_number_is_no_digit(real_client):
    for body in ({}, {"several": False}):
        answer = real_client.post("/api/predict", json={"strokes": write("407")} | body)
        assert "digits" not in answer.get_json()


def test_what_a_hand_has_taught_counts_for_each_digit(make_app, real_reader):
    client = make_app(READER=real_reader, LISTENS_ON_LOOPBACK=True).test_client()
    client.environ_base["HTTP_X_BOARD_TOKEN"] = TOKEN
    four, strokes = write("4"), write("44")
    assert client.post("/api/drawings", json={"strokes": four, "label": 9}).status_code == 201
    answer = read(client, strokes=strokes)
    assert answer["text"] == "99"
    assert [digit["because"]["label"] for digit in answer["digits"]] == [9, 9]


@pytest.mark.parametrize("several", [None, 0, 1, "true", [], {}, 1.0])
def test_several_is_a_boolean(client, several):
    answer = client.post("/api/predict", json={"strokes": write("1"), "several": several})
    assert_problem(answer, 400, "`several`")


def test_a_picture_as_it_is_has_no_several(client, seven_url):
    for as_is, words in ((True, "Leave out one"), ("yes", "`as_is`")):
        answer = client.post(
            "/api/predict", json={"image": seven_url, "several": True, "as_is": as_is}
        )
        assert_problem(answer, 400, words)


BAD = [{}, {"image": 7}, {"image": "data:,x"}, {"strokes": 7}, {"strokes": [[]]}]
BAD += [{"strokes": write("1"), "image": "x"}, {"strokes": 7, "image": draw(write("1"))}]
BAD += [{"strokes": write("1"), "model": 7}, {"strokes": write("1"), "models": []}]


@pytest.mark.parametrize("body", BAD, ids=str)
def test_what_cannot_be_read_is_refused(client, body):
    assert_problem(client.post("/api/predict", json={"several": True} | body), 400)


def test_an_unknown_model_is_named(real_client):
    answer = real_client.post(
        "/api/predict", json={"strokes": write("12"), "several": True, "model": "gone"}
    )
    assert_problem(answer, 404, "There is no model with that name")


@pytest.mark.parametrize(
    "strokes", [[[[x, 5]] for x in range(0, 4000, 40)], write("8" * 15, gap=0)]
)
def test_very_many_strokes_are_answered(real_client, strokes):
    assert read(real_client, strokes=strokes)["status"] in ("number", "not_a_digit")
