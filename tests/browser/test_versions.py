"""Versions on the models page: serve one, go back, take one along, by mouse and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.browser.away import get_words, go_away
from tests.browser.axe import check_axe
from tests.browser.colour import find_faint_texts
from tests.browser.drawing import draw_digit, get_button
from tests.browser.screens import SCREENS, WIDTHS
from tests.webapp.kept_versions import copy_shipped, make_version

ORIGIN = {
    "kind": "drawings",
    "run": None,
    "before": {"drawings": 0.5},
    "after": {"drawings": 0.75},
    "reason": None,
}


@pytest.fixture
def serve_versions(serve_own, tmp_path):
    """Serves the two smallest models, of one of which there are two versions."""

    def serve(**config):
        weights = copy_shipped(tmp_path / "weights", "linear", "mlp")
        for by in (1, 2):
            make_version(tmp_path / "instance", by, origin=ORIGIN)
        return serve_own(READER=None, WEIGHTS_DIR=weights, **config)

    return serve


@pytest.fixture
def models_page(serve_versions, open_page):
    """The models page of somebody who uses the board alone, unfolded at the versions."""
    return open_page(f"{serve_versions(LISTENS_ON_LOOPBACK=True)}/models#linear-versions")


def get_version(page, number):
    return page.get_by_role("listitem").filter(has_text=f"Version {number}")


def expect_served(page, number):
    """Wait until the page says which version reads."""
    expect(get_version(page, number)).to_contain_text("reads now")
    expect(page.get_by_text("reads now", exact=True)).to_have_count(1)


def serve_by(page, number):
    return get_version(page, number).get_by_role("button", name=f"Serve version {number}")


@pytest.mark.quick
def test_a_version_is_served_by_a_press_and_what_ships_again(models_page, open_page):
    expect_served(models_page, 0)
    serve_by(models_page, 2).click()
    expect_served(models_page, 2)
    expect(serve_by(models_page, 2)).to_have_count(0)
    board = open_page(models_page.url.split("/models")[0] + "/?model=linear")
    draw_digit(board, 7)
    expect(board.get_by_role("status")).to_have_text("9")
    serve_by(models_page, 0).click()
    expect_served(models_page, 0)


@pytest.mark.failed_requests
def test_a_board_that_stays_open_reads_alone_with_the_version_served_since(models_page, open_page):
    board = open_page(models_page.url.split("/models")[0] + "/?model=linear", reads_alone=True)
    board.clock.install()
    board.reload()
    with board.expect_response("**/linear/browser-weights"):
        draw_digit(board, 7)
    former = board.workers[0]
    serve_by(models_page, 2).click()
    expect_served(models_page, 2)
    board.clock.fast_forward(61_000)
    with former.expect_event("close"):  # the other version reads in its place
        get_button(board, "Clear").click()
        draw_digit(board, 7)
    go_away(board)
    get_button(board, "Clear").click()
    draw_digit(board, 7)
    expect(get_words(board)).to_be_visible()
    expect(board.get_by_role("status")).to_have_text("9")


def test_a_version_is_served_by_the_keyboard_and_the_list_stays_open(models_page):
    serve_by(models_page, 1).focus()
    models_page.keyboard.press("Enter")
    expect_served(models_page, 1)
    expect(get_version(models_page, 1)).to_be_in_viewport()


def test_a_version_is_downloaded_and_is_known_when_it_is_loaded_again(models_page, tmp_path):
    with models_page.expect_download() as coming:
        get_version(models_page, 2).get_by_role("button", name="Download ZIP").click()
    download = coming.value
    assert download.suggested_filename == "linear-version-2.zip"
    download.save_as(tmp_path / "version.zip")
    models_page.get_by_label("Load ZIP").set_input_files(tmp_path / "version.zip")
    expect(get_version(models_page, 2)).to_be_visible()


@pytest.mark.failed_requests
def test_what_is_no_version_is_refused_in_words(models_page, tmp_path):
    (tmp_path / "other.zip").write_bytes(b"no ZIP")
    models_page.get_by_label("Load ZIP").set_input_files(tmp_path / "other.zip")
    expect(models_page.get_by_text("Not loaded. The file must be a complete ZIP.")).to_be_visible()


def test_who_has_no_token_sees_the_list_and_no_button(serve_versions, open_page):
    page = open_page(f"{serve_versions()}/models#linear-versions")
    expect_served(page, 0)
    expect(get_version(page, 2)).to_contain_text("75.00% of the drawings, 50.00% before")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_label("Load ZIP")).to_be_hidden()


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_the_list_is_accessible_and_fits_at_every_size(serve_versions, open_page, scheme, width):
    url = serve_versions(LISTENS_ON_LOOPBACK=True)
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(f"{url}/models#linear-versions", viewport=size, color_scheme=scheme)
    expect(serve_by(page, 1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert find_faint_texts(page) == []
    check_axe(page)
