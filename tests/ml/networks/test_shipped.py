"""What ships keeps what is said of it: its lines, its size, its figures in the README."""

from pathlib import Path

import pytest

from ml.networks.card import WEIGHTS_DIR, find_cards, read_card
from ml.networks.layers import describe_layers
from ml.networks.registry import MODELS, count_parameters
from ml.networks.weights import load_weights
from ml.training.recipes import RECIPES, Recipe

README = Path(__file__).parents[3] / "README.md"
LINES = {
    "linear_scratch": 0.90,
    "linear": 0.920,
    "mlp": 0.965,
    "small_cnn": 0.989,
    "tutorial_cnn": 0.991,
    "quick_cnn": 0.992,
    "board_cnn": 0.995,
}


@pytest.fixture(params=MODELS)
def card(request):
    return read_card(WEIGHTS_DIR, request.param)


def test_every_model_ships_and_all_together_are_small():
    assert find_cards(WEIGHTS_DIR) == sorted(MODELS)
    assert sum(path.stat().st_size for path in WEIGHTS_DIR.iterdir()) < 22e6


def test_no_file_ships_that_no_card_names():
    cards = [read_card(WEIGHTS_DIR, name) for name in MODELS]
    named = {name for card in cards for name in (card.weights.name, card.onnx.name)}
    files = {
        path.name for path in WEIGHTS_DIR.iterdir() if path.suffix in (".onnx", ".safetensors")
    }
    assert files == named


def test_a_card_is_above_its_models_line(card):
    assert card.test_accuracy >= LINES[card.model]
    assert card.data["test"] == 10_000


def test_a_card_says_what_the_code_does(card):
    model, recipe = load_weights(WEIGHTS_DIR, card), RECIPES[card.model]
    assert card.title == model.title
    assert card.summary == model.summary
    assert card.parameters == count_parameters(model)
    assert card.layers == describe_layers(model)
    assert Recipe.from_dict(card.recipe) == recipe
    assert card.tutorial == recipe.tutorial.to_dict(card.model)
    assert card.epochs == len(card.history) <= recipe.epochs


def test_no_file_holds_a_path_of_the_machine_that_made_it(card):
    content = card.onnx.read(WEIGHTS_DIR)
    assert str(Path.home()).encode() not in content
    assert b".py" not in content


def test_the_readme_gives_the_cards_figures(card):
    row = f"| `{card.model}` | {card.parameters:,} | {card.test_accuracy:.2%} |"
    assert row in README.read_text(encoding="utf-8")
