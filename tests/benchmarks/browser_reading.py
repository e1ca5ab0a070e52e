"""Reading in the browser: the same answers as the server's, and how long one takes in Chromium."""

import statistics
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.serving import run_server
from tests.board_drawings import BoardDrawing, make_drawings
from tests.browser.chromium import launch_chromium
from tests.browser.reading_by_itself import read_in_page, serve_weights
from tests.reader_parity import compare_readings

DRAWINGS = 10_000
TOGETHER = 100  # drawings in one call
TIMED = 1_000
WARMING = 100  # readings until the browser has compiled the network


def measure(model: str = "board_cnn") -> dict[str, Any]:
    """Return how far 10,000 readings are from the server's, and the milliseconds of a reading."""
    drawings = list(make_drawings(DRAWINGS, seed=6))
    digits = [each for each in drawings if each.kind in ("digit", "other")][: TIMED + WARMING]
    with run_server() as (_, port), sync_playwright() as playwright:
        browser = launch_chromium(playwright)

        def open_page() -> Page:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/")
            serve_weights(page, model)
            return page

        on_page = _measure_time(open_page(), digits)
        in_worker = _measure_time(open_page(), digits, worker=True)
        apart = _compare(open_page(), drawings)
        browser.close()
    return {"model": model, "on the page": on_page, "in a worker": in_worker} | apart


def _measure_time(
    page: Page, drawings: list[BoardDrawing], *, worker: bool = False
) -> dict[str, float]:
    """Return the median and the 95th percentile of the milliseconds of a whole reading."""
    read = [
        each
        for part in _split(drawings)
        for each in read_in_page(page, part, worker=worker, ask=False)
    ]
    page.close()
    whole = sorted(each["milliseconds"] for each in read[WARMING:] if each["ours"]["digit"])
    network = [each["ours"]["milliseconds"] for each in read[WARMING:] if each["ours"]["digit"]]
    return {
        "first_ms": round(read[0]["milliseconds"], 1),
        "p50_ms": round(statistics.median(whole), 1),
        "p95_ms": round(whole[len(whole) * 95 // 100], 1),
        "network_p50_ms": round(statistics.median(network), 1),
    }


def _compare(page: Page, drawings: list[BoardDrawing]) -> dict[str, Any]:
    read = [each for part in _split(drawings) for each in read_in_page(page, part)]
    page.close()
    ours, theirs = ([each[side] for each in read] for side in ("ours", "theirs"))
    statuses = [each["status"] for each in theirs]
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    return {"drawings": len(read), "statuses": counts} | compare_readings(ours, theirs)


def _split(drawings: list[BoardDrawing]) -> Iterator[list[BoardDrawing]]:
    for start in range(0, len(drawings), TOGETHER):
        yield drawings[start : start + TOGETHER]
