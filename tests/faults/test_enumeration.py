"""Every fault at every step of every write: the old state or the new one, said in words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import files, stored
from tests.faults.disk import FAULTS
from tests.faults.enumeration import Write, enumerate_faults

ROOT = Path(__file__).parents[2]
QUICK = (*(files.File, files.NewFile, files.ControlFile, files.Settings, files.Events),)
# A few of them; `python -m tests.faults` tries all, which takes most of an hour.
SLOW = (files.Model, files.KeptVersion, stored.NewDrawing)
KILLED = (files.File, stored.NewDrawing)
ERRORS = tuple(fault for fault in FAULTS if not fault.kills)  # these need no process of their own
ENUMERATE = """
import sys
from pathlib import Path
from tests.faults import files, stored
from tests.faults.disk import FAULTS
from tests.faults.enumeration import enumerate_faults
module, name, folder = sys.argv[1:]
write = getattr(sys.modules[f"tests.faults.{module}"], name)
kills = tuple(fault for fault in FAULTS if fault.kills)
result = enumerate_faults(write(), Path(folder), kills)
print(*result.lost, sep="\\n")
print(result.steps, sum(result.tries.values()))
"""


def name_write(write):
    return write.name


@pytest.mark.parametrize("write", QUICK, ids=name_write)
def test_a_disk_that_fails_at_any_step_leaves_the_old_or_the_new(write, tmp_path):
    check(enumerate_faults(write(), tmp_path / "f", ERRORS))


@pytest.mark.slow
@pytest.mark.parametrize("write", [each for each in SLOW if each not in QUICK], ids=name_write)
def test_a_disk_that_fails_at_any_step_of_a_long_write_does_so_too(write, tmp_path):
    result = enumerate_faults(write(), tmp_path / "f", ERRORS)
    print(f"{result.name}: {result.steps} steps, tries {dict(result.tries)}")
    assert result.lost == []


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are made by os.fork")
@pytest.mark.parametrize("write", KILLED, ids=name_write)
def test_a_process_killed_at_any_step_leaves_the_old_or_the_new(write, tmp_path):
    module = write.__module__.rpartition(".")[2]
    done = subprocess.run(
        [sys.executable, "-c", ENUMERATE, module, write.__name__, str(tmp_path / "f")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *lost, counts = done.stdout.strip().splitlines()
    print(f"{write.name}: steps and kills {counts}")
    assert lost == []


def check(result):
    print(f"{result.name}: {result.steps} steps, tries {dict(result.tries)}")
    assert result.lost == []
    assert result.tries["error"] == result.steps


class Careless(Write):
    """A file that is written in its place: what the enumeration is there to find."""

    name = "careless"

    def prepare(self, folder):
        (folder / "file").write_text("old")

    def write(self, folder):
        (folder / "file").write_text("new")

    def look(self, folder):
        return (folder / "file").read_text()


def test_a_file_that_is_written_in_its_place_is_found_out(tmp_path):
    result = enumerate_faults(Careless(), tmp_path / "f", ERRORS)
    assert any("what is left is ''" in words for words in result.lost)
    assert any("none of ours" in words for words in result.lost)
