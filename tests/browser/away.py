"""A server that goes away, hangs, is busy and comes back, while somebody draws."""

import re
import signal
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.board_server import ROOT, find_port, make_environment
from tests.browser.drawing import PREDICT, draw_digit, get_button

API = "**/api/**"
WEIGHTS = "**/browser-weights"
ALONE = "read in this browser"


class StoppableServer:
    """The program itself on one port and with one folder of its own, as often as it is started."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self.port = find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._flags = ["--port", str(self.port), "--instance", str(folder), *flags]
        self._process = None

    def start(self) -> None:
        """Start it, and return when it serves."""
        self._process = subprocess.Popen(
            [sys.executable, "run.py", *self._flags],
            cwd=ROOT,
            env=make_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        said = self._process.stdout.readline().decode()
        if not said.startswith("Open http"):
            raise RuntimeError(f"run.py did not start to serve; it said {said!r}")

    def stop(self) -> None:
        """End it, if it runs: nothing answers at its port."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._process = None

    def hang(self) -> None:
        """Let it accept connections and say nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._process.send_signal(signal.SIGCONT)


def get_ready(page: Page) -> None:
    """Have the page read a digit, so that it fetches what it needs without a server."""
    with page.expect_response(WEIGHTS):
        draw_digit(page, 1)
    expect(page.get_by_role("status")).to_have_text("1")
    get_button(page, "Clear").click()


def go_away(page: Page, reason: str = "connectionrefused") -> None:
    """Play a server that cannot be reached; nor does it give weights."""
    page.route(API, lambda route: route.abort(reason))


def come_back(page: Page) -> None:
    """Let the server answer again."""
    page.unroute(API)


def be_busy(page: Page) -> list[Request]:
    """Play a server that has too much to do; return a list that fills with its questions."""
    asked = []

    def refuse(route):
        asked.append(route.request)
        problem = {"title": "Service Unavailable", "status": 503, "detail": "Later."}
        route.fulfill(status=503, json=problem, headers={"Retry-After": "1"})

    page.route(PREDICT, refuse)
    return asked


def get_words(page: Page, by: str = "") -> Locator:
    """Return the words that say that this browser has read, and with which network."""
    return page.get_by_text(re.compile(rf"^{ALONE}{by}$"))
