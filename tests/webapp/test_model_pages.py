import io
import re
from base64 import b64decode

import pytest
from PIL import Image

from ml.networks.card import by_size
from tests.webapp.links import Links
from tests.webapp.shelf import Shelf, make_full_card, make_mistake, make_shelf
from webapp import create_app
from webapp.glossary import TERMS


def open_page(cards, path="/models"):
    answer = create_app({"READER": Shelf(cards)}).test_client().get(path)
    assert answer.status_code == 200
    return " ".join(answer.get_data(as_text=True).split())


@pytest.fixture(scope="module")
def page():
    return open_page(make_shelf().cards)


def strip_links(page):
    """Return a page's text with no links in it, so that words next to each other can be found."""
    return re.sub(r"</?a[^>]*>", "", page)


def join_words(page):
    """Return a page whose commands' words are no longer marked, each so that it stays whole."""
    return re.sub(r"<span>(.*?)</span>", r"\1", page)


def show(**changes):
    return open_page({"tutorial_cnn": make_full_card("tutorial_cnn", **changes)})


def test_a_recipe_that_left_its_tutorials_says_so_and_how_to_follow_it():
    commands = {"as the tutorial does": "python run.py --train --model x --session-decay 1"}
    page = show(tutorial={"changed": "Ours takes a tenth.", "commands": commands})
    assert "Ours takes a tenth." in page
    assert "To train it again" in page
    assert "To train it as the tutorial does" in page
    assert "<code>python run.py --train --model x --session-decay 1</code>" in join_words(page)


def test_a_recipes_source_is_linked_and_the_words_around_it_are_words():
    page = show(recipe={"source": "github.com/pytorch/examples, <b>first</b> version"})
    assert "https://github.com/pytorch/examples" in Links(page).followed
    assert "</a>, &lt;b&gt;first&lt;/b&gt; version" in page
    script = "javascript:alert(1)"
    assert script not in Links(show(recipe={"source": script})).followed


def test_every_model_has_a_card_that_the_table_leads_to(page):
    links = Links(page)
    for name in make_shelf().models:
        assert links.ids.count(name) == 1
        assert f"#{name}" in links.followed


def test_the_smallest_model_comes_first(page):
    cards = make_shelf().cards
    names = sorted(cards, key=lambda name: by_size(cards[name]))
    places = [page.index(f'<article class="model" id="{name}"') for name in names]
    assert places == sorted(places)


def test_every_card_leads_to_the_board_with_its_model(page):
    for name in make_shelf().models:
        assert f"/?model={name}" in Links(page).followed


def test_a_probability_is_never_rounded_to_certainty():
    page = show(mistakes=[make_mistake(0) | {"probability": 0.99996}])
    assert "&gt; 99.9%" in page
    assert "100.0%" not in page


@pytest.mark.parametrize(
    "said",
    [
        "Two-session network",
        "1,199,882",
        "4,800 kB",
        "99.12%",
        "98.92–99.29%",
        "64 × 24 × 24",
        "18,496",
        "python run.py --train --model tutorial_cnn --seed 0",
        "2025-03-01",
        "39 s, 8,400 images a second",
        "two parts: 3 and 3 passes over the images",
        "RMSprop",
        "Output shape",
        "read correctly",
        "a 4 read as a 9 (30 times)",
        "7 read as 1",
        "99.9%",
    ],
)
def test_a_card_is_shown(said):
    assert said in strip_links(join_words(show()))


def test_a_tutorials_figure_stands_next_to_ours_in_the_same_unit(page):
    assert page.count("<dd>96.74%</dd>") == 1
    assert page.count("<dt>tutorial’s accuracy</dt>") == 6  # of which five have a note alone


def test_a_tutorial_without_a_figure_says_so():
    told = show(tutorial={"figure": None, "note": "It gives none."})
    assert "<dt>tutorial’s accuracy</dt>" in told
    assert "It gives none." in told
    assert "<dt>tutorial’s accuracy</dt>" not in show(tutorial={})


def test_a_figure_in_the_tutorials_own_words_is_left_as_it_is():
    assert "88 to 91%" in show(tutorial={"figure": "88 to 91%"})


@pytest.mark.parametrize(
    "changes", [{"history": []}, {"marks": []}, {"mistakes": []}, {"layers": []}]
)
def test_empty_lists_are_shown_as_nothing(changes):
    assert "Confusion matrix" in show(**changes).replace("</a>", "")


def test_text_on_a_card_is_escaped():
    page = show(title="<b>bold</b>", summary="<script>alert(1)</script> & softmax")
    assert "<b>bold" not in page
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; <a" in page


def test_what_ships_is_shown(real_client):
    answer = real_client.get("/models")
    assert answer.status_code == 200
    assert Links(answer.get_data(as_text=True)).blocked == []


def test_no_id_is_given_twice(page):
    ids = Links(page).ids
    assert len(ids) == len(set(ids))


def test_every_linked_term_is_in_the_glossary(page):
    glossary = Links(read_glossary())
    linked = [link for link in Links(page).followed if link.startswith("/glossary#")]
    linked += [link for link in glossary.followed if link.startswith("/glossary#")]
    assert linked
    assert {link.partition("#")[2] for link in linked} <= set(glossary.ids)


def read_glossary():
    client = create_app({"READER": make_shelf()}).test_client()
    return client.get("/glossary").get_data(as_text=True)


def test_the_glossary_leads_to_places_that_exist(real_client):
    models, inside = (
        Links(real_client.get(path).get_data(as_text=True)) for path in ("/models", "/inside")
    )
    places = [term.seen.address for term in TERMS if term.seen]
    pages = {place.partition("#")[0] for place in places}
    assert pages == {"models", "drawings", "train", "inside", "./"}
    assert {place.partition("#")[2] for place in places} <= {"", *models.ids, *inside.ids}


def test_every_link_within_the_page_leads_somewhere(page):
    links = Links(page)
    inside = [link[1:] for link in links.followed if link.startswith("#")]
    assert inside
    assert set(inside) <= set(links.ids)


def test_a_mistakes_picture_is_the_very_image():
    mistake = make_full_card("tutorial_cnn").mistakes[0]
    [picture] = Links(show(mistakes=[mistake])).pictures
    png = b64decode(picture.removeprefix("data:image/png;base64,"))
    assert Image.open(io.BytesIO(png)).tobytes() == b64decode(mistake["seen"])


def test_a_mistake_without_its_pixels_is_told_in_words():
    page = show(mistakes=[{"truth": 4, "read": 9, "probability": 0.98}])
    assert Links(page).pictures == []
    assert "4 read as 9" in page


@pytest.mark.parametrize(
    ("recipe", "is_told"),
    [
        ({"generated_digits": 9}, True),
        ({"distorted": [0, 0.5]}, True),
        ({"distorted": [0, 0]}, False),
        ({}, False),
    ],
)
def test_where_training_images_are_harder_the_lower_accuracy_is_explained(recipe, is_told):
    assert ("it may be the lower of the two" in show(recipe=recipe)) == is_told
