"""The drawing can be changed below the board, and is read beside what it was."""

import io
import re
from base64 import b64decode

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser.axe import check_axe
from tests.browser.drawing import (
    LONG_ENOUGH,
    PREDICT,
    draw_digit,
    get_board,
    get_button,
    get_picker,
    make_reading,
    measure_words,
    watch_questions,
)
from tests.browser.screens import SCREENS, WIDTHS

SIDE = 28


NO_REASONS = {"evidence": None, "strokes": [], "nearest": [], "nearest_rival": None}


def play_with(page: Page, digit: int) -> None:
    """Draw a digit, open the panel "Why?", and wait for the changed drawing's first reading."""
    # Which reasons the panel gives does not matter here.
    reasons = {"reading": make_reading(digit), "counterfactual": None} | NO_REASONS
    page.route("**/api/explain", lambda route: route.fulfill(json=reasons))
    draw(page, digit)
    get_button(page, "Why?").click()
    look(page)
    expect(get_answer(page, "Changed")).to_contain_text(str(digit))


def draw(page: Page, digit: int) -> None:
    get_board(page).scroll_into_view_if_needed()
    draw_digit(page, digit)
    expect(page.get_by_role("status")).to_have_text(str(digit))


def look(page: Page) -> Locator:
    """Bring the section "Play with it" into sight and return it."""
    section = page.get_by_role("region", name="Play with it")
    section.scroll_into_view_if_needed()
    return section


def list_readings(asked: list[Request]) -> list[Request]:
    """Return those of the page's questions that want a reading."""
    return [question for question in asked if question.url.endswith("/predict")]


def set_slider(page: Page, name: str, value: float) -> None:
    page.get_by_role("slider", name=name, exact=True).fill(str(value))


def get_centring(page: Page) -> Locator:
    return page.get_by_role("switch", name="Centred as MNIST’s makers would")


def get_picture(page: Page) -> Locator:
    return page.get_by_role("application", name="Changed picture, with an eraser")


def get_changed_bar(page: Page, digit: int | str) -> Locator:
    return page.get_by_role("meter", name=f"{digit}, changed", exact=True)


def get_answer(page: Page, name: str) -> Locator:
    """Return the answer "As it was" or "Changed"."""
    return page.get_by_role("group", name=name, exact=True)


def read_levels(picture: Locator) -> list[int]:
    """Return the 784 levels that a small picture shows."""
    rgba = picture.evaluate("c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data]")
    return rgba[::4]


def nudge(levels: list[int], across: int, down: int) -> list[int]:
    """Return an image moved by whole pixels, with paper where it came from."""

    def at(row: int, column: int) -> int:
        is_inside = 0 <= row < SIDE and 0 <= column < SIDE
        return levels[SIDE * row + column] if is_inside else 0

    return [at(row - down, column - across) for row in range(SIDE) for column in range(SIDE)]


def wait_for_levels(picture: Locator, levels: list[int]) -> None:
    picture.page.wait_for_function(
        """([canvas, levels]) => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
          return levels.every((level, index) => data[4 * index] === level);
        }""",
        arg=[picture.element_handle(), levels],
    )


def measure_picture(question: Request) -> int:
    """Return how many pixels wide the picture is that the page sent."""
    png = b64decode(question.post_data_json["image"].partition(",")[2])
    return Image.open(io.BytesIO(png)).width


def get_images(page: Page) -> tuple[Locator, Locator]:
    """Return the pictures of what the network was given at first, and is given now."""
    before = page.get_by_role("img", name="What the network was given at first")
    return before, page.get_by_role("img", name="What the network is given now")


@pytest.mark.quick
def test_a_nudge_changes_nothing_while_it_is_centred_again_and_all_without(page):
    play_with(page, 1)
    before, now = get_images(page)
    as_drawn = read_levels(before)
    wait_for_levels(now, as_drawn)
    assert read_levels(get_picture(page)) == as_drawn
    expect(get_answer(page, "As it was")).to_contain_text("1")

    set_slider(page, "Nudge across", 8)
    nudged = nudge(as_drawn, 8, 0)
    wait_for_levels(get_picture(page), nudged)
    page.wait_for_timeout(LONG_ENOUGH)
    assert read_levels(now) == as_drawn  # centred again

    get_centring(page).uncheck()
    wait_for_levels(now, nudged)
    get_picker(page).select_option("linear")
    expect(get_answer(page, "As it was")).to_contain_text("1")
    expect(get_answer(page, "Changed").get_by_text("1", exact=True)).to_have_count(0)


def test_the_bars_show_what_the_server_says_of_the_very_picture(page, board_url):
    play_with(page, 7)
    get_centring(page).uncheck()
    asked = watch_questions(page)
    set_slider(page, "Turn", 180)
    changed = read_levels(get_picture(page))
    wait_for_levels(get_images(page)[1], changed)
    question = list_readings(asked)[-1].post_data_json
    assert question["as_is"] is True
    reading = page.request.post(f"{board_url}/api/predict", data=question).json()
    assert reading["seen"] == changed
    for digit, probability in enumerate(reading["probabilities"]):
        value = f"{100 * probability:.1f}"
        expect(get_changed_bar(page, digit)).to_have_attribute("aria-valuenow", value)


def test_the_eraser_follows_the_pointer_and_one_button_brings_all_back(page):
    play_with(page, 7)
    picture = get_picture(page)
    as_drawn = read_levels(picture)
    set_slider(page, "Scale", 130)
    box = picture.bounding_box()
    middle = box["y"] + 14.5 / SIDE * box["height"]
    page.mouse.move(box["x"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"], middle)
    page.mouse.up()
    assert not any(read_levels(picture)[14 * SIDE : 15 * SIDE])  # the whole row is rubbed out

    get_button(page, "As it was").click()
    wait_for_levels(picture, as_drawn)
    expect(page.get_by_role("slider", name="Scale", exact=True)).to_have_value("100")


def test_the_eraser_and_the_sliders_obey_the_keyboard(page):
    play_with(page, 1)
    picture = get_picture(page)
    as_drawn = read_levels(picture)
    picture.focus()
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    assert read_levels(picture)[10 * SIDE + 14] == 0
    assert read_levels(picture) != as_drawn
    page.keyboard.press("Control+z")
    assert read_levels(picture) == as_drawn
    expect(page.get_by_role("status")).to_have_text("1")  # the board's own stroke is still there

    turn = page.get_by_role("slider", name="Turn", exact=True)
    turn.focus()
    page.keyboard.press("ArrowRight")
    expect(turn).to_have_attribute("aria-valuetext", "5 degrees to the right")
    expect(page.get_by_text("+5°", exact=True)).to_be_visible()


def test_a_new_drawing_keeps_the_sliders_and_drops_what_was_erased(page):
    play_with(page, 7)
    set_slider(page, "Nudge down", 3)
    get_picture(page).focus()
    page.keyboard.press("Space")
    get_button(page, "Clear").click()
    expect(get_answer(page, "As it was")).not_to_contain_text("7")
    expect(get_changed_bar(page, 7)).to_have_attribute("aria-valuetext", "not read yet")
    draw(page, 3)
    page.wait_for_load_state("networkidle")  # the last of it may be read after the answer is known
    look(page)
    expect(get_answer(page, "As it was")).to_contain_text("3")
    before, _ = get_images(page)
    wait_for_levels(get_picture(page), nudge(read_levels(before), 0, 3))
    expect(page.get_by_role("slider", name="Nudge down", exact=True)).to_have_value("3")


def test_nothing_is_asked_while_the_section_is_out_of_sight(page):
    play_with(page, 1)
    page.wait_for_load_state("networkidle")
    asked = watch_questions(page)
    get_button(page, "Clear").click()
    draw(page, 7)
    page.wait_for_timeout(LONG_ENOUGH)
    assert {measure_picture(question) for question in list_readings(asked)} == {280}
    asked.clear()
    look(page)
    expect(get_answer(page, "Changed")).to_contain_text("7")
    assert [measure_picture(question) for question in list_readings(asked)] == [SIDE]


def test_one_question_at_a_time_and_the_newest_change_wins(page):
    play_with(page, 7)
    page.wait_for_load_state("networkidle")
    waiting: list[Route] = []
    page.route(PREDICT, lambda route: waiting.append(route))
    for value in range(1, 9):
        set_slider(page, "Nudge down", value)
    page.wait_for_timeout(LONG_ENOUGH)
    assert len(waiting) == 1
    waiting[0].fulfill(json=make_reading(2))
    expect(get_answer(page, "Changed")).to_contain_text("2")
    page.wait_for_timeout(LONG_ENOUGH)
    assert len(waiting) == 2
    waiting[1].fulfill(json=make_reading(5))
    expect(get_answer(page, "Changed")).to_contain_text("5")
    page.wait_for_timeout(LONG_ENOUGH)
    assert len(waiting) == 2


@pytest.mark.failed_requests
def test_a_refusal_is_told_in_its_own_words_and_the_board_stays_as_it_is(page):
    play_with(page, 7)
    page.wait_for_load_state("networkidle")
    page.route(PREDICT, lambda route: route.fulfill(status=400, json={"detail": "Not this one."}))
    set_slider(page, "Turn", 20)
    expect(page.get_by_text("Not this one.", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("7")
    page.unroute(PREDICT)
    set_slider(page, "Turn", 0)
    expect(page.get_by_text("Not this one.", exact=True)).to_have_count(0)


def test_what_is_left_of_a_drawing_may_be_too_little_to_read(page):
    play_with(page, 1)
    get_centring(page).uncheck()
    picture = get_picture(page)
    box = picture.bounding_box()
    for row in range(0, SIDE, 2):
        page.mouse.move(box["x"], box["y"] + (row + 0.5) / SIDE * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 1, box["y"] + (row + 0.5) / SIDE * box["height"])
        page.mouse.up()
    expect(get_answer(page, "Changed")).to_contain_text("Too little to read")
    expect(get_changed_bar(page, 1)).to_have_attribute("aria-valuetext", "not read yet")
    expect(get_answer(page, "As it was")).to_contain_text("1")


def test_a_change_is_announced_once_it_rests_and_a_new_drawing_is_not(page):
    play_with(page, 7)
    heard = page.locator('[data-part="play-speech"]')
    page.wait_for_timeout(1000)
    expect(heard).to_have_text("")
    set_slider(page, "Nudge across", 2)
    expect(heard).to_have_text("Now: 7, > 99.9%. As it was: 7, > 99.9%.")


def test_a_finger_erases_without_scrolling_the_page(phone):
    play_with(phone, 1)
    picture = get_picture(phone)
    expect(picture).to_have_css("touch-action", "none")
    keys = phone.get_by_text("By keys: arrows move the eraser")
    assert keys.bounding_box()["height"] <= 1  # nobody sees them, where there are none
    expect(picture).to_have_accessible_description(re.compile("which bar grows. By keys: arrows"))
    picture.tap()  # in its middle
    assert read_levels(picture)[14 * SIDE + 14] == 0


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(open_page, width, scheme):
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    play_with(page, 1)
    set_slider(page, "Turn", 45)
    page.wait_for_timeout(LONG_ENOUGH)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    reset = get_button(page, "As it was")
    start = reset.locator("..").bounding_box()["x"]
    assert measure_words(reset)[0] == pytest.approx(start, abs=0.5)
    check_axe(page)
