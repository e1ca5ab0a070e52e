import http.client
import json
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.webapp.live import Server
from webapp.server import (
    PortInUseError,
    ServeError,
    describe_address,
    explain_refusal,
    listen,
)

JSON = {"Content-Type": "application/json"}


def check_problem(answer, body, status):
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(body)["status"] == status


def test_the_address_is_printed_when_the_server_answers_there(server):
    assert server.first_line == f"Open http://127.0.0.1:{server.port}"
    answer, body = server.ask("GET", "/api/health")
    assert (answer.status, json.loads(body)["status"]) == (200, "ok")


def test_a_drawing_is_read_over_a_real_connection(server, seven_url):
    answer, body = server.ask("POST", "/api/predict", json.dumps({"image": seven_url}), JSON)
    assert (answer.status, json.loads(body)["digit"]) == (200, 7)


def test_a_body_sent_in_chunks_is_read(server, seven_url):
    text = json.dumps({"image": seven_url}).encode()
    chunks = iter([text[:100], text[100:]])
    answer, body = server.ask("POST", "/api/predict", chunks, JSON, encode_chunked=True)
    assert (answer.status, json.loads(body)["digit"]) == (200, 7)


@pytest.mark.parametrize("megabytes", [1.01, 4, 12])
def test_too_large_a_body_is_heard_out_and_refused(server, megabytes):
    answer, body = server.ask("POST", "/api/predict", b"x" * int(megabytes * 2**20), JSON)
    check_problem(answer, body, 413)


def test_too_large_a_body_in_chunks_is_refused(server):
    chunks = (b"x" * 65536 for _ in range(40))
    answer, body = server.ask("POST", "/api/predict", chunks, JSON, encode_chunked=True)
    check_problem(answer, body, 413)


def test_a_connection_is_kept_after_a_refusal(server, seven_url):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with closing(connection):
        for body, status in ((b"{", 400), (json.dumps({"image": seven_url}), 200)):
            connection.request("POST", "/api/predict", body, JSON)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status


def test_the_servers_name_and_version_are_not_told(server):
    assert server.ask("GET", "/api/health")[0].headers["Server"] is None


def test_a_client_that_leaves_early_does_not_stop_the_server(server):
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"POST /api/predict HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
    assert server.ask("GET", "/api/health")[0].status == 200


def test_many_clients_at_once_are_all_answered(server, seven_url):
    body = json.dumps({"image": seven_url})
    with ThreadPoolExecutor(16) as pool:
        jobs = [pool.submit(server.ask, "POST", "/api/predict", body, JSON) for _ in range(100)]
    assert {json.loads(job.result()[1])["digit"] for job in jobs} == {7}


def test_every_request_has_a_line_with_its_duration(server):
    server.ask("GET", "/api/a%0d%0ab%1b%5b31m?secret=1")
    lines = server.log_file.read_text().splitlines()
    line = next(line for line in lines if "/api/a" in line)
    pattern = r"\d\d:\d\d:\d\d GET /api/a%0D%0Ab%1B%5B31m 404 \d+\.\d ms"
    assert re.fullmatch(pattern, line)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_cleanly(tmp_path, number):
    server = Server(tmp_path / "log")
    server.ask("GET", "/api/health")
    assert server.stop(number) == (0, "Stopped.\n")
    assert "Traceback" not in server.log_file.read_text()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))


def test_a_port_in_use_is_one_clear_line():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            PortInUseError, match=f"Port {port} is in use.*--port.*make run ARGS"
        ) as caught:
            listen("127.0.0.1", port)
    assert "\n" not in str(caught.value)


def test_a_port_can_be_used_again_at_once(server):
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
    with listen("127.0.0.1", port) as second:
        assert second.getsockname()[1] == port


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("127.0.0.1", 65536, "port 65536"),
        ("127.0.0.1", -1, "port -1"),
        ("no such host", 5000, "no such host"),
        ("host.invalid", 5000, "host.invalid"),
        ("", 5000, "no host"),
        ("a" * 300, 5000, "no host"),
        ("203.0.113.7", 5000, "no address 203.0.113.7"),
    ],
)
def test_an_address_that_cannot_be_is_one_clear_line(host, port, words):
    with pytest.raises(ServeError, match=words) as caught:
        listen(host, port)
    assert "\n" not in str(caught.value)


def test_a_port_that_is_not_allowed_is_one_clear_line():
    told = str(explain_refusal(PermissionError(13, "Permission denied"), "127.0.0.1", 80))
    assert told == "You have no permission to use port 80; choose another with --port 5000."


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:5000"),
        ("localhost", "http://localhost:5000"),
        ("0.0.0.0", "http://127.0.0.1:5000"),
        ("::", "http://[::1]:5000"),
        ("::1", "http://[::1]:5000"),
    ],
)
def test_the_address_to_open_is_one_that_this_machine_can_open(host, address):
    assert describe_address(host, 5000) == address
