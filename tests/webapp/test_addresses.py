"""Under which path the app is served: its own root, a stripped path, a whole one."""

from urllib.parse import urljoin

import pytest

from tests.webapp.fakes import FakeReader
from tests.webapp.links import Links
from tests.webapp.test_security import check_headers
from webapp import create_app

PAGES = [
    "/",
    "/drawings",
    "/models",
    "/glossary",
    "/api",
    "/nothing",
    "/no/thing/",
    "/static/no.css",
    "/static/a/b",
]


@pytest.fixture
def board_client():
    return create_app({"READER": FakeReader(), "PREFIX": "/class/board"}).test_client()


def list_addresses(links):
    """What a page loads and leads to, without places within a page."""
    return {address.partition("#")[0] for address in links.loaded + links.followed} - {""}


@pytest.mark.parametrize("path", PAGES)
def test_behind_a_proxy_that_strips_the_path_every_address_is_under_it(client, path):
    page = client.get(path).get_data(as_text=True)
    links = Links(page, urljoin("/class/board/", path[1:]))
    assert "/class/board/" in links.followed
    for address in list_addresses(links):
        assert address.startswith("/class/board/")
        stripped = address.removeprefix("/class/board")
        assert client.get(stripped, buffered=True).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_with_a_prefix_every_address_is_under_it(board_client, path):
    answer = board_client.get(f"/class/board{path}")
    check_headers(answer)
    links = Links(answer.get_data(as_text=True), f"/class/board{path}")
    for address in list_addresses(links):
        assert address.startswith("/class/board/")
        assert board_client.get(address, buffered=True).status_code == 200


def test_with_a_prefix_the_api_is_under_it(board_client, seven_url):
    answer = board_client.post("/class/board/api/predict", json={"image": seven_url})
    assert answer.get_json()["digit"] == 7
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/class", "/class/boards", "/models", "/favicon.ico", "/x/"])
def test_an_address_outside_the_prefix_is_not_found_and_leads_into_it(board_client, path):
    answer = board_client.get(path)
    assert answer.status_code == 404
    check_headers(answer)
    links = Links(answer.get_data(as_text=True), path)
    assert set(links.followed) == {"/class/board/"}
    assert "/class/board/static/css/base.css" in links.loaded


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_api_outside_the_prefix_is_not_found(board_client, seven_url, method):
    answer = board_client.open("/api/predict", method=method, json={"image": seven_url})
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_the_prefix_without_its_slash_leads_to_the_board(board_client):
    answer = board_client.get("/class/board")
    assert answer.status_code == 308
    assert urljoin("/class/board", answer.headers["Location"]) == "/class/board/"
    check_headers(answer)


def test_a_forwarded_prefix_counts_only_behind_a_proxy_and_changes_no_address(seven_url):
    headers = {"X-Forwarded-Prefix": "//elsewhere.example", "X-Forwarded-Host": "a.example"}
    pages = []
    for behind_proxy in (False, True):
        app = create_app({"READER": FakeReader(), "BEHIND_PROXY": behind_proxy})
        answer = app.test_client().get("/models", headers=headers)
        check_headers(answer)
        pages.append(answer.data)
    assert pages[0] == pages[1]
    assert b"elsewhere" not in pages[0]
