import json
import socket

import pytest
from flask import Blueprint
from werkzeug.middleware.proxy_fix import ProxyFix

from tests.webapp.fakes import FakeReader
from webapp import create_app
from webapp.security import require_trusted_host, takes_other_bodies

ANSWERS = ["/", "/favicon.ico", "/static/board.js", "/static/no.js", "/nothing", "/api/nothing"]
ANSWERS += ["/api/health", "/api/models", "/api/predict"]


def check_headers(answer):
    headers = answer.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_only_the_page_that_shows_a_photo_may_show_what_its_script_holds():
    client = create_app({"READER": FakeReader()}).test_client()
    header = "Content-Security-Policy"
    photo = client.get("/photo").headers[header]
    assert photo.replace(" blob:", "") == client.get("/api/health").headers[header]
    assert "img-src 'self' data: blob:;" in photo


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
def test_every_answer_has_the_security_headers(page_client, path, method):
    check_headers(page_client.open(path, method=method, buffered=True))


def test_an_answer_that_nothing_changed_has_the_security_headers(page_client):
    tag = page_client.get("/static/board.js", buffered=True).headers["ETag"]
    answer = page_client.get("/static/board.js", buffered=True, headers={"If-None-Match": tag})
    assert answer.status_code == 304
    check_headers(answer)


def test_a_browser_gets_no_header_that_it_would_complain_about(page_client):
    opening = {"Upgrade-Insecure-Requests": "1"}
    answer = page_client.get("/", headers=opening)
    assert "Cross-Origin-Opener-Policy" not in answer.headers
    assert "Content-Security-Policy" in answer.headers
    check_headers(page_client.get("/", headers=opening | {"Sec-Fetch-Site": "none"}))
    check_headers(page_client.get("/", headers=opening, base_url="https://localhost"))


def test_a_failure_has_the_security_headers(broken_client, seven_url):
    answer = broken_client.post("/api/predict", json={"image": seven_url})
    assert answer.status_code == 500
    check_headers(answer)


ELSEWHERE = [{"Sec-Fetch-Site": site} for site in ("cross-site", "", "same-origin, none", "x")]
ELSEWHERE += [{"Sec-Fetch-Site": "cross-site", "Origin": "http://board.local:5000"}]
# Behind a proxy Host is rarely what the browser asked for, and on plain HTTP in a local network
# browsers do not send Sec-Fetch-Site: a JSON body is the proof.
WELCOME = [
    {},
    {"Origin": "http://board.local:5000"},
    {"Origin": "https://board.local:5000"},
    {"Origin": "http://class.example", "Host": "127.0.0.1:5000"},
    {"Origin": "http://class.example:8080", "Host": "class.example"},
    {"Origin": "http://class.example", "Host": "app:5000", "X-Forwarded-Host": "class.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://the-name-before.the-proxy"},
]
HERE = {"Host": "board.local:5000"}
FORMS = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_a_post_from_another_site_is_refused(page_client, seven_url, headers):
    answer = page_client.post("/api/predict", json={"image": seven_url}, headers=HERE | headers)
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert "other sites" in answer.get_json()["detail"]


@pytest.mark.parametrize("headers", WELCOME, ids=str)
def test_a_reading_for_the_own_page_or_a_program_is_welcome(page_client, seven_url, headers):
    answer = page_client.post("/api/predict", json={"image": seven_url}, headers=HERE | headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", FORMS)
def test_what_another_sites_form_can_send_is_refused(page_client, seven_url, kind):
    body = json.dumps({"image": seven_url})
    headers = {"Origin": "https://elsewhere.example", "X-Board": "1"}
    answer = page_client.post("/api/predict", data=body, content_type=kind, headers=headers)
    assert answer.status_code == 415


@pytest.fixture
def keeping_app():
    """An app with routes as later ones will be: things are kept, and a photo is read."""
    app = create_app({"READER": FakeReader(), "OWN_NAMES": ["Board.Example"]})
    kept = Blueprint("kept", __name__, url_prefix="/api/kept")
    kept.before_request(require_trusted_host)

    @kept.route("", methods=["GET", "POST", "DELETE"])
    def keep():
        return {"kept": 1}

    @app.post("/api/photo")
    @takes_other_bodies
    def read_photo():
        return {"lines": []}

    app.register_blueprint(kept)
    return app


MACHINE = socket.gethostname()
TRUSTED = ["127.0.0.1", "127.0.0.1:5000", "192.168.1.20:5000", "[::1]:5000", "[fe80::1]"]
TRUSTED += ["localhost", "LOCALHOST:80", MACHINE, f"{MACHINE.upper()}:5000", "board.example:1"]
REBOUND = ["elsewhere.example", "elsewhere.example:5000", "127.0.0.1.elsewhere.example", "", "["]
REBOUND += ["localhost.elsewhere.example", "a.board.example", "1.2.3", "0x7f.1", "localhost.evil"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("host", TRUSTED)
def test_stored_things_are_handed_out_under_a_trusted_host(keeping_app, host, method):
    answer = keeping_app.test_client().open(
        "/api/kept", method=method, json={}, headers={"Host": host}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("host", REBOUND)
def test_stored_things_are_refused_under_a_name_that_was_rebound(keeping_app, host, method):
    answer = keeping_app.test_client().open(
        "/api/kept", method=method, json={}, headers={"Host": host}
    )
    assert answer.status_code == 403
    for way in ("--trusted-host", "BOARD_TRUSTED_HOSTS"):
        assert way in answer.get_json()["detail"]


def test_the_host_before_a_trusted_proxy_decides(keeping_app, seven_url):
    headers = {"Host": "127.0.0.1:5000", "X-Forwarded-Host": "elsewhere.example"}
    assert keeping_app.test_client().get("/api/kept", headers=headers).status_code == 200
    keeping_app.wsgi_app = ProxyFix(keeping_app.wsgi_app, x_host=1)
    assert keeping_app.test_client().get("/api/kept", headers=headers).status_code == 403


@pytest.mark.parametrize("kind", FORMS)
def test_a_post_that_is_not_json_needs_the_boards_header(keeping_app, kind):
    client = keeping_app.test_client()
    for headers in ({}, {"X-Board": "0"}, {"X-Board": ""}):
        answer = client.post("/api/photo", data=b"x", content_type=kind, headers=headers)
        assert answer.status_code == 403
        assert "X-Board: 1" in answer.get_json()["detail"]
    answer = client.post("/api/photo", data=b"x", content_type=kind, headers={"X-Board": "1"})
    assert answer.status_code == 200


def test_a_route_that_does_not_say_so_takes_nothing_but_json(keeping_app):
    client = keeping_app.test_client()
    assert client.post("/api/kept", headers={"X-Board": "1"}).status_code == 415
    assert client.post("/api/kept", json={}).status_code == 200


def test_a_link_from_another_site_opens_the_page(page_client):
    assert page_client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_other_origins_may_not_read_the_answers(page_client):
    answer = page_client.options("/api/predict", headers={"Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_answers_of_the_api_are_never_cached(page_client):
    assert page_client.get("/api/models").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["", " ", "a b", "[", "a/b", "é", "x" * 5000])
def test_an_invalid_host_name_is_not_a_server_error(page_client, host):
    assert page_client.get("/api/health", headers={"Host": host}).status_code < 500


def test_trusted_hosts_shut_out_every_other_name(tmp_path):
    app = create_app({"READER": FakeReader(), "TRUSTED_HOSTS": ["localhost"]})
    assert app.test_client().get("/api/health").status_code == 200
    answer = app.test_client().get("/api/health", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
