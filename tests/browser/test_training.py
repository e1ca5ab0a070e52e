"""Networks that really train, on generated digits, before a class's eyes."""

import pytest
from playwright.sync_api import expect

from ml.runs import folders
from ml.runs.control import Control, write_control
from tests.browser.drawing import draw_digit, get_bar, get_board, get_button
from tests.browser.training import (
    get_chart,
    get_flips,
    get_legend,
    get_network,
    get_number,
    get_runs,
    get_setting,
    get_source,
    get_state,
    get_versions,
    measure_curve,
    start,
)
from tests.webapp.versions.reading import wait_until

TOKEN = "the-token-of-the-tests"
LONG = 300_000  # ms: PyTorch is loaded, digits are generated, results are measured and drawn


@pytest.fixture
def training_url(serve_own, tmp_path):
    """A class's board that trains in a folder of this test's own, without MNIST."""
    instance = tmp_path / "instance"
    yield serve_own(READER=None, TOKEN=TOKEN, DATA_DIR=tmp_path / "no-mnist")
    runs_dir = folders.find_runs_dir(instance)
    for run in folders.list_folders(runs_dir):
        write_control(run, Control("stop"))
    wait_until(lambda: folders.find_running(runs_dir) is None, seconds=LONG / 1000)


@pytest.fixture
def teacher(open_page, training_url):
    """The page of whoever has the token."""
    return open_page(f"{training_url}/train#token={TOKEN}")


def choose(page, network, **settings):
    """Set a run on generated digits."""
    get_network(page).select_option(network)
    for name, value in settings.items():
        get_setting(page, name.replace("_", " ").capitalize()).fill(str(value))
    expect(get_source(page, "Generated digits")).to_be_checked()


def wait_for_points(page):
    expect(get_number(page, "accuracy")).not_to_have_text("–", timeout=LONG)


def list_probabilities(page):
    return [get_bar(page, digit).get_attribute("aria-valuenow") for digit in range(10)]


def test_a_class_watches_quick_cnn_learn_and_then_it_reads_what_they_draw(
    teacher, open_page, training_url
):
    page = teacher
    expect(get_source(page, "MNIST")).to_be_disabled()
    choose(page, "quick_cnn", epochs=3)
    start(page)
    draw_digit(page, 7)
    pupil = open_page(f"{training_url}/train")
    wait_for_points(page)
    expect(get_bar(page, 7)).not_to_have_attribute("aria-valuetext", "not read yet", timeout=LONG)

    before, read = measure_curve(page), list_probabilities(page)
    expect(get_number(page, "epoch")).to_have_text("2 of 3", timeout=LONG)
    page.get_by_role("radio", name="slow", exact=True).check()  # so that it is there to be paused
    assert measure_curve(page) > before
    assert list_probabilities(page) != read
    assert get_flips(page)

    wait_for_points(pupil)
    assert measure_curve(pupil) > 0
    expect(pupil.get_by_role("img", name="What is drawn, as the network sees it")).to_be_visible()
    expect(get_button(pupil, "Pause")).to_have_count(0)

    get_button(page, "Pause").click()
    for each in (pupil, page):
        expect(get_state(each)).to_have_text("Paused", timeout=LONG)
    page.wait_for_timeout(1500)  # its last points come with its next question
    width = measure_curve(page)
    page.wait_for_timeout(1500)
    assert measure_curve(page) == width
    get_button(page, "Go on").click()
    get_button(page, "Stop").click()
    expect(get_state(page)).to_have_text("Stopped in epoch 2", timeout=LONG)
    get_button(page, "Resume").click()
    page.get_by_role("radio", name="full", exact=True).check()
    expect(get_state(pupil)).to_contain_text("Finished: ", timeout=LONG)

    expect(get_versions(page)).to_have_count(2)
    get_button(page, "Serve this").click()
    expect(page.get_by_text("version 1, reads on the board from now on.")).to_be_visible()
    assert find_served(page) == 1
    get_button(page, "Go back to version 0").click()
    expect(page.get_by_text("version 0, reads on the board from now on.")).to_be_visible()
    assert find_served(page) == 0


def find_served(page):
    answer = page.request.get(page.url.replace("train", "api/versions?model=quick_cnn")).json()
    [served] = [entry["version"] for entry in answer["versions"] if entry["served"]]
    return served


def test_linear_learns_forms_its_pictures_and_diverges_at_too_large_a_rate(teacher):
    page = teacher
    choose(page, "linear", epochs=2)
    start(page)
    get_board(page).scroll_into_view_if_needed()
    draw_digit(page, 1)
    expect(page.get_by_role("img", name="Weights of the digit 1")).to_be_visible()
    expect(get_state(page)).to_contain_text("Finished: ", timeout=LONG)
    assert float(get_number(page, "accuracy").text_content().rstrip("%")) > 80
    page.get_by_role("checkbox").first.check()

    page.get_by_text("New run").click()
    choose(page, "linear", epochs=2, learning_rate=10)
    start(page)
    expect(get_state(page)).to_contain_text("Diverged: ", timeout=LONG)
    expect(get_runs(page).first).to_contain_text("diverged")
    expect(get_runs(page)).to_have_count(2)
    expect(get_legend(page)).to_have_text(["learning rate 10", "learning rate 0.05"])
    expect(get_chart(page, "Accuracy").locator(".curve__line")).to_have_count(2)
