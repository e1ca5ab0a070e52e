"""A Chromium for the tests: the one on the PATH, else Playwright's own."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

# The shell has no windows to draw: the tests take half of the processor's time with it.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class NoBrowserError(Exception):
    """No Chromium on this machine; the message says what to do."""


def find_chromium(playwright: Playwright) -> str:
    """Return the path of a Chromium; raises NoBrowserError."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    if found is None and not Path(own).exists():
        raise NoBrowserError(
            f"The browser tests need a Chromium: none of {', '.join(NAMES)} is on the PATH and "
            "Playwright has none; run `sh tests/browser/install.sh python`."
        )
    return found or own


def launch_chromium(playwright: Playwright) -> Browser:
    """Start a browser that keeps to itself; raises NoBrowserError."""
    return playwright.chromium.launch(executable_path=find_chromium(playwright), args=QUIET)
