"""Locks: held by one, seen by all, handed over to a child, and freed by a kill."""

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
