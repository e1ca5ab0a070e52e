"""The pages to read: the models and the glossary, at every size and in both themes."""

import pytest
from playwright.sync_api import expect

from tests.browser.colour import find_faint_texts
from tests.browser.screens import SCHEMES

PAGES = ("models", "glossary")


@pytest.fixture
def open_models(open_page, shelf_url):
    """Return a function that opens one of the pages with the options given."""
    return lambda name="models", **options: open_page(f"{shelf_url}/{name}", **options)


def unfold_all(page):
    for fold in page.locator("summary").all():
        fold.click()


@pytest.mark.parametrize("name", PAGES)
def test_no_width_scrolls_the_page_sideways(open_models, name):
    page = open_models(name)
    for width in (320, 360, 735, 736, 1024, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_layers_of_a_network_fit_on_a_phone(open_models):
    page = open_models(viewport={"width": 390, "height": 844})
    unfold_all(page)
    groups = page.get_by_role("group", name="Layers of")
    assert groups.count() == 6
    for region in groups.all():
        assert region.evaluate("part => part.scrollWidth <= part.clientWidth")


@pytest.mark.parametrize("width", [320, 1280])
def test_a_command_is_seen_whole_and_no_flag_is_broken(open_models, width):
    page = open_models(viewport={"width": width, "height": 800})
    unfold_all(page)
    command = page.get_by_text("--train --model").first
    assert command.inner_text() == command.text_content()  # no line break is copied
    assert command.evaluate(
        "part => part.parentElement.scrollWidth <= part.parentElement.clientWidth"
    )
    for word in command.locator("span").all():
        assert word.evaluate("part => part.getClientRects().length") == 1


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_every_text_has_enough_contrast(open_models, name, scheme):
    page = open_models(name, color_scheme=scheme)
    unfold_all(page)
    assert find_faint_texts(page) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_curves_follow_the_colour_scheme(open_models, scheme):
    page = open_models(color_scheme=scheme)
    line = page.locator("polyline").first
    colour = "getComputedStyle(document.body).color"
    assert line.evaluate(f"line => getComputedStyle(line).stroke === {colour}")


def test_the_page_is_reached_from_the_board_and_back(page):
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")
    expect(page.get_by_role("link", name="Models")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Digit board")


@pytest.mark.quick
def test_the_table_leads_to_a_models_card(open_models):
    page = open_models()
    page.get_by_role("table", name="All models").get_by_role("link", name="One hidden").click()
    card = page.get_by_role("article", name="One hidden layer")
    expect(card).to_be_in_viewport()
    titles = [f"{name} of One hidden layer" for name in ("Layers", "Training", "Mistakes")]
    expect(card.get_by_role("heading", level=3)).to_have_text(titles)
    unfold_all(page)
    expect(card.get_by_role("img", name="Accuracy over 40 epochs")).to_have_count(1)
    expect(card.get_by_role("heading", level=4)).to_have_count(4)


def test_a_word_leads_to_its_explanation(open_models):
    page = open_models()
    unfold_all(page)
    page.get_by_role("article").first.get_by_role("link", name="cross-entropy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Glossary")
    expect(page.locator(":target")).to_contain_text("minus the logarithm")
    expect(page.locator(":target")).to_be_in_viewport()


@pytest.mark.parametrize("width", [360, 390])
def test_the_table_of_models_fits_on_a_phone(open_models, width):
    page = open_models(viewport={"width": width, "height": 740})
    box = page.get_by_role("region", name="All models side by side")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    names = ["Model", "Read correctly", "Parameters"]
    expect(box.get_by_role("columnheader")).to_have_text(names)


def test_a_wide_table_is_scrolled_by_keyboard_in_its_own_box(open_models):
    page = open_models(viewport={"width": 500, "height": 740})
    box = page.get_by_role("region", name="All models side by side")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("box => box.scrollLeft > 0", arg=box.element_handle())


def test_mistakes_are_shown_without_smoothing(open_models):
    page = open_models()
    unfold_all(page)
    card = page.get_by_role("article").first
    pictures = card.get_by_role("img", name="A handwritten 7")
    expect(pictures).to_have_count(20)
    expect(pictures.first).to_have_css("image-rendering", "pixelated")
    assert pictures.first.evaluate("picture => picture.naturalWidth") == 28


def test_without_javascript_the_pages_are_whole(open_models):
    page = open_models(java_script_enabled=False)
    expect(page.get_by_role("article")).to_have_count(6)


def test_what_is_long_is_folded_away(open_page, board_url):
    page = open_page(f"{board_url}/models", viewport={"width": 390, "height": 844})
    expect(page.get_by_role("img")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollHeight") < 8_000
    assert count_tab_stops(page) < 81


def count_tab_stops(page):
    return page.evaluate(
        """() => [...document.querySelectorAll("a[href], summary, button, [tabindex='0']")]
          .filter((element) => element.checkVisibility()).length"""
    )


def test_an_address_opens_the_part_that_it_names(open_models):
    page = open_models("models#mlp-training")
    part = page.get_by_role("heading", name="Training of One hidden layer")
    expect(part).to_be_in_viewport()
    card = page.get_by_role("article", name="One hidden layer")
    expect(card.get_by_text("Learning rate", exact=True)).to_be_visible()
    expect(page.locator("details[open]")).to_have_count(1)
    page.evaluate("location.hash = 'linear-layers'")
    expect(page.locator("details[open]")).to_have_count(2)


def test_printing_unfolds_everything_and_folds_it_again(open_models):
    page = open_models()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("details:not([open])")).to_have_count(0)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("details[open]")).to_have_count(0)


def test_every_landmark_has_a_name_of_its_own(open_models):
    page = open_models()
    unfold_all(page)
    for role in ("region", "navigation", "main"):
        names = page.get_by_role(role).evaluate_all(
            "parts => parts.map((part) => part.ariaLabel ?? part.getAttribute('aria-labelledby'))"
        )
        assert len(names) == len(set(names))


def test_the_glossary_begins_with_five_words_and_leads_into_the_app(open_models):
    page = open_models("glossary")
    expect(page.get_by_role("heading", level=2).first).to_have_text("The first five")
    expect(page.get_by_role("term").first).to_have_text("neural network")
    page.get_by_role("link", name="in the logistic regression’s layers").first.click()
    heading = page.get_by_role("heading", name="Layers of Logistic regression")
    expect(heading).to_be_in_viewport()
    expect(page.get_by_role("group", name="Layers of Logistic regression")).to_be_visible()
