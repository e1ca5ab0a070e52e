"""What to type where a package is missing depends on which Python runs."""

import re
import sys
from pathlib import Path

import pytest

from ml.files import OWN_PYTHON, runs_own_python
from ml.installation import FOR_TRAINING, advise, list_training_installs

ROOT = Path(__file__).resolve().parents[2]
FILES = [("PIL", "requirements-serve.txt"), ("torch.nn", "requirements.txt")]


@pytest.fixture
def root(tmp_path):
    """A folder with the files that list packages."""
    for name in ("requirements.txt", "requirements-serve.txt"):
        (tmp_path / name).touch()
    return tmp_path


def test_another_python_than_the_projects_is_led_to_it(tmp_path):
    own = tmp_path / OWN_PYTHON
    own.parent.mkdir(parents=True)
    own.symlink_to("/bin/sh")
    assert not runs_own_python(tmp_path)
    assert advise("PIL", tmp_path) == advise("torch", tmp_path)
    assert advise("PIL", tmp_path).endswith(f": {OWN_PYTHON} run.py")


@pytest.mark.parametrize(("package", "file"), FILES)
def test_the_projects_own_is_given_the_file_that_lists_the_package(root, package, file):
    (root / ".venv").symlink_to(sys.prefix)
    assert runs_own_python(root)
    assert advise(package, root).endswith(f": {OWN_PYTHON} -m pip install -r {file}")


def test_what_everybody_may_read_installs_where_the_server_runs_and_names_no_folder(root):
    assert list_training_installs(root) == ["python -m pip install -r requirements.txt"]
    (root / ".venv").symlink_to(sys.prefix)
    by_pip = f"{OWN_PYTHON} -m pip install -r requirements.txt"
    assert list_training_installs(root) == ["make setup-train", by_pip]
    assert "\nsetup-train: .venv/.installed\n" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize(("package", "file"), FILES)
def test_without_one_it_is_installed_where_it_is_lacking(root, package, file):
    (root / ".venv").mkdir()  # as a failed start leaves it
    assert advise(package, root).endswith(f": {sys.executable} -m pip install -r {file}")


def test_where_no_file_lists_it_nothing_is_told_to_install_it(tmp_path):
    assert list_training_installs(tmp_path) == []
    assert "pip" not in advise("torch", tmp_path)


def test_what_training_needs_is_what_its_file_lists():
    listed = re.findall(r"(?m)^(\w+)==", (ROOT / "requirements.txt").read_text())
    assert set(listed) == FOR_TRAINING


@pytest.mark.parametrize("name", ["docs/api.md", "docs/digit-board.md"])
def test_commands_that_need_no_pytorch_work_in_a_fresh_shell_after_make_run(name):
    commands = re.findall(r"`([^`\n]*\.py[^`\n]*)`", (ROOT / name).read_text())
    begin = [command for command in commands if re.match(r"\S*python ", command)]
    assert begin
    assert all(command.startswith(".venv/bin/python ") for command in begin)
