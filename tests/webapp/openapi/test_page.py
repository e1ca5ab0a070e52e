"""The page /api: everything that openapi.json says, to read offline, with examples."""

import json
from html import unescape

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.webapp.links import Links
from webapp.openapi.description import describe_paths, describe_schemas
from webapp.openapi.readings import ONE, SEVEN
from webapp.openapi.shown import show_nouns


@pytest.fixture
def page(client):
    answer = client.get("/api")
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    return answer.get_data(as_text=True)


def test_it_shows_every_route_with_its_words(page):
    text = unescape(page)
    for path, operations in describe_paths().items():
        for method, operation in operations.items():
            assert f"<code>/api{path}</code>" in text
            assert f'id="{operation["operationId"]}"' in text
            assert f">{method.upper()}</span>" in text
            for parameter in operation["parameters"]:
                assert f"<code>{parameter['name']}</code>" in text


def test_it_says_what_one_who_begins_has_to_know(page):
    text = " ".join(unescape(page).split())
    body = text.partition('aria-label="Body of POST /api/predict')[2].partition("</table>")[0]
    assert "px of a board of 280×280" in body
    assert "<code>--token</code> and a word of your own" in text
    assert "Pages of other sites may not call the API" in text
    assert "<code><digit-board></code>" in text
    assert json.dumps({"strokes": [SEVEN, ONE]}) in text  # a batch


def test_a_403_is_said_to_come_of_all_that_it_comes_of(client, page):
    answer = client.get("/api/drawings")
    assert answer.status_code == 403
    common = unescape(page).partition("<dt>403</dt>")[2].partition("</dd>")[0]
    assert "a hand’s cookie" in common
    assert page.count("<dt>403</dt>") == 1  # the same at every route


def test_it_shows_every_object_that_it_names(page):
    links = Links(page, "/api")
    for link in links.followed:
        if link.startswith("#"):
            assert link[1:] in links.ids, link
    with_fields = {name for name, each in describe_schemas().items() if "properties" in each}
    assert with_fields <= set(links.ids)


def test_no_id_is_given_twice(page):
    ids = Links(page).ids
    assert len(set(ids)) == len(ids)


def test_without_its_script_nothing_on_it_is_dead_and_nothing_is_inline(page):
    links = Links(page, "/api")
    assert links.blocked == []
    assert page.count("<form") == page.count("data-trial hidden>") > 0
    assert all(address.startswith("/static/") for address in links.loaded)


def test_what_can_be_tried_on_it_is_answered_and_changes_nothing(make_app, real_reader, tmp_path):
    client = make_app(READER=real_reader).test_client()
    trials = {
        f"{route.method} {route.path}": (route.method, route.trial)
        for _, routes in show_nouns("")
        for route in routes
        if route.trial
    }
    assert trials.keys() == {
        *("POST /api/predict", "POST /api/explain"),
        *(f"GET /api/{name}" for name in ("data", "health", "models", "openapi.json", "recipes")),
        *("GET /api/models/{name}/pictures", "GET /api/runs", "GET /api/versions"),
    }
    for method, trial in trials.values():
        kind = "application/json" if trial.body else None
        answer = client.open(f"/{trial.address}", method=method, data=trial.body, content_type=kind)
        assert answer.status_code == 200, trial.address
        assert answer.is_json
    assert not (tmp_path / "instance").exists()


def test_its_examples_ask_the_server_at_which_it_was_opened(make_app):
    client = make_app(PREFIX="/board").test_client()
    page = client.get("/board/api", base_url="http://class.example:8000").get_data(as_text=True)
    assert "curl -sS http://class.example:8000/board/api/predict" in page
    assert "127.0.0.1" not in page


@pytest.mark.parametrize("host", ["[:01]", "[::1", "a b", '"><b>', "", "\xe4"])
def test_a_host_that_is_none_does_no_harm(app, host):
    environment = EnvironBuilder("/api").get_environ() | {"HTTP_HOST": host}
    parts, status, _ = run_wsgi_app(app, environment)
    assert status == "200 OK"
    assert b"<b>" not in b"".join(parts)


def test_it_leads_to_the_description_and_pages_lead_to_it(client):
    for path in ("/models", "/glossary"):
        links = Links(client.get(path).get_data(as_text=True), path)
        assert "/api" in links.followed
    assert "/api/openapi.json" in Links(client.get("/api").get_data(as_text=True), "/api").followed


def test_an_error_at_its_address_is_for_programs(client):
    answer = client.post("/api")
    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert client.get("/api/").status_code == 404
