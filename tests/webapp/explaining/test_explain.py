"""`POST /api/explain`: a drawing in, why it is read so out."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from PIL import Image

from tests.shapes import DIGITS
from tests.webapp.fakes import BrokenReader
from tests.webapp.pictures import draw_seven, on_transparent, to_url
from webapp import create_app

FOUR = [[[x * 280, y * 280] for x, y in stroke] for stroke in DIGITS[4]]
LETTER = [[[0, 0], [70, 280], [140, 80], [210, 280], [280, 0]]]
BLANK = to_url(Image.new("RGBA", (280, 280)))
UNIT = {"layer": "linear", "channel": 3}


def explain(client, **body):
    return client.post("/api/explain", json=body)


def without_time(reading):
    return {name: value for name, value in reading.items() if name != "milliseconds"}


def ask_and_read(client, **body):
    """Return the explanation of a drawing, and its reading by /api/predict."""
    answer = explain(client, **body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json(), client.post("/api/predict", json=body).get_json()


@pytest.mark.parametrize("model", ["board_cnn", "quick_cnn", "mlp", "linear", "linear_scratch"])
def test_a_reading_is_explained_by_every_network(real_client, model):
    answer, reading = ask_and_read(real_client, strokes=FOUR, model=model)
    assert list(answer) == [
        *("reading", "evidence", "strokes", "nearest", "nearest_rival", "counterfactual")
    ]
    assert without_time(answer["reading"]) == without_time(reading)
    evidence = answer["evidence"]
    assert list(evidence) == ["for", "against", "map", "place", "without"]
    assert evidence["for"] == np.argmax(reading["probabilities"])
    second = int(np.argsort(reading["probabilities"])[-2])
    assert evidence["against"] == answer["nearest_rival"]["label"] == second
    assert len(evidence["map"]) == 784
    assert -1 <= min(evidence["map"]) <= max(evidence["map"]) <= 1
    assert not np.any(np.array(evidence["map"])[np.array(reading["seen"]) == 0])
    assert len(answer["nearest"]) == 5
    assert set(answer["nearest"][0]) == {"label", "image", "distance", "shared"}
    if answer["counterfactual"] is not None:
        assert answer["counterfactual"]["digit"] == second
        assert len(answer["counterfactual"]["image"]) == 784


def test_leaving_out_a_stroke_gives_what_reading_the_rest_gives(real_client):
    answer, _ = ask_and_read(real_client, strokes=FOUR, methods=["strokes"])
    assert list(answer) == ["reading", "strokes"]
    assert [each.pop("left_out") for each in answer["strokes"]] == list(range(len(FOUR)))
    for number, reading in enumerate(answer["strokes"]):
        rest = FOUR[:number] + FOUR[number + 1 :]
        alone = real_client.post("/api/predict", json={"strokes": rest}).get_json()
        assert without_time(reading) == without_time(alone)


@pytest.mark.parametrize(
    "body", [{"strokes": FOUR[:1]}, {"image": to_url(Image.fromarray(draw_seven()))}]
)
def test_one_stroke_and_a_picture_have_no_strokes_to_leave_out(real_client, body):
    assert explain(real_client, **body, methods=["strokes"]).get_json()["strokes"] == []


def test_of_a_picture_with_its_strokes_the_picture_is_read_and_strokes_are_left_out(real_client):
    image = to_url(on_transparent(draw_seven(width=12)))  # not what the page's pen would draw
    answer = explain(real_client, image=image, strokes=FOUR).get_json()
    reading = real_client.post("/api/predict", json={"image": image}).get_json()
    assert without_time(answer["reading"]) == without_time(reading)
    alone = explain(real_client, image=image).get_json()
    assert answer["evidence"] == alone["evidence"]
    assert alone["strokes"] == []
    from_strokes = explain(real_client, strokes=FOUR, methods=["strokes"]).get_json()
    assert [without_time(each) for each in answer["strokes"]] == [
        without_time(each) for each in from_strokes["strokes"]
    ]


def test_a_picture_as_it_is_has_no_strokes(client):
    small = to_url(on_transparent(draw_seven((28, 28), ((3, 2), (12, 2), (6, 12)), 2)))
    answer = explain(client, image=small, strokes=FOUR, as_is=True)
    assert_refused(answer, 400, "`as_is` needs a picture")


def test_the_rival_can_be_chosen(real_client):
    answer = explain(real_client, strokes=FOUR, rival=0).get_json()
    assert answer["evidence"]["against"] == answer["nearest_rival"]["label"] == 0
    assert answer["counterfactual"] is None or answer["counterfactual"]["digit"] == 0


def test_no_rival_is_the_runner_up(real_client):
    answer, _ = ask_and_read(real_client, strokes=FOUR, methods=["evidence"])
    same = explain(real_client, strokes=FOUR, methods=["evidence"], rival=None).get_json()
    assert same["evidence"] == answer["evidence"]


def test_only_what_was_asked_for_is_answered(real_client):
    answer = explain(real_client, strokes=FOUR, methods=["layers", "evidence"]).get_json()
    assert list(answer) == ["reading", "layers", "evidence"]


def test_a_unit_is_named_by_its_layer_and_channel(real_client):
    answer = explain(real_client, strokes=FOUR, methods=["unit"], model="linear", unit=UNIT)
    assert list(answer.get_json()) == ["reading", "unit"]
    assert "favourites" in answer.get_json()["unit"]


def test_a_blank_drawing_has_a_reading_and_nothing_else(real_client):
    for drawing in ({"image": BLANK}, {"strokes": []}, {"strokes": [[[9, 9]]]}):
        answer = explain(real_client, **drawing, rival=7, methods=ALL, unit=UNIT)
        assert answer.status_code == 200
        found = answer.get_json()
        assert found.pop("reading")["status"] == "blank"
        assert found == {
            "evidence": None,
            "strokes": [],
            "nearest": [],
            "nearest_rival": None,
            "counterfactual": None,
            "layers": None,
            "unit": None,
        }


ALL = ["evidence", "strokes", "nearest", "counterfactual", "layers", "unit"]


def test_a_refused_drawing_is_explained_for_its_most_probable_digit(real_client):
    answer, reading = ask_and_read(real_client, strokes=LETTER)
    assert reading["status"] == answer["reading"]["status"] == "not_a_digit"
    assert answer["evidence"]["for"] == np.argmax(reading["probabilities"])


def test_a_picture_can_be_explained_as_it_is(real_client):
    small = draw_seven((28, 28), ((3, 2), (12, 2), (6, 12)), 2)
    answer = explain(real_client, image=to_url(on_transparent(small)), as_is=True).get_json()
    assert answer["reading"]["seen"] == small.ravel().tolist()
    assert not np.any(np.array(answer["evidence"]["map"])[small.ravel() == 0])


def test_what_a_hand_has_taught_counts_in_the_reading_and_is_said(make_app, real_reader):
    client = make_app(READER=real_reader, LISTENS_ON_LOOPBACK=True).test_client()
    assert "taught" not in explain(client, strokes=FOUR).get_json()
    kept = client.post("/api/drawings", json={"strokes": FOUR, "label": 9})
    assert kept.status_code == 201
    answer = explain(client, strokes=FOUR).get_json()
    assert answer["reading"]["digit"] == answer["evidence"]["for"] == 9
    assert answer["reading"]["because"]["label"] == 9
    assert answer["taught"] is True


# What /api/predict refuses, and what only an explanation can be asked.
@pytest.mark.parametrize("rival", [-1, 10, 2**70, 4.0, "4", True, False, [4], {}])
def test_a_rival_is_a_digit(client, seven_url, rival):
    assert_refused(explain(client, image=seven_url, rival=rival), 400, "`rival`")


def test_a_rival_is_another_digit_than_the_answer(client, seven_url):
    assert_refused(explain(client, image=seven_url, rival=7), 400, "the answer is 7 itself")


@pytest.mark.parametrize(
    "methods",
    [None, "evidence", {}, 7, [], [7], [None], ["saliency"], ["evidence"] * 2, [["unit"]]],
)
def test_methods_are_names_of_methods(client, seven_url, methods):
    assert_refused(explain(client, image=seven_url, methods=methods), 400, "`methods`")


@pytest.mark.parametrize("asker", [None, "", "x" * 65, 7, True, ["a"], {}])
def test_an_asker_is_a_short_string(client, seven_url, asker):
    assert_refused(explain(client, image=seven_url, asker=asker), 400, "`asker`")


@pytest.mark.parametrize("unit", [None, 7, "conv1", [], True])
def test_a_unit_is_an_object(client, seven_url, unit):
    answer = explain(client, image=seven_url, methods=["unit"], unit=unit)
    assert_refused(answer, 400, "`unit`")


def test_the_method_unit_needs_one(client, seven_url):
    assert_refused(explain(client, image=seven_url, methods=["unit"]), 400, "`unit`")


@pytest.mark.parametrize("layer", ["gone", "", 7, None, "__class__", "x" * 5000])
@pytest.mark.parametrize("channel", [0, -1, 2**70, 1.5, True, "0", None])
def test_a_unit_that_there_is_not_is_refused(real_client, layer, channel):
    unit = {"layer": layer, "channel": channel}
    answer = explain(real_client, strokes=FOUR, methods=["unit"], unit=unit)
    assert_refused(answer, 400, "`unit`")


def test_an_unknown_model_is_not_found(client, seven_url):
    assert_refused(explain(client, image=seven_url, model="gone"), 404, "first, second")


@pytest.mark.parametrize("model", [7, None, ["first"], {}, True])
def test_a_model_is_a_name(client, seven_url, model):
    assert_refused(explain(client, image=seven_url, model=model), 400, "`model`")


def test_one_model_is_explained_at_a_time(client, seven_url):
    assert_refused(explain(client, image=seven_url, models=["first"]), 400, "Send `model`")


BAD_DRAWINGS = [
    {},
    {"image": None},
    {"image": 7},
    {"image": ""},
    {"image": "data:,x"},
    {"image": to_url(b"no PNG")},
    {"image": to_url(b"GIF89a", "image/gif")},
    {"image": to_url(Image.new("RGBA", (27, 28)))},
    {"strokes": None},
    {"strokes": 7},
    {"strokes": [7]},
    {"strokes": [[]]},
    {"strokes": [[[1, 2, 3]]]},
    {"strokes": [[[True, 7]]]},
    {"strokes": [[[10**400, 0]]]},
    {"strokes": [[[0, 0], [5000, 0]]]},
]


@pytest.mark.parametrize("drawing", BAD_DRAWINGS, ids=str)
def test_what_cannot_be_read_cannot_be_explained_for_the_same_reason(client, drawing):
    answer, reading = (client.post(f"/api/{path}", json=drawing) for path in ("explain", "predict"))
    assert_refused(answer, 400, "")
    assert answer.get_json() == reading.get_json()


@pytest.mark.parametrize(
    ("drawing", "words"),
    [
        ({"image": to_url(Image.new("RGBA", (1025, 28)))}, "at most 1024×1024 px"),
        ({"strokes": [[[0, 0]] * 10_001]}, "at most 10,000 points"),
        ({"strokes": [[[0, 0], [4000, 4000]] * 20]}, "at most 100,000 px long"),
        ({"image": "x" * 2**20}, "at most 1048576 bytes"),
    ],
    ids=["pixels", "points", "length", "bytes"],
)
def test_a_drawing_has_limits(client, drawing, words):
    assert_refused(explain(client, **drawing), 413, words)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b'{"a": 1, "a": 2}', b"NaN"])
def test_a_body_is_a_json_object(client, body):
    answer = client.post("/api/explain", data=body, content_type="application/json")
    assert_refused(answer, 400, "")


def test_a_body_that_is_not_json_is_refused(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "image/png"):
        assert_refused(client.post("/api/explain", data=b"{}", content_type=kind), 415, "")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_an_explanation_is_asked_for_by_post(client, method):
    answer = client.open("/api/explain", method=method, json={})
    assert_refused(answer, 405, "POST")


def test_a_page_of_another_site_gets_no_explanation(client, seven_url):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/api/explain", json={"image": seven_url}, headers=headers)
    assert_refused(answer, 403, "")


def test_a_failure_of_ours_does_not_say_why_and_gives_the_turn_back(seven_url):
    client = create_app({"READER": BrokenReader()}).test_client()
    for _ in range(3):
        answer = explain(client, image=seven_url, asker="a")
        assert_refused(answer, 500, "not in your request")
        assert "secret" not in answer.get_data(as_text=True)


def assert_refused(answer, status, words):
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert words in answer.get_json()["detail"]


class SlowReader:
    """The real reader, whose network waits in each batch of an explanation until told to go on."""

    def __init__(self, reader):
        self._reader = reader
        self.in_batch, self.may_go = Event(), Event()
        self.batches = 0

    def __getattr__(self, name):
        return getattr(self._reader, name)

    def find(self, name):
        return type(self._reader.find(name))(self._reader.find(name).card, self.classify)

    @property
    def classify(self):
        inner, slow = self._reader.find("linear").classifier, self

        class Slow:
            calibration = inner.calibration

            def __call__(self, images):
                slow.batches += 1
                slow.in_batch.set()
                assert slow.may_go.wait(30)
                return inner(images)

        return Slow()


@pytest.fixture
def slow(real_reader):
    reader = SlowReader(real_reader)
    yield reader
    reader.may_go.set()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as threads:
        yield threads


def test_readings_go_on_while_others_are_explained(slow, pool):
    app = create_app({"READER": slow})
    body = {"strokes": FOUR, "model": "linear", "methods": ["evidence"]}

    def ask(asker):
        return pool.submit(explain, app.test_client(), **body, asker=asker)

    first = ask("a")
    assert slow.in_batch.wait(30)
    second = ask("b")
    refused = [explain(app.test_client(), **body, asker="c") for _ in range(3) if wait_for(second)]
    for answer in refused:
        assert_refused(answer, 503, "Ask again")
        assert answer.headers["Retry-After"] == "1"
    reading = app.test_client().post("/api/predict", json={"strokes": FOUR, "model": "linear"})
    assert reading.get_json()["digit"] == 4
    slow.may_go.set()
    assert first.result(30).status_code == second.result(30).status_code == 200


def test_who_draws_on_gets_the_newest_explanation_and_the_older_stops_soon(slow, pool):
    app = create_app({"READER": slow})
    body = {"strokes": FOUR, "model": "linear", "methods": ["evidence"], "asker": "a"}
    older = pool.submit(explain, app.test_client(), **body)
    assert slow.in_batch.wait(30)
    newer = pool.submit(explain, app.test_client(), **body)
    assert wait_for(newer)
    slow.may_go.set()
    assert_refused(older.result(30), 409, "A newer drawing is explained")
    batches = slow.batches
    assert newer.result(30).status_code == 200
    assert slow.batches >= batches


def wait_for(future):
    """Give a request the time to begin waiting; say whether it does."""
    try:
        future.result(0.3)
    except TimeoutError:
        return True
    return False
