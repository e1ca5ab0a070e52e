"""A run's folder belongs to one training."""

import signal
import subprocess
import sys
from collections import Counter

import pytest

from ml.errors import CheckpointError
from ml.runs.control import Control, read_control, write_control
from ml.training import runs

MAKE = """
import sys
from pathlib import Path
from ml.training import runs

input()  # until both processes are ready
for _ in range(40):
    print(runs.make_folder(Path(sys.argv[1]), "linear"))
"""

HOLD = """
import sys, time
from pathlib import Path
from ml.training import runs

with runs.hold_folder(Path(sys.argv[1]), resume=False):
    print("held", flush=True)
    time.sleep(60)
"""


def start(code, folder):
    command = [sys.executable, "-c", code, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, text=True, **pipes)


@pytest.mark.slow
def test_folders_made_at_the_same_moment_are_all_different(tmp_path):
    both = [start(MAKE, tmp_path / "runs") for _ in range(2)]
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    made = [line for process in both for line in process.communicate()[0].splitlines()]
    assert [process.returncode for process in both] == [0, 0]
    assert len(made) == 80
    assert Counter(made).most_common(1)[0][1] == 1
    assert len(list((tmp_path / "runs").iterdir())) == 80


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it is killed by a signal")
def test_a_folder_in_use_is_refused_until_its_training_ends_or_is_killed(tmp_path):
    folder = tmp_path / "run"
    other = start(HOLD, folder)
    try:
        assert other.stdout.readline() == "held\n"
        for resume in (False, True):
            with (
                pytest.raises(CheckpointError, match="another training is running in"),
                runs.hold_folder(folder, resume=resume),
            ):
                pass
    finally:
        other.send_signal(signal.SIGKILL)
        other.communicate()
    with runs.hold_folder(folder, resume=False):
        pass


def test_a_run_that_has_ended_in_the_folder_meanwhile_is_not_overwritten(tmp_path):
    (tmp_path / "checkpoint.pt").touch()
    with (
        pytest.raises(CheckpointError, match="holds a run already"),
        runs.hold_folder(tmp_path, resume=False),
    ):
        pass
    with runs.hold_folder(tmp_path, resume=True):
        pass


@pytest.mark.parametrize("heed", [False, True])
def test_what_was_asked_before_counts_only_where_the_same_start_goes_on(tmp_path, heed):
    write_control(tmp_path, Control("pause", rest=0.5))
    with runs.hold_folder(tmp_path, resume=True, heed=heed):
        assert read_control(tmp_path) == (Control("pause", rest=0.5) if heed else Control())
