import mimetypes
import os
import re
from itertools import count
from pathlib import Path
from time import time

import pytest

from tests.webapp.fakes import FakeReader
from webapp import create_app, static_files

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "board.js": "text/javascript",
    "board.mjs": "text/javascript",
    "board.css": "text/css",
    "icon.svg": "image/svg+xml",
    "icon.PNG": "image/png",
    "words.html": "text/html",
}
FOR_GOOD = "public, max-age=31536000, immutable, no-transform"
NOT_AT_ALL = "no-store, no-transform"


@pytest.fixture
def mangled_types(monkeypatch):
    """What some programs do to the registry of a Windows machine, and worse."""
    table = mimetypes.MimeTypes()
    for suffix in table.types_map[True]:
        table.types_map[True][suffix] = "text/plain"
    table.encodings_map[".svg"] = "gzip"
    monkeypatch.setattr(mimetypes, "_db", table)
    assert mimetypes.guess_type("board.js") == ("text/plain", None)
    assert mimetypes.guess_type("icon.svg")[1] == "gzip"


@pytest.fixture
def client(tmp_path):
    for name in [*KINDS, "data.unheard"]:
        (tmp_path / name).write_text("x")
    return create_app({"READER": FakeReader(), "STATIC_DIR": tmp_path}).test_client()


def get_type(client, name):
    answer = client.get(f"/static/{name}", buffered=True)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
    return answer.mimetype


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_a_file_has_its_type_whatever_the_machine_says(client, mangled_types, name, kind):
    assert get_type(client, name) == kind


def test_the_icon_has_its_type_whatever_the_machine_says(page_client, mangled_types):
    assert page_client.get("/favicon.ico", buffered=True).mimetype == "image/svg+xml"


def test_a_file_of_an_unknown_kind_is_bytes(client, mangled_types):
    assert get_type(client, "data.unheard") == "application/octet-stream"


def test_every_file_that_ships_has_a_known_type(mangled_types):
    client = create_app({"READER": FakeReader()}).test_client()
    for path in (ROOT / "static").rglob("*.*"):
        name = path.relative_to(ROOT / "static").as_posix()
        assert get_type(client, name) != "application/octet-stream", name


def write(path, text, ago=60):
    path.write_text(text)
    os.utime(path, (time() - ago, time() - ago))


@pytest.fixture
def board(tmp_path, monkeypatch):
    """A board whose page loads one script, which imports another; time passes at each look."""
    seconds = count()
    monkeypatch.setattr(static_files, "monotonic", lambda: next(seconds))
    (tmp_path / "js").mkdir()
    write(tmp_path / "js/page.js", 'import "./pen.js";')
    write(tmp_path / "js/pen.js", "one")
    (tmp_path / "draw.html").write_text("{{ url_for('static', filename='js/page.js') }}")
    folders = {"STATIC_DIR": tmp_path, "TEMPLATES_DIR": tmp_path}
    return create_app({"READER": FakeReader(), **folders}).test_client()


def test_a_browser_keeps_what_a_page_names_and_what_that_imports(board):
    address = board.get("/").text
    assert re.fullmatch("static/v-[0-9a-f]{8}/js/page.js", address)
    for name in (address, address.replace("page", "pen")):
        answer = board.get(f"/{name}", buffered=True)
        assert answer.status_code == 200
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Cache-Control"] == FOR_GOOD
    assert board.get(f"/{address}x").status_code == 404
    answer = board.get("/static/js/pen.js", buffered=True)
    assert answer.headers["Cache-Control"] == "no-cache, no-transform"


def test_a_file_that_changes_gives_all_of_them_other_addresses(board, tmp_path):
    before = board.get("/").text
    write(tmp_path / "js/pen.js", "another")
    after = board.get("/").text
    assert after != before
    answer = board.get(f"/{after}".replace("page", "pen"), buffered=True)
    assert (answer.text, answer.headers["Cache-Control"]) == ("another", FOR_GOOD)
    write(tmp_path / "js/pen.js", "one")
    assert board.get("/").text == before  # two servers of one board agree on it


def test_a_page_that_is_older_than_a_file_gets_it_but_not_to_keep(board, tmp_path):
    old = board.get("/").text.replace("page", "pen")
    write(tmp_path / "js/pen.js", "another")
    answer = board.get(f"/{old}", buffered=True)
    assert (answer.text, answer.headers["Cache-Control"]) == ("another", NOT_AT_ALL)


def test_a_file_that_was_just_written_is_not_kept_in_the_place_of_the_former_one(
    board, tmp_path, monkeypatch
):
    old = board.get("/").text.replace("page", "pen")
    monkeypatch.setattr(static_files, "monotonic", lambda: 1e6)
    assert board.get("/").text == old.replace("pen", "page")
    write(tmp_path / "js/pen.js", "another", ago=0)  # within the second of the look before
    answer = board.get(f"/{old}", buffered=True)
    assert (answer.text, answer.headers["Cache-Control"]) == ("another", NOT_AT_ALL)


def test_a_file_of_the_future_is_asked_about_at_each_visit(board, tmp_path):
    write(tmp_path / "js/pen.js", "one", ago=-3600)  # by a clock that is wrong
    address = board.get("/").text.replace("page", "pen")
    answer = board.get(f"/{address}", buffered=True)
    assert answer.headers["Cache-Control"] == "no-cache, no-transform"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert board.get(f"/{address}", headers=known, buffered=True).status_code == 304


def test_a_file_that_goes_while_pages_are_looked_for_does_no_harm(board, tmp_path):
    (tmp_path / "js/gone.js").symlink_to(tmp_path / "nowhere.js")
    assert board.get("/").status_code == 200


@pytest.mark.parametrize("path", ["v-0a1b2c3d", "v-0a1b2c3d/", "v-0a1b2c3d/../../run.py", "v-0a/x"])
def test_a_version_of_nothing_is_not_found(board, path):
    assert board.get(f"/static/{path}").status_code == 404


def test_icons_and_the_manifest_stay_where_installed_boards_know_them():
    page = create_app({"READER": FakeReader()}).test_client().get("/").text
    assert 'href="static/manifest.webmanifest"' in page
    assert 'href="static/favicon.svg"' in page
