import json

import pytest
from PIL import Image

from tests.webapp.fakes import FakeReader
from tests.webapp.pictures import build_png, to_png, to_url
from webapp import create_app

GOOD = to_url(Image.new("RGBA", (28, 28)))
JSON = "application/json"


def check_problem(answer, status):
    """Every refusal has the one shape, whatever its reason; returns its detail."""
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert list(problem)[:4] == ["type", "title", "status", "detail"]
    assert problem["type"] == "about:blank"
    assert problem["status"] == status
    assert problem["detail"].endswith((".", "}."))
    assert "Traceback" not in answer.get_data(as_text=True)
    return problem["detail"]


BODIES = {
    "nothing": b"",
    "not JSON": b"image=seven",
    "half an object": b'{"image": ',
    "two objects": b"{}{}",
    "not UTF-8": b'{"image": "\xff\xfe"}',
    "UTF-16": '{"image": "x"}'.encode("utf-16"),
    "NaN": b'{"image": NaN}',
    "minus infinity": b'{"image": -Infinity}',
    "a key twice": b'{"image": "a", "image": "b"}',
    "a huge number": b'{"image": ' + b"9" * 5000 + b"}",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "closed deep lists": b"[" * 100_000 + b"]" * 100_000,
    "a list": b"[]",
    "text": b'"image"',
    "a number": b"7",
    "null": b"null",
    "true": b"true",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_not_a_json_object_is_refused(client, body):
    answer = client.post("/api/predict", data=body, content_type=JSON)
    assert "JSON" in check_problem(answer, 400)


KINDS = [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
KINDS += ["image/png", "application/json-seq", "application/problem+json", "json", "/", ";;;"]
KINDS += ["application/json; charset=utf-16", "application/json; charset=latin-1", "a" * 5000]


@pytest.mark.parametrize("kind", KINDS)
def test_another_content_type_is_refused(client, kind):
    answer = client.post("/api/predict", data=b'{"image": "x"}', content_type=kind)
    assert "Content-Type: application/json" in check_problem(answer, 415)


def test_an_address_that_there_is_not_is_told_of_all_that_there_are(client, app):
    detail = check_problem(client.get("/api/modles"), 404)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            assert "/".join(rule.rule.split("/")[:3]) in detail


NOT_STRINGS = [None, True, False, 7, 7.0, [], ["data:"], {}, {"url": "data:"}]


@pytest.mark.parametrize("image", NOT_STRINGS)
def test_an_image_that_is_not_a_string_is_refused(client, image):
    detail = check_problem(client.post("/api/predict", json={"image": image}), 400)
    assert "`image` must be a string" in detail


@pytest.mark.parametrize("body", [{}, {"stroke": [[[80, 70], [200, 70]]]}])
def test_a_missing_image_is_refused_with_all_that_could_be_sent(client, body):
    detail = check_problem(client.post("/api/predict", json=body), 400)
    assert "`image` is missing" in detail
    assert "`strokes`" in detail
    assert "`images`" in detail


IMAGES = {
    "empty": ("", 400),
    "not a data URL": ("seven", 400),
    "not base64": ("data:image/png;base64,@", 400),
    "0 bytes": ("data:image/png;base64,", 400),
    "not an image": (to_url(b"seven"), 400),
    "another format": (to_url(b"GIF89a"), 400),
    "another format that says so": (to_url(b"\xff\xd8\xff", "image/jpeg"), 400),
    "truncated": (to_url(to_png(Image.new("L", (99, 99)))[:-20]), 400),
    "1×1": (to_url(Image.new("L", (1, 1))), 400),
    "too large": (to_url(Image.new("L", (1025, 1025))), 413),
    "a bomb": (to_url(build_png(20000, 20000, 8, 6, [bytes(80000)] * 20)), 413),
    "half a surrogate": ("\ud800", 400),
    "line breaks and terminal codes": ("\r\n\x1b[31m", 400),
}


@pytest.mark.parametrize(("image", "status"), IMAGES.values(), ids=IMAGES)
def test_an_image_that_cannot_be_read_is_refused(client, image, status):
    check_problem(client.post("/api/predict", json={"image": image}), status)


@pytest.mark.parametrize("model", NOT_STRINGS)
def test_a_model_that_is_not_a_string_is_refused(client, model):
    answer = client.post("/api/predict", json={"image": GOOD, "model": model})
    assert "`model` must be a string" in check_problem(answer, 400)


@pytest.mark.parametrize(
    "name", ["", "third", "First", "../first", "first\n", "x" * 9999, "\ud800"]
)
@pytest.mark.parametrize("key", ["model", "models"])
def test_an_unknown_model_is_not_found_and_the_known_ones_are_named(client, key, name):
    chosen = {key: name if key == "model" else ["first", name]}
    answer = client.post("/api/predict", json={"image": GOOD, **chosen})
    assert "first, second" in check_problem(answer, 404)
    assert answer.get_json()["models"] == ["first", "second"]


MODELS = {
    "null": None,
    "a string": "first",
    "an object": {"first": 1},
    "true": True,
    "empty": [],
    "a number in it": ["first", 1],
    "a list in it": [["first"]],
    "null in it": [None],
    "too many": [f"model {i}" for i in range(17)],
    "one twice": ["first", "first"],
}


@pytest.mark.parametrize("models", MODELS.values(), ids=MODELS)
def test_models_must_be_a_short_list_of_different_names(client, models):
    answer = client.post("/api/predict", json={"image": GOOD, "models": models})
    assert "`models`" in check_problem(answer, 400)


def test_model_and_models_together_are_refused(client):
    body = {"image": GOOD, "model": "first", "models": ["first"]}
    assert "not both" in check_problem(client.post("/api/predict", json=body), 400)


def test_a_body_beyond_the_limit_is_refused(client):
    body = json.dumps({"image": "x" * 1024 * 1024})
    answer = client.post("/api/predict", data=body, content_type=JSON)
    assert "1048576 bytes" in check_problem(answer, 413)


def test_a_body_at_the_limit_is_not_too_large(client):
    start = b'{"image": "'
    body = start + b"x" * (1024 * 1024 - len(start) - 2) + b'"}'
    assert len(body) == 1024 * 1024
    check_problem(client.post("/api/predict", data=body, content_type=JSON), 400)


def test_the_limits_are_config_keys():
    config = {"MAX_CONTENT_LENGTH": 2000, "MIN_IMAGE_SIDE": 20, "MAX_IMAGE_SIDE": 30}
    client = create_app({"READER": FakeReader(), **config}).test_client()
    for side, status in ((19, 400), (20, 200), (30, 200), (31, 413)):
        answer = client.post("/api/predict", json={"image": to_url(Image.new("L", (side, side)))})
        assert answer.status_code == status
    check_problem(client.post("/api/predict", json={"image": "x" * 2000}), 413)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "\x1b[31m"])
def test_another_method_is_refused_and_the_right_ones_are_named(client, method):
    answer = client.open("/api/predict", method=method)
    assert "POST" in check_problem(answer, 405)
    assert answer.headers["Allow"] == "OPTIONS, POST"


def test_posting_where_there_is_only_a_look_is_refused(client):
    answer = client.post("/api/models")
    check_problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


PATHS = ["/api/", "/api/nothing", "/api/predict/", "/api/Predict", "/api/../x"]
PATHS += ["/api/%00", "/api/%ff", "/api/%0d%0aX-Bad:%201", "/api/" + "a" * 5000]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_path_is_not_found(client, path, method):
    detail = check_problem(client.open(path, method=method), 404)
    assert "/api/predict" in detail


def test_a_failure_inside_is_logged_and_not_told(broken_client, caplog):
    answer = broken_client.post("/api/predict", json={"image": GOOD})
    assert "secret" not in check_problem(answer, 500)
    assert "/api/predict failed" in caplog.text
    assert "RuntimeError: secret reason" in caplog.text


def test_a_refused_request_leaves_the_next_one_alone(client, seven_url):
    for body in BODIES.values():
        client.post("/api/predict", data=body, content_type=JSON)
    assert client.post("/api/predict", json={"image": seven_url}).get_json()["digit"] == 7
