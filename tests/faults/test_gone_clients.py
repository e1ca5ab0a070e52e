"""Clients that go in the middle, or take answers slowly: nothing half is kept, nobody waits."""

import json
import socket
import struct
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.webapp.people import TOKEN
from tests.webapp.pictures import draw_seven, on_transparent, to_url
from webapp.store import DATABASE_FILE

TIMES = 10
HEAD = "{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Board: 1\r\nX-Board-Token: {}\r\n"
TYPE = "Content-Type: {}\r\nContent-Length: {}\r\n\r\n"
BODY = json.dumps({"image": to_url(on_transparent(draw_seven())), "label": 7}).encode()
PHOTO = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n\xff\xd8\xff'
KINDS = {
    "a drawing to read": ("POST", "/api/predict", "application/json", BODY),
    "a drawing to keep": ("POST", "/api/drawings", "application/json", BODY),
    "a ZIP of drawings": ("POST", "/api/drawings/import", "application/zip", b"PK\3\4" * 200_000),
    "a ZIP of a version": ("POST", "/api/versions/import", "application/zip", b"PK\3\4" * 200_000),
    "a photo": ("POST", "/api/read-photo", "multipart/form-data; boundary=x", PHOTO * 9_000),
}
OWN_PLACE = """
import tempfile
tempfile.tempdir = {!r}
"""


@pytest.fixture
def server(start, tmp_path):
    (tmp_path / "temporary").mkdir()
    return start(OWN_PLACE.format(str(tmp_path / "temporary")), TOKEN=TOKEN)


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), 60)


def write_head(method, path, kind, size):
    return (HEAD.format(method, path, TOKEN) + TYPE.format(kind, size)).encode()


def reset(connection):
    """Go without a word: the server's next write fails."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def ask(server, method, path, body=None):
    headers = {"Content-Type": "application/json", "X-Board-Token": TOKEN}
    answer, said = server.ask(method, path, body, headers)
    return answer.status, said


def count_kept(server):
    return json.loads(ask(server, "GET", "/api/drawings")[1])["total"]


def count_files(server):
    """Connections and files that are open, but for the database's: each thread keeps its own."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    names = []
    for number in folder.iterdir() if folder.exists() else ():
        with suppress(OSError):  # closed in this moment
            names.append(str(number.readlink()))
    return sum(DATABASE_FILE not in name for name in names)


def wait_for_files(server, most):
    """Connections are closed, and their files with them, within a moment."""
    until = time.monotonic() + 30
    while count_files(server) > most and time.monotonic() < until:
        time.sleep(0.1)
    assert count_files(server) <= most


def test_clients_that_go_while_they_send_leave_nothing_behind(server, tmp_path):
    assert ask(server, "POST", "/api/drawings", BODY)[0] == 201
    before = count_files(server)
    for method, path, kind, body in KINDS.values():
        for number in range(TIMES):
            connection = connect(server)
            connection.sendall(write_head(method, path, kind, len(body)))
            connection.sendall(body[: len(body) * number // TIMES])
            reset(connection) if number % 2 else connection.close()
    assert count_kept(server) == 1
    assert ask(server, "POST", "/api/predict", BODY)[0] == 200
    wait_for_files(server, before + 1)
    assert list((tmp_path / "temporary").iterdir()) == []
    print(f"{len(KINDS) * TIMES} clients gone while sending")


def test_clients_that_go_before_their_answer_leave_nothing_behind(server, tmp_path):
    assert ask(server, "POST", "/api/drawings", BODY)[0] == 201
    before = count_files(server)
    for method, path, kind, body in KINDS.values():
        for _ in range(TIMES):
            with closing(connect(server)) as connection:
                connection.sendall(write_head(method, path, kind, len(body)) + body)
                reset(connection)
    for path in ("/api/drawings/export", "/api/versions/linear/0/export", "/static/css/base.css"):
        for _ in range(TIMES):
            with closing(connect(server)) as connection:
                connection.sendall((HEAD.format("GET", path, TOKEN) + "\r\n").encode())
                connection.recv(10)
                reset(connection)
    assert count_kept(server) == 1  # the same drawing, confirmed again at most
    assert ask(server, "POST", "/api/predict", BODY)[0] == 200
    wait_for_files(server, before + 1)
    assert list((tmp_path / "temporary").iterdir()) == []
    print(f"{(len(KINDS) + 3) * TIMES} clients gone before their answer")


@pytest.mark.slow
def test_clients_that_take_their_answers_slowly_stop_nobody(server):
    for number in range(40):
        drawing = {"strokes": [[[40 + number, 50], [200, 60], [120, 220]]], "label": 7}
        assert ask(server, "POST", "/api/drawings", json.dumps(drawing).encode())[0] == 201
    with ExitStack() as stack:
        for _ in range(30):
            slow = stack.enter_context(closing(connect(server)))
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            request = HEAD.format("GET", "/api/drawings/export", TOKEN) + "\r\n"
            slow.sendall(request.encode())
        for _ in range(10):
            assert ask(server, "POST", "/api/predict", BODY)[0] == 200
    assert count_kept(server) == 40
