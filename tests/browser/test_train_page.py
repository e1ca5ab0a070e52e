"""The page Train, before a server that is played: settings, curves, drawing, runs, versions."""

import re

import pytest
from playwright.sync_api import expect

from ml.installation import list_training_installs
from tests.browser.axe import check_axe
from tests.browser.drawing import draw_digit, get_bar, get_board, get_button
from tests.browser.played_runs import (
    PlayedRuns,
    make_curve,
    make_point,
    make_probe,
    make_summary,
    make_version,
    make_weights,
)
from tests.browser.screens import SCREENS, WIDTHS
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

FINISHED = {"type": "finished", "accuracy": 0.981, "loss": 0.06, "pictures": [], "judged": None}
DIVERGED = "The loss became nan at step 8 of epoch 1; a smaller learning rate often helps."
HIDE = """isHidden => {
  Object.defineProperty(document, "hidden", { get: () => isHidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def played():
    return PlayedRuns()


@pytest.fixture
def open_train(open_page, own_url, played):
    """Returns a function that opens the page with what is played so far."""

    def open_it(url=f"{own_url}/train", **options):
        page = open_page(f"{url.rpartition('/')[0]}/static/favicon.svg", **options)
        played.play_for(page)
        page.goto(url)
        return page

    return open_it


def list_asked(played, end):
    """Return the bodies of what was asked of addresses with this end."""
    return [body for _, path, body in played.asked if path.endswith(end)]


def add_finished(played, number, accuracy=0.981, version=None, **others):
    summary = make_summary(number, state="finished", accuracy=accuracy, version=version, **others)
    end = FINISHED | {"accuracy": accuracy, "version": version}
    return played.add(summary, [*make_curve(3, 0.5 + number / 2), end])


def test_the_menu_leads_there_and_the_first_choice_is_set(open_train, own_url):
    page = open_train(own_url + "/models")
    page.get_by_role("navigation").get_by_role("link", name="Train", exact=True).click()
    expect(page).to_have_title("Train · Digit board")
    expect(get_network(page)).to_have_value("quick_cnn")
    expect(get_setting(page, "Learning rate")).to_have_value("0.01")
    expect(get_source(page, "MNIST")).to_be_checked()
    expect(page.get_by_role("heading", name="No run yet")).to_be_visible()
    expect(get_button(page, "Pause")).to_be_disabled()


def test_each_setting_says_what_it_does(open_train):
    page = open_train()
    for name in ("Learning rate", "Batch size", "Epochs", "Optimizer", "Seed"):
        page.get_by_text(f"What does this do? {name}").click()
        link = page.get_by_role("link", name=f"{name} in the glossary")
        expect(link).to_be_visible()
    expect(page.get_by_text("How far the numbers move in one step.")).to_be_visible()


def test_a_run_is_started_with_what_differs_from_its_recipe(open_train, played):
    page = open_train()
    get_network(page).select_option("linear")
    get_setting(page, "Learning rate").fill("0.5")
    get_setting(page, "Optimizer").select_option("adam")
    get_source(page, "Generated digits").check()
    start(page)
    changed = {"learning_rate": 0.5, "optimizer": "adam"}
    assert list_asked(played, "runs") == [
        {"model": "linear", "recipe": changed, "data": "generated"}
    ]
    expect(page.get_by_role("heading", name="Logistic regression", exact=True)).to_be_visible()
    expect(get_button(page, "Pause")).to_be_focused()
    expect(get_state(page)).to_have_text("Starting…")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Learning rate", "11", "A number from 0.00001 to 10."),
        ("Batch size", "1.5", "A whole number from 2 to 4096."),
        ("Epochs", "", "A whole number from 1 to 50."),
        ("Seed", "-1", "A whole number from 0 up."),
    ],
)
def test_what_is_out_of_bounds_is_said_and_not_asked_for(open_train, played, name, value, words):
    page = open_train()
    get_setting(page, name).fill(value)
    get_button(page, "Start").click()
    expect(page.get_by_text(words, exact=True)).to_be_visible()
    expect(get_setting(page, name)).to_be_focused()
    assert played.asked == []


@pytest.mark.failed_requests
def test_what_the_server_refuses_is_said(open_train, played):
    words = "recipe.learning_rate must be a number from 0.00001 to 10."
    played.answers["POST", "runs"] = {"status": 400, "json": {"detail": words}}
    page = open_train()
    get_button(page, "Start").click()
    expect(page.get_by_text(f"Not started. {words}")).to_be_visible()


@pytest.mark.quick
def test_the_curve_grows_and_figures_follow(open_train, played):
    run = played.add(make_summary(1), make_curve(0.5))
    page = open_train()
    expect(get_number(page, "epoch")).to_have_text("1 of 3")
    expect(get_number(page, "images a second")).to_have_text("24,100")
    expect(get_number(page, "time left")).to_have_text("10 s")
    before = measure_curve(page)
    played.tell(run, make_point(1.5, 0.925, 0.31))
    expect(get_number(page, "accuracy")).to_have_text("92.5%")
    expect(get_number(page, "loss")).to_have_text("0.31")
    assert measure_curve(page) == pytest.approx(3 * before, rel=0.05)
    words = re.compile(r"^Accuracy over 3 epochs: Quick CNN from \d+% to 93%\.$")
    expect(get_chart(page, "Accuracy")).to_have_attribute("aria-label", words)


def test_the_drawing_is_read_and_the_flips_are_marked(open_train, played):
    run = played.add(make_summary(1), make_curve(0.2))
    page = open_train()
    expect(get_state(page)).to_have_text("Training")
    draw_digit(page, 7)
    expect(page.get_by_text("It is about to be read.")).to_be_visible()
    points = [make_point(0.3, 0.4, 1.5, make_probe(3, 0.4)), make_point(0.9, 0.6, 1, make_probe(7))]
    played.tell(run, *points)
    expect(get_bar(page, 7)).to_have_attribute("aria-valuetext", "80.0%")
    expect(page.get_by_text("Read so at step 90 of 100, epoch 1.")).to_be_visible()
    assert get_flips(page) == ["3", "7"]
    expect(get_chart(page, "Accuracy")).to_have_attribute(
        "aria-label", re.compile("read as 3 at epoch 0.3, then as 7 at epoch 0.9")
    )
    assert "image" in list_asked(played, "/probe")[-1]
    get_button(page, "Clear").click()
    expect(get_bar(page, 7)).to_have_attribute("aria-valuetext", "not read yet")
    assert list_asked(played, "/probe")[-1] == {"clear": True}


def test_what_lies_on_the_board_is_read_by_the_next_run(open_train, played):
    page = open_train()
    get_board(page).scroll_into_view_if_needed()
    draw_digit(page, 7)
    expect(page.get_by_text("What you draw is read as soon as a network learns.")).to_be_visible()
    start(page)
    expect(page.get_by_text("It is about to be read.")).to_be_visible()
    assert len(list_asked(played, "/probe")) == 1


@pytest.mark.quick
def test_a_run_is_paused_stopped_and_resumed(open_train, played):
    run = played.add(make_summary(1), make_curve(1))
    page = open_train()
    for button, state in (
        ("Pause", "Paused"),
        ("Go on", "Training"),
        ("Stop", "Stopped after epoch 1"),
        ("Resume", "Training"),
    ):
        get_button(page, button).click()
        expect(get_state(page)).to_have_text(state)
    words = [path.rpartition("/")[2] for _, path, _ in played.asked if run in path]
    assert words == ["pause", "continue", "stop", "resume"]


def test_slow_motion_is_set_before_and_while_it_trains(open_train, played):
    page = open_train()
    page.get_by_role("radio", name="slow", exact=True).check()
    start(page)
    expect(page.get_by_role("radio", name="slow", exact=True)).to_be_checked()
    page.get_by_role("radio", name="slower").check()
    page.get_by_role("radio", name="full").check()
    expect(page.get_by_role("radio", name="full")).to_be_checked()
    assert list_asked(played, "/pace") == [{"rest": 0.3}, {"rest": 1}, {"rest": 0}]


def test_weights_of_a_linear_network_form_as_ten_pictures(open_train, played):
    played.add(make_summary(1, "linear"), make_curve(0.2))
    page = open_train()
    picture = page.get_by_role("img", name="Weights of the digit 9")
    expect(picture).to_be_visible()
    assert not has_contrast(picture)
    played.weights = make_weights(100)
    expect(picture).to_be_visible()
    page.wait_for_timeout(800)
    assert has_contrast(picture)


def has_contrast(picture):
    return picture.evaluate(
        """canvas => {
          const context = canvas.getContext("2d", { willReadFrequently: true });
          const { data } = context.getImageData(0, 0, 28, 28);
          return Math.max(...data.filter((_, index) => index % 4 < 3)) > 200;
        }"""
    )


@pytest.mark.parametrize(
    ("event", "changed", "words"),
    [
        ({"type": "finishing"}, {}, "Measuring what it learned…"),
        ({"type": "judging", "fold": 2, "folds": 5}, {}, "Judging what it learned: 2 of 5…"),
        (None, {"wanted": "stop"}, "Stopping…"),
    ],
)
def test_what_takes_a_while_at_the_end_is_said(open_train, played, event, changed, words):
    played.add(make_summary(1, **changed), make_curve(3) + ([event] if event else []))
    page = open_train()
    expect(get_state(page)).to_have_text(words)
    expect(get_button(page, "Stop")).to_be_disabled()


def test_a_hidden_page_asks_nothing(open_train, played):
    played.add(make_summary(1), make_curve(0.5))
    page = open_train()
    expect(get_state(page)).to_have_text("Training")
    page.evaluate(HIDE, True)
    page.wait_for_timeout(500)  # what was under way
    before = played.polls
    page.wait_for_timeout(1200)
    assert played.polls == before
    page.evaluate(HIDE, False)
    page.wait_for_timeout(1000)
    assert before < played.polls <= before + 4  # about three times a second


def test_who_has_no_token_watches(open_train, played, class_url):
    run = played.add(make_summary(1), make_curve(0.5, probe=True))
    played.probe = {"id": 1, "seen": [255] * 784}
    played.versions = [make_version(0, served=True), make_version(1)]
    page = open_train(f"{class_url}/train")
    expect(page.get_by_text("You are watching.")).to_be_visible()
    expect(page.get_by_role("img", name="What is drawn, as the network sees it")).to_be_visible()
    expect(get_bar(page, 7)).not_to_have_attribute("aria-valuetext", "not read yet")
    expect(get_versions(page)).to_have_count(2)
    expect(page.get_by_role("button")).to_have_count(1)  # only the chart's
    expect(get_board(page)).to_be_hidden()
    played.tell(run, FINISHED | {"version": 1}, state="finished", version=1)
    expect(get_state(page)).to_contain_text("Kept as version 1.")
    expect(page.get_by_role("button")).to_have_count(1)


def test_who_watches_follows_the_next_run(open_train, played, class_url):
    add_finished(played, 1)
    page = open_train(f"{class_url}/train")
    expect(get_state(page)).to_contain_text("Finished: ")
    played.add(make_summary(2, "linear"))
    expect(get_state(page)).to_have_text("Starting…")
    expect(page.get_by_role("heading", name="Logistic regression", exact=True)).to_be_visible()


LOOKS = """chart => [...chart.querySelectorAll(".curve__line")].map((line) => {
    const { stroke, strokeDasharray } = getComputedStyle(line);
    return [stroke, strokeDasharray];
})"""


def test_runs_are_laid_over_each_other(open_train, played):
    for number, rate in enumerate((0.01, 0.1), 1):
        recipe = {"learning_rate": rate, "batch_size": 64, "optimizer": "sgd"}
        add_finished(played, number, recipe=recipe)
    page = open_train()
    expect(get_legend(page)).to_have_text(["Quick CNN"])
    for box in page.get_by_role("checkbox").all():
        box.check()
    expect(get_legend(page)).to_have_text(["learning rate 0.1", "learning rate 0.01"])
    chart = get_chart(page, "Accuracy")
    expect(chart.locator(".curve__line")).to_have_count(2)
    looks = chart.evaluate(LOOKS)  # in one go: the lines are drawn anew whenever a run has news
    assert looks[0][0] != looks[1][0]
    assert looks[0][1] != looks[1][1]
    page.get_by_text("The curves as a table").click()
    heads = page.get_by_role("columnheader")
    expect(heads.nth(1)).to_have_text("learning rate 0.1: accuracy")
    expect(page.get_by_role("cell", name="3.00")).to_have_count(1)
    page.get_by_role("checkbox").last.uncheck()
    expect(get_legend(page)).to_have_text(["Quick CNN"])


def test_a_run_before_is_looked_at_by_its_link(open_train, played):
    add_finished(played, 1, accuracy=0.9)
    add_finished(played, 2, accuracy=0.8)
    page = open_train()
    expect(get_state(page)).to_contain_text("it reads 80.0% of the test images")
    get_runs(page).nth(1).get_by_role("link").click()
    expect(get_state(page)).to_contain_text("it reads 90.0% of the test images")
    page.reload()
    expect(get_state(page)).to_contain_text("it reads 90.0% of the test images")


def test_a_diverged_run_is_shown_as_one(open_train, played):
    losses = [make_point(number / 20, 0.1, 2.3 * 3**number) for number in range(8)]
    end = {"type": "failed", "reason": DIVERGED, "diverged": True}
    played.add(
        make_summary(1, state="failed", reason=DIVERGED, diverged=True, can_resume=False),
        [*losses, end],
    )
    page = open_train()
    expect(get_state(page)).to_have_text(f"Diverged: {DIVERGED}")
    expect(get_chart(page, "Loss").get_by_text("diverged")).to_be_visible()
    expect(get_runs(page).get_by_text("diverged")).to_be_visible()
    expect(get_button(page, "Resume")).to_have_count(0)
    expect(get_button(page, "Pause")).to_be_disabled()
    expect(page.get_by_text("Its last lines")).to_be_hidden()


def test_a_run_that_died_shows_its_last_lines(open_train, played):
    summary = make_summary(1, state="failed", reason="It ended without a word.")
    played.add(summary, make_curve(1.2))
    page = open_train()
    expect(get_state(page)).to_have_text("Died: It ended without a word.")
    lines = page.get_by_role("region", name="The last lines that the run wrote")
    expect(lines).to_contain_text("MemoryError")
    expect(get_button(page, "Resume")).to_be_enabled()


def test_missing_mnist_is_downloaded(open_train, played):
    files = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]
    played.data["mnist"] |= {"there": False, "missing": files}
    played.data["drawings"] = None
    page = open_train()
    expect(get_source(page, "MNIST")).to_be_disabled()
    expect(page.get_by_text("MNIST is not on this computer yet.")).to_be_visible()
    expect(page.get_by_text("2 files are missing: train-images-idx3-ubyte.gz")).to_be_visible()
    expect(page.get_by_text("start the server with the variable MNIST_DIR")).to_be_visible()
    expect(get_source(page, "My drawings")).to_be_disabled()
    expect(get_source(page, "My drawings with MNIST")).to_be_disabled()
    expect(get_source(page, "Generated digits")).to_be_checked()
    get_button(page, "Download MNIST (11 MB)").click()
    bar = page.get_by_role("progressbar", name="Download of MNIST")
    expect(bar).to_be_visible()
    played.data["mnist"]["download"]["bytes"] = 5_797_361
    expect(page.get_by_text("5.5 of 11.1 MB")).to_be_visible()
    assert bar.evaluate("bar => bar.value") == pytest.approx(0.5, abs=0.01)
    played.data["mnist"] = {"there": True, "missing": [], "download": {"state": "done"}}
    expect(get_source(page, "MNIST")).to_be_enabled()
    expect(bar).to_be_hidden()


def test_a_teacher_trains_on_the_drawings_of_all_hands(open_train, played, class_url):
    played.data["drawings"] = None
    page = open_train(f"{class_url}/train#token=the-token-of-the-tests")
    expect(get_source(page, "My drawings")).to_be_disabled()
    page.get_by_label("Drawings of all hands together").check()
    get_source(page, "My drawings").check()
    start(page)
    [asked] = list_asked(played, "runs")
    assert (asked["data"], asked["hands"]) == ("drawings", "all")


def test_who_uses_the_board_alone_is_not_asked_about_hands(open_train):
    page = open_train()
    expect(get_source(page, "My drawings")).to_be_enabled()
    expect(page.get_by_label("Drawings of all hands together")).to_be_hidden()


def test_a_download_that_failed_says_why(open_train, played):
    failed = {"state": "failed", "bytes": 0, "total": 0, "reason": "There is no internet."}
    played.data["mnist"] |= {"there": False, "missing": ["a"], "download": failed}
    page = open_train()
    expect(page.get_by_text("The download failed. There is no internet.")).to_be_visible()
    expect(get_button(page, "Download MNIST (11 MB)")).to_be_visible()


def test_without_pytorch_the_page_says_what_to_install(open_train, played):
    played.data["torch"] = False
    page = open_train()
    install = page.get_by_text("Training needs PyTorch, which is not installed here.")
    expect(install).to_be_visible()
    for command in list_training_installs():
        expect(install).to_contain_text(command)
    expect(get_button(page, "Start")).to_be_disabled()


def test_while_one_trains_no_other_can_be_started(open_train, played):
    played.add(make_summary(1, "linear"), make_curve(0.2))
    page = open_train()
    page.get_by_text("New run").click()
    words = "One run at a time: Logistic regression is training."
    expect(page.get_by_text(words)).to_be_visible()
    expect(get_button(page, "Start")).to_be_disabled()


@pytest.mark.failed_requests
def test_a_second_start_watches_the_first(open_train, played):
    page = open_train()
    expect(get_button(page, "Start")).to_be_enabled()
    run = make_summary(1, "linear")
    played.add(run, make_curve(0.2))
    detail = {"detail": "Logistic regression is training.", "run": run["id"]}
    played.answers["POST", "runs"] = {"status": 409, "json": detail}
    get_button(page, "Start").click(timeout=1500)
    expect(get_state(page)).to_have_text("Training")
    expect(page.get_by_text("Logistic regression is training.").first).to_be_visible()


@pytest.mark.quick
def test_a_finished_run_is_served_and_taken_back(open_train, played):
    add_finished(played, 1, version=1)
    before, after = {"test_accuracy": 0.97}, {"test_accuracy": 0.981}
    origin = {"kind": "trained", "before": before, "after": after, "reason": None}
    played.versions = [make_version(0, served=True), make_version(1, origin=origin)]
    page = open_train()
    expect(get_versions(page).first).to_contain_text("the test images: 97.0% before, 98.1% now")
    get_button(page, "Serve this").click()
    expect(page.get_by_text("Quick CNN, version 1, reads on the board")).to_be_visible()
    expect(page.get_by_text("Version 1 reads now.")).to_be_visible()
    expect(get_button(page, "Serve this")).to_be_disabled()
    get_button(page, "Go back to version 0").click()
    expect(page.get_by_text("Quick CNN, version 0, reads on the board")).to_be_visible()
    expect(get_button(page, "Serve this")).to_be_enabled()
    assert list_asked(played, "versions/quick_cnn") == [{"version": 1}, {"version": 0}]


def test_a_run_is_deleted_after_a_question(open_train, played):
    add_finished(played, 1)
    add_finished(played, 2)
    page = open_train()
    get_runs(page).first.get_by_role("button", name="Delete").click()
    expect(get_button(page, "Keep it")).to_be_focused()
    get_button(page, "Delete it").click()
    expect(get_runs(page)).to_have_count(1)
    assert len(played.summaries) == 1


@pytest.mark.failed_requests
def test_a_server_that_is_gone_is_asked_again(open_train, played):
    played.add(make_summary(1), make_curve(0.2))
    page = open_train()
    expect(get_state(page)).to_have_text("Training")
    page.route("**/api/runs**", lambda route: route.abort())
    expect(page.get_by_text("The server cannot be reached. Trying again…")).to_be_visible()
    page.unroute("**/api/runs**")
    expect(page.get_by_text("The server cannot be reached. Trying again…")).to_be_hidden()


def test_a_screen_reader_is_not_talked_to_all_the_time(open_train, played):
    run = played.add(make_summary(1), make_curve(0.2))
    page = open_train()
    expect(get_state(page)).to_have_text("Training")
    page.locator('[data-part="speech"]').evaluate(
        """region => {
          window.heard = [];
          new MutationObserver(() => heard.push(region.textContent))
            .observe(region, { childList: true, characterData: true, subtree: true });
        }"""
    )
    for number in range(6):
        played.tell(run, make_point(0.3 + number / 20, 0.5, 1, make_probe(number)))
        page.wait_for_timeout(350)
    assert len(page.evaluate("heard")) <= 1
    get_button(page, "Pause").click()
    expect(page.locator('[data-part="speech"]')).to_contain_text("Quick CNN: Paused.")


def test_everything_is_reached_by_keyboard_in_the_order_in_which_it_is_read(open_train, played):
    add_finished(played, 1, version=1)
    played.versions = [make_version(0, served=True), make_version(1)]
    page = open_train()
    expect(get_versions(page)).to_have_count(2)
    get_network(page).focus()
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.ariaLabel || document.activeElement.value"
                " || document.activeElement.textContent.trim()"
            )
        )
    wanted = ["mnist", "0.01", "0", "Start", "Serve this", "Zoom to 90–100%", "Drawing board"]
    wanted += ["The curves as a table", "Quick CNN", "Serve version 1"]
    places = [reached.index(name) for name in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing_while_it_trains_and_after(open_train, played, scheme, width):
    add_finished(played, 1, version=1)
    run = played.add(make_summary(2, "linear"), make_curve(1.2, probe=True))
    played.probe = {"id": 1, "seen": [0] * 784}
    played.versions = [make_version(0, served=True), make_version(1)]
    played.weights = make_weights(100)
    size = {"width": width, "height": WIDTHS[width]}
    page = open_train(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    expect(get_bar(page, 7)).not_to_have_attribute("aria-valuetext", "not read yet")
    page.get_by_text("New run").click()
    page.get_by_text("The curves as a table").click()
    page.get_by_text("What does this do? Learning rate").click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    played.tell(run, FINISHED | {"version": 2}, state="finished", version=2)
    expect(get_state(page)).to_contain_text("Finished: ")
    check_axe(page)


def test_on_a_projector_curves_drawing_and_bars_are_seen_together(open_train, played):
    page = open_train(viewport={"width": 1920, "height": 1080})
    start(page)
    for part in (get_chart(page, "Accuracy"), get_chart(page, "Loss"), get_board(page)):
        expect(part).to_be_in_viewport(ratio=1)
    expect(get_bar(page, 9)).to_be_in_viewport(ratio=1)
    assert get_chart(page, "Accuracy").bounding_box()["width"] > 800


def test_nothing_jumps_while_it_trains(open_train, played):
    run = played.add(make_summary(1))
    page = open_train()
    expect(get_state(page)).to_have_text("Starting…")
    places = find_places(page)
    for number, event in enumerate(make_curve(1.5, probe=True)):
        played.tell(run, event)
        if number % 10 == 0:
            page.wait_for_timeout(350)
            assert find_places(page) == places


def find_places(page):
    parts = (get_board(page), get_chart(page, "Accuracy"), get_chart(page, "Loss"))
    return [part.bounding_box() for part in (*parts, get_bar(page, 5), get_runs(page).first)]


def test_it_works_under_a_prefix(open_train, played, serve_own):
    played.add(make_summary(1), make_curve(0.5))
    url = f"{serve_own(LISTENS_ON_LOOPBACK=True, PREFIX='/class/board')}/class/board/train"
    page = open_train(url)
    expect(get_number(page, "epoch")).to_have_text("1 of 3")


def test_without_javascript_the_page_says_so(open_page, own_url):
    page = open_page(f"{own_url}/train", java_script_enabled=False)
    assert "This page needs JavaScript" in page.get_by_role("main").inner_text()
