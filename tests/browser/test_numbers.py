"""Several digits on the board: a number is read, each digit of it seen and corrected by itself."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_axe
from tests.browser.colour import find_faint_texts
from tests.browser.drawing import (
    ACROSS,
    DOWN,
    PREDICT,
    answer_all,
    compare,
    draw_digit,
    draw_stroke,
    get_bar,
    get_board,
    get_button,
    get_speech,
    has_ink,
    make_reading,
    place,
    read_ink,
)
from tests.browser.explaining import SENTENCE, get_why, open_why, play_explainer
from tests.browser.keeping import confirm, expect_kept, get_correction
from tests.browser.numbers import (
    answer_number,
    draw_number,
    get_boxes,
    get_digits,
    get_wide,
    make_number,
    place_digit,
)

PHONE = {"width": 390, "height": 844}


def expect_chosen(page, index: int) -> None:
    expect(get_digits(page).nth(index)).to_be_checked()


def expect_shown(page, digit: int) -> None:
    """Wait until the bars are those of this digit."""
    expect(page.get_by_role("listitem").nth(digit)).to_have_attribute("aria-current", "true")


@pytest.mark.quick
def test_a_number_is_drawn_read_and_one_digit_of_it_corrected(open_page, class_url):
    page = open_page(class_url, reduced_motion="reduce")
    draw_number(page, "407")
    expect(page.get_by_role("status")).to_have_text("407")
    expect(get_boxes(page)).to_have_count(3)
    expect(page.locator('[data-part="note"]')).to_contain_text("probability")
    expect(get_speech(page)).to_contain_text("Number 407: 4, ")
    expect_chosen(page, 2)  # where the pen was
    expect_shown(page, 7)

    get_button(page, "Undo").click()
    expect(page.get_by_role("status")).to_have_text("40")
    get_button(page, "Redo").click()
    expect(page.get_by_role("status")).to_have_text("407")

    get_digits(page).nth(1).click()
    expect_shown(page, 0)
    confirm(page, 6)
    [kept] = page.request.get(f"{class_url}/api/drawings").json()["drawings"]
    assert kept["label"] == 6
    strokes = page.request.get(f"{class_url}/api/drawings/{kept['id']}").json()["strokes"]
    across = [x / 280 for stroke in strokes for x, _ in stroke]
    assert 0.33 < min(across) < max(across) < 0.67  # the middle digit's alone

    get_digits(page).nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect_chosen(page, 2)
    expect(page.get_by_text("Kept as a 6.")).to_be_hidden()
    expect(page.get_by_text("Digit 3 of 3 wrong? It’s a")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect_kept(page, 6)


def test_one_digit_is_shown_without_any_box(page):
    draw_digit(page, 7)
    expect(page.get_by_role("status")).to_have_text("7")
    expect(get_boxes(page)).to_have_count(0)
    expect(get_digits(page)).to_have_count(0)
    expect(page.get_by_text("Wrong? It’s a", exact=True)).to_be_visible()


def test_pointing_at_a_digit_or_its_box_shows_its_part(page):
    answer_number(page, 4, 0, 7)
    draw_number(page, "407")
    expect_shown(page, 7)
    page.mouse.move(*place(page, place_digit((0.5, 0.5), 0, is_wide=False)))
    expect_shown(page, 4)
    expect(page.get_by_text("Digit 1 of 3, scaled and centred")).to_be_visible()
    expect(get_board(page).locator("..")).to_have_attribute("data-pointed", "")
    get_digits(page).nth(1).hover()
    expect_shown(page, 0)
    page.mouse.move(0, 0)
    expect_shown(page, 7)
    expect(get_board(page).locator("..")).not_to_have_attribute("data-pointed", "")
    page.mouse.move(*place(page, place_digit((0.5, 0.5), 0, is_wide=False)))
    draw_stroke(page, [(0.1, 0.5), (0.2, 0.5)])  # a box is never in the pen's way
    assert has_ink(page, (0.15, 0.5))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_part_that_is_no_digit_is_marked_and_can_be_read_anyway(open_page, scheme):
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    answer_number(page, "-", None, 7)
    draw_number(page, "407")
    expect(page.get_by_role("status")).to_have_text("-?7")
    expect(page.get_by_text("Part 2 of 3 is not a digit")).to_be_visible()
    expect(page.locator(".board__refused")).to_have_text("not a digit")
    expect_chosen(page, 1)
    expect(get_bar(page, "Not a digit")).to_have_attribute("aria-valuetext", "97.0%")
    words = "Not a number: a minus sign; not a digit; 7, 91.0%; Read anyway is available"
    expect(get_speech(page)).to_have_text(words)
    check_axe(page)
    assert find_faint_texts(page) == []
    get_button(page, "Read anyway").click()
    expect(page.get_by_role("status")).to_have_text("-57")
    check_axe(page)


def test_all_networks_are_compared_by_their_numbers(open_page, shelf_url):
    page = open_page(shelf_url)
    rows = [make_number(4, 0, 7), make_number(4, None, 7)]
    names = [each["name"] for each in page.request.get(f"{shelf_url}/api/models").json()["models"]]
    readings = [row | {"model": name} for row, name in zip(rows, names, strict=False)]
    answer_all(page, json={"readings": readings})
    draw_number(page, "407")
    compare(page)
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("407")
    expect(rows.nth(1)).to_contain_text("93.1%")
    expect(rows.nth(2)).to_contain_text("4?7")
    expect(rows.nth(2)).to_contain_text("not a digit")
    get_digits(page).nth(0).hover()
    expect(rows.nth(1).get_by_role("img")).to_have_accessible_name(
        "4: 91.0%, 0: 1.0%" + "".join(f", {digit}: 1.0%" for digit in (1, 2, 3, 5, 6, 7, 8, 9))
    )


def test_why_explains_the_chosen_digit_of_a_number(page):
    asked = play_explainer(page)
    answer_number(page, 4, 0, 7)
    draw_number(page, "407")
    expect_shown(page, 7)
    why = open_why(page)
    expect(why.get_by_text("Digit 3 of 3: press another one above")).to_be_visible()
    get_digits(page).nth(0).click()
    expect(why.get_by_text("Digit 1 of 3: press another one above")).to_be_visible()
    assert len(asked[-1]["strokes"]) == 2  # a four's
    assert max(x for stroke in asked[-1]["strokes"] for x, _ in stroke) < 100
    get_button(page, "Clear").click()
    answer_all(page, json=make_reading(7))
    draw_stroke(page, DOWN)
    expect(why.get_by_text(SENTENCE).last).to_be_visible()
    expect(get_why(page).get_by_text("Digit 1 of 3")).to_have_count(0)


def test_why_follows_a_number_that_becomes_one_digit_faster_than_it_is_read(page):
    asked = play_explainer(page)
    answer_number(page, 4, 0, 7)
    draw_number(page, "407")
    why = open_why(page)
    expect(why.get_by_text("Digit 3 of 3: press another one above")).to_be_visible()
    held = []

    def hold_numbers(route):  # playing with one digit asks, too
        is_number = route.request.post_data_json.get("several")
        return held.append(route) if is_number else route.fulfill(json=make_reading(7))

    page.route(PREDICT, hold_numbers)
    with page.expect_request(lambda request: is_reading(request, 3)):
        get_button(page, "Undo").click()
    get_button(page, "Undo").click()
    with page.expect_request(lambda request: is_reading(request, 2)):
        held[0].fulfill(json=make_reading(7))
    page.wait_for_timeout(100)
    held[1].fulfill(json=make_reading(7))
    expect(why.get_by_text("Digit 3 of 3")).to_have_count(0)
    expect(why.get_by_text(SENTENCE).last).to_be_visible()
    assert len(asked[-1]["strokes"]) == 2


def is_reading(request, strokes: int) -> bool:
    """Return whether the page asks for this many strokes to be read."""
    is_asked = request.url.endswith("api/predict")
    return is_asked and len(request.post_data_json.get("strokes", [])) == strokes


def test_the_wide_board_has_room_for_a_number_and_keeps_what_is_drawn(page):
    draw_stroke(page, DOWN)
    get_wide(page).click()
    assert read_ink(page).shape == (280, 840)
    assert has_ink(page, (DOWN[2][0] / 3, DOWN[2][1]))
    draw_stroke(page, [(0.8, 0.3), (0.8, 0.7)])
    get_wide(page).click()
    expect(page.get_by_text("Your drawing needs the wide board.")).to_be_visible()
    expect(get_wide(page)).to_have_attribute("aria-pressed", "true")
    get_button(page, "Clear").click()
    get_wide(page).click()
    expect(get_wide(page)).to_have_attribute("aria-pressed", "false")
    get_button(page, "Undo").click()  # brings back ink that the narrow board has no room for
    expect(get_wide(page)).to_have_attribute("aria-pressed", "true")
    get_button(page, "Clear").click()

    draw_number(page, "40", is_wide=True)
    expect(page.get_by_role("status")).to_have_text("40")
    get_digits(page).nth(0).click()
    open_why(page).get_by_role("link", name="Look inside the network").click()
    expect(page.locator(".inside__digit")).to_have_text("4")
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("40")
    assert read_ink(page).shape == (280, 840)
    page.reload()
    expect(page.get_by_role("status")).to_have_text("Draw a number")


def test_a_number_on_a_phone_is_seen_with_its_answer_and_its_bars(open_page):
    page = open_page(viewport=PHONE, is_mobile=True, has_touch=True, color_scheme="dark")
    get_wide(page).click()
    answer_number(page, 4, 0, 7)
    draw_number(page, "407", is_wide=True)
    expect(page.get_by_role("status")).to_have_text("407")
    box = get_board(page).bounding_box()
    assert (box["width"], box["height"]) == pytest.approx((390, 130), abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for part in (get_board(page), page.get_by_role("status"), get_bar(page, 9)):
        expect(part).to_be_in_viewport(ratio=1)
    get_digits(page).nth(0).tap()
    expect_shown(page, 4)
    expect(get_correction(page, 9)).to_be_visible()
    check_axe(page)
    assert find_faint_texts(page) == []


def test_the_keyboards_pen_reaches_the_whole_wide_board(page):
    get_wide(page).click()
    get_board(page).focus()
    page.keyboard.press("ArrowRight")
    for _ in range(40):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    assert has_ink(page, (0.999, 0.5))
    expect(page.locator('[data-part="pen-state"]')).to_contain_text("100% from the left")


def test_a_number_needs_no_guess(page):
    play_explainer(page)
    open_why(page)
    page.get_by_role("switch", name="Guess first").check()
    page.evaluate("scrollTo(0, 0)")
    answer_all(page, json=make_reading(4))
    draw_stroke(page, DOWN)
    expect(get_button(page, "Guess 4")).to_be_visible()
    answer_number(page, 4, 0)
    draw_stroke(page, ACROSS)
    expect(get_digits(page).nth(0)).to_be_visible()
    expect(get_button(page, "Guess 4")).to_be_hidden()
