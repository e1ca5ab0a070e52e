"""What the program keeps belongs to the project's folder, wherever it is started from."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import run

ROOT = Path(run.__file__).parent
TRAIN = ("--train", "--model", "linear", "--epochs", "1", "--no-pictures")


@pytest.fixture(scope="module")
def project(tmp_path_factory, made_mnist):
    """A copy of the program without weights, with the made digits as its data."""
    folder = tmp_path_factory.mktemp("a project")
    shutil.copy(ROOT / "run.py", folder)
    ignored = shutil.ignore_patterns("weights", "__pycache__")
    shutil.copytree(ROOT / "ml", folder / "ml", ignore=ignored)
    shutil.copytree(ROOT / "webapp", folder / "webapp", ignore=ignored)
    shutil.copytree(made_mnist, folder / "data")
    return folder


def start(project, cwd, *flags):
    environment = {name: value for name, value in os.environ.items() if name != "MNIST_DIR"}
    command = [sys.executable, str(project / "run.py"), *flags]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=cwd, env=environment, text=True, **pipes)


@pytest.mark.slow
def test_two_trainings_at_once_from_elsewhere_keep_two_runs_in_the_project(project, tmp_path):
    both = [start(project, tmp_path, *TRAIN, "--seed", seed) for seed in "12"]
    printed = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], printed
    folders = sorted((project / "instance" / "runs").iterdir())
    assert len(folders) == 2
    for folder in folders:
        assert {"linear.json", "checkpoint.pt"} <= {path.name for path in folder.iterdir()}
    assert list(tmp_path.iterdir()) == []
    for out, _ in printed:
        command = next(line for line in out.splitlines() if line.startswith("python "))
        assert shlex.split(command)[1:5] == [str(project / "run.py"), *TRAIN[:3]]
        assert any(f"The run is in {folder}" in out for folder in folders)


@pytest.mark.slow
def test_what_is_exported_and_drawn_goes_there_too(project, tmp_path):
    shutil.copytree(ROOT / "ml" / "weights", project / "ml" / "weights")
    for flags in (["--export", "onnx"], ["--sample", "--seed", "1"]):
        process = start(project, tmp_path, *flags, "--model", "linear")
        out, error = process.communicate()
        assert process.returncode == 0, error
        for line in out.splitlines():
            assert Path(line).is_file()
    assert {"exports", "samples"} <= {path.name for path in project.iterdir()}
    assert list(tmp_path.iterdir()) == []
