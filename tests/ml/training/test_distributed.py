"""Two processes of a real torchrun learn what one process learns, and are told alike of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ml.data.examples import batches
from ml.networks.registry import build_model
from ml.training.devices import pick_device
from ml.training.distributed import ConnectedGroup, Group, join_group
from ml.training.recipes import find_recipe
from ml.training.sessions import train
from ml.training.state import load_checkpoint
from tests.ml.training.learning_along import SEED, learn, make_digits
from tests.runs import assert_same_weights, stop_after

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("learning_along.py")
CPU = torch.device("cpu")

# 110 images: batches of 17 have shares of 9 and 8, and the last batch one of 4.
LINEAR = {"model": "linear", "batch_size": 17, "sessions": (2, 2)}
BOARD = {
    "model": "board_cnn",
    "batch_size": 32,
    "sessions": (2,),
    "averaged": 0.5,
    "generated_digits": 20,
    "generated_non_digits": 20,
    "retraced_digits": 0,
    "spoilt_digits": 0,
    "distorted": (0.5, 0.5),
}
TRAININGS = {
    "linear": {"recipe": LINEAR},
    "linear_scratch": {"recipe": LINEAR | {"model": "linear_scratch"}},
    "mlp": {"recipe": LINEAR | {"model": "mlp"}},
    "one_by_one": {"recipe": LINEAR | {"batch_size": 1, "sessions": (1,)}},
    "board_cnn": {"recipe": BOARD},
    "small_cnn": {"recipe": LINEAR | {"model": "small_cnn", "sessions": (1,)}},
    "quick_cnn": {"recipe": LINEAR | {"model": "quick_cnn", "sessions": (6,)}},
    "to_the_goal": {"recipe": LINEAR | {"sessions": (9, 9), "stop_at_accuracy": 0.6}},
    "begun_by_two": {"recipe": LINEAR, "stop": 3},
    "begun_by_one": {"recipe": LINEAR, "resume": True},
}
ALIKE = ("linear", "linear_scratch", "mlp", "one_by_one")  # neither dropout nor batch normalization


@pytest.fixture(scope="module")
def digits():
    return make_digits()


@pytest.fixture(scope="module")
def by_two(digits, tmp_path_factory):
    """The folder of all trainings by two processes: PyTorch is loaded three times for it."""
    folder = tmp_path_factory.mktemp("by_two")
    begun = train(find_recipe(**LINEAR), digits, folder / "begun_by_one", seed=SEED, device=CPU)
    stop_after(begun, 1)
    trainings = folder / "trainings.json"
    trainings.write_text(json.dumps(TRAININGS))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    done = subprocess.run(
        [*torchrun, "--nproc-per-node", "2", str(WORKER), str(trainings)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def by_one(digits, tmp_path_factory):
    """The folder of the same trainings by this process."""
    folder = tmp_path_factory.mktemp("by_one")
    for name in ALIKE:
        seen = learn(Group(), digits, folder / name, **TRAININGS[name])
        (folder / f"{name}.0.json").write_text(json.dumps(seen))
    return folder


def seen_by(folder, name, rank=0):
    return json.loads((folder / f"{name}.{rank}.json").read_text())


def weights_in(folder):
    return load_checkpoint(folder / "checkpoint.pt")["weights"]


def assert_nearly_same_weights(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert torch.allclose(ours[name], theirs[name], rtol=1e-4, atol=1e-6), name


@pytest.mark.slow
@pytest.mark.parametrize("name", ALIKE)
def test_two_processes_end_with_the_weights_of_one(by_two, by_one, name):
    assert_nearly_same_weights(weights_in(by_two / name), weights_in(by_one / name))


@pytest.mark.slow
@pytest.mark.parametrize("name", ALIKE)
def test_each_step_is_reported_for_the_whole_batch(by_two, by_one, name):
    ours, theirs = seen_by(by_two, name)["steps"], seen_by(by_one, name)["steps"]
    assert [step[1:] for step in ours] == [step[1:] for step in theirs]
    assert [step[0] for step in ours] == pytest.approx([step[0] for step in theirs], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAININGS)
def test_both_processes_hear_the_same_and_end_with_the_same_weights(by_two, name):
    first, second = seen_by(by_two, name, 0), seen_by(by_two, name, 1)
    assert first["steps"] == second["steps"]
    assert first["epochs"] == second["epochs"]
    assert first["weights"] == second["weights"]


@pytest.mark.slow
def test_a_goal_is_reached_by_all_at_once(by_two):
    accuracies = [accuracy for accuracy, _ in seen_by(by_two, "to_the_goal", 1)["epochs"]]
    assert len(accuracies) < 18
    assert accuracies[-1] >= 0.6 > max(accuracies[:-1], default=0)


@pytest.mark.slow
def test_one_process_goes_on_with_what_two_have_begun(by_two, by_one, digits):
    folder = by_two / "begun_by_two"
    assert load_checkpoint(folder / "checkpoint.pt")["epoch"] == 3
    learn(Group(), digits, folder, LINEAR, resume=True)
    assert_nearly_same_weights(weights_in(folder), weights_in(by_one / "linear"))


@pytest.mark.slow
def test_two_processes_go_on_with_what_one_has_begun(by_two, by_one):
    assert len(seen_by(by_two, "begun_by_one")["epochs"]) == 3
    folder = by_two / "begun_by_one"
    assert_nearly_same_weights(weights_in(folder), weights_in(by_one / "linear"))


@pytest.mark.slow
def test_the_history_is_written_once(by_two):
    lines = (by_two / "linear" / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3, 4]


@pytest.mark.slow
def test_each_process_drops_other_units(by_two):
    first, second = (seen_by(by_two, "small_cnn", rank)["dropout_seed"] for rank in (0, 1))
    assert first != second


@pytest.mark.slow
def test_a_network_with_batch_normalization_learns_in_shares(by_two):
    assert seen_by(by_two, "quick_cnn")["epochs"][-1][0] > 0.9


def test_without_torchrun_a_training_is_alone(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR"):
        monkeypatch.delenv(name, raising=False)
    group = join_group()
    assert type(group) is Group
    assert (group.rank, group.size, group.is_first) == (0, 1, True)
    assert group.pick_device("cpu") == pick_device("cpu")


def test_a_number_of_processes_alone_starts_no_group(monkeypatch):
    """Some schedulers set it for every job."""
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert type(join_group()) is Group


@pytest.fixture
def make_group(monkeypatch):
    """Makes one of several processes, which is not connected to the others."""

    def make(rank, size):
        monkeypatch.setenv("RANK", str(rank))
        monkeypatch.setenv("WORLD_SIZE", str(size))
        return ConnectedGroup()

    return make


@pytest.mark.parametrize(("count", "size"), [(512, 2), (512, 4), (152, 2), (17, 2), (17, 3)])
def test_shares_hold_every_image_of_a_batch_once(make_group, count, size):
    images, labels = torch.arange(float(count)).view(-1, 1, 1, 1), torch.arange(count)
    shares = [next(iter(make_group(rank, size).share([(images, labels)]))) for rank in range(size)]
    assert torch.cat([share[1] for share in shares]).sort().values.tolist() == list(range(count))
    assert all(share[0].flatten().tolist() == share[1].tolist() for share in shares)


@pytest.mark.parametrize(("count", "size"), [(512, 2), (512, 4), (152, 2)])
def test_each_member_of_the_board_learns_from_its_own_half_of_the_whole_batch(
    make_group, count, size
):
    numbers = torch.arange(count)
    first, _ = numbers.tensor_split(2)
    for rank in range(size):
        ((_, share),) = make_group(rank, size).share([(numbers, numbers)])
        assert set(share.tensor_split(2)[0].tolist()) <= set(first.tolist())


def test_shares_follow_the_batches_that_one_process_learns(make_group, digits):
    images, labels = digits.training.images, digits.training.labels
    order = [torch.Generator().manual_seed(3) for _ in range(3)]
    whole = list(batches(images, labels, 17, order[0]))
    shares = [
        list(make_group(rank, 2).share(batches(images, labels, 17, order[rank + 1])))
        for rank in (0, 1)
    ]
    for batch, first, second in zip(whole, *shares, strict=True):
        assert torch.equal(batch[0][0::2], first[0])
        assert torch.equal(batch[0][1::2], second[0])


@pytest.mark.skipif(torch.cuda.is_available(), reason="here is a GPU")
def test_a_device_that_processes_cannot_share_out_is_refused(make_group):
    assert make_group(1, 2).pick_device("auto") == CPU


@pytest.mark.slow
def test_the_average_of_the_board_is_measured_by_both(by_two):
    average = load_checkpoint(by_two / "board_cnn" / "checkpoint.pt")["average"]
    means = [value for name, value in average.items() if name.endswith("running_mean")]
    assert means
    assert all(mean.isfinite().all() and mean.abs().sum() > 0 for mean in means)


def test_alone_nothing_is_shared_out():
    group, model = Group(), build_model("linear")
    assert group.wrap(model, find_recipe("linear")) is model
    assert group.gather(3) == [3]
    assert_same_weights(model.state_dict(), group.from_first(model.state_dict))
