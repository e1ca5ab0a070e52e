"""A body that is too large is refused as soon as that is known, and its sender reads why."""

import http.client
import json
import signal
import socket

import pytest

from tests.webapp.described import check_answer
from tests.webapp.live import Server

MIB = 1024 * 1024
USUAL = MIB, "1048576 bytes"
PHOTO = 10 * MIB * 4 // 3 + 64 * 1024, "photo must be at most 10 MB"
ZIP = 64 * MIB, "64 MiB"
LIMITS = {
    "/api/predict": USUAL,
    "/api/explain": USUAL,
    "/": USUAL,
    "/nowhere": USUAL,
    "/api/read-photo": PHOTO,
    "/api/drawings/import": ZIP,
    "/api/versions/import": ZIP,
}
MAX_SENT = 64 * MIB  # bytes; what is sent meanwhile is in the system's buffers


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("large") / "log")
    yield server
    server.stop(signal.SIGTERM)


@pytest.fixture
def connection(server):
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        yield connection


def send_head(connection, path, *headers, method="POST"):
    lines = [f"{method} {path} HTTP/1.1", "Host: a", "Content-Type: application/json", *headers]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())


def hear(connection):
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer, answer.read()


def check_refusal(answer, said, words=USUAL[1]):
    problem = json.loads(said)
    assert (answer.status, problem["status"]) == (413, 413)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert words in problem["detail"]
    assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize("prefix", ["", "/board"])
@pytest.mark.parametrize("path, limit", LIMITS.items())
def test_a_length_above_the_limit_of_its_address_is_refused_by_the_headers(
    connection, prefix, path, limit
):
    send_head(connection, prefix + path, f"Content-Length: {limit[0] + 1}")
    check_refusal(*hear(connection), limit[1])
    assert connection.recv(1) == b""


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/models"), ("DELETE", "/api/drawings"), ("POST", "/api/predict")],
)
def test_every_method_refuses_a_large_body_as_it_is_described(app, connection, method, path):
    send_head(connection, path, f"Content-Length: {MIB + 1}", method=method)
    answer, said = hear(connection)
    check_refusal(answer, said)
    check_answer(app, method, path, answer.status, answer.headers, said)


@pytest.mark.parametrize("path, limit", LIMITS.items())
def test_who_asks_before_sending_is_told_to_go_on_or_why_not(connection, path, limit):
    send_head(connection, path, f"Content-Length: {limit[0]}", "Expect: 100-continue")
    assert connection.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("length", [MIB + 1, 2**31, 2**70])
def test_who_asks_before_sending_too_much_is_not_told_to_go_on(connection, length):
    send_head(connection, "/api/predict", f"Content-Length: {length}", "Expect: 100-continue")
    check_refusal(*hear(connection))


def test_who_asks_before_sending_nothing_is_answered(connection):
    send_head(connection, "/api/predict", "Content-Length: 0", "Expect: 100-continue")
    answer, _ = hear(connection)
    assert answer.status == 400


def send_chunks(connection, chunk):
    """Send the same chunk again and again until the server answers; return the bytes sent."""
    connection.settimeout(0.005)
    sent = 0
    while sent < MAX_SENT:
        try:
            connection.settimeout(30)
            connection.sendall(chunk)
            sent += len(chunk)
            connection.settimeout(0.005)
            if connection.recv(1, socket.MSG_PEEK):
                break
        except TimeoutError:
            continue
    connection.settimeout(30)
    return sent


@pytest.mark.parametrize(
    "chunk",
    [b"10000\r\n" + bytes(65536) + b"\r\n", b"1;" + b"e=" + b"x" * 4000 + b"\r\n0\r\n"],
    ids=["of bytes", "of extensions"],
)
def test_chunks_are_refused_when_they_pass_the_limit(connection, chunk):
    send_head(connection, "/api/predict", "Transfer-Encoding: chunked")
    assert send_chunks(connection, chunk) < 8 * MIB
    check_refusal(*hear(connection))


def test_chunks_within_the_limit_are_received(connection):
    send_head(connection, "/api/predict", "Transfer-Encoding: chunked")
    body = json.dumps({"image": "x" * (MIB - 100)}).encode()
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    chunks = [f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces]
    connection.sendall(b"".join([*chunks, b"0\r\n\r\n"]))
    answer, said = hear(connection)
    assert answer.status == 400  # it is JSON, but no data URL
    assert "data URL" in json.loads(said)["detail"]


def test_who_sends_everything_before_listening_reads_why_it_was_refused(connection):
    send_head(connection, "/api/predict", f"Content-Length: {20 * MIB}")
    for _ in range(20):
        connection.sendall(bytes(MIB))
    check_refusal(*hear(connection))


def test_others_are_answered_while_refused_bodies_are_still_coming(server, connection):
    send_head(connection, "/api/predict", f"Content-Length: {2**40}")
    check_refusal(*hear(connection))
    connection.sendall(bytes(MIB))
    answer, _ = server.ask("GET", "/api/health")
    assert answer.status == 200
    connection.settimeout(30)
    with pytest.raises(OSError):  # at last nobody listens any more
        for _ in range(1000):
            connection.sendall(bytes(MIB))
