"""Locks: held by one, seen by all, handed over to a child, and freed by a kill."""

import os
import subprocess
import sys
import threading
from time import monotonic, sleep

import pytest

from ml.files import hold_lock
from ml.runs import locks

pytestmark = pytest.mark.skipif(not locks.CAN_HAND_OVER, reason="locks cannot be handed over here")
SLEEP = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"]


def test_a_lock_is_held_by_one_and_seen_by_all(tmp_path):
    path = tmp_path / ".lock"
    assert not locks.is_locked(path)
    with locks.hold(path, 1, TimeoutError()):
        assert locks.is_locked(path)
        assert locks.take_lock(path) is None
        with pytest.raises(TimeoutError), locks.hold(path, 0.1, TimeoutError()):
            pass
    assert not locks.is_locked(path)


def test_both_kinds_of_lock_are_the_same(tmp_path):
    path = tmp_path / ".lock"
    with hold_lock(path, 1, TimeoutError()):
        assert locks.is_locked(path)
    with (
        locks.hold(path, 1, TimeoutError()),
        pytest.raises(TimeoutError),
        hold_lock(path, 0, TimeoutError()),
    ):
        pass


def test_a_child_keeps_the_lock_that_it_was_handed_until_it_is_killed(tmp_path):
    path = tmp_path / ".lock"
    with locks.hand_over(path) as lock:
        child = subprocess.Popen(SLEEP, stdout=subprocess.PIPE, pass_fds=(lock,))
    try:
        child.stdout.readline()
        assert locks.is_locked(path)
        with pytest.raises(BlockingIOError), locks.hand_over(path):
            pass
    finally:
        child.kill()
        child.communicate()
    assert not locks.is_locked(path)


def test_a_process_frees_the_lock_that_it_was_handed_when_its_work_is_done(tmp_path):
    path = tmp_path / ".lock"
    code = f"""
from pathlib import Path
from ml.runs.locks import keep_or_hold
with keep_or_hold(Path({str(path)!r}), 0, TimeoutError()):
    print("has it", flush=True)
    input()
print("freed it", flush=True)
input()
"""
    with locks.hand_over(path) as lock:
        environment = os.environ | {locks.HANDED_OVER: str(lock)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        child = subprocess.Popen(
            [sys.executable, "-c", code], env=environment, pass_fds=(lock,), **pipes
        )
    for said, is_held in (("has it", True), ("freed it", False)):
        assert child.stdout.readline().strip() == said
        assert locks.is_locked(path) == is_held
        child.stdin.write("\n")
        child.stdin.flush()
    child.communicate()
    with locks.keep_or_hold(path, 0, TimeoutError()):
        assert locks.is_locked(path)


def test_looking_keeps_nobody_from_taking_the_lock(tmp_path):
    path = tmp_path / ".lock"
    path.touch()
    until = monotonic() + 0.3
    watchers = [threading.Thread(target=look, args=(path, until)) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    while monotonic() < until:
        with locks.hold(path, 2, TimeoutError()):
            sleep(0.001)
    for watcher in watchers:
        watcher.join()


def look(path, until):
    while monotonic() < until:
        locks.is_locked(path)
