"""Pictures show the numbers that they are given: what is larger there, is larger here."""

import numpy as np
import pytest
import torch
from PIL import Image

from ml.commands import plots
from ml.commands.plots import ACCENT, FAINT, INK
from ml.data.examples import Examples
from ml.evaluation.metrics import Evaluation
from tests.pixels import count_colour, find_colour, read_picture

pytestmark = pytest.mark.slow

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
def path(tmp_path):
    return tmp_path / "picture.png"


def make_evaluation(labels, read, probability=1.0):
    """Return the evaluation of a model that reads these digits, each with this probability."""
    probabilities = np.full((len(labels), 10), (1 - probability) / 9)
    probabilities[np.arange(len(labels)), read] = probability
    return Evaluation(probabilities, np.array(labels), 0.1)


@pytest.mark.parametrize(("colour", "part"), [(INK, "training"), (FAINT, "test")])
def test_a_digit_that_occurs_more_often_has_a_higher_bar_in_its_place(colour, part, path):
    def measure(frequent):
        labels = torch.tensor([*range(10), *[frequent] * 10])
        often = Examples(torch.zeros(20, 28, 28, dtype=torch.uint8), labels)
        plots.plot_label_distribution(
            *((often, often[:10]) if part == "training" else (often[:10], often)), path
        )
        return find_colour(path, colour).mean(axis=1)[1]

    columns = [measure(frequent) for frequent in (0, 4, 9)]
    assert columns == sorted(set(columns))


def test_every_checkpoint_is_marked_in_both_curves(path):
    counts = []
    for marks in ([], [2], [2, 3]):
        plots.plot_history(HISTORY, marks, path)
        counts.append(count_colour(path, ACCENT))
    assert counts[0] == 0
    assert counts[2] - counts[1] > counts[1] / 4 > 0  # the first is in the legend, too


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (10, 1), (13, 2), (100, 4)])
def test_readings_fill_rows_of_ten_up_to_forty(made_digits, count, rows, path):
    labels = made_digits[1].labels.tolist()
    plots.plot_readings(made_digits[1], make_evaluation(labels, labels), list(range(count)), path)
    assert read_picture(path).shape[0] == pytest.approx(90 * rows, abs=1)


def test_only_wrong_readings_are_captioned_in_the_accent_colour(made_digits, path):
    labels = made_digits[1].labels[:20].tolist()
    counts = []
    for wrong in (0, 1, 4):
        read = [(label + (number < wrong)) % 10 for number, label in enumerate(labels)]
        plots.plot_readings(made_digits[1], make_evaluation(labels, read), list(range(20)), path)
        counts.append(count_colour(path, ACCENT))
    assert counts[0] == 0
    assert counts[2] > 2 * counts[1] > 0


def find_red(path):
    """Return the mean row and the mean column of what is rather red than grey."""
    red, green, _ = np.moveaxis(read_picture(path).astype(int), 2, 0)
    return np.stack((red - green > 100).nonzero()).mean(axis=1)


def test_mistakes_stand_out_in_the_row_of_the_truth_and_the_column_of_the_reading(path):
    places = []
    for truth, read in ((8, 1), (1, 8)):
        labels = [*range(10), *[truth] * 5]
        plots.plot_confusion(make_evaluation(labels, [*range(10), *[read] * 5]), path)
        places.append(find_red(path))
    (below, left), (above, right) = places
    assert below > above
    assert left < right


def test_a_confusion_matrix_without_mistakes_has_nothing_red(path):
    plots.plot_confusion(make_evaluation(range(10), range(10)), path)
    red, green, _ = np.moveaxis(read_picture(path).astype(int), 2, 0)
    assert (red - green).max() < 50


def test_a_model_that_is_right_more_often_than_it_says_lies_higher(path):
    rows = []
    for right in (10, 5, 0):  # of ten
        read = [7] * right + [1] * (10 - right)
        plots.plot_reliability(make_evaluation([7] * 10, read, probability=0.5), path)
        rows.append(find_colour(path, INK)[0].mean())
    assert rows == sorted(set(rows))  # rows are counted from above


@pytest.mark.parametrize("epochs", [1, 4])
def test_a_run_of_any_length_is_seen_beside_another(epochs, path):
    blue = "#1f77b4"  # matplotlib's first colour: the first run's, in its curves and legend
    counts = []
    worse = [epoch | {"validation_loss": 1, "validation_accuracy": 0.7} for epoch in HISTORY]
    for history in (worse[:epochs], []):
        plots.plot_comparison({"first": history, "second": HISTORY}, path)
        counts.append(count_colour(path, blue))
    assert counts[0] > counts[1] > 0


def test_the_names_of_styles_are_whole(path):
    images = torch.zeros(20, 28, 28, dtype=torch.uint8)
    name = "a name that is longer than any other"
    plots.plot_styles([(name, images)] * 40, path)
    with Image.open(path) as picture:
        ink = picture.convert("L").point(lambda value: 255 * (value < 200))
    left, _, right, _ = ink.getbbox()
    assert left > 0  # nothing touches the picture's edge
    assert right < ink.width
