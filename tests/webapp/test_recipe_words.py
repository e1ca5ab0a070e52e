import pytest

from ml.training.recipes import RECIPES
from webapp.recipe_words import TOLD, describe_recipe

HARDER = (
    "In the charts, training counts these harder images and validation plain ones: training "
    "accuracy may well be the lower one."
)


def say(**recipe):
    return " ".join(describe_recipe(recipe, {}))


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_told_whole(name):
    recipe = RECIPES[name].to_dict()
    assert set(recipe) <= TOLD
    said = say(**recipe)
    assert f"{recipe['learning_rate']:g}" in said
    assert "Also:" not in said


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ({}, ""),
        ({"sessions": [1]}, "1 epoch."),
        (
            {"sessions": [3, 3]},
            "Two sessions of 3 and 3 epochs, with a checkpoint between sessions.",
        ),
        ({"optimizer": "sgd", "momentum": 0.5}, "SGD with momentum 0.5."),
        (
            {"optimizer": "muon", "weight_decay": 0.01},
            "Muon for the convolutions and AdamW for all else with weight decay 0.01.",
        ),
        (
            {"optimizer": "adam", "learning_rate": 0.01, "schedule": "one_cycle"},
            "Adam, one-cycle learning rate of at most 0.01.",
        ),
        (
            {
                "optimizer": "adam",
                "learning_rate": 0.01,
                "schedule": "one_cycle",
                "lowest_rate": 0.3,
            },
            "Adam, one-cycle learning rate of at most 0.01, 0.003 at the end.",
        ),
        (
            {"averaged": 0.4},
            "Weight averaging: the mean over all steps of the last 40% of training is kept.",
        ),
        (
            {"model": "board_cnn"},
            "Each of its two networks learns from one half of every batch.",
        ),
        ({"loss_reduction": "sum"}, "The loss is cross-entropy, summed over each batch."),
        (
            {"stop_at_accuracy": 0.995},
            "It stops early once an epoch's training accuracy reaches 99.5%.",
        ),
        (
            {"retraced_digits": 60_000},
            f"An epoch holds 60,000 versions of them by other hands and pens. {HARDER}",
        ),
        (
            {"distorted": [0.8, 0.3]},
            "Augmentation distorts 80% of the images in the first epoch, changing evenly to 30% in "
            f"the last. {HARDER}",
        ),
    ],
)
def test_a_recipe_is_told_in_sentences(recipe, said):
    assert say(**recipe) == said


def test_a_setting_that_the_words_do_not_know_is_named():
    assert say(label_smoothing=0.1, mixup=True, clip=None) == "Also: label smoothing 0.1; mixup."


def test_the_data_are_counted():
    data = {"name": "MNIST", "training": 55_000, "validation": 5_000}
    said = "55,000 training images and 5,000 for validation, from MNIST."
    assert describe_recipe({}, data) == [said]
