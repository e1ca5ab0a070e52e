"""What one instance is told holds at the other: corrections, versions, trainings, the token."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ml.runs import folders
from ml.runs.control import Control, write_control
from tests.webapp.kept_versions import NAME, make_version
from tests.webapp.several.client import Browser
from tests.webapp.several.instances import WORKERS

pytestmark = pytest.mark.slow
SOON = 2.0  # seconds in which every worker reads with a version
SLOW_TRAINING = 400  # seconds for PyTorch to be loaded beside other tests, behind all of them


@pytest.fixture
def pupil(board):
    return Browser(board.port)


@pytest.fixture
def teacher(board):
    """Whoever has the token; trainings that are still running in the end are stopped."""
    yield Browser(board.port, board.token)
    for run in folders.list_folders(folders.find_runs_dir(board.folder / "instance")):
        write_control(run, Control("stop"))


def wait_until(find, seconds=SLOW_TRAINING):
    """Wait until something is found; return it."""
    until = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)
    return found


def ask_all_workers(instance, ask):
    """What every worker of an instance answers: asks at once until the log names all of them."""
    lines, answers = len(instance.log.splitlines()), []
    until = time.monotonic() + 120
    with ThreadPoolExecutor(8) as pool:
        while time.monotonic() < until:
            answers += pool.map(lambda _: ask(), range(8))
            new = instance.log.splitlines()[lines:]
            who = {found[1] for line in new if (found := re.search(r"\[(\d+)\] POST", line))}
            if len(who) == WORKERS:
                return answers
    raise AssertionError(f"only {who} answered")


def test_a_correction_stored_at_one_counts_at_the_other(board, pupil):
    kept = pupil.confirm(1, port=board.one.port)
    reading = pupil.read(port=board.two.port)
    assert (reading["digit"], reading["because"]["id"]) == (1, kept["id"])
    pupil.confirm(4, port=board.two.port)
    for instance in (board.one, board.two):
        digits = ask_all_workers(instance, lambda i=instance: pupil.read(port=i.port)["digit"])
        assert set(digits) == {4}


def test_what_is_deleted_at_one_no_longer_counts_at_the_other_and_comes_back(board, pupil):
    pupil.confirm(1, port=board.one.port)
    assert pupil.read(port=board.two.port)["digit"] == 1
    assert pupil.ask("DELETE", "/api/drawings", port=board.two.port).status == 204
    assert pupil.read(port=board.one.port)["because"] is None
    restored = pupil.ask("POST", "/api/drawings/restore", {}, board.one.port)
    assert restored.json == {"restored": 1}
    assert pupil.read(port=board.two.port)["digit"] == 1


def test_a_version_switched_at_one_is_served_by_every_worker_within_two_seconds(board, teacher):
    number = make_version(board.folder / "instance").number

    def read(instance):
        return teacher.read(port=instance.port, model=NAME)["digit"]

    shipped = read(board.one)
    for served, digit in ((number, (shipped + 1) % 10), (0, shipped)):
        switched = teacher.ask("PUT", f"/api/versions/{NAME}", {"version": served}, board.one.port)
        assert switched.status == 200, switched
        time.sleep(SOON)
        for instance in (board.one, board.two):
            assert set(ask_all_workers(instance, lambda i=instance: read(i))) == {digit}


def test_a_training_started_at_one_is_watched_and_steered_at_the_other(board, teacher):
    body = {"model": "linear", "data": "generated", "recipe": {"epochs": 20}}
    one, two = board.one.port, board.two.port
    started = teacher.ask("POST", "/api/runs", body, one)
    assert started.status == 201, started
    address = f"/api/runs/{started.json['id']}"
    for port in (one, two):
        again = teacher.ask("POST", "/api/runs", body, port)
        assert (again.status, again.json["run"]) == (409, started.json["id"])
        assert teacher.ask("GET", "/api/runs", port=port).json["running"] == started.json["id"]
    wait_until(lambda: teacher.ask("GET", address, port=two).json["events"])
    assert teacher.ask("PUT", f"{address}/pace", {"rest": 0.5}, two).status == 200
    assert teacher.ask("POST", f"{address}/pause", {}, two).status == 200
    wait_until(lambda: teacher.ask("GET", address, port=one).json["state"] == "paused")
    assert teacher.ask("POST", f"{address}/stop", {}, one).status == 200
    wait_until(lambda: teacher.ask("GET", address, port=two).json["state"] == "stopped")
    assert teacher.ask("DELETE", address, port=two).status == 204
    assert teacher.ask("GET", address, port=one).status == 404


def test_every_worker_knows_the_same_token(board, teacher):
    stranger = Browser(board.port, "another-token")
    for instance in (board.one, board.two):
        for browser, status in ((teacher, 200), (stranger, 403)):
            answers = ask_all_workers(
                instance,
                lambda b=browser, i=instance: b.ask("POST", "/api/drawings/restore", {}, i.port),
            )
            assert {answer.status for answer in answers} == {status}


def test_both_instances_made_the_tables_of_an_empty_database_together(board):
    for instance in (board.one, board.two):
        assert "Traceback" not in instance.log
        assert "ERROR" not in instance.log
