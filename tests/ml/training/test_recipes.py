"""A recipe says everything about how a model is trained, and refuses what cannot be."""

import json

import pytest
import torch

from ml.errors import RecipeError, UnknownModelError
from ml.networks.registry import MODELS, build_model
from ml.training.recipes import OPTIMIZERS, RECIPES, Recipe, find_recipe, parse_sessions
from ml.training.runs import OVERRIDES
from run import make_parser


def test_every_model_has_a_recipe_that_names_its_source():
    assert set(RECIPES) == set(MODELS)
    assert all(recipe.source for recipe in RECIPES.values())


@pytest.mark.parametrize(
    ("model", "told"),
    {
        "linear_scratch": {"optimizer": "basic", "learning_rate": 1.0, "batch_size": 64},
        "linear": {"optimizer": "sgd", "batch_size": 128, "validation_images": 10_000},
        "mlp": {
            "optimizer": "sgd",
            "learning_rate": 0.001,
            "batch_size": 64,
            "loss_reduction": "sum",
            "epochs": 40,
        },
        "small_cnn": {"optimizer": "adam", "batch_size": 100, "epochs": 15},
        "tutorial_cnn": {
            "optimizer": "rmsprop",
            "learning_rate": 0.001,
            "batch_size": 64,
            "sessions": (3, 3),
            "stop_at_accuracy": 0.995,
            "validation_images": 5_000,
        },
    }.items(),
)
def test_a_tutorials_recipe_is_what_the_tutorial_does(model, told):
    assert {name: getattr(RECIPES[model], name) for name in told} == told


@pytest.mark.parametrize("name", MODELS)
def test_a_recipe_that_changes_its_tutorials_rate_says_so(name):
    is_changed = RECIPES[name].session_decay != 1.0
    assert bool(RECIPES[name].tutorial.changed) == is_changed
    flags = f"{RECIPES[name].tutorial.flags.get('as the tutorial does', '')} "
    assert ("--session-decay 1 " in flags) == (is_changed and name != "linear")


@pytest.mark.parametrize("name", MODELS)
def test_the_command_that_trains_as_the_tutorial_does_is_understood(name):
    for command in RECIPES[name].tutorial.to_dict(name)["commands"].values():
        flags = make_parser().parse_args(command.split()[2:])
        overrides = {field: getattr(flags, field) for field in OVERRIDES if field != "sessions"}
        recipe = find_recipe(flags.model, **overrides)
        assert recipe != RECIPES[name]
        assert recipe.session_decay == 1
        assert not flags.refresh  # what is served stays ours


def test_small_cnns_command_trains_as_its_tutorial_does():
    command = RECIPES["small_cnn"].tutorial.to_dict("small_cnn")["commands"]["as the tutorial does"]
    flags = make_parser().parse_args(command.split()[2:])
    overrides = {field: getattr(flags, field) for field in OVERRIDES if field != "sessions"}
    recipe = find_recipe(flags.model, **overrides)
    assert (recipe.optimizer, recipe.learning_rate, recipe.batch_size) == ("adam", 0.001, 100)
    assert (recipe.epochs, recipe.session_decay, recipe.schedule) == (15, 1, "constant")


def test_a_recipe_survives_json():
    recipe = RECIPES["tutorial_cnn"]
    assert Recipe(**json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_given_fields_change_and_none_leaves_a_field_alone():
    recipe = find_recipe("tutorial_cnn", sessions=(1, 2), batch_size=None)
    assert recipe.sessions == (1, 2)
    assert recipe.epochs == 3
    assert recipe.batch_size == 64


def test_the_learning_rate_falls_from_session_to_session():
    recipe = find_recipe("tutorial_cnn", sessions=(2, 1, 1), session_decay=0.5, learning_rate=0.8)
    rates = [recipe.learning_rate_at(done) for done in (0, 1.9, 2, 3, 3.9)]
    assert rates == [0.8, 0.8, 0.4, 0.2, 0.2]


def test_a_one_cycle_rate_climbs_once_and_falls_to_nothing():
    recipe = find_recipe("quick_cnn", learning_rate=1.0, sessions=(2,))
    rates = [recipe.learning_rate_at(done / 50) for done in range(101)]
    top = rates.index(max(rates))
    assert max(rates) == pytest.approx(1.0)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[0] == pytest.approx(0.05)
    assert rates[-1] == pytest.approx(0)


def test_a_one_cycle_rate_stays_where_it_has_fallen_while_weights_are_averaged():
    fields = {"learning_rate": 1.0, "sessions": (2,), "averaged": 0.4, "lowest_rate": 0.3}
    recipe = find_recipe("board_cnn", **fields)
    rates = [recipe.learning_rate_at(done / 50) for done in range(101)]
    assert max(rates) == pytest.approx(1.0)
    assert rates[55] > 0.3
    assert rates[60:] == pytest.approx([0.3] * 41)


def test_an_optimizer_gets_the_recipes_learning_rate():
    recipe = find_recipe("tutorial_cnn", learning_rate=0.5)
    optimizer = recipe.build_optimizer(build_model("tutorial_cnn"))
    assert type(optimizer).__name__ == "RMSprop"
    assert optimizer.param_groups[0]["lr"] == 0.5


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_moves_every_parameter_of_a_network(name):
    torch.manual_seed(0)
    model = build_model("small_cnn")
    before = {key: each.clone() for key, each in model.state_dict().items()}
    optimizer = find_recipe("small_cnn", optimizer=name).build_optimizer(model)
    model(torch.randn(4, 1, 28, 28)).square().sum().backward()
    optimizer.step()
    assert all(not torch.equal(each, before[key]) for key, each in model.state_dict().items())


@pytest.mark.parametrize(
    "fields",
    [
        {"learning_rate": 0.0},
        {"learning_rate": -0.1},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"optimizer": "magic"},
        {"session_decay": 0.0},
        {"schedule": "random"},
        {"lowest_rate": -0.1},
        {"lowest_rate": float("nan")},
        {"averaged": 0.75},
        {"averaged": float("nan")},
        {"batch_size": 0},
        {"sessions": ()},
        {"sessions": (3, 0)},
    ],
)
def test_what_cannot_be_trained_is_refused(fields):
    with pytest.raises(RecipeError):
        find_recipe("tutorial_cnn", **fields)


@pytest.mark.parametrize("model", ["quick_cnn", "board_cnn"])
def test_a_model_that_needs_several_images_at_once_is_given_no_batch_of_one(model):
    assert find_recipe(model, batch_size=2).batch_size == 2
    with pytest.raises(RecipeError, match=f"{model} .* at least 2"):
        find_recipe(model, batch_size=1)


def test_an_unknown_model_is_refused_with_the_known_names():
    with pytest.raises(UnknownModelError, match="tutorial_cnn"):
        find_recipe("resnet")


@pytest.mark.parametrize(
    ("text", "sessions"), [("3,3", (3, 3)), ("6", (6,)), (" 1, 2,3 ", (1, 2, 3))]
)
def test_sessions_are_any_list_of_numbers(text, sessions):
    assert parse_sessions(text) == sessions


@pytest.mark.parametrize("text", ["3,x", "", ",", "3,", "0", "3,0", "-1", "1.5", "²", "99999"])
def test_sessions_that_are_not_numbers_of_epochs_are_refused(text):
    with pytest.raises(RecipeError, match="epoch"):
        parse_sessions(text)
