"""Training in sessions: it learns, it checks its checkpoint, and a stop changes nothing."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from torch.optim.optimizer import register_optimizer_step_post_hook

from ml.data.examples import split
from ml.data.mnist import Digits
from ml.errors import CheckpointError, TrainingError
from ml.evaluation.metrics import evaluate
from ml.training.devices import pick_device
from ml.training.events import CheckpointChecked, EpochResult, Finished, SessionStarted, StepResult
from ml.training.recipes import find_recipe
from ml.training.sessions import train
from ml.training.state import load_checkpoint, save_checkpoint
from tests.runs import assert_same_weights, stop_after

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def digits(made_digits):
    return Digits(*split(made_digits[0], 5_000), made_digits[1])


# A network with dropout, small: what is tested is the loop, and a dozen runs are compared.
RECIPE = {"model": "small_cnn", "optimizer": "adam", "learning_rate": 0.003, "batch_size": 16}


def make_recipe(**changes):
    return find_recipe(**({**RECIPE, "sessions": (2, 2)} | changes))


def run(recipe, digits, folder, **options):
    """Train to the end; return all events, the last of which is Finished."""
    folder.mkdir(exist_ok=True)
    options = {"seed": 5, "device": CPU} | options
    return list(train(recipe, digits, folder, **options))


def weights_of(events):
    return events[-1].model.state_dict()


@pytest.fixture(scope="module")
def whole_run(digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(make_recipe(), digits, folder)


def test_two_short_sessions_learn_to_read_the_made_digits(whole_run):
    finished = whole_run[1][-1]
    assert isinstance(finished, Finished)
    assert finished.evaluation.accuracy > 0.95


def test_sessions_follow_each_other_with_a_checkpoint_between(whole_run):
    kinds = (SessionStarted, EpochResult, CheckpointChecked, Finished)
    told = [type(event) for event in whole_run[1] if isinstance(event, kinds)]
    assert told == [
        SessionStarted,
        EpochResult,
        EpochResult,
        CheckpointChecked,
        SessionStarted,
        EpochResult,
        EpochResult,
        Finished,
    ]


def test_the_loaded_model_reads_as_the_saved_one_did(whole_run):
    checked = next(event for event in whole_run[1] if isinstance(event, CheckpointChecked))
    assert checked.expected == checked.loaded > 0.5


def test_every_epoch_reports_both_losses_and_both_accuracies(whole_run, digits):
    epochs = [event for event in whole_run[1] if isinstance(event, EpochResult)]
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3, 4]
    assert epochs[0].training_loss > epochs[-1].training_loss > 0
    assert epochs[-1].validation_accuracy > 0.8
    steps = [event for event in whole_run[1] if isinstance(event, StepResult) and event.epoch == 1]
    assert sum(step.images for step in steps) == len(digits.training)
    assert sum(step.correct for step in steps) / 330 == epochs[0].training_accuracy


def test_the_history_file_holds_a_line_per_epoch(whole_run):
    lines = (whole_run[0] / "history.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == whole_run[1][-1].history


def test_a_checkpoint_explains_itself(whole_run):
    state = load_checkpoint(whole_run[0] / "checkpoint.pt")
    assert state["recipe"]["model"] == "small_cnn"
    assert (state["seed"], state["epoch"], len(state["history"])) == (5, 4, 4)
    assert state.keys() >= {"weights", "optimizer", "generators", "data"}


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_stopping_and_resuming_gives_the_same_weights(whole_run, digits, tmp_path, epochs):
    stop_after(train(make_recipe(), digits, tmp_path, seed=5, device=CPU), epochs)
    resumed = run(make_recipe(), digits, tmp_path, resume=True)
    assert_same_weights(weights_of(resumed), weights_of(whole_run[1]))
    lines = (tmp_path / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3, 4]


def test_the_checkpoint_itself_makes_no_difference(digits, tmp_path):
    def train_in(sessions, folder):
        recipe = make_recipe(sessions=sessions, session_decay=1.0)
        return weights_of(run(recipe, digits, tmp_path / folder))

    assert_same_weights(train_in((2, 2), "two"), train_in((4,), "one"))


def test_a_session_can_be_added_to_a_finished_run(whole_run, digits, tmp_path):
    run(make_recipe(sessions=(2,)), digits, tmp_path)
    longer = run(make_recipe(sessions=(2, 2)), digits, tmp_path, resume=True)
    assert_same_weights(weights_of(longer), weights_of(whole_run[1]))


def test_resuming_a_finished_run_trains_nothing(whole_run, digits):
    again = run(make_recipe(), digits, whole_run[0], resume=True)
    assert [type(event) for event in again] == [Finished]
    assert_same_weights(weights_of(again), weights_of(whole_run[1]))


KILLED = """
import json, os, sys, torch
from pathlib import Path
from ml.training.recipes import find_recipe
from ml.data.mnist import Digits
from ml.training.events import StepResult
from ml.training.sessions import train
folder = Path(sys.argv[2])
recipe = find_recipe(**json.loads(sys.argv[3]), sessions=(2, 2))
digits = Digits.load(Path(sys.argv[1]), 5_000)
for event in train(recipe, digits, folder, seed=5, device=torch.device("cpu")):
    if isinstance(event, StepResult) and (event.epoch, event.step) == (2, 3):
        os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
def test_killed_inside_an_epoch_it_goes_on_from_the_last_finished_one(
    whole_run, digits, made_mnist, tmp_path
):
    command = [sys.executable, "-c", KILLED, str(made_mnist), str(tmp_path), json.dumps(RECIPE)]
    assert subprocess.run(command, check=False).returncode == -9
    assert load_checkpoint(tmp_path / "checkpoint.pt")["epoch"] == 1
    resumed = run(make_recipe(), digits, tmp_path, resume=True)
    assert_same_weights(weights_of(resumed), weights_of(whole_run[1]))


def test_another_seed_gives_other_weights(whole_run, digits, tmp_path):
    other = run(make_recipe(sessions=(1,)), digits, tmp_path, seed=6)
    ours, theirs = weights_of(other), weights_of(whole_run[1])
    assert not torch.equal(ours["fc2.weight"], theirs["fc2.weight"])


def test_training_stops_early_when_an_epoch_reaches_the_goal(digits, tmp_path):
    events = run(make_recipe(stop_at_accuracy=0.3, sessions=(9, 9)), digits, tmp_path)
    assert events[-1].reached_goal
    assert len(events[-1].history) < 9
    assert events[-1].history[-1]["training_accuracy"] >= 0.3


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"learning_rate": 0.01}, "learning_rate"), ({"optimizer": "rmsprop"}, "optimizer")],
)
def test_a_checkpoint_of_another_recipe_is_refused(whole_run, digits, changes, named):
    with pytest.raises(CheckpointError, match=f"another recipe: its {named}"):
        run(make_recipe(**changes), digits, whole_run[0], resume=True)


def test_sessions_are_not_added_to_a_run_whose_last_share_is_averaged(digits, tmp_path):
    run(make_recipe(sessions=(1,), averaged=0.5), digits, tmp_path)
    with pytest.raises(CheckpointError, match="another recipe: its sessions"):
        run(make_recipe(sessions=(1, 1), averaged=0.5), digits, tmp_path, resume=True)


def test_a_checkpoint_of_another_seed_or_other_data_is_refused(whole_run, digits):
    with pytest.raises(CheckpointError, match="its seed is 5, not 6"):
        run(make_recipe(), digits, whole_run[0], resume=True, seed=6)
    fewer = Digits(digits.training, digits.validation, digits.test[:50])
    with pytest.raises(CheckpointError, match="its data"):
        run(make_recipe(), fewer, whole_run[0], resume=True)


def test_a_checkpoint_without_its_parts_is_refused(digits, tmp_path):
    save_checkpoint(tmp_path / "checkpoint.pt", {"epoch": 1})
    with pytest.raises(CheckpointError, match="lacks"):
        run(make_recipe(), digits, tmp_path, resume=True)


def test_a_checkpoint_that_does_not_fit_the_network_is_refused(whole_run, digits, tmp_path):
    state = load_checkpoint(whole_run[0] / "checkpoint.pt")
    state["weights"].pop("fc2.weight")
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    with pytest.raises(CheckpointError, match="does not fit"):
        run(make_recipe(), digits, tmp_path, resume=True)


def test_a_loaded_model_that_reads_differently_stops_the_run(digits, tmp_path):
    path = tmp_path / "checkpoint.pt"

    def train_and_damage():
        for event in train(make_recipe(), digits, tmp_path, seed=5, device=CPU):
            if isinstance(event, EpochResult) and event.epoch == 2:  # the session's last
                state = load_checkpoint(path)
                state["weights"]["fc2.bias"] += torch.arange(10.0) * 100
                save_checkpoint(path, state)

    with pytest.raises(TrainingError, match="the model loaded"):
        train_and_damage()


@pytest.mark.parametrize("sessions", [(1,), (1, 2)])
def test_a_last_step_that_breaks_the_weights_leaves_the_last_good_checkpoint(
    sessions, digits, tmp_path
):
    good, recipe = len(sessions) - 1, make_recipe(sessions=sessions)

    def break_weights(optimizer, *_):
        if (tmp_path / "checkpoint.pt").exists() or not good:
            optimizer.param_groups[0]["params"][0].data.fill_(float("nan"))

    one_step = replace(recipe, batch_size=len(digits.training))
    hook = register_optimizer_step_post_hook(break_weights)
    try:
        with pytest.raises(TrainingError, match=f"nan at step 1 of epoch {good + 1}"):
            run(one_step, digits, tmp_path)
    finally:
        hook.remove()
    assert (tmp_path / "checkpoint.pt").exists() == bool(good)
    if good:
        state = load_checkpoint(tmp_path / "checkpoint.pt")
        assert state["epoch"] == 1
        assert all(value.isfinite().all() for value in state["weights"].values())


def test_the_best_device_here_is_picked_unless_one_is_named():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert pick_device("cpu") == CPU
    if not torch.backends.mps.is_available():
        assert pick_device().type == expected


def test_the_final_evaluation_is_that_of_the_final_weights(whole_run, digits):
    finished = whole_run[1][-1]
    assert evaluate(finished.model, digits.test).accuracy == finished.evaluation.accuracy


def test_a_run_goes_on_although_words_about_its_recipe_were_rewritten(digits, tmp_path):
    run(make_recipe(sessions=(1,), source="as it was said then"), digits, tmp_path)
    events = run(
        make_recipe(sessions=(1, 1), source="as it is said now"), digits, tmp_path, resume=True
    )
    assert len(events[-1].history) == 2


def test_a_checkpoint_whose_recipe_lacks_newer_fields_or_has_unknown_ones_goes_on(
    whole_run, digits, tmp_path
):
    stop_after(train(make_recipe(), digits, tmp_path, seed=5, device=CPU), 3)
    path = tmp_path / "checkpoint.pt"
    state = load_checkpoint(path)
    for newer in ("bfloat16", "lowest_rate", "averaged"):
        del state["recipe"][newer]
    save_checkpoint(path, state | {"recipe": state["recipe"] | {"by_hand": True}})
    resumed = run(make_recipe(), digits, tmp_path, resume=True)
    assert_same_weights(weights_of(resumed), weights_of(whole_run[1]))


def test_a_checkpoint_that_lacks_a_newer_field_is_not_resumed_with_another_value(
    whole_run, digits, tmp_path
):
    state = load_checkpoint(whole_run[0] / "checkpoint.pt")
    del state["recipe"]["lowest_rate"]
    save_checkpoint(tmp_path / "checkpoint.pt", state)
    with pytest.raises(CheckpointError, match=r"its lowest_rate is 0\.0, not 0\.5"):
        run(make_recipe(lowest_rate=0.5), digits, tmp_path, resume=True)
