"""`POST /api/read-photo`: a photo in, its digits out; a clear answer to whatever else comes."""

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import numpy as np
import pytest
from PIL import Image

from ml.errors import ForeignPictureError, LargePictureError, PictureError
from tests.picture_files import (
    BAD_FILES,
    GOOD_FILES,
    JPEG,
    PNG,
    SIDES,
    draw_photo,
    make_exif,
    save,
)
from tests.webapp.people import TOKEN, assert_problem
from tests.webapp.pictures import to_url
from webapp.photo import write_ink

ADDRESS = "/api/read-photo"
STATUSES = {PictureError: 400, ForeignPictureError: 415, LargePictureError: 413}
BLANK = save(Image.new("RGB", SIDES, (240, 240, 235)), "PNG")
BOARD = {"X-Board": "1"}


def make_form(files, parts):
    """A form's body; the test client would leave a large one open in a file."""
    head = "--x\r\nContent-Disposition: form-data; name="
    pieces = [f'{head}"{name}"\r\n\r\n{text}\r\n'.encode() for name, text in parts.items()]
    start = f'{head}"photo"; filename="IMG_1.HEIC"\r\nContent-Type: image/heic\r\n\r\n'.encode()
    return b"".join((*pieces, *(start + data + b"\r\n" for data in files), b"--x--\r\n"))


def send(client, *files, headers=BOARD, **parts):
    """Send files as a form does, whatever it says that they are; return the answer."""
    kind = "multipart/form-data; boundary=x"
    body = make_form(files, parts)
    return client.post(ADDRESS, data=body, content_type=kind, headers=headers)


def send_url(client, data, **keys):
    """Send a file as a data URL; return the answer."""
    return client.post(ADDRESS, json={"image": to_url(data, "image/jpeg")} | keys)


def find(answer):
    """What an answer says, which must be 200."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


@pytest.mark.parametrize("data", GOOD_FILES.values(), ids=GOOD_FILES)
def test_every_kind_of_picture_is_read(real_client, data):
    found = find(send(real_client, data))
    assert (found["lines"], found["width"], found["height"]) == (["7"], *SIDES)


def test_a_photo_answers_its_lines_and_each_digit(real_client):
    found = find(send(real_client, JPEG))
    assert list(found) == [
        *("lines", "digits", "width", "height", "model", "sheet", "milliseconds")
    ]
    assert (found["model"], found["sheet"]) == ("board_cnn", None)
    (digit,) = found["digits"]
    assert list(digit)[:3] == ["box", "line", "number"]
    assert (digit["line"], digit["number"], digit["status"], digit["digit"]) == (0, 0, "digit", 7)
    assert len(digit["seen"]) == 784
    assert len(digit["probabilities"]) == 10
    x, y, width, height = digit["box"]
    assert 0 <= x < x + width <= SIDES[0]
    assert 0 <= y < y + height <= SIDES[1]


def test_a_data_url_says_the_same_as_a_form(real_client):
    form, url = find(send(real_client, PNG)), find(send_url(real_client, PNG))
    assert form["lines"] == url["lines"]
    assert [each["box"] for each in form["digits"]] == [each["box"] for each in url["digits"]]


def test_the_model_can_be_chosen(real_client):
    for found in (
        find(send(real_client, PNG, model="linear")),
        find(send_url(real_client, PNG, model="linear")),
    ):
        assert found["model"] == found["digits"][0]["model"] == "linear"


def test_a_box_is_read_as_one_digit(real_client):
    box = [30, 50, 150, 190]
    for found in (
        find(send(real_client, PNG, box=json.dumps(box))),
        find(send_url(real_client, PNG, box=box)),
    ):
        assert [each["digit"] for each in found["digits"]] == [7]


def test_a_digits_ink_reads_alike_on_the_board(real_client):
    (digit,) = find(send(real_client, JPEG))["digits"]
    answer = real_client.post("/api/predict", json={"image": digit["ink"]}).get_json()
    assert answer["digit"] == digit["digit"] == 7


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (27, 27), (200, 20), (900, 60), (60, 900)])
def test_ink_is_black_on_transparent_and_as_large_as_a_drawing_may_be(shape):
    url = write_ink(np.full(shape, 200, np.uint8))
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        picture = np.asarray(image.convert("RGBA"))
    assert min(picture.shape[:2]) >= 28
    assert max(picture.shape[:2]) <= 280
    assert not picture[..., :3].any()
    assert picture[..., 3].max() > 100
    assert not picture[0, :, 3].any()
    assert not picture[:, -1, 3].any()


def test_a_photo_is_read_as_exif_turns_it(real_client):
    turned = draw_photo().transpose(Image.Transpose.ROTATE_90)
    found = find(send(real_client, save(turned, "JPEG", exif=make_exif(6))))
    assert (found["lines"], found["width"], found["height"]) == (["7"], *SIDES)


def test_where_a_photo_was_taken_is_not_handed_out(real_client):
    answer = send(real_client, save(draw_photo(), "JPEG", exif=make_exif(1)))
    for digit in find(answer)["digits"]:
        png = base64.b64decode(digit["ink"].partition(",")[2])
        assert b"52.5" not in png
        assert b"eXIf" not in png
    assert "52.5" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_paper_without_ink_has_no_digits(client, level):
    found = find(send(client, save(Image.new("RGB", SIDES, (level,) * 3), "PNG")))
    assert (found["lines"], found["digits"]) == ([], [])


@pytest.mark.slow
def test_noise_and_stripes_are_answered(real_client):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (240, 320, 3), np.uint8)
    stripes = np.repeat((np.arange(240) // 6 % 2 * 255).astype(np.uint8)[:, None], 320, axis=1)
    for pixels in (noise, stripes):
        find(send(real_client, save(Image.fromarray(pixels), "PNG")))


def test_what_a_hand_has_taught_counts(make_app, real_reader):
    client = make_app(READER=real_reader, LISTENS_ON_LOOPBACK=True).test_client()
    token = {"X-Board-Token": TOKEN}
    (digit,) = find(send(client, PNG, headers=BOARD | token))["digits"]
    assert digit["because"] is None
    kept = client.post("/api/drawings", json={"image": digit["ink"], "label": 1}, headers=token)
    assert kept.status_code == 201
    (again,) = find(send(client, PNG, headers=BOARD | token))["digits"]
    assert (again["digit"], again["because"]["label"]) == (1, 1)


@pytest.mark.parametrize(("data", "kind", "words"), BAD_FILES.values(), ids=BAD_FILES)
@pytest.mark.parametrize("way", [send, send_url], ids=["form", "data URL"])
def test_a_bad_file_is_refused_in_words(client, way, data, kind, words):
    assert_problem(way(client, data), STATUSES[kind], words)


def test_no_photo_two_photos_and_a_photo_that_is_no_file(client):
    assert_problem(send(client), 400, "`photo` is missing")
    assert_problem(send(client, PNG, PNG), 400, "one `photo`")
    assert_problem(send(client, photo="x"), 400, "`photo` must be a file")


@pytest.mark.parametrize("body", [b"", b"x", b"--x--", b"--x\r\n\r\n", b"--y\r\n\r\nx\r\n--y--"])
@pytest.mark.parametrize("boundary", ["; boundary=x", "", "; boundary="])
def test_a_form_that_is_none_has_no_photo(client, body, boundary):
    kind = f"multipart/form-data{boundary}"
    assert_problem(client.post(ADDRESS, data=body, content_type=kind, headers=BOARD), 400)


@pytest.mark.parametrize("image", [None, 7, "", "x", [], "data:,x", "data:image/png;base64", True])
def test_an_image_is_a_data_url(client, image):
    assert_problem(client.post(ADDRESS, json={"image": image}), 400, "`image` must be a data URL")


def test_bad_json_bodies(client):
    assert_problem(client.post(ADDRESS, json={}), 400, "`image` is missing")
    assert_problem(client.post(ADDRESS, json=[]), 400, "JSON object")
    url = "data:image/png;base64,@@@"
    assert_problem(client.post(ADDRESS, json={"image": url}), 400, "valid base64")
    assert_problem(client.post(ADDRESS, data=b"{", content_type="application/json"), 400)


BOXES = [
    7,
    "x",
    {},
    [],
    [1, 2, 3],
    [1, 2, 3, 4, 5],
    [0.5, 0, 9, 9],
    [True, 0, 9, 9],
    ["0", 0, 9, 9],
]
BOXES += [[None] * 4, [-1, 0, 9, 9], [0, 0, 0, 9], [0, 0, 9, -9], [0, 0, 201, 9], [199, 279, 2, 2]]
BOXES += [[2**70, 0, 9, 9]]


@pytest.mark.parametrize("box", BOXES, ids=str)
def test_a_box_is_four_whole_numbers_within_the_photo(client, box):
    assert_problem(send_url(client, PNG, box=box), 400, "`box`")
    assert_problem(send(client, PNG, box=json.dumps(box)), 400, "`box`")


@pytest.mark.parametrize("box", ["", "[1, 2", "x", "[" * 5000, "NaN"])
def test_a_box_of_a_form_is_json(client, box):
    assert_problem(send(client, PNG, box=box), 400, "`box`")


def test_a_model_is_a_name_that_there_is(client):
    assert_problem(send(client, PNG, model="gone"), 404, "The models are: first, second")
    assert_problem(send_url(client, PNG, model=7), 400, "`model`")


@pytest.mark.parametrize("kind", ["image/png", "text/plain", "application/octet-stream", None])
def test_a_photo_comes_as_a_form_or_as_json(client, kind):
    answer = client.post(ADDRESS, data=PNG, content_type=kind, headers=BOARD)
    assert_problem(answer, 415, "multipart/form-data")


def test_what_another_sites_form_can_send_is_refused(client):
    assert_problem(send(client, PNG, headers={}), 403, "X-Board: 1")
    for headers in (BOARD | {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "cross-site"}):
        assert_problem(send(client, PNG, headers=headers), 403)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_there_are_no_other_methods(client, method):
    assert_problem(client.open(ADDRESS, method=method, json={}), 405, "POST")


def test_a_body_has_a_limit_of_its_own(client):
    answer = client.post(ADDRESS, data=b"{" * (14 * 2**20), content_type="application/json")
    assert_problem(answer, 413, "at most 10 MB")
    assert_problem(client.post("/api/predict", json={"image": "x" * 2**20}), 413)
    assert client.post(ADDRESS, json={"image": to_url(PNG) + "A" * 2**20}).status_code < 500


def test_a_photo_needs_no_hand_and_keeps_nothing(make_app):
    app = make_app()
    answer = send(app.test_client(), BLANK)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert not app.config["INSTANCE_DIR"].exists()


def test_a_failure_of_ours_does_not_say_why_and_gives_the_turn_back(broken_client):
    for _ in range(3):
        answer = send(broken_client, PNG, box="[30, 50, 150, 190]")
        assert_problem(answer, 500, "not in your request")
        assert "secret" not in answer.get_data(as_text=True)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as threads:
        yield threads


class Sender:
    """Somebody whose photo waits for its turn on a thread of its own."""

    def __init__(self, app, pool):
        self.answer = pool.submit(lambda: send(app.test_client(), BLANK))


def test_two_photos_at_once_are_read_one_after_the_other(app, pool):
    with app.extensions["photo_turns"].take():
        waiting = pool.submit(send, app.test_client(), BLANK)
        assert not waiting.done()
    assert waiting.result(30).status_code == 200


def test_a_third_photo_at_once_is_told_when_to_come_again(app, pool):
    turns, has_asked = app.extensions["photo_turns"], Event()

    def wait():
        has_asked.set()
        with turns.take():
            pass

    with ExitStack() as reading:
        reading.enter_context(turns.take())
        waiting = pool.submit(wait)
        has_asked.wait(30)
        answer = None
        while answer is None or answer.status_code == 200:
            answer = send(app.test_client(), BLANK)
        assert_problem(answer, 503, "Send this one again")
        assert answer.headers["Retry-After"] == "2"
        drawing = {"image": to_url(PNG)}
        assert app.test_client().post("/api/predict", json=drawing).status_code == 200
    waiting.result(30)


def test_a_server_without_opencv_says_what_it_lacks(client, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    assert_problem(send(client, PNG), 503, "opencv-python-headless")
