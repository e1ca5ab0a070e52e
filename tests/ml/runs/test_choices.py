"""What can be chosen for a run: the recipes' own settings, checked one by one."""

import pytest

from ml.errors import RecipeError, UnknownModelError
from ml.networks.registry import MODELS
from ml.runs.choices import ABOUT, BOUNDS, CHOICES, OPTIMIZERS, choose_settings, find_choice
from ml.training.recipes import OPTIMIZERS as TRAINERS
from ml.training.recipes import RECIPES, find_recipe


def test_the_choices_are_the_recipes_own():
    assert CHOICES.keys() == RECIPES.keys()
    for name, choice in CHOICES.items():
        recipe = RECIPES[name]
        for setting in ("learning_rate", "batch_size", "sessions", "optimizer", "epochs"):
            assert getattr(choice, setting) == getattr(recipe, setting), (name, setting)
        assert choice.title == MODELS[name].title
    assert set(OPTIMIZERS) == set(TRAINERS)
    assert next(iter(CHOICES)) == "quick_cnn"


def test_every_setting_has_bounds_or_names_and_says_what_it_does():
    for choice in CHOICES.values():
        assert choice.to_dict().keys() == ABOUT.keys() == {*BOUNDS, "optimizer"}
        assert choose_settings(choice, choice.to_dict()) == choice.to_dict()


@pytest.mark.parametrize("model", CHOICES)
def test_every_model_can_be_trained_at_the_bounds(model):
    for end in (0, 1):
        settings = {name: bounds[end] for name, bounds in BOUNDS.items()}
        chosen = choose_settings(CHOICES[model], settings)
        sessions = CHOICES[model].split_epochs(chosen["epochs"])
        overrides = {name: chosen[name] for name in ("learning_rate", "batch_size", "optimizer")}
        assert find_recipe(model, sessions=sessions, **overrides).epochs == chosen["epochs"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("learning_rate", value) for value in (0, -1, 11, "0.1", True, None, [0.1], 1e-6)),
        *(("batch_size", value) for value in (1, 4097, 64.0, "64", True, None)),
        *(("epochs", value) for value in (0, 51, 2.5, True, [3, 3])),
        *(("seed", value) for value in (-1, 2**31, 1.0, False)),
        *(("optimizer", value) for value in ("Adam", "lbfgs", 3, None, True)),
        ("momentum", 0.5),
        ("model", "linear"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(name, value):
    with pytest.raises(RecipeError, match=f"`{name}`"):
        choose_settings(CHOICES["linear"], {name: value})


@pytest.mark.parametrize("recipe", [None, [], "fast", 5, True])
def test_what_is_no_object_is_refused(recipe):
    with pytest.raises(RecipeError, match="`recipe`"):
        choose_settings(CHOICES["linear"], recipe)


def test_nan_and_infinity_are_refused():
    for value in (float("nan"), float("inf")):
        with pytest.raises(RecipeError, match="learning_rate"):
            choose_settings(CHOICES["linear"], {"learning_rate": value})


@pytest.mark.parametrize("model", ["nothing", "", 5, None, ["linear"]])
def test_an_unknown_model_is_refused(model):
    with pytest.raises(UnknownModelError):
        find_choice(model)


@pytest.mark.parametrize(
    ("model", "epochs", "sessions"),
    [
        ("linear", 10, (5, 5)),
        ("linear", 1, (1,)),
        ("linear", 3, (2, 1)),
        ("small_cnn", 5, (4, 1)),
        ("quick_cnn", 7, (7,)),
        ("linear_scratch", 21, (15, 6)),
    ],
)
def test_a_run_of_any_length_keeps_the_shares_of_the_recipes_sessions(model, epochs, sessions):
    assert CHOICES[model].split_epochs(epochs) == sessions
