import html
import os
import re

import pytest

from tests.webapp.links import Links
from tests.webapp.shelf import make_shelf
from webapp import create_app

CODE = re.compile(r"(?s)<!--.*?-->|<(script|style|pre|code|textarea)\b.*?</\1>")
PAGES = ["/", "/photo", "/drawings", "/train", "/inside", "/models", "/glossary", "/api"]


@pytest.fixture
def shelf_client():
    return create_app({"READER": make_shelf()}).test_client()


def test_the_board_is_the_first_page(page_client):
    answer = page_client.get("/")
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert "<title>Board</title>" in answer.get_data(as_text=True)


def test_the_icon_is_where_browsers_look_for_it(page_client):
    answer = page_client.get("/favicon.ico", buffered=True)
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"


@pytest.mark.parametrize("path", PAGES)
def test_apostrophes_are_those_of_print(real_client, path):
    page = CODE.sub("", real_client.get(path).get_data(as_text=True))
    words = html.unescape(re.sub(r"<[^>]*>", "", page))
    assert re.findall(r".*\w'\w.*", words) == []


def test_a_page_that_does_not_exist_says_so_in_html(page_client):
    answer = page_client.get("/nothing")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "<h1>Not Found</h1>" in page
    links = Links(page, "/nothing")
    assert links.followed == ["/", "/"]
    assert "/static/css/base.css" in links.loaded


@pytest.mark.parametrize("path", ["//api/predict", "/static/../run.py", "/static/%00", "/%ff"])
def test_an_odd_address_is_not_found_either(page_client, path):
    assert page_client.get(path).status_code == 404


def test_posting_to_a_page_is_refused(page_client):
    answer = page_client.post("/")
    assert answer.status_code == 405
    assert answer.mimetype == "text/html"
    assert "GET" in answer.headers["Allow"]


def test_an_updated_file_is_seen_at_once(page_client, tmp_path):
    first = page_client.get("/static/board.js", buffered=True)
    assert first.headers["Cache-Control"] == "no-cache, no-transform"
    tag = {"If-None-Match": first.headers["ETag"]}
    assert page_client.get("/static/board.js", buffered=True, headers=tag).status_code == 304
    (tmp_path / "board.js").write_text("let pen;")
    os.utime(tmp_path / "board.js", (2e9, 2e9))
    assert page_client.get("/static/board.js", buffered=True, headers=tag).data == b"let pen;"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_only_what_is_served_here_and_nothing_inline(shelf_client, path):
    links = Links(shelf_client.get(path).get_data(as_text=True))
    assert links.blocked == []
    assert links.loaded
    for address in links.loaded:
        assert address.startswith("/static/")
        assert shelf_client.get(address, buffered=True).status_code == 200


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "Draw"),
        ("/photo", "Photo"),
        ("/drawings", "My drawings"),
        ("/train", "Train"),
        ("/models", "Models"),
        ("/glossary", "Glossary"),
    ],
)
def test_the_masthead_leads_to_the_pages_and_says_which_one_is_open(shelf_client, path, name):
    links = Links(shelf_client.get(path).get_data(as_text=True))
    assert {"/", "/photo", "/drawings", "/train", "/models", "/glossary"} <= set(links.followed)
    assert links.current == [path]


def test_the_board_offers_every_model_by_its_title_the_default_first(shelf_client):
    page = shelf_client.get("/").get_data(as_text=True)
    first, *others = (card.title for card in make_shelf().cards.values())
    titles = [f"{first} (best)", *others]
    places = [page.index(f">{title}</option>") for title in titles]
    assert places == sorted(places)
    assert len(places) == 6


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_past_its_masthead(shelf_client, path):
    links = Links(shelf_client.get(path).get_data(as_text=True))
    assert links.followed[0] == "#content"
    assert "content" in links.ids


def test_the_board_says_how_many_networks_can_be_compared(shelf_client):
    page = shelf_client.get("/").get_data(as_text=True)
    assert "Compare all 6" in " ".join(page.split())
