"""What a hand has confirmed: stored, listed, deleted, brought back, exported and imported."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from tests.webapp.people import ADDRESS, assert_problem, make_strokes
from tests.webapp.pictures import draw_seven, on_transparent, to_url


def test_a_confirmed_drawing_is_stored_with_its_label_and_what_was_read(owner):
    answer = owner.confirm(1)
    assert answer.status_code == 201
    kept = answer.get_json()
    assert (kept["label"], kept["read_as"], kept["model"]) == (1, 7, "first")
    assert len(kept["model_version"]) == 12
    age = datetime.now(UTC) - datetime.fromisoformat(kept["created"])
    assert timedelta(seconds=-1) < age < timedelta(minutes=1)
    drawing = owner.ask("GET", f"{ADDRESS}/{kept['id']}").get_json()
    assert drawing["strokes"] == make_strokes()
    assert len(drawing["seen"]) == 784


def test_the_answer_tells_how_the_drawing_reads_now(owner):
    kept = owner.keep(1)
    assert kept["reading"]["digit"] == 1
    assert kept["reading"]["because"]["id"] == kept["id"]


def test_pressing_twice_stores_once(owner):
    first, again = owner.confirm(1), owner.confirm(1)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["id"] == again.get_json()["id"]
    assert owner.list()["total"] == 1


def test_another_label_replaces_the_label(owner):
    first, again = owner.confirm(1).get_json(), owner.confirm(4)
    assert again.status_code == 200
    assert (again.get_json()["id"], again.get_json()["label"]) == (first["id"], 4)
    assert owner.list()["counts"] == {"4": 1}


def test_corrections_are_counted_apart_from_what_was_read_rightly(owner):
    for number, label in enumerate((7, 1, "not_a_digit")):  # each is read as a 7
        owner.keep(label, number)
    assert owner.list()["corrections"] == 2
    assert owner.list(label="7")["corrections"] == 2


def test_what_is_not_a_digit_is_a_label_too(owner):
    kept = owner.keep("not_a_digit")
    assert kept["label"] == "not_a_digit"
    assert kept["reading"]["status"] == "not_a_digit"
    assert owner.list(label="not_a_digit")["total"] == 1


def test_strokes_and_their_picture_are_kept_together(owner):
    image = to_url(on_transparent(draw_seven()))
    kept = owner.keep(1, image=image)
    drawing = owner.ask("GET", f"{ADDRESS}/{kept['id']}").get_json()
    assert drawing["strokes"] == make_strokes()
    read = owner.client.post("/api/predict", json={"image": image}).get_json()
    assert drawing["seen"] == read["seen"]


def test_a_picture_without_strokes_is_kept_too(owner):
    image = to_url(on_transparent(draw_seven()))
    answer = owner.ask("POST", ADDRESS, json={"image": image, "label": 3})
    assert answer.status_code == 201
    drawing = owner.ask("GET", f"{ADDRESS}/{answer.get_json()['id']}").get_json()
    assert drawing["strokes"] is None


def test_drawings_are_listed_newest_first_a_hundred_at_a_time_with_all_counts(owner):
    ids = [owner.keep(number % 2, number)["id"] for number in range(103)]
    first, second = owner.list(), owner.list(page="2")
    listed = [drawing["id"] for page in (first, second) for drawing in page["drawings"]]
    assert listed == ids[::-1]
    assert (first["page"], second["page"], first["pages"], first["total"]) == (1, 2, 2, 103)
    assert first["counts"] == second["counts"] == {"0": 52, "1": 51}
    assert first["limit"] == 10_000
    assert set(first["drawings"][0]) >= {"id", "label", "created", "read_as", "seen"}


def test_one_label_is_listed_by_itself(owner):
    for number in range(5):
        owner.keep(number % 2, number)
    page = owner.list(label="1")
    assert [drawing["label"] for drawing in page["drawings"]] == [1, 1]
    assert (page["total"], page["pages"]) == (2, 1)
    assert page["counts"] == {"0": 3, "1": 2}


def test_a_page_beyond_the_last_one_is_empty(owner):
    assert owner.list(page="9") | {"page": 1} == owner.list()


def test_one_drawing_is_deleted(owner):
    gone, kept = owner.keep(1, 1)["id"], owner.keep(2, 2)["id"]
    assert owner.delete(gone) == 204
    assert [drawing["id"] for drawing in owner.list()["drawings"]] == [kept]
    assert_problem(owner.ask("DELETE", f"{ADDRESS}/{gone}"), 404, "no drawing with this id")


def test_all_are_deleted_and_brought_back(owner):
    ids = {owner.keep(1, number)["id"] for number in range(3)}
    assert owner.ask("DELETE", ADDRESS).status_code == 204
    assert owner.list()["total"] == 0
    assert owner.read()["digit"] == 7
    assert owner.ask("POST", f"{ADDRESS}/restore", json={}).get_json() == {"restored": 3}
    assert {drawing["id"] for drawing in owner.list()["drawings"]} == ids
    assert owner.read()["digit"] == 1


def test_an_export_is_a_zip_that_an_import_restores(owner, other):
    for number, label in enumerate([1, 4, "not_a_digit"]):
        owner.keep(label, number)
    content = owner.download()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "drawings.jsonl" in archive.namelist()
    assert other.load(content).get_json() == {"added": 3, "known": 0}
    assert other.load(content).get_json() == {"added": 0, "known": 3}

    def tell(person):
        fields = ("label", "created", "read_as", "model", "model_version", "seen")
        return [[drawing[field] for field in fields] for drawing in person.list()["drawings"]]

    assert tell(other) == tell(owner)


def test_an_export_is_offered_as_a_file(owner):
    owner.keep(1)
    answer = owner.ask("GET", f"{ADDRESS}/export", buffered=True)
    assert answer.mimetype == "application/zip"
    assert "my-drawings.zip" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    headers = {"Range": "bytes=0-3"}
    part = owner.ask("GET", f"{ADDRESS}/export", headers=headers, buffered=True)
    assert (part.status_code, len(part.data)) == (200, len(answer.data))  # whole all the same


def test_what_was_imported_counts_at_once(owner, other):
    owner.keep(1)
    other.load(owner.download())
    assert other.read()["digit"] == 1


@pytest.mark.parametrize("kind", ["application/x-zip-compressed", "application/octet-stream"])
def test_a_zip_may_have_the_types_that_browsers_give_it(owner, kind):
    owner.keep(1)
    assert owner.load(owner.download(), kind).status_code == 200


def test_drawings_are_there_after_a_restart(owner, make_app):
    kept = owner.keep(1)
    assert (
        type(owner)(make_app(), owner.headers["X-Board-Token"]).list()["drawings"][0]["id"]
        == kept["id"]
    )
