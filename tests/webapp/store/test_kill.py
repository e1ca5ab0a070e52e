"""Processes killed at any moment of storing, and several at work on one database."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from webapp.store.drawings import LIMIT

ROOT = Path(__file__).resolve().parents[3]
# Stores one drawing after another, and says which once it is told that it is stored.
WRITER = """
import sys
from pathlib import Path
from tests.webapp.store.made import make_drawing
from webapp.store.store import Store
folder, url, first, count = Path(sys.argv[1]), sys.argv[2] or None, int(sys.argv[3]), sys.argv[4]
store = Store(folder, url, patience=60)
print("ready", flush=True)
sys.stdin.readline()
hand = store.machine_hand()
for number in range(first, first + int(count)):
    drawing, is_new = store.put(hand, make_drawing(number))
    print(drawing.id, int(is_new), flush=True)
"""


@pytest.fixture
def start(tmp_path):
    """Starts processes that store in the instance folder; none outlives the test."""
    processes = []

    def start_one(url=None, first=0, count=LIMIT):
        arguments = [str(tmp_path / "instance"), url or "", str(first), str(count)]
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", WRITER, *arguments],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert processes[-1].stdout.readline() == "ready\n"
        return processes[-1]

    yield start_one
    for process in processes:
        process.kill()
        process.communicate()


def begin(*processes):
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()


def finish(process):
    """What a process says that it has stored, to its end: (id, is_new)."""
    lines = process.communicate()[0].splitlines(keepends=True)
    return [tuple(line.split()) for line in lines if line.endswith("\n")]


@pytest.mark.slow
def test_what_was_confirmed_is_there_after_a_kill_at_any_moment(start, open_store):
    moments, confirmed = random.Random(27), []
    for round in range(15):  # noqa: A001
        process = start(first=100 * round)
        begin(process)
        # The first rounds end while the tables are made, the others while drawings are stored.
        time.sleep(moments.uniform(0, 0.06 * (1 + round)))
        process.send_signal(signal.SIGKILL)
        confirmed += [id for id, _ in finish(process)]  # noqa: A001
    store = open_store(patience=5)
    kept = {drawing.id for drawing in store.each(store.machine_hand())}
    assert len(confirmed) > 20
    assert set(confirmed) <= kept
    # At most the one under way came through unheard.
    assert len(kept) <= len(set(confirmed)) + 15


@pytest.mark.slow
def test_processes_that_begin_and_store_at_once_store_everything_once(start, open_store, url):
    processes = [start(url, first, count=40) for first in (0, 0, 20)]
    begin(*processes)
    said = [finish(process) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert [len(lines) for lines in said] == [40, 40, 40]
    store = open_store(url, patience=5)
    kept = [drawing.id for drawing in store.each(store.machine_hand())]
    assert len(kept) == 60
    assert {id for lines in said for id, _ in lines} == set(kept)  # noqa: A001
    assert sum(is_new == "1" for lines in said for _, is_new in lines) == 60
