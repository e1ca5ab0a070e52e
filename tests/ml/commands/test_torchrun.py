"""`torchrun run.py --train`: one tells of it all, and whatever ends one process ends all."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
import torch

from ml.data.mnist import Digits
from ml.networks.card import read_card
from ml.runs import folders
from ml.runs.control import Control, write_control
from ml.runs.events import read_events, select_course
from ml.training.distributed import LOST
from ml.training.recipes import find_recipe
from ml.training.sessions import train
from ml.training.state import load_checkpoint
from tests.digits import write_mnist

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 900  # seconds: PyTorch is loaded three times, and other tests run beside
EPOCHS = 80  # as many as it takes to be interrupted
LINEAR = ("--model", "linear", "--batch-size", "16")
LONG = (*LINEAR, "--epochs", str(EPOCHS))


@pytest.fixture
def runs_dir(tmp_path):
    return tmp_path / "instance" / "runs"


@pytest.fixture
def start(made_mnist, tmp_path):
    """Starts a training in two processes; returns torchrun."""
    started = []

    def call(*flags, restarts=0, data=made_mnist):
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        how = ["--nproc-per-node", "2", "--max-restarts", str(restarts)]
        own = ["--data", str(data), "--instance", str(tmp_path / "instance")]
        started.append(
            subprocess.Popen(
                [*torchrun, *how, "run.py", "--train", *own, "--no-pictures", *flags],
                cwd=ROOT,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield call
    for each in started:
        if each.poll() is None:
            each.terminate()
            each.communicate(timeout=PATIENCE)


def finish(process):
    """Wait for its end; return (exit code, what was printed, our own lines about what failed)."""
    out, err = process.communicate(timeout=PATIENCE)
    own = re.findall(r"^run\.py: (?!warning)(.*)$", err, re.MULTILINE)
    return process.returncode, out, own


def wait_for_epochs(runs_dir, count):
    """Return the folder of the only run once it has that many epochs."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        for folder in folders.list_folders(runs_dir):
            if sum(each["type"] == "epoch" for each in read_events(folder)) >= count:
                return folder
        sleep(0.05)
    raise AssertionError("the training has not begun")


def wait_for_event(torchrun, folder, kind, count=1):
    """Wait until a run has so many events of a kind."""
    until = monotonic() + PATIENCE
    while [each["type"] for each in read_events(folder)].count(kind) < count:
        assert torchrun.poll() is None, f"the run has ended without {count} events {kind!r}"
        assert monotonic() < until, f"there are no {count} events {kind!r}"
        sleep(0.05)


def find_process(torchrun, rank):
    """Return the id of a process that torchrun has started, by its rank."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = path.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            is_it = f"RANK={rank}".encode() in path.joinpath("environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(parent) == torchrun.pid and is_it:
            return int(path.name)
    raise AssertionError(f"there is no process of rank {rank}")


def learn_alone(made_mnist, folder, epochs):
    """Train the same in this process; return the weights."""
    recipe = find_recipe("linear", batch_size=16, sessions=(epochs,))
    digits = Digits.load(made_mnist, recipe.validation_images)
    for _ in train(recipe, digits, folder, seed=0, device=torch.device("cpu")):
        pass
    return load_checkpoint(folder / "checkpoint.pt")["weights"]


def assert_nearly_same_weights(ours, theirs):
    for name in theirs:
        assert torch.allclose(ours[name], theirs[name], rtol=1e-4, atol=1e-6), name


def test_two_processes_make_one_run_and_one_version(start, runs_dir, made_mnist, tmp_path):
    code, out, failures = finish(start(*LINEAR, "--epochs", "3", "--no-refresh"))
    assert (code, failures) == (0, [])
    assert out.count("Training on cpu") == out.count("epoch 3: training loss") == 1
    (folder,) = folders.list_folders(runs_dir)
    assert [each["type"] for each in read_events(folder)].count("finished") == 1
    lines = (folder / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3]
    assert read_card(tmp_path / "instance" / "models" / "linear" / "1", "linear").epochs == 3
    theirs = learn_alone(made_mnist, tmp_path / "alone", 3)
    assert_nearly_same_weights(load_checkpoint(folder / "checkpoint.pt")["weights"], theirs)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")
def test_when_one_process_is_killed_all_start_again_from_the_last_checkpoint(
    start, runs_dir, made_mnist, tmp_path
):
    torchrun = start(*LONG, "--no-refresh", restarts=2)
    folder = wait_for_epochs(runs_dir, 3)
    write_control(folder, Control("pause"))
    wait_for_event(torchrun, folder, "paused")
    os.kill(find_process(torchrun, rank=0), signal.SIGKILL)  # the one that keeps the run
    wait_for_event(torchrun, folder, "paused", 2)  # what was asked still counts
    write_control(folder, Control())
    code, *_ = finish(torchrun)
    assert code == 0
    assert folders.list_folders(runs_dir) == [folder]
    starts = [each for each in read_events(folder) if each["type"] == "start"]
    assert [each["resumed"] > 0 for each in starts] == [False, True]
    course = select_course(read_events(folder))
    assert [each["epoch"] for each in course if each["type"] == "epoch"] == list(
        range(1, EPOCHS + 1)
    )
    theirs = learn_alone(made_mnist, tmp_path / "alone", EPOCHS)
    assert_nearly_same_weights(load_checkpoint(folder / "checkpoint.pt")["weights"], theirs)


def test_a_run_that_is_asked_to_stop_ends_all_processes_well(start, runs_dir):
    torchrun = start(*LONG, "--no-refresh", restarts=2)
    folder = wait_for_epochs(runs_dir, 2)
    write_control(folder, Control(wanted="stop"))
    code, out, failures = finish(torchrun)
    assert (code, failures) == (0, [])
    assert out.count("as it was asked to; go on with:") == 1
    assert read_events(folder)[-1]["type"] == "stopped"


def test_control_c_ends_all_processes_with_one_line(start, runs_dir):
    torchrun = start(*LONG, "--no-refresh")
    folder = wait_for_epochs(runs_dir, 2)
    torchrun.send_signal(signal.SIGINT)
    code, _, failures = finish(torchrun)
    assert code != 0
    assert failures == ["stopped; what was served before still is (--resume goes on)"]
    assert read_events(folder)[-1]["type"] == "stopped"


def test_a_loss_that_is_lost_ends_all_processes_with_one_line_and_for_good(start, runs_dir):
    flags = ("--model", "mlp", "--lr", "1e30", "--epochs", "2")
    code, out, failures = finish(start(*flags, restarts=1))
    assert code == 1
    assert len(failures) == 1
    assert "step" in failures[0]
    assert out.count("Training on") == 1
    (folder,) = folders.list_folders(runs_dir)
    assert read_events(folder)[-1]["diverged"]
    assert [each["type"] for each in read_events(folder)].count("start") == 1


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--drawings"], "--drawings learns in seconds, in one process; start it without torchrun"),
        (["--sessions", "3,x"], "sessions are whole numbers of epochs, such as 3,3; not '3,x'"),
    ],
)
def test_what_cannot_be_trained_is_said_once(start, flags, reason):
    code, _, failures = finish(start("--model", "linear", *flags))
    assert (code, failures) == (1, [reason])  # torchrun's own exit code


def start_by_hand(rank, port, data, instance):
    """Start one of two processes as torchrun would."""
    known = {"RANK": rank, "WORLD_SIZE": 2, "MASTER_ADDR": "localhost", "MASTER_PORT": port}
    flags = ["--train", "--model", "linear", "--no-refresh", "--no-pictures"]
    return subprocess.Popen(
        [sys.executable, "run.py", *flags, "--data", str(data), "--instance", str(instance)],
        cwd=ROOT,
        env=os.environ | {name: str(value) for name, value in known.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("what", ["other", "damaged"])
def test_a_process_whose_data_differ_ends_all_before_they_learn(
    made_mnist, made_digits, tmp_path, free_port, what
):
    other = write_mnist(tmp_path / "other", made_digits[0][:300], made_digits[1])
    if what == "damaged":
        path = other / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
        path.write_bytes(path.read_bytes()[:-1])
    both = [
        start_by_hand(rank, free_port, data, tmp_path / "instance")
        for rank, data in enumerate((made_mnist, other))
    ]
    (code, out, failures), (_, also_out, also_failures) = map(finish, both)
    assert (code, also_out, also_failures) == (1, "", [])
    assert len(failures) == 1
    assert failures[0].startswith("process 2 of 2 cannot learn along: ")
    assert "epoch 1:" not in out


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def test_a_process_that_loses_the_other_says_so(made_mnist, tmp_path, free_port, runs_dir):
    first, second = (
        start_by_hand(rank, free_port, made_mnist, tmp_path / "instance") for rank in (0, 1)
    )
    until = monotonic() + PATIENCE
    while not folders.list_folders(runs_dir) and monotonic() < until:
        sleep(0.02)
    second.kill()
    code, _, failures = finish(first)
    second.communicate()
    assert (code, failures) == (1, [LOST])


def test_other_commands_are_not_for_several_processes(made_mnist, tmp_path):
    known = {"WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": "1"}
    known |= {"TORCHELASTIC_RUN_ID": "none"}  # without it, a scheduler's numbers mean nothing
    for rank, code in (("0", 2), ("1", 0)):
        done = subprocess.run(
            [sys.executable, "run.py", "--versions", "--json"],
            cwd=ROOT,
            env=os.environ | known | {"RANK": rank},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (code, "")
        assert ("torchrun starts several processes" in done.stderr) == (rank == "0")
