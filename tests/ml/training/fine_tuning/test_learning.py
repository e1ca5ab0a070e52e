"""Fine-tuning: batches are half drawings, half replay; a habit is learned, the rest is kept."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from ml.data.drawings import NOT_A_DIGIT
from ml.data.mnist import Digits
from ml.errors import CheckpointError, RecipeError, TrainingError
from ml.evaluation.metrics import compute_logits
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.weights import load_weights
from ml.preprocess import normalize
from ml.synthetic.generate import make_digits
from ml.training.events import StepResult
from ml.training.fine_tuning.learning import (
    FineTuning,
    find_fine_tuning,
    learn,
    measure_change,
    select_learnable,
)
from ml.training.fine_tuning.replay import make_replay
from ml.training.sessions import train
from tests.hands import BARS, write_by_hand
from tests.runs import assert_same_weights, stop_after

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
# Few steps and long ones: what a test can wait for.
QUICK = {"model": "quick_cnn", "sessions": (2,), "batch_size": 32, "learning_rate": 1e-3}
RECIPE = find_fine_tuning(**QUICK)


def load(model):
    return load_weights(WEIGHTS_DIR, read_card(WEIGHTS_DIR, model))


def make_tuning(drawings, mnist=None, model="quick_cnn", each=200):
    network = load(model)
    return FineTuning(network.state_dict(), drawings, make_replay(network, mnist, 0, each))


@pytest.fixture(scope="module")
def drawings():
    return write_by_hand(4, habits=BARS)


@pytest.fixture(scope="module")
def tuning(drawings):
    return make_tuning(drawings)


@pytest.fixture(scope="module")
def digits(drawings, made_digits):
    test = made_digits[1]
    return Digits(drawings.examples, test[:50], test[50:])


def run(digits, folder, tuning, recipe=RECIPE, **options):
    folder.mkdir(exist_ok=True)
    options = {"seed": 3, "device": CPU} | options
    return list(train(recipe, digits, folder, tuning=tuning, **options))


@pytest.fixture(scope="module")
def whole_run(digits, tuning, tmp_path_factory):
    return run(digits, tmp_path_factory.mktemp("whole"), tuning)


def read(model, examples):
    return compute_logits(model, examples)[:, :10].argmax(axis=1)


def test_half_of_each_batch_is_drawings_and_half_is_replayed(tuning):
    loader = tuning.make_loader(RECIPE, CPU)
    known = torch.from_numpy(normalize(tuning.replay.images.numpy()))
    count = 0
    for images, labels, old_logits in loader.batches(1, 7, torch.Generator().manual_seed(7)):
        assert images.shape == (32, 1, 28, 28)
        assert len(labels) == len(old_logits) == 16
        for image, logits in zip(images[1::2], old_logits, strict=True):
            which = (known == image).flatten(1).all(dim=1).nonzero()
            assert any(torch.equal(tuning.replay.logits[n], logits) for n in which.ravel())
        count += len(images)
    assert count == loader.count_images()


def test_the_old_logits_are_those_of_the_served_network(tuning):
    images = torch.from_numpy(normalize(tuning.replay.images[:50].numpy()))
    with torch.inference_mode():
        logits = load("quick_cnn")(images)
    assert torch.allclose(logits, tuning.replay.logits[:50], atol=1e-4)


def test_mnist_is_replayed_where_it_is_there_and_more_generated_digits_where_not(made_digits):
    training, network = made_digits[0], load("linear")
    with_mnist = make_replay(network, training, 0, each=100)
    without = make_replay(network, None, 0, each=100)
    assert len(with_mnist.images) == len(without.images) == 200
    known = {image.numpy().tobytes() for image in training.images}
    found = [image.numpy().tobytes() in known for image in with_mnist.images]
    assert sum(found) == 100
    assert not any(image.numpy().tobytes() in known for image in without.images)


def test_a_network_that_can_refuse_is_shown_non_digits_too():
    replay = make_replay(load("board_cnn"), None, 0, each=20)
    assert replay.images.shape == (60, 28, 28)
    assert replay.logits.shape == (60, 11)


def test_nothing_has_changed_as_long_as_the_logits_are_the_old_ones():
    logits = torch.randn(6, 11, generator=torch.Generator().manual_seed(0))
    assert measure_change(logits, logits).item() == pytest.approx(0, abs=1e-6)
    assert measure_change(logits + 3, logits).item() == pytest.approx(0, abs=1e-6)
    assert measure_change(2 * logits, logits).item() > 0.1


def test_a_habit_that_the_network_misreads_is_learned_and_the_rest_is_kept(whole_run, made_digits):
    before, after = load("quick_cnn"), whole_run[-1].model
    later = write_by_hand(6, seed=9, habits=BARS)
    is_bars = np.isin(later.labels, list(BARS))
    assert (read(before, later.examples) == later.labels)[is_bars].mean() < 0.5
    assert (read(after, later.examples) == later.labels)[is_bars].mean() > 0.8
    others = make_digits(400, seed=5)
    assert (read(before, others) == read(after, others)).mean() > 0.93


def test_batch_normalization_stays_as_it_was_measured(whole_run):
    before, after = load("quick_cnn").state_dict(), whole_run[-1].model.state_dict()
    measured = [name for name in before if "running" in name]
    assert measured
    assert all(torch.equal(before[name], after[name]) for name in measured)


def test_the_results_of_steps_count_drawings(whole_run):
    steps = [event for event in whole_run if isinstance(event, StepResult)]
    assert len(steps) == 40
    assert {step.images for step in steps} == {16}
    assert steps[-1].correct >= 12


def test_stopped_and_resumed_it_ends_with_the_same_weights(digits, tuning, whole_run, tmp_path):
    stop_after(train(RECIPE, digits, tmp_path, seed=3, device=CPU, tuning=tuning), 1)
    resumed = run(digits, tmp_path, tuning, resume=True)
    assert sum(isinstance(event, StepResult) for event in resumed) == 20
    assert_same_weights(resumed[-1].model.state_dict(), whole_run[-1].model.state_dict())


def test_learned_at_once_it_ends_with_the_same_weights(tuning, whole_run):
    model = learn(tuning, RECIPE, 3, CPU)
    assert not model.training
    assert_same_weights(model.state_dict(), whole_run[-1].model.state_dict())


def test_it_is_not_resumed_with_other_drawings_or_other_weights(digits, tuning, tmp_path):
    stop_after(train(RECIPE, digits, tmp_path, seed=3, device=CPU, tuning=tuning), 1)
    fewer = tuning.without(np.array([0]))
    other = FineTuning(
        {name: value + 1 for name, value in tuning.weights.items()}, tuning.drawings, tuning.replay
    )
    for changed in (fewer, other):
        with pytest.raises(CheckpointError, match="its data"):
            run(digits, tmp_path, changed, resume=True)


KILLED = """
import os, sys, torch
from pathlib import Path
from tests.ml.training.fine_tuning import test_learning as t
from tests.digits import make_examples
from ml.data.mnist import Digits
test = make_examples(100, seed=2)
tuning = t.make_tuning(t.write_by_hand(4, habits=t.BARS))
digits = Digits(tuning.drawings.examples, test[:50], test[50:])
folder = Path(sys.argv[1])
for event in t.train(t.RECIPE, digits, folder, seed=3, device=t.CPU, tuning=tuning):
    if isinstance(event, t.StepResult) and (event.epoch, event.step) == (2, 3):
        os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
def test_killed_inside_an_epoch_it_goes_on_and_ends_the_same(digits, tuning, whole_run, tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    assert subprocess.run(command, check=False).returncode == -9
    resumed = run(digits, tmp_path, tuning, resume=True)
    assert_same_weights(resumed[-1].model.state_dict(), whole_run[-1].model.state_dict())
    lines = (tmp_path / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]


@pytest.mark.slow
@pytest.mark.parametrize("model", ["linear", "linear_scratch", "mlp"])
def test_every_kind_of_network_can_learn_a_hand(model, digits, drawings, tmp_path):
    recipe = find_fine_tuning(model, sessions=(1,), batch_size=32)
    learned = run(digits, tmp_path, make_tuning(drawings, model=model), recipe)[-1].model
    right = [
        (read(each, drawings.examples) == drawings.labels).sum() for each in (load(model), learned)
    ]
    assert right[0] <= right[1]
    assert any(
        not torch.equal(a, b)
        for a, b in zip(load(model).parameters(), learned.parameters(), strict=True)
    )


def test_a_rate_that_is_far_too_high_is_said(digits, tuning, tmp_path):
    recipe = find_fine_tuning(**QUICK | {"optimizer": "sgd", "learning_rate": 1e30})
    with pytest.raises(TrainingError, match="the loss became"):
        run(digits, tmp_path, tuning, recipe)


@pytest.mark.parametrize("size", [3, 33])
def test_a_batch_without_halves_is_refused(size):
    with pytest.raises(RecipeError, match=f"{size} must be an even number"):
        find_fine_tuning("quick_cnn", batch_size=size)


def test_what_is_no_digit_is_for_networks_that_can_refuse(drawings):
    drawings.examples.labels[0] = NOT_A_DIGIT
    try:
        assert len(select_learnable(drawings, load("board_cnn"))) == 40
        assert len(select_learnable(drawings, load("quick_cnn"))) == 39
    finally:
        drawings.examples.labels[0] = 0
