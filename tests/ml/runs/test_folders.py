"""Runs as folders: found by their names, and in a state that their lock and events say."""

import json

import pytest

from ml.runs import folders
from ml.runs.folders import RunSettings
from ml.runs.locks import hold

NAME = "linear-20260102-030405"


def derive(*kinds, locked=False):
    latest = {kind: {"type": kind, "n": n} for n, kind in enumerate(kinds)}
    return folders.derive_state(latest, locked=locked)[0]


@pytest.mark.parametrize(
    ("kinds", "locked", "state"),
    [
        ((), True, "running"),
        (("start", "point"), True, "running"),
        (("start", "paused"), True, "paused"),
        (("start", "paused", "continued"), True, "running"),
        (("start", "stopped"), True, "running"),  # it is being resumed
        (("start", "point"), False, "failed"),  # it died
        (("start", "paused"), False, "failed"),
        ((), False, "failed"),
        (("start", "stopped"), False, "stopped"),
        (("start", "failed"), False, "failed"),
        (("start", "finished"), False, "finished"),
        (("stopped", "start", "finished"), False, "finished"),
    ],
)
def test_the_state_of_a_run_follows_from_its_lock_and_its_events(kinds, locked, state):
    assert derive(*kinds, locked=locked) == state


def test_runs_are_listed_by_their_time_and_other_folders_are_left_out(tmp_path):
    names = [NAME, f"{NAME}-2", f"{NAME}-10", "quick_cnn-20260102-030406", "a_mlp-20251231-235959"]
    for name in [*names, "notes", ".deleted-x", "Linear-20260102-030405", "linear-2026"]:
        (tmp_path / name).mkdir()
    (tmp_path / "mlp-20260102-030405").write_text("a file")
    listed = [folder.name for folder in folders.list_folders(tmp_path)]
    assert listed == [names[3], names[2], names[1], names[0], names[4]]
    assert folders.list_folders(tmp_path / "none") == []


def test_settings_are_read_as_they_were_written(tmp_path):
    folder = tmp_path / NAME
    folder.mkdir()
    settings = RunSettings.now(
        folder, model="linear", recipe={"sessions": [2, 1]}, seed=3, data="generated", by="page"
    )
    settings.save(folder)
    assert folders.read_settings(folder) == settings
    assert settings.epochs == 3


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": 5}', "\x00" * 20])
def test_damaged_settings_are_none_and_the_folders_name_says_what_it_can(tmp_path, content):
    folder = tmp_path / NAME
    folder.mkdir()
    assert folders.read_settings(folder) is None
    (folder / "run.json").write_text(content)
    assert folders.read_settings(folder) is None
    guessed = folders.guess_settings(folder)
    assert (guessed.model, guessed.started) == ("linear", "2026-01-02T03:04:05+00:00")
    folders.update_settings(folder, seed=5)
    assert json.loads((folder / "run.json").read_text())["seed"] == 5


def test_a_run_is_running_exactly_as_long_as_its_lock_is_held(tmp_path):
    folder = tmp_path / NAME
    folder.mkdir()
    assert folders.find_running(tmp_path) is None
    with hold(folder / ".lock", 1, TimeoutError()):
        assert folders.find_running(tmp_path) == folder
    assert folders.find_running(tmp_path) is None


def test_the_end_of_a_long_log_is_read_and_its_last_error_says_why(tmp_path):
    assert folders.read_log(tmp_path) == []
    lines = [f"line {number} ž" for number in range(5_000)]
    (tmp_path / "log.txt").write_text("\n".join([*lines, "run.py: no room", ""]), encoding="utf-8")
    log = folders.read_log(tmp_path)
    assert len(log) == 20
    assert log[0] == "line 4981 ž"
    assert folders.explain_death(log) == "no room"
    assert folders.explain_death(log[:-1]) == folders.explain_death([]) == folders.DIED
