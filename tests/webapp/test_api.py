import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from tests.cards import make_card
from tests.webapp.pictures import draw_seven, on_paper, on_transparent, to_url
from webapp import create_app

BLANK = to_url(Image.new("RGBA", (280, 280)))


def predict(client, **body):
    return client.post("/api/predict", json=body)


def without_time(reading):
    """Return a reading less what no two readings share."""
    return {name: value for name, value in reading.items() if name != "milliseconds"}


def test_a_drawing_is_read(client, seven_url):
    answer = predict(client, image=seven_url)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    reading = answer.get_json()
    fields = ["status", "model", "digit", "probabilities", "seen", "unsure"]
    assert list(reading) == [*fields, "no_digit", "milliseconds", "because"]
    assert (reading["status"], reading["digit"], reading["model"]) == ("digit", 7, "first")
    assert len(reading["probabilities"]) == 10
    assert len(reading["seen"]) == 784


def test_an_empty_board_is_blank(client):
    assert predict(client, image=BLANK).get_json() == {
        "status": "blank",
        "model": "first",
        "digit": None,
        "probabilities": None,
        "seen": None,
        "unsure": None,
        "no_digit": None,
        "milliseconds": None,
        "because": None,
    }


def test_a_model_can_be_chosen(client, seven_url):
    assert predict(client, image=seven_url, model="second").get_json()["model"] == "second"


def test_several_models_answer_in_the_order_they_were_named(client, seven_url):
    answer = predict(client, image=seven_url, models=["second", "first"]).get_json()
    assert [reading["model"] for reading in answer["readings"]] == ["second", "first"]


def test_a_list_of_one_model_answers_with_a_list(client, seven_url):
    assert len(predict(client, image=seven_url, models=["first"]).get_json()["readings"]) == 1


def test_unknown_keys_are_ignored(client, seven_url):
    assert predict(client, image=seven_url, mood=["good"], _=None).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8;a=b"]
)
def test_the_content_type_may_have_parameters(client, seven_url, content_type):
    body = json.dumps({"image": seven_url})
    answer = client.post("/api/predict", data=body, content_type=content_type)
    assert answer.status_code == 200


def test_a_byte_order_mark_is_forgiven(client, seven_url):
    body = b"\xef\xbb\xbf" + json.dumps({"image": seven_url}).encode()
    answer = client.post("/api/predict", data=body, content_type="application/json")
    assert answer.status_code == 200


def test_dark_on_light_light_on_dark_and_transparent_are_seen_alike(real_client):
    coverage = draw_seven()
    forms = [
        on_paper(coverage),
        on_paper(coverage, (255, 255, 255), (0, 0, 0)),
        on_transparent(coverage, (20, 20, 20)),
        on_transparent(coverage, (240, 240, 235)),
    ]
    urls = [to_url(form) for form in forms]
    answers = [without_time(predict(real_client, image=url).get_json()) for url in urls]
    assert answers[0]["status"] == "digit"
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("ink", [(160, 30, 30), (20, 90, 200), (90, 90, 90)])
def test_coloured_ink_is_read_as_black_ink_is(real_client, ink):
    coverage = draw_seven()
    black, coloured = (
        predict(real_client, image=to_url(on_paper(coverage, colour))).get_json()
        for colour in ((0, 0, 0), ink)
    )
    assert coloured["digit"] == black["digit"] == 7
    assert np.abs(np.subtract(coloured["seen"], black["seen"])).max() <= 3


@pytest.mark.parametrize("size", [(28, 28), (100, 300), (1024, 700)])
def test_a_seven_is_a_seven_on_a_board_of_any_size(real_client, size):
    width, height = size
    path = [(x / 280 * width, y / 280 * height) for x, y in ((80, 70), (200, 70), (120, 220))]
    coverage = draw_seven(size, path, max(2, min(size) // 15))
    assert predict(real_client, image=to_url(on_paper(coverage))).get_json()["digit"] == 7


def test_the_real_reader_keeps_the_contract(real_client, real_reader, seven_url):
    reading = predict(real_client, image=seven_url).get_json()
    assert set(reading) >= {"status", "digit", "probabilities", "model", "seen"}
    assert (reading["status"], reading["digit"]) == ("digit", 7)
    assert reading["model"] == real_reader.default
    assert sum(reading["probabilities"]) == pytest.approx(1)
    assert all(type(level) is int and 0 <= level <= 255 for level in reading["seen"])
    assert predict(real_client, image=BLANK).get_json()["status"] == "blank"


def test_models_are_listed_with_their_cards_the_default_first(client):
    assert client.get("/api/models").get_json() == {
        "default": "first",
        "models": [
            {"name": "first", "default": True} | {"version": 0, "card": card("first")},
            {"name": "second", "default": False} | {"version": 0, "card": card("second")},
        ],
    }


def card(name):
    return make_card(name).to_dict()


def test_health_is_good_while_a_reading_can_be_made(client):
    answer = client.get("/api/health")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ok", "model": "first"}


def test_health_with_the_shipped_weights_is_good(real_client):
    assert real_client.get("/api/health").status_code == 200


def test_health_is_bad_when_no_reading_can_be_made(broken_client, caplog):
    answer = broken_client.get("/api/health")
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert "secret" not in answer.get_data(as_text=True)
    assert "secret reason" in caplog.text


def test_many_at_once_get_the_answers_they_would_get_one_by_one(real_reader):
    app = create_app({"READER": real_reader})
    paths = [((60 + 4 * i, 70), (200, 70 + 5 * i), (120, 220)) for i in range(24)]
    urls = [to_url(on_transparent(draw_seven(points=path))) for path in paths]

    def read(url):
        return without_time(predict(app.test_client(), image=url).get_json())

    # In a thread like the others: training leaves later threads fewer helpers than the main one
    # has, and how many calculate a product decides in which order its parts are added up.
    with ThreadPoolExecutor(1) as pool:
        alone = list(pool.map(read, urls))
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(read, urls * 3))
    assert together == alone * 3
