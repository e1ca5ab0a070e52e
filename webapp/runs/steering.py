"""What is asked of a run: read, changed and written, by one server at a time.

Several processes may serve one instance: a lock of one's own would let a pause that another one
writes at the same moment undo a stop.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ml.runs.control import (
    Probe,
    read_control,
    read_probe,
    write_control,
    write_probe,
)
from ml.runs.locks import hold
from webapp.runs.starting import BusyError

LOCK = ".steering.lock"  # in the run's folder
PATIENCE = 5.0  # seconds


def ask_for(folder: Path, wanted: str) -> None:
    """Ask a run to `run`, `pause` or `stop`; there is no way back from a stop."""
    with hold_alone(folder):
        before = read_control(folder)
        if before.wanted != "stop":
            write_control(folder, replace(before, wanted=wanted))


def set_rest(folder: Path, rest: float) -> None:
    """Let a run rest after each point, for so many seconds."""
    with hold_alone(folder):
        write_control(folder, replace(read_control(folder), rest=rest))


def give_probe(folder: Path, seen: bytes) -> Probe:
    """Give a run a drawing to read, under the next number; return both."""
    with hold_alone(folder):
        before = read_probe(folder)
        probe = Probe(before.id + 1 if before else 1, seen)
        write_probe(folder, probe)
    return probe


@contextmanager
def hold_alone(folder: Path) -> Iterator[None]:
    """Keep others from asking something of the run; raises BusyError and OSError."""
    with hold(folder / LOCK, PATIENCE, BusyError()):
        yield
