"""Files are replaced atomically, and paths and commands are printed as a person would type them."""

import shlex
from pathlib import Path

import pytest

from ml import files
from ml.files import PROJECT_DIR, from_here, make_command_line, write_atomically


def test_a_failed_write_leaves_the_former_file_as_it_was(tmp_path):
    path = tmp_path / "file"
    path.write_text("former")

    def fail(temporary):
        temporary.write_text("half")
        raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        write_atomically(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "former"


def test_a_written_file_takes_the_place_of_the_former(tmp_path):
    path = tmp_path / "file"
    path.write_text("former")
    write_atomically(path, lambda temporary: temporary.write_text("new"))
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "new"


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(NotADirectoryError) as caught:
        (tmp_path / "file").write_text("")
        write_atomically(tmp_path / "file" / "new", lambda path: path.write_text("new"))
    assert caught.value.filename == str(tmp_path / "file" / "new")


def test_in_the_projects_folder_paths_and_commands_are_short(monkeypatch):
    monkeypatch.chdir(PROJECT_DIR)
    assert from_here(PROJECT_DIR / "runs" / "a") == Path("runs", "a")
    monkeypatch.setenv("VIRTUAL_ENV", "activated")
    assert make_command_line("--weights", Path("runs/a")) == "python run.py --weights runs/a"


def test_a_command_names_the_projects_python_where_a_shell_does_not_know_it(monkeypatch):
    monkeypatch.chdir(PROJECT_DIR)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.setattr(files, "runs_own_python", lambda: True)
    assert make_command_line("--versions") == f"{files.OWN_PYTHON} run.py --versions"
    monkeypatch.setattr(files, "runs_own_python", lambda: False)
    assert make_command_line("--versions") == "python run.py --versions"


def test_elsewhere_they_are_whole_and_a_shell_takes_them_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIRTUAL_ENV", "activated")
    assert from_here(PROJECT_DIR / "runs") == PROJECT_DIR / "runs"
    words = shlex.split(make_command_line("--weights", "a folder"))
    assert words == ["python", str(PROJECT_DIR / "run.py"), "--weights", "a folder"]
