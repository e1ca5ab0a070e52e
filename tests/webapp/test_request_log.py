import logging

import pytest

from webapp.serving.request_log import describe_request


def test_a_request_is_one_line_with_method_path_status_and_duration(client, caplog):
    caplog.set_level(logging.INFO, logger="webapp.serving.request_log")
    client.get("/api/health?token=secret")
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("GET /api/health 200 ")
    assert caplog.messages[0].endswith(" ms")


def test_refused_and_failed_requests_are_logged_too(client, broken_client, seven_url, caplog):
    caplog.set_level(logging.INFO, logger="webapp.serving.request_log")
    client.get("/nothing")
    broken_client.post("/api/predict", json={"image": seven_url})
    lines = [
        record.message for record in caplog.records if record.name == "webapp.serving.request_log"
    ]
    assert [line.split()[:3] for line in lines] == [
        ["GET", "/nothing", "404"],
        ["POST", "/api/predict", "500"],
    ]


@pytest.mark.parametrize(
    "path", ["/a\r\nb", "/\x1b[2J", "/\x7f", "/\xc3\xa9\x00", "/ b", '/"', "/%"]
)
def test_nothing_in_a_path_breaks_the_line(path):
    line = describe_request({"REQUEST_METHOD": "GET\n", "PATH_INFO": path}, "404 Not Found")
    assert line.isascii()
    assert line.isprintable()
    assert len(line.split(" ")) == 3


def test_a_long_path_is_cut():
    line = describe_request({"REQUEST_METHOD": "GET", "PATH_INFO": "/" + "a" * 5000}, "404 X")
    assert len(line) < 300
