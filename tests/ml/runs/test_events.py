"""A run's events: one line each, whole whatever happens to the writer, and numbered from 0."""

import errno
import json
import os
import signal
import subprocess
import sys

import pytest

from ml.runs.events import EVENTS, EventWriter, read_events, select_course

WRITE_FOREVER = """
import sys
from pathlib import Path
from ml.runs.events import EventWriter

writer = EventWriter(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    writer.write("point", done=writer.count / 100, seconds=1.5, text="x" * (writer.count % 300))
"""


def write(folder, *kinds):
    writer = EventWriter(folder)
    for kind in kinds:
        writer.write(kind)
    writer.close()


def test_events_are_numbered_from_0_and_go_on_where_another_writer_ended(tmp_path):
    write(tmp_path, "start", "point")
    write(tmp_path, "start", "finished")
    events = read_events(tmp_path)
    assert [event["n"] for event in events] == [0, 1, 2, 3]
    assert [event["type"] for event in events] == ["start", "point", "start", "finished"]
    assert all(isinstance(event["time"], float) for event in events)


def test_a_folder_without_events_has_none(tmp_path):
    assert read_events(tmp_path) == []


@pytest.mark.parametrize(
    "torn",
    [b'{"type":"poi', b"\x00\x00\x00\n", b'{"type":"point","n":7,"time":1}\n', b"[]\n", b"\xff\n"],
)
def test_what_a_kill_tore_is_left_out_by_readers_and_cut_off_by_the_next_writer(tmp_path, torn):
    write(tmp_path, "start", "point")
    with (tmp_path / EVENTS).open("ab") as file:
        file.write(torn)
    assert [event["type"] for event in read_events(tmp_path)] == ["start", "point"]
    write(tmp_path, "stopped")
    assert [event["type"] for event in read_events(tmp_path)] == ["start", "point", "stopped"]
    assert all(json.loads(line) for line in (tmp_path / EVENTS).read_text().splitlines())


@pytest.mark.skipif(sys.platform == "win32", reason="it is killed by a signal")
def test_a_writer_that_is_killed_leaves_whole_events(tmp_path):
    command = [sys.executable, "-c", WRITE_FOREVER, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    while len(read_events(tmp_path)) < 20:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = len(read_events(tmp_path))
    write(tmp_path, "failed")
    events = read_events(tmp_path)
    assert len(events) == before + 1
    assert [event["n"] for event in events] == list(range(before + 1))


@pytest.mark.skipif(sys.platform == "win32", reason="sizes are limited by another call")
def test_a_disk_that_is_full_leaves_no_torn_line_and_names_the_file(tmp_path):
    code = f"""
import resource, signal
from pathlib import Path
from ml.runs.events import EventWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
writer = EventWriter(Path({str(tmp_path)!r}))
try:
    while True:
        writer.write("point", text="x" * 20)
except OSError as error:
    print(error.errno, error.filename)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(errno.EFBIG), str(tmp_path / EVENTS)]
    assert (tmp_path / EVENTS).read_bytes().endswith(b"\n")
    assert len(read_events(tmp_path)) >= 3


def test_an_event_is_in_the_file_when_it_has_been_written(tmp_path):
    writer = EventWriter(tmp_path)
    assert writer.write("start", epochs=2) == 0
    assert read_events(tmp_path)[0]["epochs"] == 2
    writer.close()


def test_numbers_that_json_does_not_have_are_refused(tmp_path):
    writer = EventWriter(tmp_path)
    with pytest.raises(ValueError, match="JSON"):
        writer.write("point", loss=float("nan"))
    writer.close()
    assert os.stat(tmp_path / EVENTS).st_size == 0  # noqa: PTH116


def test_what_a_resumed_run_does_again_counts_once():
    events = [
        {"type": "start", "resumed": 0},
        {"type": "point", "done": 0.5},
        {"type": "point", "done": 1.0},
        {"type": "epoch", "epoch": 1},
        {"type": "point", "done": 1.4},
        {"type": "start", "resumed": 1},
        {"type": "point", "done": 1.2},
    ]
    kept = select_course(events)
    assert [each["done"] for each in kept if each["type"] == "point"] == [0.5, 1.0, 1.2]
    assert [each["epoch"] for each in kept if each["type"] == "epoch"] == [1]
