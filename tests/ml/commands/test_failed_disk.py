"""What a disk that takes nothing more, or a folder in the way, leaves of a training."""

import shlex
import subprocess
import sys

import pytest

import run
from ml.networks.card import read_card
from ml.predict import Reader
from tests.one_line import assert_one_line

RESUME = ("--resume", "--serve-other-data")


def command_after(line, words):
    """The arguments of the command at a line's end."""
    return shlex.split(line.strip().split(words)[1])[2:]


@pytest.mark.slow
def test_what_ships_and_cannot_be_written_leaves_the_run_and_the_command_that_serves_it(
    train, copy_run, tmp_path
):
    card = read_card(copy_run(tmp_path / "run"), "linear")
    in_the_way = tmp_path / "weights" / card.onnx.name
    in_the_way.mkdir(parents=True)
    code, text = train(*RESUME, "--ship")
    assert code == 1
    line = text.splitlines()[-1]
    assert line.startswith(f"run.py: {in_the_way}: Is a directory; ")
    assert f"the finished run is in {tmp_path / 'run'}" in line
    command = command_after(line, "serve it from there with:")
    assert Reader(run.make_parser().parse_args(command).weights).models == ["linear"]


@pytest.mark.slow
@pytest.mark.parametrize("path", ["weights", "weights/.linear.lock"])
def test_a_folder_of_weights_that_takes_no_file_is_named(train, copy_run, tmp_path, path):
    copy_run(tmp_path / "run")
    if path == "weights":
        (tmp_path / path).write_text("a file where the folder should be")
    else:
        (tmp_path / path).mkdir(parents=True)
    code, text = train(*RESUME, "--ship")
    assert code == 1
    assert text.splitlines()[-1].startswith(f"run.py: {tmp_path / path}: ")
    assert "serve it from there with:" in text
    assert "Traceback" not in text


@pytest.mark.slow
def test_a_version_that_cannot_be_written_leaves_the_run_and_the_command_that_serves_it(
    train, copy_run, tmp_path
):
    copy_run(tmp_path / "run")
    in_the_way = tmp_path / "instance" / "models"
    in_the_way.parent.mkdir()
    in_the_way.write_text("a file where the folder should be")
    code, text = train(*RESUME)
    line = text.splitlines()[-1]
    assert code == 1
    assert line.startswith(f"run.py: {in_the_way / 'linear'}: ")
    command = command_after(line, "serve it from there with:")
    assert Reader(run.make_parser().parse_args(command).weights).models == ["linear"]


@pytest.mark.slow
def test_a_database_that_cannot_be_written_leaves_the_version_and_the_command_that_serves_it(
    train, copy_run, find_version, tmp_path
):
    copy_run(tmp_path / "run")
    in_the_way = tmp_path / "instance" / "drawings.sqlite3"
    in_the_way.mkdir(parents=True)
    code, text = train(*RESUME)
    line = text.splitlines()[-1]
    assert code == 1
    assert line.startswith(f"run.py: {in_the_way} ")
    in_the_way.rmdir()
    assert run.main(command_after(line, "serve it with:")) == 0
    assert find_version().number == 1


@pytest.mark.slow
def test_a_result_that_cannot_be_kept_is_finished_from_its_checkpoint(
    train, copy_run, tmp_path, capsys
):
    folder = copy_run(tmp_path / "run")
    card = read_card(folder, "linear")
    for name in (card.onnx.name, card.weights.name, "linear.json"):
        (folder / name).unlink()
    (folder / card.onnx.name).mkdir()
    code, text = train("--resume", "--no-refresh")
    line = text.splitlines()[-1]
    assert (code, str(folder / card.onnx.name) in line) == (1, True)
    (folder / card.onnx.name).rmdir()
    command = command_after(line, "finish the run with:")
    assert run.main([*command, "--no-refresh", "--no-pictures"]) == 0
    assert read_card(folder, "linear").onnx == card.onnx


def test_a_disk_that_is_full_after_an_epoch_names_the_file_and_the_command_that_goes_on(
    train, copy_run, tmp_path
):
    folder = copy_run(tmp_path / "run")
    (folder / "history.jsonl").unlink()
    (folder / "history.jsonl").mkdir()
    code, text = train("--resume", "--sessions", "1,1", "--no-refresh")
    line = text.splitlines()[-1]
    assert code == 1
    assert line.startswith(f"run.py: {folder / 'history.jsonl'}: ")
    assert command_after(line, "once that is put right:")[:4] == [
        *("--train", "--resume", "--out", str(folder))
    ]


@pytest.mark.slow
def test_a_picture_whose_place_is_taken_keeps_no_version_from_being_served(
    train_and_draw, copy_run, find_version, tmp_path
):
    (copy_run(tmp_path / "run") / "history.png").mkdir()
    code, text = train_and_draw(*RESUME)
    assert code == 0
    last = text.splitlines()[-1]
    assert last.startswith("run.py: warning: the pictures of the run could not be drawn in")
    assert "history.png" in last
    assert find_version().number == 1


HOLD = """
import sys, time
from filelock import FileLock

with FileLock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_trainings_in_one_folder_are_refused_in_one_line(train, tmp_path):
    (tmp_path / "run").mkdir()
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run" / ".lock")]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "held\n"
        code, text = train("--epochs", "1")
    finally:
        other.kill()
        other.communicate()
    assert code == 1
    assert_one_line(text.splitlines()[-1] + "\n")
    assert "another training is running in" in text.splitlines()[-1]
