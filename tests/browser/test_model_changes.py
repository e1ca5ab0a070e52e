"""A page that stays open while the models of its server change."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.board_server import find_port, serve_app
from tests.browser.drawing import (
    PREDICT,
    compare,
    draw_digit,
    draw_stroke,
    get_bar,
    get_button,
    get_picker,
    get_row,
    is_empty,
)
from tests.webapp.shelf import Shelf, make_full_card, make_shelf
from webapp import create_app

DEFAULT, OTHER, GONE = "Two-session network", "Logistic regression", "Softmax from scratch"

pytestmark = pytest.mark.failed_requests  # the 404


class Change:
    """A server whose models a test takes away and adds while a page is open."""

    def __init__(self, url: str, shelf: Shelf):
        self.url, self._shelf = url, shelf

    def serve(self, *names: str) -> None:
        """Serve these models from now on, the default first."""
        self._shelf.models[:] = names
        self._shelf.default = names[0]
        self._shelf.cards = {name: make_full_card(name) for name in names}


@pytest.fixture
def change():
    shelf = make_shelf()
    with serve_app(create_app({"READER": shelf}), find_port()) as url:
        yield Change(url, shelf)


@pytest.fixture
def page(open_page, change) -> Page:
    return open_page(change.url)


def list_options(page: Page) -> list[str]:
    return get_picker(page).get_by_role("option").all_inner_texts()


def find_rows(page: Page):
    return page.get_by_role("table", name="The same drawing").get_by_role("rowheader")


def test_a_model_that_is_gone_gives_way_to_the_default_and_the_drawing_stays(page, change):
    get_picker(page).select_option(label=GONE)
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("1")
    change.serve("tutorial_cnn", "linear")
    draw_stroke(page, [(0.1, 0.1), (0.15, 0.15)])
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_picker(page)).to_have_value("tutorial_cnn")
    assert list_options(page) == [f"{DEFAULT} (best)", OTHER]
    expect(page.get_by_text(f"The model “{GONE}” is no longer on this server.")).to_be_visible()
    assert not is_empty(page)
    for _ in range(len([7, "and a dash"])):
        get_button(page, "Undo").click()
    assert is_empty(page)


def test_a_new_default_answers_where_the_former_one_is_gone(page, change):
    change.serve("mlp", "linear")
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_picker(page)).to_have_value("mlp")


def test_the_compared_models_follow(page, change):
    compare(page)
    draw_digit(page, 7)
    expect(get_row(page, GONE).get_by_role("cell").nth(0)).to_have_text("1")
    change.serve("tutorial_cnn", "linear", "mlp")
    draw_stroke(page, [(0.1, 0.1), (0.15, 0.15)])
    expect(find_rows(page)).to_have_text([DEFAULT, OTHER, "One hidden layer"])
    expect(get_row(page, OTHER).get_by_role("cell").nth(0)).to_have_text("1")
    expect(get_row(page, DEFAULT)).to_have_attribute("aria-current", "true")
    expect(get_picker(page)).to_have_value("tutorial_cnn")
    expect(get_button(page, "Compare all 3")).to_be_visible()
    expect(page.get_by_text("The list is up to date again.")).to_be_visible()


def test_with_one_model_left_there_is_nothing_to_pick_or_compare(page, change):
    compare(page)
    change.serve("tutorial_cnn")
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_picker(page)).to_be_hidden()
    expect(find_rows(page)).to_have_count(0)
    expect(get_bar(page, 7)).to_be_visible()


def test_without_the_list_the_names_in_the_refusal_do(page, change):
    page.route("**/api/models", lambda route: route.abort())
    change.serve("mlp", "linear")
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    assert list_options(page) == ["mlp (best)", "linear"]


def test_a_server_that_contradicts_itself_is_not_asked_again_and_again(page):
    problem = {"detail": "There is no model with that name.", "models": ["tutorial_cnn"]}
    asked = []

    def refuse(route):
        asked.append(route)
        route.fulfill(status=404, json=problem)

    page.route(PREDICT, refuse)
    draw_stroke(page, [(0.5, 0.2), (0.5, 0.8)])
    expect(page.get_by_role("status")).to_have_text("There is no model with that name.")
    count = len(asked)
    page.wait_for_timeout(600)
    assert len(asked) == count


def test_a_board_that_is_cleared_meanwhile_stays_empty(page, change):
    held = []
    page.route("**/api/models", lambda route: held.append(route))
    change.serve("mlp")
    with page.expect_request("**/api/models"):
        draw_stroke(page, [(0.5, 0.2), (0.5, 0.8)])
    get_button(page, "Clear").click()
    held[0].continue_()
    expect(get_picker(page)).to_be_hidden()
    expect(page.get_by_role("status")).to_have_text("Draw a digit")


def test_the_choice_is_remembered_for_when_its_model_returns(page, change):
    names = list(make_shelf().models)
    get_picker(page).select_option(label=GONE)
    change.serve("mlp", "linear")
    draw_digit(page, 7)
    expect(get_picker(page)).to_have_value("mlp")
    change.serve(*names)
    page.reload()
    expect(get_picker(page)).to_have_value("linear_scratch")
