"""Slow clients and many clients: everybody is answered, with a reading or with a reason."""

import http.client
import json
import re
import signal
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress

import pytest

from tests.webapp.live import Server
from webapp.serving.connections import CONNECTIONS, find_connection_limit

HALF = b"POST /api/predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
HALVES = {
    "half the headers": HALF,
    "half the body": HALF + b'Content-Length: 100\r\n\r\n{"image"',
    "half a chunk": HALF + b"Transfer-Encoding: chunked\r\n\r\n50\r\n{",
}
SMALL = """
import webapp.serving.connections as connections
connections.find_connection_limit = lambda: 40
"""
CROWDED = SMALL + "connections.FRESH = 0.2\n"
FEW_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
"""
BIG = """
import webapp
make = webapp.create_app
def create_app(settings):
    app = make(settings)
    app.get("/big/<int:size>")(lambda size: bytes(size))
    return app
webapp.create_app = create_app
"""
BIGGER = 40_000_000  # bytes: more than the system holds on the way
ASK_BIG = f"GET /big/{BIGGER} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
IMPATIENT = """
import webapp.serving.connections as connections
connections.TIMEOUT, connections.CLEANUP = 1, 1
"""
HURRIED = """
import webapp.serving.connections as connections
connections.READING_PATIENCE = -1
"""


@pytest.fixture
def start(tmp_path):
    """Start a server, after a few lines of Python in its process."""
    started = []

    def start(before="", **settings):
        started.append(Server(tmp_path / "log", before=before, **settings))
        return started[-1]

    yield start
    for server in started:
        server.stop(signal.SIGTERM)


@pytest.fixture
def body(seven_url):
    return json.dumps({"image": seven_url}).encode()


def open_slow(server, data, stack):
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
    connection.sendall(data)
    return connection


@pytest.mark.slow
def test_a_crowd_beyond_the_limit_gets_readings_and_words_and_no_broken_connection(start, body):
    server = start(SMALL)
    headers = {"Content-Type": "application/json"}

    def ask_often(_):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        with closing(connection):
            return [ask_once(connection) for _ in range(3)]

    def ask_once(connection):
        connection.request("POST", "/api/predict", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    with ThreadPoolExecutor(200) as pool:
        statuses = {status for each in pool.map(ask_often, range(200)) for status in each}
    assert 200 in statuses
    assert statuses <= {200, 503}


def read(server, body):
    headers = {"Content-Type": "application/json"}
    answer, said = server.ask("POST", "/api/predict", body, headers)
    assert (answer.status, json.loads(said)["digit"]) == (200, 7)


def hear(connection):
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer, json.loads(answer.read())


@pytest.mark.slow
@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_who_waits_longest_makes_room_and_is_told_to_come_back(start, body, half):
    server = start(CROWDED)
    with ExitStack() as stack:
        slow = [open_slow(server, half, stack) for _ in range(120)]
        read(server, body)
        answer, problem = hear(slow[0])
    assert (answer.status, problem["status"]) == (503, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer.headers


def test_an_idle_connection_makes_room_without_a_word(start, body):
    server = start(CROWDED)
    with ExitStack() as stack:
        idle = [open_slow(server, b"", stack) for _ in range(120)]
        read(server, body)
        assert idle[0].recv(1) == b""


@pytest.mark.slow
def test_a_request_that_does_not_arrive_is_refused_after_a_while(start):
    server = start(IMPATIENT)
    with ExitStack() as stack:
        answer, problem = hear(open_slow(server, HALVES["half the body"], stack))
        assert (answer.status, problem["status"]) == (408, 408)
        assert answer.headers["Cache-Control"] == "no-store"
        assert open_slow(server, b"", stack).recv(1) == b""


def test_a_request_that_waited_too_long_for_its_turn_is_refused(start, body):
    answer, said = start(HURRIED).ask("POST", "/api/predict", body)
    assert (answer.status, json.loads(said)["status"]) == (503, 503)
    assert answer.headers["Retry-After"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_request_that_waited_too_long_keeps_its_connection(start, body):
    server = start(HURRIED)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with closing(connection):
        for _ in range(2):
            connection.request("POST", "/api/predict", body)
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.will_close) == (503, False)


@pytest.mark.slow
@pytest.mark.parametrize("closing", ["", "Connection: close\r\n"], ids=["kept", "closed"])
def test_who_does_not_read_answers_makes_room(start, body, closing):
    server = start(CROWDED + BIG)
    ask = f"GET /big/8000000 HTTP/1.1\r\nHost: a\r\n{closing}\r\n".encode()
    with ExitStack() as stack:
        for _ in range(120):
            open_slow(server, ask, stack)
        wait_until_answered(server, body)
        read(server, body)


def wait_until_answered(server, body):
    """Ask until there is an answer: some of the others have to be answered first."""
    end = time.monotonic() + 30
    while True:
        try:
            read(server, body)
            return
        except (OSError, http.client.HTTPException):
            if time.monotonic() > end:
                raise


@pytest.mark.slow
def test_who_does_not_read_an_answer_is_given_up_after_a_while(start):
    server = start(IMPATIENT + BIG)
    with ExitStack() as stack:
        connection = open_slow(server, ASK_BIG, stack)
        time.sleep(10)  # a busy machine sends the first bytes late
        assert 0 < count_rest(connection) < BIGGER


@pytest.mark.slow
def test_who_reads_a_large_answer_slowly_gets_all_of_it(start):
    server = start(IMPATIENT.replace("1, 1", "2, 1") + BIG)
    with ExitStack() as stack:
        connection = open_slow(server, ASK_BIG, stack)
        received = 0
        for _ in range(60):  # 6 s: three times as long as a client may wait
            received += len(connection.recv(200_000, socket.MSG_WAITALL))
            time.sleep(0.1)
        assert received + count_rest(connection) > BIGGER


def test_who_goes_away_in_the_middle_of_a_last_answer_ends_no_server(start, body):
    server = start(BIG)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", server.port), 60) as connection:
            connection.sendall(ASK_BIG.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            assert connection.recv(1000)
            # Closed by a reset, while the server still sends: it closes the connection twice.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        read(server, body)  # it still answers


def count_rest(connection):
    """How many bytes come until the server closes the connection, however it does that."""
    count = 0
    with suppress(ConnectionError):
        while data := connection.recv(2**20):
            count += len(data)
    return count


def test_more_requests_in_a_row_than_a_browser_sends_are_refused(start, body):
    server = start()
    said = server.send(b"GET /glossary HTTP/1.1\r\nHost: a\r\n\r\n" * 200)
    assert said.count(b"HTTP/1.1 503") == 1
    read(server, body)


def test_a_few_requests_in_a_row_are_answered(start):
    said = start().send(b"GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
    assert said.count(b"HTTP/1.1 200") == 3


@pytest.mark.slow
def test_the_server_says_if_too_few_files_may_be_open(start, body):
    pytest.importorskip("resource")
    server = start(FEW_FILES)
    with ExitStack() as stack:
        for _ in range(400):
            open_slow(server, HALVES["half the body"], stack)
        read(server, body)
    log = server.log_file.read_text()
    assert re.search(r"limit of open files.*ulimit -n \d+", log)
    assert "Traceback" not in log


def test_the_limit_of_open_files_is_raised_as_far_as_is_allowed():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        assert 32 <= find_connection_limit() <= CONNECTIONS
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.slow
@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_thousand_slow_connections_leave_a_reading_alone(start, body, half):
    server = start()
    with ExitStack() as stack:
        slow = [open_slow(server, half, stack) for _ in range(1000)]
        for _ in range(20):
            read(server, body)
        for connection in slow:  # all of them are still welcome to go on
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):
                connection.recv(1)


@pytest.mark.slow
def test_a_flood_of_slow_connections_leaves_a_reading_alone(start, body):
    server = start()
    with ExitStack() as stack:
        for _ in range(3000):
            open_slow(server, HALVES["half the body"], stack)
        for _ in range(20):
            read(server, body)


@pytest.mark.slow
def test_128_clients_at_once_are_all_answered(start, body):
    server = start()
    headers = {"Content-Type": "application/json"}

    def ask_often(_):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        with closing(connection):
            statuses = []
            for _ in range(40):
                connection.request("POST", "/api/predict", body, headers)
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
            return statuses

    with ThreadPoolExecutor(128) as pool:
        statuses = [status for each in pool.map(ask_often, range(128)) for status in each]
    assert len(statuses) == 5120
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) > 2560
