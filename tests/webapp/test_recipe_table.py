import pytest

from ml.training.recipes import RECIPES
from webapp.recipe_table import tabulate_recipe


def tabulate(**recipe):
    return dict(tabulate_recipe(recipe, {}))


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_shown_by_labels_of_our_own(name):
    recipe = RECIPES[name].to_dict()
    shown = tabulate(**recipe)
    assert shown["Learning rate"] == f"{recipe['learning_rate']:g}"
    assert " and ".join(map(str, recipe["sessions"])) in shown["Trained in"]
    fields = {field.replace("_", " ").capitalize() for field in recipe}
    assert shown.keys() & fields <= {
        "Optimizer",
        "Learning rate",
        "Batch size",
        "Momentum",
        "Weight decay",
    }


@pytest.mark.parametrize(
    ("field", "value", "row"),
    [
        ("optimizer", "adam", ("Optimizer", "Adam")),
        ("optimizer", "lion", ("Optimizer", "lion")),
        ("learning_rate", 0.002, ("Learning rate", "0.002")),
        ("sessions", [12, 3], ("Trained in", "two parts: 12 and 3 passes over the images")),
        ("sessions", [40], ("Trained in", "one part: 40 passes over the images")),
        ("sessions", [1], ("Trained in", "one part: 1 pass over the images")),
        ("batch_size", 100, ("Batch size", "100")),
        ("schedule", "one_cycle", ("Learning rate schedule", "one-cycle")),
        ("lowest_rate", 0.3, ("Final learning rate", "30% of the highest")),
        ("session_decay", 0.1, ("Learning rate, each later session", "× 0.1")),
        ("averaged", 0.4, ("Weight averaging", "last 40% of training")),
        ("generated_digits", 50_000, ("Generated digits, each epoch", "50,000")),
        (
            "distorted",
            [0.8, 0.3],
            ("Images distorted by augmentation", "80% in the first epoch, 30% in the last"),
        ),
        ("distorted", (0.5, 0.5), ("Images distorted by augmentation", "50%")),
        ("loss_reduction", "sum", ("Loss", "cross-entropy, sum over the batch")),
        ("stop_at_accuracy", 0.995, ("Stops early at training accuracy", "99.5%")),
    ],
)
def test_a_field_is_a_label_and_a_value(field, value, row):
    assert tabulate_recipe({field: value}, {}) == [row]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("momentum", 0.0),
        ("stop_at_accuracy", None),
        ("session_decay", 1.0),
        ("schedule", "constant"),
        ("schedule", None),
        ("distorted", [0.0, 0.0]),
        ("distorted", (0.0, 0.0)),
        ("generated_digits", 0),
        ("bfloat16", False),
    ],
)
def test_a_default_that_changes_nothing_is_left_out(field, value):
    assert tabulate_recipe({field: value}, {}) == []


def test_an_unknown_field_is_shown_as_it_is():
    shown = tabulate(label_smoothing=0.1, mixup=True, clip=None)
    assert shown == {"Label smoothing": "0.1", "Mixup": "yes"}


def test_the_images_are_counted():
    data = {"name": "MNIST", "training": 55_000, "validation": 5_000, "test": 10_000}
    assert tabulate_recipe({}, data) == [
        ("Training images", "55,000 of MNIST"),
        ("Validation images", "5,000 of MNIST"),
    ]
