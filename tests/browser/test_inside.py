"""The page Look inside: each picture of the way, and arithmetic that a test computes again."""

import re
from base64 import b64encode

import numpy as np
import pytest
from playwright.sync_api import expect

from ml.preprocess import BOX_SIDE, find_box, fit_ink, shrink
from tests.browser.axe import check_axe
from tests.browser.drawing import (
    DOWN,
    draw_digit,
    draw_stroke,
    get_button,
    get_picker,
    read_ink,
    take_drawing,
)
from tests.browser.played_inside import KERNELS, TEMPERATURE, play_inside
from tests.browser.screens import SCREENS, WIDTHS

LEVELS = """canvas => [...canvas.getContext("2d")
  .getImageData(0, 0, canvas.width, canvas.height).data].filter((_, at) => at % 4 === 0)"""
MEASURE_PICKER = """picker => {
  const copy = picker.parentElement.appendChild(picker.cloneNode(true));
  Object.assign(copy.style, { inlineSize: "max-content", maxInlineSize: "none" });
  const widths = [picker.offsetWidth, copy.offsetWidth];
  copy.remove();
  return widths;
}"""
NUMBER = re.compile(r"−?\d+\.\d+")


@pytest.fixture
def inside(open_page, shelf_url):
    """Return a function that opens the page with a played network and a drawing of a four."""

    def open_inside(model="small_cnn", **options):
        page = open_page(f"{shelf_url}/glossary", **options)
        page.asked = play_inside(page)
        page.goto(f"{shelf_url}/inside?model={model}")
        draw_digit(page, 4)
        page.get_by_role("heading", name="The ten scores").wait_for()
        while page.asked[-1]["image"] != take_drawing(page):
            page.wait_for_timeout(50)
        page.wait_for_timeout(150)  # until the answer to the last question is shown
        return page

    return open_inside


def part(page, name):
    return page.locator(f'[data-part="{name}"]')


def read_levels(canvas):
    side = canvas.evaluate("canvas => [canvas.height, canvas.width]")
    return np.array(canvas.evaluate(LEVELS), np.uint8).reshape(side)


def read_numbers(text):
    return [float(number.replace("−", "-")) for number in NUMBER.findall(text)]


def read_table(table):
    rows = table.locator("tbody tr").all_inner_texts()
    return [[float(each.replace("−", "-")) for each in row.split()] for row in rows]


def choose_map(page, number):
    page.get_by_role("radio", name=f"Map {number}", exact=True).click()
    page.locator(".favourite").first.wait_for()


@pytest.mark.quick
def test_the_way_ends_in_the_very_pixels_that_the_network_is_given(inside):
    page = inside()
    ink = read_ink(page)
    box = find_box(ink)
    assert (read_levels(part(page, "centred").locator("canvas")) == fit_ink(ink)).all()
    small = shrink(ink[box], BOX_SIDE)
    shown = read_levels(part(page, "scaled").locator("canvas"))
    assert np.abs(shown - small * (255 / small.max())).max() <= 0.5
    frame = part(page, "board-step").locator("rect")
    for side, axis, extent in (("y", 0, "height"), ("x", 1, "width")):
        start = float(frame.get_attribute(side))
        assert start == pytest.approx(box[axis].start, abs=1.5)
        end = start + float(frame.get_attribute(extent))
        assert end == pytest.approx(box[axis].stop, abs=1.5)


def test_the_strip_leads_from_the_board_to_the_probabilities(inside):
    page = inside()
    names = ["Board", "Cropped", "20 pixels", "Centred", "conv1", "Scores", "Probabilities"]
    links = part(page, "way").get_by_role("link")
    expect(links).to_have_text(names)
    for link in links.all():
        assert page.locator(f'[id="{link.get_attribute("href")[1:]}"]').count() == 1


def test_the_longest_strip_and_every_networks_name_fit_on_each_screen(open_page, board_url):
    page = open_page(f"{board_url}/inside")
    draw_digit(page, 4)
    end = part(page, "way").get_by_role("link", name="Probabilities")
    expect(end).to_be_in_viewport(ratio=1)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        box = end.bounding_box()
        assert box["x"] + box["width"] <= width
        shown, needed = get_picker(page).evaluate(MEASURE_PICKER)
        assert shown >= needed


def test_a_maps_arithmetic_adds_up_to_the_last_digit_shown(inside):
    page = inside()
    choose_map(page, 2)
    patch, kernel, products = (read_table(table) for table in page.locator(".grid table").all())
    product = np.array(patch) * np.array(kernel)
    assert np.abs(product - products).max() < 0.003  # both factors are cut to three decimals
    said = part(page, "products").locator("[data-sum]").inner_text()
    total, first, second, strongest = read_numbers(said)
    assert total == pytest.approx(np.sum(products), abs=0.0051)
    assert first * second == pytest.approx(strongest, abs=0.000051)
    lines = part(page, "arithmetic").get_by_role("listitem")
    convolution, bias, pooling, relu = (read_numbers(line) for line in lines.all_inner_texts())
    assert convolution == [total]
    assert bias[2] == pytest.approx(bias[0] + bias[1], abs=0.0051)
    assert bias[0] == pytest.approx(total, abs=0.0051)
    assert pooling[4] == max(pooling[:4]) == bias[2]
    assert relu[-1] == max(0, pooling[4])
    assert read_numbers(part(page, "unit-value").inner_text()) == [relu[-1]]


def test_the_place_follows_the_arrow_keys_and_the_pointer(inside):
    page = inside()
    choose_map(page, 2)
    surface = page.get_by_role("application", name="Map 2")
    surface.click(position={"x": 2, "y": 2})
    expect(part(page, "unit-value")).to_contain_text("Row 1, column 1")
    surface.press("ArrowDown")
    surface.press("ArrowRight")
    expect(part(page, "unit-value")).to_contain_text("Row 2, column 2")
    box = surface.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2)
    expect(part(page, "unit-value")).to_contain_text("Row 13, column 13")
    page.mouse.move(box["x"] - 40, box["y"])
    expect(part(page, "unit-value")).to_contain_text("Row 2, column 2")


def test_a_score_is_the_sum_over_the_maps_before_it(inside):
    page = inside()
    score = page.get_by_role("button", name="Score of 4")
    score.click()
    page.locator(".favourite").first.wait_for()
    line = part(page, "arithmetic").get_by_role("listitem").inner_text()
    *terms, total = read_numbers(line.replace("− ", "−"))
    assert len(terms) == KERNELS
    assert total == pytest.approx(sum(terms), abs=0.0051)
    assert read_numbers(score.inner_text()) == [total]
    get_button(page, "Close").click()
    expect(score).to_be_focused()


def test_a_network_of_ten_sums_shows_weights_times_ink(inside):
    page = inside("linear")
    page.get_by_role("radio").nth(3).click()
    page.locator(".favourite").first.wait_for()
    products = page.get_by_role("application", name="Ink × weights")
    products.press("ArrowLeft")
    ink, weight, product = read_numbers(part(page, "pixel").inner_text())
    assert ink * weight == pytest.approx(product, abs=0.00051)
    first, second, total = read_numbers(part(page, "ink-sum").inner_text().replace("− ", "−"))
    assert first + second == pytest.approx(total, abs=0.0051)
    assert read_numbers(page.get_by_role("button", name="Score of 3").inner_text()) == [total]


def test_softmax_is_shown_with_its_numbers_and_the_temperature_can_be_played_with(inside):
    page = inside()
    before = check_softmax(page, TEMPERATURE)
    slider = page.get_by_label("Temperature")
    slider.focus()
    slider.press("End")
    after = check_softmax(page, 10)
    assert after.max() < before.max()
    assert after.argmax() == before.argmax()
    get_button(page, "Reset").click()
    expect(slider).to_be_focused()
    assert (check_softmax(page, TEMPERATURE) == before).all()


def check_softmax(page, temperature):
    """Compute the table's columns from its scores; return the probabilities."""
    expect(page.locator("output")).to_have_text(f"{temperature:.4f}")
    rows = part(page, "probability-table").locator("tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in rows]
    scores = np.array([read_numbers(row[0])[0] for row in cells])
    scaled = scores / temperature
    lowered = scaled - scaled.max()
    shares = np.exp(lowered) / np.exp(lowered).sum()
    for digit, row in enumerate(cells):
        assert read_numbers(row[1])[0] == pytest.approx(scaled[digit], abs=0.0002)
        assert read_numbers(row[2])[0] == pytest.approx(lowered[digit], abs=0.001)
        power = read_numbers(row[3])[0]
        assert power == pytest.approx(np.exp(lowered[digit]), abs=0.00015)
        assert read_numbers(row[4])[0] == pytest.approx(100 * shares[digit], abs=0.11)
    return shares


def test_everything_follows_the_drawing_and_an_empty_board_shows_nothing(inside):
    page = inside()
    choose_map(page, 1)
    before = read_levels(part(page, "centred").locator("canvas"))
    get_button(page, "Clear").click()
    expect(page.get_by_role("heading", name="The ten scores")).to_be_hidden()
    draw_stroke(page, DOWN)
    expect(page.get_by_role("heading", name="The ten scores")).to_be_visible()
    assert (read_levels(part(page, "centred").locator("canvas")) != before).any()
    expect(page.get_by_role("heading", name="Map 1 of conv1")).to_be_visible()
    assert page.asked[-1]["unit"]["layer"] == "conv1"


def test_the_maps_are_one_stop_of_the_tab_key(inside):
    page = inside()
    first = page.get_by_role("radio", name="Map 1", exact=True)
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Map 2", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="Map 2", exact=True)).to_be_focused()
    expect(page.get_by_role("heading", name="Map 2 of conv1")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), SCREENS)
def test_axe_finds_nothing_and_no_width_scrolls_sideways(inside, scheme, width):
    size = {"width": width, "height": WIDTHS[width]}
    page = inside(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    choose_map(page, 2)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    check_axe(page)


@pytest.mark.parametrize("model", ["board_cnn", "mlp", "linear", "quick_cnn", "tutorial_cnn"])
def test_each_network_that_ships_can_be_looked_into(open_page, board_url, model):
    page = open_page(f"{board_url}/inside?model={model}")
    draw_digit(page, 4)
    choice = page.get_by_role("radio").first
    choice.click()
    page.locator(".favourite").first.wait_for()
    expect(page.locator(".favourite")).to_have_count(9)
    networks = 2 if model == "board_cnn" else 1
    expect(page.get_by_role("button", name="Score of 4")).to_have_count(networks)


def test_a_card_shows_what_its_network_is_made_of(open_page, shelf_url):
    page = open_page(f"{shelf_url}/glossary")
    levels = b64encode(bytes(range(25))).decode()
    member = {"name": "network", "title": "", "highest": 1, "pictures": [levels] * 24}
    told = {"model": "", "kind": "kernels", "layer": "conv1", "size": [5, 5], "members": [member]}
    page.route("**/api/models/*/pictures", lambda route: route.fulfill(json=told))
    page.goto(f"{shelf_url}/models")
    picture = page.get_by_role("img", name="24 kernels").first
    picture.scroll_into_view_if_needed()
    assert read_levels(picture.locator("canvas").first).ravel().tolist() == list(range(25))
    expect(page.get_by_text("The 24 kernels of the first layer, 5 × 5").first).to_be_visible()


def test_the_address_of_a_card_opens_its_network(inside):
    expect(get_picker(inside("mlp"))).to_have_value("mlp")
