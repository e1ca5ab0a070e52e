"""A training by the command line tells of itself in its folder, and heeds what is asked there."""

import json
import signal
import subprocess
import sys
import threading
from time import monotonic, sleep

import pytest

import run
from ml.commands import data
from ml.networks.card import read_card
from ml.runs import folders
from ml.runs.control import Control, write_control
from ml.runs.events import read_events
from ml.versions import list_versions
from tests.one_line import assert_one_line


@pytest.fixture
def few_digits(monkeypatch):
    """Few generated digits, so that a training takes no time."""
    monkeypatch.setattr(data, "TRAINING_DIGITS", 900)
    monkeypatch.setattr(data, "TEST_DIGITS", 200)


@pytest.fixture
def learn(tmp_path, capsys):
    """Train `linear` on generated digits; return (exit code, what was printed)."""

    def call(*flags):
        own = ["--instance", str(tmp_path / "instance"), "--no-refresh", "--no-pictures"]
        code = run.main(["--train", "--learn-from", "generated", *own, *flags])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


def find_run(runs_dir):
    (folder,) = folders.list_folders(runs_dir)
    return folder


def test_a_run_on_generated_digits_is_among_the_runs_and_makes_a_version(
    learn, few_digits, runs_dir
):
    code, text = learn("--model", "linear", "--epochs", "2", "--seed", "3")
    assert code == 0, text
    assert "generated digits: 750 images for training" in text
    folder = find_run(runs_dir)
    settings = folders.read_settings(folder)
    assert (settings.id, settings.by, settings.kind) == (folder.name, "command", "train")
    assert (settings.data, settings.seed, settings.epochs) == ("generated", 3, 2)
    last = read_events(folder)[-1]
    assert (last["type"], last["version"], last["pictures"]) == ("finished", 1, [])
    card = read_card(folder, "linear")
    assert last["accuracy"] == card.test_accuracy
    assert card.data["name"] == "generated digits"
    assert card.command.endswith("--learn-from generated")
    assert [v.number for v in list_versions(runs_dir.parent, "linear")] == [1]
    assert not folders.is_running(folder)


def test_generated_digits_and_a_folder_of_mnist_do_not_go_together(learn, tmp_path):
    code, text = learn("--model", "linear", "--data", str(tmp_path))
    assert code == 2
    assert_one_line(text.splitlines(keepends=True)[-1])
    assert "--data" in text


def test_an_unknown_source_is_refused(learn, tmp_path):
    code, text = learn("--model", "linear", "--learn-from", "photos")
    assert code == 2
    assert "generated" in text.splitlines()[-1]


@pytest.mark.slow
def test_a_run_that_is_asked_to_stop_says_how_to_go_on_and_goes_on(learn, few_digits, runs_dir):
    def stop():
        until = monotonic() + 60
        while monotonic() < until:
            for folder in folders.list_folders(runs_dir):
                if any(event["type"] == "epoch" for event in read_events(folder)):
                    write_control(folder, Control("stop"))
                    return
            sleep(0.01)

    thread = threading.Thread(target=stop)
    thread.start()
    code, text = learn("--model", "linear", "--epochs", "5000")
    thread.join()
    assert code == 0, text
    assert "Stopped after" in text
    assert "--train --resume --out" in text
    folder = find_run(runs_dir)
    done = read_events(folder)[-1]["epoch"]
    assert read_events(folder)[-1]["type"] == "stopped"
    assert done >= 1
    own = ["--instance", str(runs_dir.parent), "--no-refresh", "--no-pictures"]
    assert run.main(["--train", "--resume", "--epochs", str(done + 1), *own]) == 0
    events = read_events(folder)
    assert events[-1]["type"] == "finished"
    assert [event["resumed"] for event in events if event["type"] == "start"] == [0, done]


def test_without_room_for_a_run_the_reason_is_one_line(learn, few_digits, runs_dir):
    runs_dir.parent.mkdir(parents=True)
    runs_dir.write_text("a file in the way")
    code, text = learn("--model", "linear", "--epochs", "1")
    assert code == 1
    assert_one_line(text.splitlines(keepends=True)[-1])


TRAIN = """
import resource, signal, sys
import run
from ml.commands import data

data.TRAINING_DIGITS, data.TEST_DIGITS = 900, 200
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if limit := int(sys.argv[1]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(run.main(["--train", "--learn-from", "generated", "--no-pictures", *sys.argv[2:]]))
"""


def start(instance, *flags, limit=0):
    command = [sys.executable, "-c", TRAIN, str(limit), "--instance", str(instance), *flags]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes)


@pytest.mark.slow  # PyTorch is loaded anew
@pytest.mark.skipif(sys.platform == "win32", reason="sizes are limited by another call")
def test_a_disk_that_fills_while_it_trains_is_explained_in_the_run(tmp_path, runs_dir):
    mlp = ("--model", "mlp", "--epochs", "3", "--no-refresh")
    done = start(tmp_path / "instance", *mlp, limit=90_000)  # less than a checkpoint of mlp
    error = done.communicate()[1]
    assert done.returncode == 1
    assert_one_line(error.splitlines(keepends=True)[-1])
    assert "checkpoint.pt: File too large" in error
    last = read_events(find_run(runs_dir))[-1]
    assert (last["type"], last["diverged"]) == ("failed", False)
    assert last["reason"] == "checkpoint.pt could not be written: File too large"
    assert list_versions(tmp_path / "instance", "mlp") == []


@pytest.mark.slow  # PyTorch is loaded anew for each
@pytest.mark.skipif(sys.platform == "win32", reason="it is killed by a signal")
@pytest.mark.parametrize("events", [0, 3, 60])
def test_a_training_that_is_killed_leaves_a_run_that_goes_on_or_says_why_not(
    tmp_path, runs_dir, events
):
    instance = tmp_path / "instance"
    process = start(instance, "--model", "linear", "--epochs", "40", "--no-refresh")
    while process.poll() is None:
        found = folders.list_folders(runs_dir)
        if found and len(read_events(found[0])) >= events:
            break
        sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    folder = find_run(runs_dir)
    assert not folders.is_running(folder)
    numbers = [event["n"] for event in read_events(folder)]
    assert numbers == list(range(len(numbers)))
    flags = ["--resume"] if (folder / "checkpoint.pt").exists() else ["--out", str(folder)]
    again = start(instance, "--model", "linear", "--epochs", "40", "--no-refresh", *flags)
    error = again.communicate()[1]
    assert again.returncode == 0, error
    told = read_events(folder)
    assert told[-1]["type"] == "finished"
    epochs = {event["epoch"] for event in told if event["type"] == "epoch"}
    assert epochs == set(range(1, 41))
    lines = (folder / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == list(range(1, 41))
    assert list_versions(instance, "linear")
