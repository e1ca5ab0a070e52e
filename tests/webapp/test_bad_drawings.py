"""Bad input to what is stored: a clear answer each, and nothing is stored."""

import io
import json
import struct
import zipfile

import pytest

from tests.webapp.people import ADDRESS, assert_problem, make_strokes
from tests.webapp.pictures import draw_seven, on_transparent, to_url

NO_LABELS = [True, False, None, 7.0, 1e0, "7", "7 ", "", "not a digit", "NOT_A_DIGIT", -1, 10, 11]
NO_LABELS += [2**70, [], [7], {}, {"label": 7}]
FAR, MANY = 4097, 10_001


def line(count, step=0.01):
    return [[[step * number, 50] for number in range(count)]]


NO_STROKES = [None, 7, "M0 0", {}, [[]], [7], [[7, 7]], [[[7]]], [[[7, 7, 7]]], [[[True, 7]]]]
NO_STROKES += [[[["7", 7]]], [[[None, 7]]], [[[0, 0], []]], [[[1e300, 0]]], [[[10**400, 0]]]]


def assert_nothing_kept(person):
    assert person.list()["total"] == 0


@pytest.mark.parametrize("label", NO_LABELS, ids=repr)
def test_a_label_is_an_integer_or_the_word(owner, label):
    assert_problem(owner.confirm(label), 400, "`label` must be an integer from 0 to 9")
    assert_nothing_kept(owner)


def test_a_label_is_needed(owner):
    answer = owner.ask("POST", ADDRESS, json={"strokes": make_strokes()})
    assert_problem(answer, 400, "`label` is missing")


@pytest.mark.parametrize("strokes", NO_STROKES, ids=repr)
def test_strokes_are_lists_of_points(owner, strokes):
    for body in ({}, {"image": to_url(on_transparent(draw_seven()))}):
        assert_problem(owner.confirm(1, strokes=strokes, **body), 400, "`strokes`")
    assert_nothing_kept(owner)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_coordinate_is_a_number(owner, number):
    body = f'{{"strokes": [[[{number}, 7], [90, 90]]], "label": 1}}'
    answer = owner.ask("POST", ADDRESS, data=body, content_type="application/json")
    assert_problem(answer, 400, "not a JSON number")


@pytest.mark.parametrize(
    ("strokes", "status", "words"),
    [
        (line(MANY), 413, "at most 10,000 points"),
        ([[[0, 0], [FAR, 0]]], 400, "within 4,096"),
        ([[[-FAR, 0], [-FAR, 90]]], 400, "within 4,096"),
        ([[[-3000, 0], [3000, 90]]], 400, "at most 4,096 px wide and high"),
        ([[[0, 0], [4000, 4000]] * 20], 413, "at most 100,000 px long"),
    ],
    ids=["points", "right", "left", "width", "length"],
)
def test_a_drawing_has_limits(owner, strokes, status, words):
    for body in ({}, {"image": to_url(on_transparent(draw_seven()))}):
        assert_problem(owner.confirm(1, strokes=strokes, **body), status, words)
    assert_nothing_kept(owner)


@pytest.mark.slow
def test_a_million_points_are_refused_by_their_size(owner):
    strokes = json.dumps({"strokes": line(1_000_000, 0), "label": 1})
    answer = owner.ask("POST", ADDRESS, data=strokes, content_type="application/json")
    assert_problem(answer, 413, "at most 1048576 bytes")


def test_too_little_ink_is_not_kept(owner):
    assert_problem(owner.confirm(1, strokes=[]), 400, "too little ink")
    assert_nothing_kept(owner)


@pytest.mark.parametrize("image", [7, "", "data:,x", to_url(b"no PNG"), None])
def test_a_picture_that_is_none_is_refused_beside_strokes_too(owner, image):
    assert_problem(owner.confirm(1, image=image), 400, "`image`")
    assert_nothing_kept(owner)


def test_a_drawing_without_strokes_and_picture_is_refused(owner):
    assert_problem(owner.ask("POST", ADDRESS, json={"label": 1}), 400, "`image` is missing")


def test_an_unknown_model_is_named(owner):
    answer = owner.confirm(1, model="gone_cnn")
    assert_problem(answer, 404, "The models are: first, second")
    assert_nothing_kept(owner)


@pytest.mark.parametrize("model", [7, None, ["first"], {}])
def test_a_model_is_a_name(owner, model):
    assert_problem(owner.confirm(1, model=model), 400, "`model`")


@pytest.mark.parametrize("label", ["", "10", "-1", "7.0", " 7", "true", "٧", "not a digit", "77"])
def test_one_can_only_list_a_label_that_there_is(owner, label):
    assert_problem(owner.ask("GET", ADDRESS, query_string={"label": label}), 400, "`label`")


@pytest.mark.parametrize("page", ["", "0", "-1", "1.0", "x", "٣", "1" * 50, " 1"])
def test_a_page_has_a_number(owner, page):
    assert_problem(owner.ask("GET", ADDRESS, query_string={"page": page}), 400, "`page`")


@pytest.mark.parametrize("id_", ["x", "x" * 22, "x" * 5000, "%00", "..", "é", "1 OR 1=1"])
def test_an_id_that_nobody_has_is_not_found(owner, id_):
    owner.keep(1)
    for method in ("GET", "DELETE"):
        assert owner.ask(method, f"{ADDRESS}/{id_}").status_code in (404, 405)
    assert owner.list()["total"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_there_are_no_other_methods(owner, method):
    assert_problem(owner.ask(method, ADDRESS, json={}), 405, "GET")


@pytest.mark.parametrize("path", [ADDRESS, f"{ADDRESS}/restore", "/api/hands"])
@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b'{"a": 1, "a": 2}'])
def test_a_body_is_a_json_object(owner, path, body):
    answer = owner.ask("POST", path, data=body, content_type="application/json")
    assert_problem(answer, 400)


def make_zip(**files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def write_record(**changes):
    """A line of strokes as an export has it, with changes."""
    record = {"id": "a", "writer": "1", "label": "7", "strokes": [[[0, 0], [100, 100]]]}
    return json.dumps(record | {"board": [0, 0, 1]} | changes) + "\n"


IMAGES = struct.pack(">4i", 0x803, 1, 28, 28) + bytes(784)
BAD_ZIPS = {
    "nothing": b"",
    "no ZIP": b"PK\x03\x04 and so on",
    "cut off": make_zip(**{"drawings.jsonl": write_record()})[:-30],
    "nothing in it": make_zip(),
    "other things": make_zip(**{"letter.txt": "Dear"}),
    "a path that climbs out": make_zip(**{"../../etc/x": "x", "drawings.jsonl": write_record()}),
    "an absolute path": make_zip(**{"/etc/x": "x", "drawings.jsonl": write_record()}),
    "a drive": make_zip(**{"C:\\x": "x", "drawings.jsonl": write_record()}),
    "a bomb": make_zip(**{"drawings.jsonl": bytes(300 * 2**20)}),
    "a line that is no JSON": make_zip(**{"drawings.jsonl": write_record() + "id,label\na,7\n"}),
    "a wrong label": make_zip(**{"drawings.jsonl": write_record(label="eleven")}),
    "strokes that are none": make_zip(**{"drawings.jsonl": write_record(strokes=[[["x"]]])}),
    "IDX files of two lengths": make_zip(
        **{"images-idx3-ubyte": IMAGES, "labels-idx1-ubyte": struct.pack(">2i", 0x801, 2) + b"\1\2"}
    ),
    "an IDX file cut off": make_zip(
        **{
            "images-idx3-ubyte": IMAGES[:-1],
            "labels-idx1-ubyte": struct.pack(">2i", 0x801, 1) + b"\1",
        }
    ),
}


@pytest.mark.parametrize("content", BAD_ZIPS.values(), ids=BAD_ZIPS)
def test_a_zip_that_is_none_of_ours_is_refused_whole(owner, pupil, content):
    assert_problem(owner.load(content), 400)
    assert_nothing_kept(owner)
    assert_problem(pupil.load(content), 400)
    assert pupil.client.get_cookie("board-hand") is None


@pytest.mark.parametrize("kind", ["text/csv", "multipart/form-data; boundary=x", "image/png", ""])
def test_an_import_is_a_zip_itself(owner, kind):
    assert_problem(owner.load(b"id,label", kind), 415, "application/zip")


def test_an_import_as_json_is_refused(owner):
    assert_problem(owner.ask("POST", f"{ADDRESS}/import", json={}), 415, "application/zip")


def test_a_zip_has_a_limit_of_its_own(owner):
    content = bytes(65 * 2**20)
    assert_problem(owner.load(content), 413, "at most 64 MiB")
    assert_nothing_kept(owner)


def test_a_zip_may_be_larger_than_other_bodies(owner):
    answer = owner.load(bytes(2 * 2**20))
    assert_problem(answer, 400)
