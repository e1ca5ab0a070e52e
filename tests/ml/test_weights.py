"""What ships keeps what is said of it: its lines, its size, its figures in the README."""

import json
from pathlib import Path

import pytest

from ml.catalog import describe, describe_layers
from ml.checkpoint import WEIGHTS_DIR, find_weights, load_weights
from ml.models import MODELS, count_parameters
from ml.recipes import RECIPES

README = Path(__file__).parents[2] / "README.md"
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
def shipped(request):
    return load_weights(WEIGHTS_DIR, request.param)


def test_every_model_ships():
    assert find_weights(WEIGHTS_DIR) == list(MODELS)
    assert sum(path.stat().st_size for path in WEIGHTS_DIR.iterdir()) < 12e6


def test_a_card_is_above_its_models_line(shipped):
    _, card = shipped
    assert card["test_accuracy"] >= LINES[card["model"]]
    assert card["data"]["test"] == 10_000


def test_a_card_says_what_the_code_does(shipped):
    model, card = shipped
    assert card["parameters"] == count_parameters(model)
    assert card["layers"] == describe_layers(model)
    assert card["recipe"] == json.loads(json.dumps(RECIPES[card["model"]].to_dict()))
    assert card | describe(card["model"]) == card
    assert card["epochs"] == len(card["history"]) <= RECIPES[card["model"]].epochs


def test_the_readme_gives_the_cards_figures(shipped):
    _, card = shipped
    row = f"| `{card['model']}` | {card['parameters']:,} | {card['test_accuracy']:.2%} |"
    assert row in README.read_text(encoding="utf-8")
