import pytest

from tests.webapp.fakes import FakeReader
from webapp import create_app

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


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
def test_every_answer_has_the_security_headers(page_client, path, method):
    check_headers(page_client.open(path, method=method, buffered=True))


def test_an_answer_that_nothing_changed_has_the_security_headers(page_client):
    tag = page_client.get("/static/board.js", buffered=True).headers["ETag"]
    answer = page_client.get("/static/board.js", buffered=True, headers={"If-None-Match": tag})
    assert answer.status_code == 304
    check_headers(answer)


def test_a_failure_has_the_security_headers(broken_client, seven_url):
    answer = broken_client.post("/api/predict", json={"image": seven_url})
    assert answer.status_code == 500
    check_headers(answer)


HERE = {"Host": "board.local:5000"}
FOREIGN = [
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://board.local"},
    {"Origin": "http://board.local:5001"},
    {"Origin": "http://board.local:5000.elsewhere.example"},
    {"Origin": "http://["},
    {"Origin": "file://"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://board.local:5000"},
]
OWN = [
    {},
    {"Origin": "http://board.local:5000"},
    {"Origin": "https://board.local:5000"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://the-name-before.the-proxy"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_post_from_another_origin_is_refused(page_client, seven_url, headers):
    answer = page_client.post("/api/predict", json={"image": seven_url}, headers=HERE | headers)
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert "other sites" in answer.get_json()["detail"]


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_a_post_from_the_own_page_or_a_program_is_welcome(page_client, seven_url, headers):
    answer = page_client.post("/api/predict", json={"image": seven_url}, headers=HERE | headers)
    assert answer.status_code == 200


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
