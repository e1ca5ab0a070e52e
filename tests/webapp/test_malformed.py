import json
import re

import pytest

MALFORMED = {
    "not HTTP": b"seven\r\n\r\n",
    "a bad length": b"POST /api/predict HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "an unknown coding": b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
    "bad chunks": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    # Not a byte more: what nobody reads makes the system reset the connection.
    "huge headers": b"GET / HTTP/1.1\r\nA: ".ljust(65_536, b"a"),
    "too large to hear out": b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_invalid_http_is_refused_in_the_same_format(server, data):
    head, _, body = server.send(data).partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.[01] (400|413|431|501) ", head)
    assert b"application/problem+json" in head
    assert b"Content-Security-Policy" in head
    assert b"Cache-Control: no-store" in head
    assert json.loads(body)["detail"]


@pytest.mark.parametrize("path", ["/api/drawings", "/api/runs/linear-20261129-120000", "/sheet"])
def test_an_address_with_bytes_that_are_not_utf_8_is_refused(client, path):
    answer = client.get(path, environ_overrides={"QUERY_STRING": "page=\x80"})
    assert answer.status_code == 400
    assert "UTF-8" in answer.get_data(as_text=True)


def test_a_server_refuses_such_an_address(server):
    said = server.send(b"GET /api/drawings?page=\x80 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 400 ")
