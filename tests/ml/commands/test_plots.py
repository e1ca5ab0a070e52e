"""Pictures are drawn and saved; what they show is for eyes, that they are there is for tests."""

import numpy as np
import pytest
import torch
from PIL import Image

from ml.commands import plots
from ml.evaluation.metrics import Evaluation

HISTORY = [
    {
        "epoch": epoch,
        "training_loss": 1 / epoch,
        "validation_loss": 1.2 / epoch,
        "training_accuracy": 1 - 0.1 / epoch,
        "validation_accuracy": 1 - 0.2 / epoch,
    }
    for epoch in (1, 2, 3, 4)
]


@pytest.fixture
def evaluation(made_digits):
    labels = made_digits[1].labels.numpy()
    probabilities = np.eye(10)[(labels + (labels == 3)) % 10]
    return Evaluation(probabilities, labels, 0.1)


def assert_picture(path):
    with Image.open(path) as picture:
        assert picture.width > 300
        assert len(picture.convert("L").getcolors(256)) > 10


def test_the_distribution_of_labels_is_drawn(made_digits, tmp_path):
    plots.plot_label_distribution(*made_digits, tmp_path / "p.png")
    assert_picture(tmp_path / "p.png")


@pytest.mark.parametrize("marks", [[], [2], [1, 2]])
def test_curves_are_drawn_with_any_number_of_checkpoints(marks, tmp_path):
    plots.plot_history(HISTORY, marks, tmp_path / "p.png")
    assert_picture(tmp_path / "p.png")


@pytest.mark.parametrize("count", [1, 10, 13, 100])
def test_any_number_of_readings_is_drawn(made_digits, evaluation, count, tmp_path):
    plots.plot_readings(made_digits[1], evaluation, list(range(count)), tmp_path / "p.png")
    assert_picture(tmp_path / "p.png")


def test_the_confusion_matrix_is_drawn(evaluation, tmp_path):
    plots.plot_confusion(evaluation, tmp_path / "p.png")
    assert_picture(tmp_path / "p.png")


@pytest.mark.parametrize("epochs", [1, 4])
def test_a_run_of_any_length_is_seen_beside_another(epochs, tmp_path):
    blue = (31, 119, 180)  # matplotlib's first colour: the first run's, in its curves and legend
    counts = []
    worse = [epoch | {"validation_loss": 1, "validation_accuracy": 0.7} for epoch in HISTORY]
    for history in (worse[:epochs], []):
        path = tmp_path / "p.png"
        plots.plot_comparison({"first": history, "second": HISTORY}, path)
        with Image.open(path) as picture:
            pixels = picture.convert("RGB").get_flattened_data()
        counts.append(sum(pixel == blue for pixel in pixels))
    assert counts[0] > counts[1] > 0


def test_the_names_of_styles_are_whole(tmp_path):
    images = torch.zeros(20, 28, 28, dtype=torch.uint8)
    name = "a name that is longer than any other"
    plots.plot_styles([(name, images)] * 40, tmp_path / "p.png")
    with Image.open(tmp_path / "p.png") as picture:
        ink = picture.convert("L").point(lambda value: 255 * (value < 200))
    left, _, right, _ = ink.getbbox()
    assert left > 0  # nothing touches the picture's edge
    assert right < ink.width
