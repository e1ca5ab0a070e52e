"""Runs are compared in a table and a picture, and what isn't a run is refused in one line."""

import json
import os
import subprocess
import sys

import pytest
from PIL import Image

import run
from ml.runs.events import EVENTS
from tests.one_line import assert_one_line


@pytest.mark.slow
def test_runs_are_compared_in_a_table_and_a_picture(train, copy_run, tmp_path, capsys):
    folders = [copy_run(tmp_path / "run"), tmp_path / "a" / "run"]
    assert train("--epochs", "2", "--lr", "0.2", "--no-refresh", out=folders[1])[0] == 0
    out = tmp_path / "curves"
    assert run.main(["--compare", *map(str, folders), "--out", str(out)]) == 0
    title, first, second, picture = capsys.readouterr().out.splitlines()
    assert title.split()[:3] == ["run", "epochs", "validation"]
    assert first.split()[:2] == [str(folders[0]), "1"]
    assert first.endswith("linear --sessions 1 --seed 4")
    assert second.split()[:2] == [str(folders[1]), "2"]
    assert second.endswith("linear --sessions 2 --lr 0.2 --seed 0")
    assert picture == str(out / "comparison.png")
    Image.open(picture).verify()


@pytest.mark.slow
def test_a_run_is_compared_by_its_last_and_its_best_accuracy(copy_run, tmp_path, capsys):
    folder = copy_run(tmp_path / "run")
    (folder / EVENTS).unlink()  # as of a run before there were events
    path = folder / "history.jsonl"
    epoch = json.loads(path.read_text())
    accuracies = (0.25, 0.75, 0.5)
    lines = [json.dumps(epoch | {"validation_accuracy": each}) + "\n" for each in accuracies]
    path.write_text("".join(lines))
    assert run.main(["--compare", str(folder), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[1:4] == ["3", "50.00%", "75.00%"]


@pytest.mark.slow
def test_a_table_is_printed_on_a_terminal_that_lacks_its_characters(copy_run, tmp_path):
    folder = copy_run(tmp_path / "прогон – 1")
    for name in ("checkpoint.pt", "run.json"):
        (folder / name).unlink()
    command = [sys.executable, run.__file__, "--compare", str(folder), "--out", str(tmp_path)]
    environment = os.environ | {"PYTHONIOENCODING": "cp437"}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("cp437").splitlines()[1].endswith("?")


@pytest.mark.slow
def test_a_run_copied_without_its_settings_is_compared_too(copy_run, tmp_path, capsys):
    folder = copy_run(tmp_path / "run")
    for name in ("checkpoint.pt", "run.json"):
        (folder / name).unlink()
    assert run.main(["--compare", str(folder), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("–")


@pytest.mark.parametrize("line", ["", "{}", "5", '{"epoch": 1}', "{", "\x00"])
def test_comparing_a_damaged_run_fails_in_one_line(line, copy_run, tmp_path, capsys):
    folder = copy_run(tmp_path / "run")
    (folder / EVENTS).unlink()
    (folder / "history.jsonl").write_text(line)
    assert run.main(["--compare", str(folder), "--out", str(tmp_path)]) == 1
    assert_one_line(capsys.readouterr().err)


def test_comparing_what_is_not_a_run_fails_in_one_line_that_names_the_newest(runs_dir, capsys):
    instance = ["--instance", str(runs_dir.parent)]
    assert run.main(["--compare", "somewhere", *instance]) == 1
    error = capsys.readouterr().err
    assert_one_line(error)
    assert "newest" not in error
    for number in range(5):
        folder = runs_dir / f"run-{number}"
        folder.mkdir(parents=True)
        (folder / "history.jsonl").write_text("{}" if number else "")
        os.utime(folder / "history.jsonl", (number, number))
    assert run.main(["--compare", "runs/B", *instance]) == 1
    error = capsys.readouterr().err
    assert_one_line(error)
    named = [str(runs_dir / f"run-{number}") for number in (4, 3, 2)]
    assert error.strip().endswith(", ".join(named))


def test_a_run_that_diverged_before_its_first_epoch_is_compared_as_one(
    train, copy_run, tmp_path, capsys
):
    folders = [copy_run(tmp_path / "run"), tmp_path / "wild"]
    wild = ("--model", "mlp", "--lr", "1e20", "--epochs", "1", "--no-refresh")
    code, text = train(*wild, out=folders[1])
    assert code == 1
    assert "smaller learning rate" in text
    assert run.main(["--compare", *map(str, folders), "--out", str(tmp_path)]) == 0
    line = capsys.readouterr().out.splitlines()[2]
    assert line.split()[:3] == [str(folders[1]), "0", "–"]
    assert "  diverged after 0." in line
    Image.open(tmp_path / "comparison.png").verify()
