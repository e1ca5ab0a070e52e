import os

import pytest

from tests.webapp.conftest import FakeReader
from webapp import create_app


@pytest.fixture
def client(tmp_path):
    (tmp_path / "draw.html").write_text("<!doctype html><title>Board</title>")
    (tmp_path / "board.js").write_text("export {};")
    (tmp_path / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    folders = {"TEMPLATES_DIR": tmp_path, "STATIC_DIR": tmp_path}
    return create_app({"READER": FakeReader(), **folders}).test_client()


def test_the_board_is_the_first_page(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert "<title>Board</title>" in answer.get_data(as_text=True)


def test_the_icon_is_where_browsers_look_for_it(client):
    answer = client.get("/favicon.ico", buffered=True)
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"


def test_a_page_that_does_not_exist_says_so_in_html(client):
    answer = client.get("/nothing")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "<h1>Not Found</h1>" in page
    assert 'href="/"' in page


@pytest.mark.parametrize("path", ["//api/predict", "/static/../run.py", "/static/%00", "/%ff"])
def test_an_odd_address_is_not_found_either(client, path):
    assert client.get(path).status_code == 404


def test_posting_to_a_page_is_refused(client):
    answer = client.post("/")
    assert answer.status_code == 405
    assert answer.mimetype == "text/html"
    assert "GET" in answer.headers["Allow"]


def test_an_updated_file_is_seen_at_once(client, tmp_path):
    first = client.get("/static/board.js", buffered=True)
    assert first.headers["Cache-Control"] == "no-cache"
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/static/board.js", buffered=True, headers=tag).status_code == 304
    (tmp_path / "board.js").write_text("let pen;")
    os.utime(tmp_path / "board.js", (2e9, 2e9))
    assert client.get("/static/board.js", buffered=True, headers=tag).data == b"let pen;"


def test_scripts_are_served_as_scripts(client):
    assert client.get("/static/board.js", buffered=True).mimetype == "text/javascript"
