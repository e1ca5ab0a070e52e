"""Learning a hand from My drawings: offered after ten corrections, followed, and judged.

The runs are played: what a training does is tested where it is made.
"""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import check_axe
from tests.browser.drawing import get_button
from tests.browser.keeping import expect_drawings
from tests.browser.screens import SCREENS, WIDTHS
from webapp.store.drawings import NewDrawing
from webapp.store.store import Store

RUN = "board_cnn-20261129-090000"
SUMMARY = {
    "id": RUN,
    "model": "board_cnn",
    "title": "Board",
    "kind": "hand",
    "state": "running",
    "epochs": 4,
    "version": None,
    "reason": None,
}
BEFORE = {"drawings": 0.6, "mnist": 0.9956, "generated": 0.981}
AFTER = {"drawings": 0.95, "mnist": 0.9951, "generated": 0.9799}
REASON = "It reads the drawings better: of 20 drawings it read 12 rightly before and 19 after."


class PlayedRuns:
    """A server of runs that answers what a test sets, and remembers what it was asked."""

    def __init__(self, *, torch=True):
        self.state, self.events, self.runs, self.torch = "running", [], [], torch
        self.started, self.asked, self.refusal = [], 0, None

    def attach(self, page: Page) -> None:
        page.route(re.compile(r"/api/data$"), self._tell_data)
        page.route(re.compile(r"/api/runs($|\?|/)"), self._answer)

    def do(self, kind: str, **values) -> None:
        """Let something happen in the run."""
        self.events.append({"type": kind, "n": len(self.events)} | values)

    def finish(self, *, served: bool, reason: str = REASON) -> None:
        judged = {"served": served, "reason": reason, "before": BEFORE, "after": AFTER}
        self.do("finished", version=3, judged=judged)
        self.state = "finished"

    def _tell_data(self, route: Route) -> None:
        route.fulfill(json={"mnist": {"there": True}, "torch": self.torch, "drawings": 20})

    def _answer(self, route: Route) -> None:
        request = route.request
        if request.method == "POST":
            self.started.append(json.loads(request.post_data))
            if self.refusal:
                return self._refuse(route)
            return route.fulfill(status=201, json=SUMMARY)
        if RUN not in request.url:
            return route.fulfill(json={"runs": self.runs, "running": None})
        self.asked += 1
        since = int(re.search(r"since=(\d+)", request.url)[1])
        new = {"events": self.events[since:], "next": len(self.events), "state": self.state}
        return route.fulfill(json=SUMMARY | new)

    def _refuse(self, route: Route) -> None:
        status, detail = self.refusal
        problem = {"type": "about:blank", "title": "No", "status": status, "detail": detail}
        route.fulfill(status=status, json=problem, content_type="application/problem+json")


@pytest.fixture
def fill(tmp_path):
    """Returns a function that stores drawings of the machine's hand, some of them corrections."""
    stores = []

    def store_many(corrections, right=2):
        random = np.random.default_rng(0)
        count = corrections + right
        seen = random.integers(0, 256, (count, 784), np.uint8)
        store = Store(tmp_path / "instance")
        stores.append(store)
        store.put_all(
            store.machine_hand(),
            (
                NewDrawing(None, row.tobytes(), 7, 7 if n < right else 1, "board_cnn", "0" * 12)
                for n, row in enumerate(seen)
            ),
        )

    yield store_many
    for store in stores:
        store.close()


@pytest.fixture
def open_mine(browser, own_url, open_page):
    """Returns a function that opens My drawings with played runs; both are returned."""

    def open_with(runs=None, url=None, **options):
        runs = runs or PlayedRuns()
        url = url or f"{own_url}/drawings"
        page = open_page(url.replace("drawings", "glossary"), **options)  # which asks for nothing
        runs.attach(page)
        page.goto(url)
        return page, runs

    return open_with


def get_offer(page):
    return page.get_by_role("region", name="Learn my hand")


def get_start(page):
    return get_button(page, "Learn my hand")


def expect_said(page, words):
    expect(get_offer(page).get_by_text(words)).to_be_visible()


def expect_offered(page):
    expect(get_start(page)).to_have_attribute("aria-disabled", "false")


def get_row(page, name):
    return page.get_by_role("row", name=re.compile(f"^{name}")).get_by_role("cell")


def test_before_ten_corrections_it_says_how_many_there_are(open_mine, fill):
    fill(3)
    page, runs = open_mine()
    expect_said(page, "Offered after 10 corrections; there are 3 so far.")
    expect(get_start(page)).to_have_attribute("aria-disabled", "true")
    get_start(page).click(force=True)  # as a hand does that doesn't see it
    expect_drawings(page, 5)
    assert runs.started == []


@pytest.mark.quick
def test_after_ten_corrections_a_run_is_started_followed_and_judged(open_mine, fill):
    fill(10)
    page, runs = open_mine()
    expect_offered(page)
    get_start(page).click()
    expect_said(page, "Learning…")
    assert runs.started == [{"model": "board_cnn", "data": "drawings", "start": "served"}]
    runs.do("start", epochs=4)
    runs.do("point", done=2.0, loss=0.3, accuracy=0.8)
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 0.2)
    runs.do("finishing")
    runs.do("judging", fold=2, folds=3)
    expect_said(page, "Judging: 2 of 3…")
    runs.finish(served=True)
    expect_said(page, f"Served from now on, as version 3. {REASON}")
    expect(get_row(page, "My drawings")).to_have_text(["60.0%", "95.0%"])
    expect(get_row(page, "MNIST")).to_have_text(["99.6%", "99.5%"])
    expect(get_row(page, "Generated digits")).to_have_text(["98.1%", "98.0%"])
    expect(page.get_by_role("link", name="This run on the page Train")).to_have_attribute(
        "href", f"train#{RUN}"
    )
    expect_offered(page)


def test_what_forgets_is_not_served_and_the_page_says_why(open_mine, fill):
    fill(10)
    page, runs = open_mine()
    expect_offered(page)
    get_start(page).click()
    runs.finish(served=False, reason="It forgets too much: 98.00% before and 97.00% after.")
    expect_said(page, "Not served: what read before still does. It is kept as version 3.")
    expect_said(page, "It forgets too much: 98.00% before and 97.00% after.")


@pytest.mark.parametrize(
    ("state", "words"),
    [("failed", "It failed. The disk is full."), ("stopped", "Stopped. Nothing has changed.")],
)
def test_a_run_that_ends_early_says_how(state, words, open_mine, fill):
    fill(10)
    page, runs = open_mine()
    expect_offered(page)
    get_start(page).click()
    expect_said(page, "Learning…")
    runs.do(state, reason="The disk is full.")
    runs.state = state
    expect_said(page, words.split(".")[0])
    expect_offered(page)


@pytest.mark.failed_requests
def test_while_another_run_trains_it_says_what_runs(open_mine, fill):
    fill(10)
    page, runs = open_mine()
    runs.refusal = (409, "A run of linear trains now. Wait for its end, or stop it.")
    expect_offered(page)
    get_start(page).click()
    expect_said(page, "Not started. A run of linear trains now. Wait for its end, or stop it.")
    expect_offered(page)


def test_without_pytorch_it_says_what_to_install_and_that_memory_works(open_mine, fill):
    fill(10)
    page, _ = open_mine(PlayedRuns(torch=False))
    expect_said(page, re.compile("page Train says how to install it.*memory works as before"))
    expect(get_start(page)).to_have_attribute("aria-disabled", "true")


def test_a_run_that_is_under_way_is_followed_after_a_reload(open_mine, fill):
    fill(10)
    runs = PlayedRuns()
    runs.runs = [SUMMARY]
    page, _ = open_mine(runs)
    expect_said(page, "Learning…")
    expect(get_start(page)).to_have_attribute("aria-disabled", "true")
    runs.finish(served=True)
    expect_said(page, "Served from now on, as version 3.")


def test_without_the_token_nothing_is_offered(open_page, class_url):
    page = open_page(f"{class_url}/drawings")
    expect_drawings(page, 0)
    expect(get_offer(page)).to_have_count(0)


def test_a_teacher_lets_it_learn_all_hands_together(open_mine, class_url, fill):
    fill(12)
    page, runs = open_mine(url=f"{class_url}/drawings#token=the-token-of-the-tests")
    expect_offered(page)
    get_button(page, "All hands together").click()
    expect(page.get_by_text("14 drawings of all hands.")).to_be_visible()
    get_start(page).click()
    expect_said(page, "Learning…")
    assert runs.started[0]["hands"] == "all"


def test_it_works_by_keyboard_and_keeps_the_keyboard(open_mine, fill):
    fill(10)
    page, runs = open_mine()
    expect_offered(page)
    page.get_by_label("Network").focus()
    page.keyboard.press("Tab")
    expect(get_start(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect_said(page, "Learning…")
    expect(get_start(page)).to_be_focused()
    runs.finish(served=True)
    expect_said(page, "Served from now on, as version 3.")
    expect(get_start(page)).to_be_focused()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_from_the_start_on(width, open_mine, fill):
    fill(10)
    page, runs = open_mine(viewport={"width": width, "height": WIDTHS[width]})
    expect_offered(page)
    get_start(page).click()
    expect_said(page, "Learning…")
    place = page.get_by_role("heading", name=re.compile("^7, ")).bounding_box()
    runs.do("judging", fold=1, folds=3)
    expect_said(page, "Judging: 1 of 3…")
    runs.finish(served=True)
    expect_said(page, "Served from now on, as version 3.")
    assert page.get_by_role("heading", name=re.compile("^7, ")).bounding_box() == place


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing_before_and_after(open_mine, fill, scheme, width):
    fill(10)
    size = {"width": width, "height": WIDTHS[width]}
    page, runs = open_mine(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    expect_offered(page)
    check_axe(page)
    get_start(page).click()
    runs.finish(served=True)
    expect_said(page, "Served from now on, as version 3.")
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
