"""My drawings: what was confirmed, by label; delete, undo, export, import, and somebody else."""

import json
import re
import zipfile

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_axe
from tests.browser.drawing import get_button
from tests.browser.keeping import (
    confirm,
    draw_and_read,
    expect_drawings,
    get_kind,
    get_thumbnails,
    open_my_drawings,
)
from tests.browser.screens import SCREENS, WIDTHS
from webapp.store.drawings import NewDrawing
from webapp.store.store import Store

KIND = re.compile(r", (one drawing|[\d,]+ drawings)$")  # the heading of a label's drawings


@pytest.fixture
def fill(tmp_path):
    """Returns a function that stores drawings of the machine's hand, as many as it is told."""
    stores = []

    def store_many(count, labels=11):
        random = np.random.default_rng(0)
        seen = random.integers(0, 256, (count, 784), np.uint8)
        store = Store(tmp_path / "instance")
        stores.append(store)
        drawings = (
            NewDrawing(None, row.tobytes(), number % labels, 7, "board_cnn", "0123456789ab")
            for number, row in enumerate(seen)
        )
        store.put_all(store.machine_hand(), drawings)

    yield store_many
    for store in stores:
        store.close()


@pytest.fixture
def open_mine(open_page, own_url):
    """Returns a function that opens My drawings of somebody who uses the board alone."""
    return lambda **options: open_page(f"{own_url}/drawings", **options)


def test_without_drawings_the_page_says_how_to_begin(open_mine):
    page = open_mine()
    expect_drawings(page, 0)
    for name in ("Download ZIP", "Delete all"):
        expect(get_button(page, name)).to_be_disabled()
    expect(page.get_by_label("Load ZIP")).to_be_enabled()


def test_drawings_are_shown_by_label_and_counted(open_mine, fill):
    fill(25)
    page = open_mine()
    expect(page.get_by_text("25 drawings of at most 10,000.")).to_be_visible()
    headings = page.get_by_role("heading", level=2, name=KIND)
    expect(headings).to_have_count(11)
    expect(headings.nth(0)).to_have_text("0, 3 drawings")
    expect(headings.nth(10)).to_have_text("Not a digit, 2 drawings")
    expect(get_thumbnails(page, "0")).to_have_count(3)
    expect(get_thumbnails(page, "0").first).to_have_attribute("aria-label", re.compile("a 0, read"))


@pytest.mark.quick
def test_one_drawing_is_deleted_and_no_longer_counts(open_page, own_url):
    page = open_page(own_url)
    draw_and_read(page, 7)
    confirm(page, 1)
    open_my_drawings(page)
    get_kind(page, "1").get_by_role("button", name="Delete a 1").click()
    expect_drawings(page, 0)
    expect(page.get_by_text("Deleted.", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", level=2, name=KIND)).to_have_count(0)
    page.goto(own_url)
    draw_and_read(page, 7)


def test_deleting_all_asks_and_can_be_undone(open_mine, fill):
    fill(12)
    page = open_mine()
    get_button(page, "Delete all").click()
    expect(get_button(page, "Keep them")).to_be_focused()
    get_button(page, "Keep them").click()
    expect_drawings(page, 12)
    get_button(page, "Delete all").click()
    get_button(page, "Delete them").click()
    expect_drawings(page, 0)
    expect(page.get_by_text("can be undone for a minute")).to_be_visible()
    get_button(page, "Undo").click()
    expect_drawings(page, 12)
    expect(page.get_by_text("Brought back: 12.")).to_be_visible()
    expect(get_thumbnails(page, "0")).to_have_count(2)
    get_kind(page, "7").scroll_into_view_if_needed()  # thumbnails are loaded as they are seen
    expect(get_thumbnails(page, "7")).to_have_count(1)


def test_after_a_minute_undo_is_no_longer_offered(open_page, own_url, fill):
    fill(2)
    page = open_page(f"{own_url}/drawings")
    page.clock.install()
    page.reload()
    get_button(page, "Delete all").click()
    get_button(page, "Delete them").click()
    expect(get_button(page, "Undo")).to_be_visible()
    page.clock.run_for(61_000)
    expect(get_button(page, "Undo")).to_be_hidden()


@pytest.mark.quick
def test_drawings_are_downloaded_and_loaded_back(open_mine, fill, tmp_path):
    fill(5)
    page = open_mine()
    with page.expect_download() as download:
        get_button(page, "Download ZIP").click()
    assert download.value.suggested_filename == "my-drawings.zip"
    path = tmp_path / "mine.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".png")]) == 5
    get_button(page, "Delete all").click()
    get_button(page, "Delete them").click()
    expect_drawings(page, 0)
    page.get_by_label("Load ZIP").set_input_files(path)
    expect_drawings(page, 5)
    expect(page.get_by_text("Loaded: 5 new, 0 known.")).to_be_visible()
    page.get_by_label("Load ZIP").set_input_files(path)
    expect(page.get_by_text("Loaded: 0 new, 5 known.")).to_be_visible()


@pytest.mark.failed_requests
def test_a_file_that_is_no_zip_is_refused_in_words(open_mine, tmp_path):
    path = tmp_path / "letter.zip"
    path.write_text("Dear")
    page = open_mine()
    page.get_by_label("Load ZIP").set_input_files(path)
    expect(page.get_by_text("Not loaded. The file must be a complete ZIP")).to_be_visible()
    expect_drawings(page, 0)


@pytest.mark.failed_requests
def test_without_the_store_the_page_says_so(open_page, serve_own, tmp_path):
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "drawings.sqlite3").write_bytes(b"no database" * 100)
    page = open_page(f"{serve_own(is_ready=False, LISTENS_ON_LOOPBACK=True)}/drawings")
    expect(page.get_by_text("Your drawings cannot be shown.")).to_be_visible()
    expect(page.get_by_text("damaged, or not a database")).to_be_visible()


@pytest.mark.failed_requests
def test_what_is_not_deleted_is_said_and_stays(open_mine, fill):
    fill(1)
    page = open_mine()
    page.route("**/api/drawings/*", lambda route: route.abort())
    get_kind(page, "0").get_by_role("button", name="Delete a 0").click()
    expect(page.get_by_text("Not deleted. The server cannot be reached.")).to_be_visible()
    expect_drawings(page, 1)


@pytest.mark.slow
def test_ten_thousand_stay_quick_and_load_as_they_are_seen(open_mine, fill):
    fill(4_400)
    asked = []
    page = open_mine(viewport={"width": 390, "height": 844})
    page.on("request", lambda request: asked.append(request.url))
    expect(get_thumbnails(page, "0")).to_have_count(100)
    assert len(asked) < 4  # not all eleven labels
    expect(get_thumbnails(page, "9")).to_have_count(0)
    heading = page.get_by_role("heading", name="9, 400 drawings")
    heading.scroll_into_view_if_needed()
    expect(get_thumbnails(page, "9")).to_have_count(100)
    place = heading.evaluate("heading => heading.getBoundingClientRect().top + scrollY")
    get_button(get_kind(page, "9"), "Show 100 more").click()
    expect(get_thumbnails(page, "9")).to_have_count(200)
    assert heading.evaluate("heading => heading.getBoundingClientRect().top + scrollY") == place


def test_more_are_shown_rightly_after_some_were_deleted(open_mine, fill):
    fill(130, labels=1)
    page = open_mine()
    kind = get_kind(page, "0")
    expect(get_thumbnails(page, "0")).to_have_count(100)
    for left in (129, 128, 127):
        kind.get_by_role("button", name="Delete a 0").first.click()
        expect_drawings(page, left)
    get_button(kind, "Show 30 more").click()
    expect(get_thumbnails(page, "0")).to_have_count(127)
    expect(kind.get_by_role("button", name=re.compile("^Show"))).to_have_count(0)


def test_somebody_else_draws_now(open_page, class_url):
    page = open_page(class_url)
    draw_and_read(page, 7)
    confirm(page, 1)
    open_my_drawings(page)
    expect_drawings(page, 1)
    get_button(page, "Somebody else draws now").click()
    expect(page.get_by_text("cannot show them again")).to_be_visible()
    get_button(page, "Begin").click()
    expect(page.get_by_text("Whoever draws now has a hand of their own.")).to_be_visible()
    expect_drawings(page, 0)
    page.goto(class_url)
    draw_and_read(page, 7)


def test_on_ones_own_machine_there_is_nobody_else(open_mine):
    page = open_mine()
    expect_drawings(page, 0)
    expect(get_button(page, "Somebody else draws now")).to_have_count(0)
    expect(page.get_by_text("kept on this computer, and nowhere else")).to_be_visible()


def test_a_teacher_sees_all_hands_together(open_page, class_url):
    pupil = open_page(class_url)
    draw_and_read(pupil, 7)
    confirm(pupil, 1)
    page = open_page(f"{class_url}/drawings#token=the-token-of-the-tests")
    expect_drawings(page, 0)
    get_button(page, "All hands together").click()
    expect(page.get_by_text("1 drawing of all hands.")).to_be_visible()
    expect(get_thumbnails(page, "1")).to_have_count(1)
    expect(get_button(page, "Delete all")).to_be_disabled()
    expect(get_kind(page, "1").get_by_role("button", name="Delete")).to_have_count(0)
    assert "token" not in page.url


def test_a_pupil_is_not_offered_all_hands(open_page, class_url):
    page = open_page(f"{class_url}/drawings")
    expect_drawings(page, 0)
    expect(get_button(page, "All hands together")).to_be_hidden()


def test_everything_is_reached_by_keyboard(open_mine, fill):
    fill(2, labels=1)
    page = open_mine()
    expect(get_thumbnails(page, "0")).to_have_count(2)
    get_button(page, "Download ZIP").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Load ZIP")).to_be_focused()
    page.keyboard.press("Tab")
    expect(get_button(page, "Delete all")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Network")).to_be_focused()
    page.keyboard.press("Tab")
    expect(get_button(page, "Learn my hand")).to_be_focused()
    page.keyboard.press("Tab")
    deletes = get_kind(page, "0").get_by_role("button", name="Delete a 0")
    expect(deletes.first).to_be_focused()
    page.keyboard.press("Enter")
    expect_drawings(page, 1)
    expect(deletes.first).to_be_focused()
    get_button(page, "Delete all").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    expect(get_button(page, "Delete them")).to_be_focused()
    page.keyboard.press("Enter")
    expect(get_button(page, "Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect_drawings(page, 1)


def test_it_works_under_a_prefix(open_page, serve_own):
    url = f"{serve_own(LISTENS_ON_LOOPBACK=True, PREFIX='/class/board')}/class/board/"
    page = open_page(url)
    draw_and_read(page, 7)
    confirm(page, 1)
    open_my_drawings(page)
    expect(page).to_have_url(f"{url}drawings")
    expect(get_thumbnails(page, "1")).to_have_count(1)


def test_it_prints_without_what_only_works_on_a_screen(open_mine, fill):
    fill(3)
    page = open_mine()
    expect(get_thumbnails(page, "0")).to_have_count(1)
    page.emulate_media(media="print")
    expect(get_button(page, "Delete all")).to_be_hidden()
    expect(get_thumbnails(page, "0").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Delete"))).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing_in_any_state(open_page, own_url, scheme, width, fill):
    fill(22)
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(own_url, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    draw_and_read(page, 7)
    confirm(page, 1)
    expect(page.get_by_role("status")).to_have_text("1")
    check_axe(page)
    open_my_drawings(page)
    expect(get_thumbnails(page, "0")).to_have_count(2)
    get_button(page, "Delete all").click()
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_api_says_what_the_page_shows(open_page, own_url, fill):
    fill(3)
    page = open_page(own_url)
    with page.expect_response(lambda answer: "label=0" in answer.url) as listed:
        open_my_drawings(page)
    assert json.loads(listed.value.text())["counts"] == {"0": 1, "1": 1, "2": 1}
    expect_drawings(page, 3)
