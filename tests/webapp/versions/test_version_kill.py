"""Processes killed at any moment of writing and switching: what is served is always whole."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ml.networks.card import WEIGHTS_DIR
from ml.networks.classifier import load_onnx
from ml.versions import find_version, list_damaged, list_versions
from tests.webapp.kept_versions import make_version
from tests.webapp.people import Person
from tests.webapp.versions.reading import read

ROOT = Path(__file__).resolve().parents[3]
# Keeps one version after another and serves each, and says which when it is told that it is served.
WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.logits import Calibration
from ml.versions import add_version
from webapp.store.store import Store
instance, start = Path(sys.argv[1]), float(sys.argv[2])
card = read_card(WEIGHTS_DIR, "linear")
weights, onnx = card.weights.read(WEIGHTS_DIR), card.onnx.read(WEIGHTS_DIR)
store = Store(instance, patience=60)
print("ready", flush=True)
sys.stdin.readline()
for number in range(1000):
    card = replace(card, calibration=Calibration(start + number))
    version = add_version(instance, card, weights, onnx)
    store.serve("linear", version.number)
    print(version.number, flush=True)
"""


def start_writing(instance, first):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(instance), str(first)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()
    return process


def finish(process):
    """The versions that the process says it has served, to its end."""
    with process.stdin, process.stdout:
        lines = process.stdout.readlines()
        process.wait()
    return [int(line) for line in lines if line.endswith("\n")]


@pytest.mark.slow
def test_what_is_served_is_whole_after_a_kill_at_any_moment(instance, store):
    moments, said = random.Random(28), []
    for round in range(12):  # noqa: A001
        process = start_writing(instance, 1000.0 * (1 + round))
        said += [int(process.stdout.readline()) for _ in range(moments.randint(0, 3))]
        time.sleep(moments.uniform(0, 0.05))  # about what one version takes
        process.send_signal(signal.SIGKILL)
        said += finish(process)
        assert list_damaged(instance, "linear") == {}
        number = store.served().get("linear", 0)
        assert number >= max(said, default=0)
        version = find_version(instance, WEIGHTS_DIR, "linear", number)
        load_onnx(version.folder, version.card)
    numbers = [version.number for version in list_versions(instance, "linear")]
    assert len(said) > 12
    assert set(said) <= set(numbers)
    assert len(numbers) <= len(said) + 12  # at most the one under way came through unheard


@pytest.mark.slow
def test_two_processes_that_write_and_serve_at_once_share_no_number(instance, store):
    both = [start_writing(instance, first) for first in (1000.0, 500_000.0)]
    time.sleep(3)
    for process in both:
        process.send_signal(signal.SIGKILL)
    ours, theirs = map(finish, both)
    assert ours
    assert theirs
    assert not set(ours) & set(theirs)
    assert list_damaged(instance, "linear") == {}
    assert store.served()["linear"] in {v.number for v in list_versions(instance, "linear")}


def test_a_server_starts_and_reads_beside_what_a_kill_left(instance, start, store):
    version = make_version(instance, by=1)
    store.serve("linear", version.number)
    half = version.folder.parent / ".half.tmp"
    half.mkdir()
    (half / "linear-000000000000.onnx").write_bytes(b"half")
    (version.folder.parent / "2").mkdir()  # as if a disk had lost what was in it
    person = Person(start())
    assert read(person) == 8
    assert list(list_damaged(instance, "linear")) == [2]
