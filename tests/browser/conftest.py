"""One app and one browser for the run, a new context for each test, and no tolerated complaint."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ml.predict import Reader
from tests.browser.away import StoppableServer
from tests.browser.board_server import serve_app
from tests.browser.chromium import NoBrowserError, launch_chromium
from tests.webapp.shelf import make_shelf
from webapp import create_app

HERE = Path(__file__).parent
SAVE_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"

expect.set_options(timeout=15_000)  # ms: some machines are slow


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "failed_requests: the browser may report requests that failed on purpose"
    )


def pytest_collection_modifyitems(items):
    """Leave most to `make test-all`: a page costs two seconds, and each thing people do has one."""
    for item in items:
        if item.path.is_relative_to(HERE) and not item.get_closest_marker("quick"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def board_url(tmp_path_factory) -> Iterator[str]:
    """The board as others in the network see it, with the models that ship."""
    app = create_app({"INSTANCE_DIR": tmp_path_factory.mktemp("board") / "instance"})
    with serve_app(app) as url:
        yield url


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader()


@pytest.fixture
def serve_own(reader, tmp_path) -> Iterator[Callable[..., str]]:
    """Return a function that serves an app with drawings of this test's own, and its address."""
    with ExitStack() as stack:

        def serve(is_ready: bool = True, **config) -> str:
            settings = {"READER": reader, "INSTANCE_DIR": tmp_path / "instance"} | config
            app = create_app(settings)
            stack.callback(app.extensions["keeping"].close)
            if is_ready:  # or the first press waits for the database to be made
                app.extensions["keeping"].open().machine_hand()
            return stack.enter_context(serve_app(app))

        yield serve


@pytest.fixture
def own_url(serve_own) -> str:
    """The board of somebody who uses it alone: its pages carry the token."""
    return serve_own(LISTENS_ON_LOOPBACK=True)


@pytest.fixture
def class_url(serve_own) -> str:
    """The board as a class opens it: each browser has a hand of its own."""
    return serve_own(TOKEN="the-token-of-the-tests")


@pytest.fixture
def server(tmp_path) -> Iterator[StoppableServer]:
    """The program itself, with an instance of this test's own; a test may stop and start it."""
    server = StoppableServer(tmp_path / "instance")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shelf_url(tmp_path_factory) -> Iterator[str]:
    """An app with six models and full cards, so that nothing hangs on what ships."""
    folder = tmp_path_factory.mktemp("shelf")
    with serve_app(create_app({"READER": make_shelf(), "INSTANCE_DIR": folder})) as url:
        yield url


@pytest.fixture(scope="session")
def lone_url() -> Iterator[str]:
    """An app with one model."""
    shelf = make_shelf()
    shelf.models = shelf.models[:1]
    with serve_app(create_app({"READER": shelf})) as url:
        yield url


@pytest.fixture(scope="session")
def browser(board_url) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = launch_chromium(playwright)
        except NoBrowserError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def complaints(request, board_url) -> Iterator[list[str]]:
    """Fail the test for whatever the browser complained about, or asked of another origin."""
    heard: list[str] = []
    yield heard
    if request.node.get_closest_marker("failed_requests"):
        heard = [line for line in heard if not FAILED.search(line)]
    assert heard == []


@pytest.fixture
def open_page(browser, board_url, complaints, serve_own) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the board in a new context with the options given.

    Its user saves data, so the page fetches no weights and waits for its server, however slow this
    machine is; with `reads_alone` it reads by itself where the server does not answer in time.

    It asks for `serve_own` so that pages are closed first: one that still loads would complain.
    """
    contexts = []

    def open_board(url: str = board_url, *, reads_alone: bool = False, **options) -> Page:
        usual = {"viewport": {"width": 1280, "height": 800}, "service_workers": "block"}
        context = browser.new_context(**usual | options)
        contexts.append(context)
        if not reads_alone:
            context.add_init_script(SAVE_DATA)
        page = context.new_page()
        watch(page, "/".join(url.split("/")[:3]), complaints)
        page.goto(url)
        return page

    yield open_board
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page) -> Page:
    return open_page()


@pytest.fixture
def phone(open_page) -> Page:
    """A page on a phone: small, and touched."""
    return open_page(viewport={"width": 390, "height": 664}, has_touch=True, is_mobile=True)


FAILED = re.compile("Failed to load resource|the weights (cannot be had|are damaged)|Invalid URL")
# What no other test is to have, and what is said while a page is left: of a fetch that fails for
# another reason the browser complains itself.
TOLERATED = ("Service Worker registration blocked by Playwright", "Failed to fetch")


def watch(page: Page, origin: str, complaints: list[str]) -> None:
    def hear(message):
        if message.type in ("error", "warning") and message.text not in TOLERATED:
            complaints.append(f"console {message.type}: {message.text}")

    def follow(request):
        if not request.url.startswith((f"{origin}/", "data:", f"blob:{origin}/")):
            complaints.append(f"request to another origin: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    page.on("request", follow)
