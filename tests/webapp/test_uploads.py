"""Ten photos at once over real connections: drawings are read meanwhile, and nobody is left out."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from tests.picture_files import SIDES, save
from tests.webapp.live import Server

SLOW = """
import sys, time
import webapp
photo = sys.modules["webapp.api.photo"]
decode = photo.decode_photo
def decode_slowly(data):
    time.sleep(2)
    return decode(data)
photo.decode_photo = decode_slowly
"""
BLANK = save(Image.new("RGB", SIDES, (240, 240, 235)), "PNG")
HEADERS = {"Content-Type": "multipart/form-data; boundary=x", "X-Board": "1"}
PART = b'Content-Disposition: form-data; name="photo"; filename="a.png"'
FORM = b"--x\r\n" + PART + b"\r\n\r\n%b\r\n--x--\r\n"
UPLOADS = 10


@pytest.fixture
def slow_server(tmp_path):
    """A server that takes two seconds for each photo."""
    server = Server(tmp_path / "log", before=SLOW)
    yield server
    server.stop(signal.SIGTERM)


def send(server, photo=BLANK):
    return server.ask("POST", "/api/read-photo", FORM % photo, HEADERS)


def read(server, seven_url):
    body = json.dumps({"image": seven_url})
    answer, said = server.ask("POST", "/api/predict", body, {"Content-Type": "application/json"})
    return answer.status, json.loads(said)["digit"]


@pytest.mark.slow
def test_ten_photos_at_once_do_not_stop_readings(slow_server, seven_url):
    with ThreadPoolExecutor(UPLOADS) as clients:
        uploads = [clients.submit(send, slow_server) for _ in range(UPLOADS)]
        readings = 0
        while not all(upload.done() for upload in uploads):
            assert read(slow_server, seven_url) == (200, 7)
            readings += 1
        answers = [upload.result() for upload in uploads]
    assert readings >= 3  # while two photos were read
    statuses = [answer.status for answer, _ in answers]
    assert statuses.count(200) >= 1
    assert statuses.count(503) >= 1
    for answer, said in answers:
        if answer.status == 503:
            assert answer.getheader("Retry-After") == "2"
            assert answer.getheader("Content-Type") == "application/problem+json"
        else:
            assert (answer.status, json.loads(said)["digits"]) == (200, [])


def test_a_photo_of_ten_megabytes_arrives(server):
    noise = BLANK[:-12] + bytes(10 * 2**20 - len(BLANK)) + BLANK[-12:]
    answer, said = send(server, noise)
    assert (answer.status, "damaged" in json.loads(said)["detail"]) == (400, True)
    answer, said = send(server, noise + bytes(1000))
    assert (answer.status, "at most 10" in json.loads(said)["detail"]) == (413, True)


def test_what_is_far_too_large_hears_why(server):
    answer, said = send(server, bytes(20 * 2**20))
    assert answer.status == 413
    assert "at most 10 MB" in json.loads(said)["detail"]
