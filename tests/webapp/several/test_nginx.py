"""deploy/nginx.conf before two instances: headers, sizes, static files, many and slow clients."""

import gzip
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse

import pytest

from tests.browser.nginx import run_config
from tests.webapp.several.client import Browser, ask
from tests.webapp.several.conftest import use_config
from tests.webapp.several.instances import Instance

pytestmark = pytest.mark.slow
DRAWING = {"strokes": [[[80, 70], [200, 70], [120, 220]]]}


@pytest.fixture
def pupil(board):
    return Browser(board.port)


def count_lines(board, words):
    return sum(instance.log.count(words) for instance in (board.one, board.two))


def test_pages_and_readings_come_through_with_the_boards_headers(pupil):
    for method, path, body in (("GET", "/", None), ("POST", "/api/predict", DRAWING)):
        answer = pupil.ask(method, path, body)
        assert answer.status == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]


def test_what_a_client_says_about_itself_is_not_believed(pupil):
    lies = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Proto": "https", "Forwarded": "host=evil"}
    lies |= {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.7"}
    answer = pupil.ask("POST", "/api/hands", {}, **lies)
    assert answer.status == 201
    cookie = answer.headers["Set-Cookie"]
    assert "Path=/;" in cookie
    assert "Secure" not in cookie
    assert pupil.ask("POST", "/api/hands", {}, Host="evil.example").status == 403


@pytest.mark.parametrize(
    ("path", "size", "detail"),
    [
        ("/api/predict", 1_500_000, "at most 1048576 bytes"),  # the board's own words
        ("/api/predict", 16_000_000, "too large"),  # nginx's
        ("/models", 3_000_000, "too large"),
        ("/api/drawings/import", 69_000_000, "too large"),
    ],
)
def test_a_body_that_is_too_large_is_refused_as_a_problem(pupil, path, size, detail):
    headers = {"Content-Type": "application/json", "X-Board": "1"}
    answer = pupil.ask("POST", path, b" " * size, **headers)
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert detail in answer.json["detail"]


ASK, OF = b"GET /api/models HTTP/1.1\r\n", b"Host: localhost\r\n"
REFUSED = {
    "no host": (400, ASK),
    "two lengths": (400, ASK + OF + b"Content-Length: 1\r\nContent-Length: 2\r\n"),
    "a path above the root": (400, b"GET /api/../../x HTTP/1.1\r\n" + OF),
    "HTTP of the future": (400, b"GET /api/models HTTP/7.0\r\n" + OF),
    "long headers": (431, ASK + OF + b"X: " + b"a" * 20_000 + b"\r\n"),
    "a long address": (431, ASK.replace(b" HTTP", b"?" + b"a" * 20_000 + b" HTTP") + OF),
    "an unknown coding": (501, ASK + OF + b"Transfer-Encoding: gzip\r\n"),
    "TRACE": (501, ASK.replace(b"GET", b"TRACE") + OF),
    # What nginx lets pass, and gunicorn does not.
    "a control character": (400, ASK + OF + b"X: a\x01b\r\n"),
    "an unknown method": (400, ASK.replace(b"GET", b"G" * 30) + OF),
    "many headers": (431, ASK + OF + b"X: a\r\n" * 150),
    "a header of 9 kB": (431, ASK + OF + b"X: " + b"a" * 9_000 + b"\r\n"),
    "an address of 5 kB": (431, ASK.replace(b" HTTP", b"?" + b"a" * 5_000 + b" HTTP") + OF),
}


@pytest.mark.parametrize(("status", "request_"), REFUSED.values(), ids=REFUSED)
def test_what_never_reaches_the_board_is_refused_as_a_problem(board, status, request_):
    with socket.create_connection(("127.0.0.1", board.port), 30) as connection:
        connection.sendall(request_ + b"Connection: close\r\n\r\n")
        answer = HTTPResponse(connection)
        answer.begin()
        problem = json.loads(answer.read())
    assert (answer.status, problem["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]


def test_photos_and_archives_of_their_full_size_come_through(pupil):
    photo = pupil.ask("POST", "/api/read-photo", b" " * 10_000_000, **{"X-Board": "1"})
    assert photo.status == 415  # read as a photo, which it is not
    headers = {"X-Board": "1", "Content-Type": "application/zip"}
    archive = pupil.ask("POST", "/api/drawings/import", b" " * 60_000_000, **headers)
    assert archive.status == 400


def test_a_class_that_opens_the_board_asks_the_instances_once(board, pupil):
    path = "/static/js/draw_page.js"
    before = count_lines(board, f"GET {path}")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: ask(board.port, "GET", path), range(60)))
    assert {answer.status for answer in answers} == {200}
    assert count_lines(board, f"GET {path}") - before <= 3  # one each five seconds
    first = answers[0]
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    again = pupil.ask("GET", path, **{"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    packed = pupil.ask("GET", path, **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == first.body


def test_more_clients_than_there_is_room_for_are_told_to_come_again(board):
    with ThreadPoolExecutor(300) as pool:
        answers = list(
            pool.map(lambda _: ask(board.port, "POST", "/api/predict", DRAWING), range(900))
        )
    assert {answer.status for answer in answers} <= {200, 503}
    for answer in answers:
        if answer.status == 503:
            assert answer.headers["Retry-After"]
            assert answer.headers["Content-Type"] == "application/problem+json"


def test_clients_that_send_slowly_do_not_keep_others_waiting(board, pupil):
    head = b"POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    slow = [socket.create_connection(("127.0.0.1", board.port)) for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(head + (b"Content-Length: 90\r\n\r\n{" if number % 2 else b""))
        for _ in range(10):
            assert pupil.ask("POST", "/api/predict", DRAWING).status == 200
    finally:
        for connection in slow:
            connection.close()


def test_under_a_path_the_same_file_serves(board, tmp_path):
    own = {"DATABASE_URL": board.database.make_database(), "BOARD_TOKEN": board.token}
    instance = Instance(tmp_path, "prefixed", BOARD_PREFIX="/class/board", **own)
    try:
        instance.begin()
        instance.wait("/class/board")
        ports = [instance.port, instance.port]
        with run_config(tmp_path, lambda port: use_config(tmp_path, port, ports)) as port:
            pupil = Browser(port)
            page = pupil.ask("GET", "/class/board/")
            assert page.status == 200
            assert pupil.ask("GET", "/class/board").headers["Location"].endswith("board/")
            assert pupil.ask("GET", "/class/board/static/css/base.css").status == 200
            assert pupil.ask("POST", "/class/board/api/predict", DRAWING).status == 200
            body = DRAWING | {"label": 1}
            kept = pupil.ask("POST", "/class/board/api/drawings", body)
            assert kept.status == 201
            assert "Path=/class/board;" in kept.headers["Set-Cookie"]
            assert pupil.ask("GET", "/").status == 404
    finally:
        instance.stop()
