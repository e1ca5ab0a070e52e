"""Opening a page, for the first time and again: beside another checkout, in turn."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.serving import ROOT, run_server
from tests.browser.chromium import launch_chromium

PATHS = ("/", "/inside")  # in turn, as somebody who goes to and fro
AGAIN = 10  # visits of both, after the first
LATENCIES = (0, 30)  # ms, of this machine and of a class's Wi-Fi


def measure(against: Path | None) -> Iterator[dict[str, object]]:
    """Yield the median ms until all of a page is loaded, for each latency and checkout."""
    roots = {"here": ROOT} | ({"against": against.resolve()} if against else {})
    with ExitStack() as stack:
        urls = {
            name: f"http://127.0.0.1:{stack.enter_context(run_server(root))[1]}"
            for name, root in roots.items()
        }
        browser = launch_chromium(stack.enter_context(sync_playwright()))
        _visit(_open(browser, 0), urls["here"])  # the browser itself starts
        for latency in LATENCIES:
            pages = {name: _open(browser, latency) for name in roots}
            times = {name: [_visit(page, urls[name])] for name, page in pages.items()}
            for _ in range(AGAIN):
                for name, page in pages.items():
                    times[name].append(_visit(page, urls[name]))
            for name, (first, *later) in times.items():
                yield {"which": name, "latency_ms": latency} | {
                    "first_ms": round(first),
                    "again_ms": round(statistics.median(later)),
                }
        browser.close()


def _open(browser: Browser, latency: int) -> Page:
    """Return a page of a browser that has kept nothing yet; each request takes so many ms more."""
    context = browser.new_context(service_workers="block")  # as over plain HTTP in a network
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", {"latency": latency, **slow})
    return page


def _visit(page: Page, url: str) -> float:
    """Open both pages; return the mean ms of one."""
    started = perf_counter()
    for path in PATHS:
        page.goto(f"{url}{path}")
    return (perf_counter() - started) * 1000 / len(PATHS)
