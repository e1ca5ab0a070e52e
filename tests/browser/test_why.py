"""The panel "Why?": what spoke for the answer, live, beside the drawing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_axe
from tests.browser.drawing import (
    ACROSS,
    LONG_ENOUGH,
    draw_digit,
    draw_stroke,
    get_bar,
    get_board,
    get_button,
    make_reading,
    read_ink,
    take_drawing,
)
from tests.browser.explaining import (
    EXPLAIN,
    SENTENCE,
    draw_four,
    get_evidence,
    get_why,
    make_explanation,
    open_why,
    play_explainer,
    read_four,
)
from tests.browser.screens import SCREENS, WIDTHS
from webapp.glossary import TERMS


@pytest.mark.quick
def test_all_four_figures_explain_the_drawing(page):
    asked = play_explainer(page)
    draw_four(page)
    why = open_why(page)
    expect(why.get_by_text(SENTENCE).last).to_be_visible()
    expect(why.get_by_text("The network says 4, with a probability of 90.0%.")).to_be_visible()
    expect(get_button(page, "Without stroke 1: 1 (91.0%)")).to_be_visible()
    expect(why.get_by_text("Stroke 1 is needed for 4.")).to_be_visible()
    expect(why.get_by_role("img", name=re.compile("^number [1-5]: "))).to_have_count(5)
    expect(why.get_by_role("img", name="the nearest 9")).to_be_visible()
    expect(why.get_by_text("Four of the five are 4s; the others are 9s.")).to_be_visible()
    expect(why.get_by_text("With 17 pixels changed, of 784, the network says 9.")).to_be_visible()
    assert len(asked[0]["strokes"]) == 2
    assert asked[0]["image"].startswith("data:image/png;base64,")
    assert asked[0]["methods"] == ["evidence", "strokes", "nearest", "counterfactual"]


def test_nothing_is_asked_while_the_panel_is_closed(page):
    asked = play_explainer(page)
    draw_four(page)
    page.wait_for_timeout(LONG_ENOUGH)
    assert asked == []
    expect(get_why(page)).to_be_hidden()


def test_it_stays_open_while_drawing_and_on_the_next_visit_of_the_tab(page):
    asked = play_explainer(page)
    why = open_why(page)
    expect(why.get_by_text("Draw a digit above")).to_be_visible()
    draw_four(page)
    expect(why.get_by_text(SENTENCE).last).to_be_visible()
    asked_before = len(asked)
    page.evaluate("scrollTo(0, 0)")
    draw_stroke(page, ACROSS)
    expect(why).to_be_visible()
    page.wait_for_timeout(LONG_ENOUGH)
    assert len(asked) > asked_before
    assert len(asked[-1]["strokes"]) == 3
    page.reload()
    expect(get_why(page)).to_be_visible()
    expect(get_button(page, "Why?")).to_have_attribute("aria-expanded", "true")


def test_a_pixel_says_its_strength_by_pointer_and_by_keys(page):
    play_explainer(page)
    draw_four(page)
    why = open_why(page)
    expect(why.get_by_text(SENTENCE).last).to_be_visible()
    picture = get_evidence(page)
    side = picture.bounding_box()["width"] / 28
    picture.hover(position={"x": 10.5 * side, "y": 20.5 * side})
    expect(why.get_by_text("Row 21, column 11: 0.25 for 9")).to_be_visible()
    picture.focus()
    page.mouse.move(0, 0)
    for _ in range(15):
        page.keyboard.press("ArrowUp")
    expect(why.get_by_text("Row 6, column 11: 1.00 for 4")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    expect(why.get_by_text("Row 6, column 15: no ink")).to_be_visible()


def test_another_rival_is_asked_about(page):
    asked = play_explainer(page)
    draw_four(page)
    why = open_why(page)
    rival = why.get_by_label("And not which other digit")
    expect(rival).to_have_value("9")
    expect(rival.locator("option")).to_have_count(9)
    evidence = make_explanation()["evidence"] | {"against": 7}
    asked = play_explainer(page, evidence=evidence, counterfactual=None)
    rival.select_option("7")
    expect(why.get_by_text("No small change was found that makes it a 7.")).to_be_visible()
    assert asked[-1]["rival"] == 7


def test_a_stroke_left_out_is_marked_and_the_bars_follow(page):
    play_explainer(page)
    draw_four(page)
    open_why(page)
    before = take_drawing(page)
    get_button(page, "Without stroke 1: 1 (91.0%)").focus()
    expect(page.get_by_text("Without stroke 1:", exact=True)).to_be_visible()
    expect(get_bar(page, 1)).to_have_attribute("aria-valuetext", "91.0%")
    expect(page.locator(".board__left-out path")).to_have_attribute("d", re.compile("^M"))
    assert take_drawing(page) == before
    get_board(page).focus()
    expect(get_bar(page, 4)).to_have_attribute("aria-valuetext", "90.0%")
    expect(page.locator(".board__left-out path")).not_to_have_attribute("d", re.compile("^M"))


def test_a_press_keeps_a_stroke_left_out_until_the_next_one(page):
    play_explainer(page)
    draw_four(page)
    open_why(page)
    button = get_button(page, "Without stroke 1: 1 (91.0%)")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    get_board(page).focus()
    page.mouse.move(0, 0)
    expect(get_bar(page, 1)).to_have_attribute("aria-valuetext", "91.0%")
    page.evaluate("scrollTo(0, 0)")
    draw_stroke(page, ACROSS)
    expect(page.get_by_text("Probability of each digit").first).to_be_visible()
    expect(get_bar(page, 4)).to_have_attribute("aria-valuetext", "90.0%")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reading": read_four() | {"unsure": [4, 9]}}, "It is unsure: 4 or 9."),
        (
            {"reading": read_four() | {"status": "not_a_digit", "digit": None}},
            "The network says: not a digit. If it had to be one: 4, 90.0%.",
        ),
        ({"taught": True}, "A drawing that you confirmed made it so"),
        (
            {"reading": make_reading(None, "blank") | {"probabilities": None, "seen": None}}
            | {"evidence": None, "strokes": [], "nearest": [], "nearest_rival": None},
            "There is too little ink to read",
        ),
        ({"strokes": []}, "There are too many strokes"),
    ],
)
def test_how_sure_it_is_stands_beside_it(page, changes, words):
    play_explainer(page, **changes)
    draw_four(page, unsure=changes.get("reading", {}).get("unsure"))
    expect(open_why(page).get_by_text(words)).to_be_visible()


@pytest.mark.failed_requests
def test_a_busy_server_is_asked_again_and_a_dropped_drawing_is_not_mentioned(page):
    answers = [
        {"status": 503, "headers": {"Retry-After": "1"}, "json": {"detail": "Busy."}},
        {"json": make_explanation()},
    ]
    page.route(EXPLAIN, lambda route: route.fulfill(**answers.pop(0)))
    draw_four(page)
    why = open_why(page)
    expect(why.get_by_text("The server has no time at the moment.")).to_be_visible()
    expect(why.get_by_text(SENTENCE).last).to_be_visible()


@pytest.mark.failed_requests
def test_what_else_goes_wrong_is_said_and_the_old_pictures_fade(page):
    play_explainer(page)
    draw_four(page)
    why = open_why(page)
    expect(why.get_by_text(SENTENCE).last).to_be_visible()
    page.unroute(EXPLAIN)
    problem = {"status": 500, "json": {"detail": "The disk is gone."}}
    page.route(EXPLAIN, lambda route: route.fulfill(**problem))
    page.evaluate("scrollTo(0, 0)")
    draw_stroke(page, ACROSS)
    expect(why.get_by_text("The disk is gone.").first).to_be_visible()
    expect(get_evidence(page)).to_have_css("opacity", "0.4")
    dropped = {"status": 409, "json": {"detail": "A newer drawing is explained."}}
    page.unroute(EXPLAIN)
    page.route(EXPLAIN, lambda route: route.fulfill(**dropped))
    draw_stroke(page, ACROSS)
    page.wait_for_timeout(LONG_ENOUGH)
    expect(why.get_by_text("A newer drawing is explained.")).to_have_count(0)


def test_an_old_picture_fades_while_the_next_is_waited_for(page):
    play_explainer(page)
    draw_four(page)
    why = open_why(page)
    expect(why.get_by_text(SENTENCE).last).to_be_visible()
    page.unroute(EXPLAIN)
    held = []
    page.route(EXPLAIN, lambda route: held.append(route))
    page.evaluate("scrollTo(0, 0)")
    draw_stroke(page, ACROSS)
    expect(get_evidence(page)).to_have_css("opacity", "0.4")
    held[0].fulfill(json=make_explanation())
    expect(get_evidence(page)).to_have_css("opacity", "1")


def test_clearing_the_board_empties_the_panel(page):
    play_explainer(page)
    draw_four(page)
    why = open_why(page)
    expect(why.get_by_text(SENTENCE).last).to_be_visible()
    get_button(page, "Clear").click()
    expect(why.get_by_text("Draw a digit above")).to_be_visible()
    expect(why.get_by_text(SENTENCE)).to_have_count(0)
    expect(why.get_by_label("And not which other digit")).to_be_hidden()


def test_a_screen_reader_hears_the_sentence_once_the_pen_is_lifted(page):
    play_explainer(page)
    open_why(page)
    draw_four(page)
    expect(page.locator('[data-part="why-speech"]')).to_have_text(SENTENCE)


def test_with_less_motion_both_drawings_stand_side_by_side(open_page):
    page = open_page(reduced_motion="reduce")
    play_explainer(page)
    draw_four(page)
    open_why(page)
    before = page.get_by_role("img", name="Your drawing as the network sees it")
    after = page.get_by_role("img", name="The changed drawing")
    expect(before).to_be_visible()
    assert before.bounding_box()["y"] == after.bounding_box()["y"]
    slider = page.get_by_role("slider", name="How far it is changed")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_value("0")


def test_the_fade_can_be_stopped(page):
    play_explainer(page)
    draw_four(page)
    open_why(page)
    get_button(page, "Stop").click()
    slider = page.get_by_role("slider", name="How far it is changed")
    value = slider.input_value()
    page.wait_for_timeout(LONG_ENOUGH)
    assert slider.input_value() == value
    expect(get_button(page, "Fade")).to_be_visible()


def test_its_words_lead_to_the_glossary(page):
    open_why(page)
    links = page.locator(".why a[href*='glossary#']").all()
    anchors = {link.get_attribute("href").partition("#")[2] for link in links}
    assert anchors == {"evidence", "nearest-neighbour", "feature", "counterfactual"}
    assert anchors <= {term.anchor for term in TERMS}


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(open_page, width, scheme):
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    play_explainer(page)
    draw_four(page)
    expect(open_why(page).get_by_text(SENTENCE).last).to_be_visible()
    check_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_opening_it_moves_nothing_above(open_page, width):
    size = {"width": width, "height": WIDTHS[width]}
    page = open_page(viewport=size, reduced_motion="reduce")
    top = get_board(page).bounding_box()["y"]
    get_button(page, "Why?").press("Enter")
    page.evaluate("scrollTo(0, 0)")
    assert get_board(page).bounding_box()["y"] == pytest.approx(top, abs=0.5)


def test_the_panel_explains_the_very_picture_that_the_page_has_read(page):
    asked = []
    page.on("request", lambda each: asked.append(each) if "api/explain" in each.url else None)
    draw_digit(page, 4)
    why = open_why(page)
    expect(why.get_by_text(re.compile(r"^The .* speaks most for 4")).last).to_be_visible()
    question = asked[-1].post_data_json
    assert question["image"].startswith("data:image/png;base64,")
    assert question["strokes"]
    page_reading, panel_reading = page.evaluate(
        """async ({ image, strokes }) => {
          const ask = async (path, body) =>
            (await fetch(path, {
              method: "POST",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify(body),
            })).json();
          const read = await ask("api/predict", { image, strokes, several: true });
          const { reading } = await ask("api/explain", { image, strokes, methods: ["evidence"] });
          return [read, reading].map(({ probabilities, seen }) => ({ probabilities, seen }));
        }""",
        question,
    )
    assert page_reading == panel_reading


def test_the_real_server_explains_a_drawn_four(page):
    draw_digit(page, 4)
    expect(page.get_by_role("status")).to_have_text("4")
    why = open_why(page)
    expect(why.get_by_text(re.compile(r"^The .* speaks most for 4")).last).to_be_visible()
    expect(why.get_by_role("img", name=re.compile("^number [1-5]: "))).to_have_count(5)
    button = why.get_by_role("button", name=re.compile("^Without stroke 2: "))
    said = button.inner_text().partition(": ")[2]
    get_button(page, "Undo").click()
    expect(why.get_by_text("There is one stroke.")).to_be_visible()
    assert read_ink(page).any()
    if said[0].isdigit():
        expect(page.get_by_role("status")).to_have_text(said[0])
