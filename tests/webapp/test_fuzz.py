"""Whatever comes in, the server answers, and never with a failure of its own."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.webapp.fakes import FakeReader
from tests.webapp.pictures import to_png, to_url
from webapp import create_app

JSON = "application/json"
FUZZED = create_app({"READER": FakeReader()})
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
