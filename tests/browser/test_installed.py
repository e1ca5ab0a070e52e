"""The board that a browser keeps: there without the server, and the server's own with it."""

import shutil

import pytest
from playwright.sync_api import Page, expect
from werkzeug.exceptions import BadGateway

from tests.browser.away import StoppableServer, get_words
from tests.browser.axe import check_axe
from tests.browser.board_server import ROOT, serve_app
from tests.browser.drawing import draw_digit, get_board, get_button
from tests.browser.keeping import get_thumbnails
from tests.browser.nginx import NGINX, run_nginx
from webapp import create_app

pytestmark = pytest.mark.failed_requests

LIST_KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) kept[url] = await (await cache.match(url)).text();
  }
  return kept;
}"""


# Promises when the former copies have gone: a page's own waiting does not wait for promises.
WAIT_FOR_OTHERS = """async (former) => {
  const isNew = (name) => !former.includes(name);
  for (;;) {
    const names = await caches.keys();
    if (names.length === former.length && names.some(isNew)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}"""


# Promises how the next worker ends: in the place of the former one, or dropped.
LOOK_FOR_ANOTHER = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  await registration.update();
  const worker = registration.installing;
  return new Promise((resolve) => {
    worker.onstatechange = () => {
      if (["activated", "redundant"].includes(worker.state)) resolve(worker.state);
    };
  });
}"""


@pytest.fixture
def keep(open_page):
    """Return a function that opens a board and returns when the browser keeps it."""

    def open_kept(url: str, **options) -> Page:
        page = open_page(url, reads_alone=True, service_workers="allow", **options)
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_function("navigator.serviceWorker.controller")
        return page

    return open_kept


def list_kept(page: Page) -> dict[str, str]:
    """Return what the browser keeps: addresses, each with its content."""
    return page.evaluate(LIST_KEPT)


def read_alone(page: Page, digit: int) -> None:
    """Draw a digit; the page must read it by itself."""
    draw_digit(page, digit)
    expect(page.get_by_role("status")).to_have_text(str(digit), timeout=30_000)
    expect(get_words(page)).to_be_visible()


def test_without_the_server_the_kept_board_opens_and_reads(keep, server):
    page = keep(server.url)
    server.stop()
    page.reload()
    read_alone(page, 7)
    tab = page.context.new_page()  # another tab, opened without the server
    tab.goto(f"{server.url}/?model=mlp")
    expect(tab.get_by_role("link", name="Draw", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    draw_digit(tab, 3)
    expect(get_words(tab, by=" by “Board”")).to_be_visible()
    server.start()
    expect(get_words(page)).to_be_hidden()
    tab.close()


def test_other_pages_say_that_they_need_the_server(keep, server):
    page = keep(server.url)
    server.stop()
    page.goto(f"{server.url}/models")
    expect(page.get_by_role("heading", name="This page needs the server")).to_be_visible()
    check_axe(page)
    page.get_by_role("link", name="Draw on the board").click()
    expect(get_board(page)).to_be_visible()
    server.start()
    page.get_by_role("link", name="Models", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")


def test_a_server_that_hangs_is_not_waited_for_without_end(keep, server):
    page = keep(server.url)
    server.hang()
    try:
        page.reload()
        read_alone(page, 7)
    finally:
        server.go_on()
    expect(get_words(page)).to_be_hidden()


def test_what_is_kept_has_no_token_and_nothing_of_the_api_but_weights(keep, server):
    page = keep(server.url)
    token = page.locator('meta[name="board-token"]').get_attribute("content")
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    page.goto(f"{server.url}/drawings")
    page.goto(server.url)
    kept = list_kept(page)
    assert token
    assert not any(token in content for content in kept.values())
    assert [url for url in kept if "/api/" in url] == [
        f"{server.url}/api/models/board_cnn/browser-weights"
    ]
    assert f"{server.url}/" not in kept


def test_a_kept_board_takes_the_token_when_the_server_is_back(keep, server):
    page = keep(server.url)
    server.stop()
    page.reload()
    read_alone(page, 7)
    with page.expect_response(f"{server.url}/"):  # the server's own page, with its token
        server.start()
    expect(get_words(page)).to_be_hidden()
    with page.expect_response("**/api/drawings") as stored:
        get_button(page, "It’s a 1").click()
    assert stored.value.request.headers["x-board-token"]
    page.goto(f"{server.url}/drawings")
    expect(get_thumbnails(page, "1")).to_have_count(1)


def test_a_browser_offers_to_install_the_board(keep, server):
    page = keep(server.url)
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"] == f"{server.url}/static/manifest.webmanifest"
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A test's own window is private, where nothing is installed.
    assert [error["errorId"] for error in errors] in ([], ["in-incognito"])


def test_another_version_of_a_file_is_kept_anew_and_the_old_copies_go(keep, serve_own, tmp_path):
    static = tmp_path / "static"
    shutil.copytree(ROOT / "static", static)
    page = keep(serve_own(STATIC_DIR=static))
    (static / "js" / "notice.js").write_text("// another version\n", "utf-8", newline="\n")
    former = page.evaluate("caches.keys()")
    page.goto(f"{page.url}glossary")  # a visit to any page: the browser looks for another version
    page.evaluate(WAIT_FOR_OTHERS, former)
    kept = list_kept(page)
    [notice] = [content for url, content in kept.items() if url.endswith("/notice.js")]
    assert notice == "// another version\n"
    assert len(page.evaluate("caches.keys()")) == len(former)


def test_of_two_versions_behind_one_address_no_mix_is_kept(keep, reader, tmp_path):
    static = tmp_path / "static"
    shutil.copytree(ROOT / "static", static)
    with (static / "js" / "notice.js").open("a", encoding="utf-8") as file:
        file.write("// another version")
    old = create_app({"READER": reader})
    new = create_app({"READER": reader, "STATIC_DIR": static})
    away = BadGateway()
    answers = {"files": old, "others": old}

    def pass_on(environ, start):  # as a proxy does while one instance is upgraded
        is_file = environ["PATH_INFO"].startswith("/static/")
        return answers["files" if is_file else "others"](environ, start)

    with serve_app(pass_on) as url:
        page = keep(url)
        former = page.evaluate("caches.keys()")
        answers["others"] = new
        assert page.evaluate(LOOK_FOR_ANOTHER) == "redundant"
        answers.update(files=away, others=away)
        page.reload()
        read_alone(page, 7)
        answers.update(files=new, others=new)
        page.goto(f"{url}/glossary")
        page.evaluate(WAIT_FOR_OTHERS, former)
        kept = list_kept(page)
        [notice] = [content for address, content in kept.items() if address.endswith("/notice.js")]
        assert notice.endswith("// another version")
        page.close()


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed: apt-get install nginx")
@pytest.mark.parametrize(
    ("flags", "address"), [((), "/"), (("--prefix", "/class/board"), "/class/board/")]
)
def test_under_a_path_behind_a_proxy_the_board_is_kept(keep, tmp_path, flags, address):
    server = StoppableServer(tmp_path / "instance", *flags)
    server.start()
    rule = f"location /class/board/ {{ proxy_pass http://127.0.0.1:{server.port}{address}; }}"
    with run_nginx(tmp_path, rule) as port:
        page = keep(f"http://127.0.0.1:{port}/class/board/")
        server.stop()  # nginx answers in its place, with 502
        page.reload()
        read_alone(page, 7)
        root = f"http://127.0.0.1:{port}/class/board/"
        assert all(url.startswith(root) for url in list_kept(page))
        server.start()
        expect(get_words(page)).to_be_hidden()
        server.stop()
