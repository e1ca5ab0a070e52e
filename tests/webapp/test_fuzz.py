"""Whatever comes in, the server answers, and never with a failure of its own."""

import json
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.webapp.fakes import FakeReader
from tests.webapp.pictures import draw_seven, on_paper, to_png, to_url
from webapp import create_app

JSON = "application/json"
TOKEN = "the-token-of-the-tests"
FUZZED = create_app({"READER": FakeReader(), "TOKEN": TOKEN, "INSTANCE_DIR": Path(mkdtemp())})


@pytest.fixture(scope="module")
def real_app(real_reader):
    return create_app({"READER": real_reader, "INSTANCE_DIR": Path(mkdtemp())})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
REQUESTS = st.fixed_dictionaries({}, optional=dict.fromkeys(("image", "model", "models"), VALUES))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=300) | REQUESTS.map(lambda value: json.dumps(value).encode()))
def test_no_body_makes_the_server_fail(body):
    answer = FUZZED.test_client().post("/api/predict", data=body, content_type=JSON)
    assert answer.status_code in (400, 404)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_no_damaged_picture_makes_the_server_fail(data):
    png = bytearray(to_png(Image.new("RGBA", (28, 28), (0, 0, 0, 9))))
    for _ in range(data.draw(st.integers(1, 4))):
        png[data.draw(st.integers(0, len(png) - 1))] = data.draw(st.integers(0, 255))
    answer = FUZZED.test_client().post("/api/predict", json={"image": to_url(bytes(png))})
    assert answer.status_code in (200, 400, 413)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=40), st.sampled_from(["GET", "POST", "HEAD", "DELETE"]))
def test_no_path_makes_the_server_fail(path, method):
    for start in ("/", "/api/", "/static/"):
        # WSGI hands the path's bytes over as latin-1.
        sent = start + path.encode("utf-8", "replace").decode("latin-1")
        client = FUZZED.test_client()
        answer = client.open(
            "/", method=method, environ_overrides={"PATH_INFO": sent}, buffered=True
        )
        assert answer.status_code < 500


NUMBERS = st.integers(-5000, 5000) | st.floats(-5000, 5000)
POINTS = st.lists(NUMBERS, min_size=2, max_size=2)
STROKES = st.lists(st.lists(POINTS, min_size=1, max_size=4), max_size=3)
PICTURES = st.sampled_from(
    [to_url(Image.new("RGBA", (28, 28), (0, 0, 0, level))) for level in (0, 255)]
    + [to_url(on_paper(draw_seven((40, 40), ((8, 8), (30, 8), (14, 34)), 4)))]
)
DRAWINGS = STROKES | st.lists(STROKES | VALUES, max_size=3) | VALUES
QUESTION = {
    "strokes": DRAWINGS,
    "image": PICTURES | VALUES,
    "images": st.lists(PICTURES | VALUES, max_size=3) | VALUES,
    "model": st.sampled_from(["first", "linear", "gone"]) | VALUES,
    "models": st.lists(st.sampled_from(["linear", "mlp"]), max_size=3) | VALUES,
    "several": st.booleans() | VALUES,
    "as_is": st.booleans() | VALUES,
    "label": st.integers(-1, 11) | st.just("not_a_digit") | VALUES,
    "methods": st.lists(st.sampled_from(["strokes", "nearest", "unit"]), max_size=3) | VALUES,
    "rival": st.integers(-1, 10) | VALUES,
    "unit": VALUES,
    "asker": st.text(max_size=70) | VALUES,
    "box": st.lists(st.integers(-1, 50), min_size=4, max_size=4) | VALUES,
}


def pick(*names):
    """Bodies with any of these fields, mostly with values that could be right."""
    return st.fixed_dictionaries({}, optional={name: QUESTION[name] for name in names})


def ask(path, body):
    answer = FUZZED.test_client().post(path, json=body, headers={"X-Board-Token": TOKEN})
    assert answer.status_code < 500, answer.get_data(as_text=True)
    return answer


@settings(max_examples=200, deadline=None, derandomize=True)
@given(pick("strokes", "image", "images", "model", "models", "several", "as_is"))
def test_no_question_makes_the_server_fail(real_app, body):
    answer = real_app.test_client().post("/api/predict", json=body)
    assert answer.status_code < 500, answer.get_data(as_text=True)
    if answer.status_code == 200 and "images" in body:
        assert len(answer.get_json()["readings"]) == len(body["images"])


@pytest.mark.slow
@settings(max_examples=100, deadline=None, derandomize=True)
@given(pick("strokes", "image", "model", "models", "as_is", "methods", "rival", "unit", "asker"))
def test_no_question_why_makes_the_server_fail(real_app, body):
    answer = real_app.test_client().post("/api/explain", json=body)
    assert answer.status_code < 500, answer.get_data(as_text=True)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(pick("strokes", "image", "label", "model"))
def test_no_drawing_to_keep_makes_the_server_fail(body):
    ask("/api/drawings", body)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(pick("image", "model", "box"))
def test_no_photo_makes_the_server_fail(body):
    ask("/api/read-photo", body)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=200), st.sampled_from(["drawings", "versions"]))
def test_no_archive_makes_the_server_fail(content, noun):
    headers = {"X-Board": "1", "X-Board-Token": TOKEN}
    for start in (b"", b"PK\3\4", b"PK\5\6" + bytes(18)):
        answer = FUZZED.test_client().post(
            f"/api/{noun}/import",
            data=start + content,
            content_type="application/zip",
            headers=headers,
        )
        assert answer.status_code < 500, answer.get_data(as_text=True)
