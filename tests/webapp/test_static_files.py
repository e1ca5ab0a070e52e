import mimetypes
from pathlib import Path

import pytest

from tests.webapp.fakes import FakeReader
from webapp import create_app

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "board.js": "text/javascript",
    "board.mjs": "text/javascript",
    "board.css": "text/css",
    "icon.svg": "image/svg+xml",
    "icon.PNG": "image/png",
    "words.html": "text/html",
}


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
