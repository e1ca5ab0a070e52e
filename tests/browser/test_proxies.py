"""The board behind a real proxy, under a name on plain HTTP, as in a school's network."""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import QUIET, find_chromium
from tests.browser.drawing import draw_digit, get_bar, watch_questions
from tests.browser.nginx import NGINX, run_board, run_nginx

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt-get install nginx"),
]

NAME = "board.school.example"
# (flags of run.py, nginx's rules, where the board is)
PROXIES = {
    "Host is changed": ([], "location / {{ proxy_pass http://127.0.0.1:{board}; }}", "/"),
    "the port is dropped": (
        [],
        "location / {{ proxy_pass http://127.0.0.1:{board}; proxy_set_header Host $host; }}",
        "/",
    ),
    "X-Forwarded-Host is set": (
        [],
        "location / {{ proxy_pass http://127.0.0.1:{board};"
        " proxy_set_header X-Forwarded-Host $http_host; }}",
        "/",
    ),
    "a path is stripped": (
        [],
        "location /class/board/ {{ proxy_pass http://127.0.0.1:{board}/; }}",
        "/class/board/",
    ),
    "a path is passed whole": (
        ["--prefix", "/class/board"],
        "location /class/ {{ proxy_pass http://127.0.0.1:{board}; }}",
        "/class/board/",
    ),
    "a path is passed whole and opened without its slash": (
        ["--prefix", "/class/board"],
        "location / {{ proxy_pass http://127.0.0.1:{board}; }}",
        "/class/board",
    ),
    "X-Forwarded-Prefix is set": (
        ["--behind-proxy"],
        "location /board/ {{ proxy_pass http://127.0.0.1:{board}/;"
        " proxy_set_header X-Forwarded-Prefix /board;"
        " proxy_set_header X-Forwarded-Host $http_host;"
        " proxy_set_header X-Forwarded-Proto $scheme;"
        " proxy_set_header X-Forwarded-For $remote_addr; }}",
        "/board/",
    ),
}


@pytest.fixture(scope="module")
def browser(browser):
    """A browser for which the school's name leads to this machine, without trust in it."""
    kind = browser.browser_type
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    path = find_chromium(SimpleNamespace(chromium=kind))
    schools = kind.launch(executable_path=path, args=[*QUIET, rules])
    yield schools
    schools.close()


@pytest.fixture(params=PROXIES.values(), ids=PROXIES)
def proxied_url(request, tmp_path):
    flags, rules, path = request.param
    with run_board(*flags) as board, run_nginx(tmp_path, rules.format(board=board)) as port:
        yield f"http://{NAME}:{port}{path}"


@pytest.mark.failed_requests
def test_behind_a_proxy_all_is_read_and_reached_and_has_its_headers(open_page, proxied_url):
    page = open_page(proxied_url)
    asked = watch_questions(page)
    draw_digit(page, 1)
    expect(get_bar(page, 1)).not_to_have_attribute("aria-valuenow", "0")
    expect(page.get_by_role("status")).to_contain_text("1")
    assert "sec-fetch-site" not in asked[0].all_headers()
    base = proxied_url.rstrip("/")
    for name, path in (("Models", "/models"), ("Glossary", "/glossary"), ("Draw", "/")):
        with page.expect_response(lambda answer: answer.url.endswith(".css")) as styles:
            page.get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_url(base + path)
        assert styles.value.ok or styles.value.status == 304
    page.get_by_role("link", name="Models", exact=True).click()
    page.get_by_role("link", name="95% interval").first.click()
    expect(page).to_have_url(re.compile(rf"^{base}/glossary#"))
    check_headers(page, base)


def check_headers(page, base):
    for path, status in (("/", 200), ("/static/js/client.js", 200), ("/no/thing", 404)):
        answer = page.request.get(f"{base}{path}".replace(NAME, "127.0.0.1"))
        assert answer.status == status
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    page.goto(f"{base}/no/thing")
    page.get_by_role("link", name="Open the drawing board").click()
    expect(page.get_by_label("Drawing board", exact=True)).to_be_visible()
