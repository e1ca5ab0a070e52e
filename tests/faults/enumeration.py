"""Every fault at every step of a write, one try each: what is left is the old state or the new."""

import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ml.errors import ExplainedError
from ml.files import TEMPORARY, YOUNG
from tests.faults.disk import FAULTS, Disk, Fault, use_disk

# What stays beside what was written: locks, numbers that were taken, SQLite's own files.
BESIDE = re.compile(r"\.lock$|\.taken$|-wal$|-shm$|-journal$")


class Write:
    """A kind of write: what there is before it, the write itself, and how its result is read."""

    name = ""
    words = ""  # for the table in docs/reliability.md
    names_path = True  # whether an error must say where
    varies = False  # whether it has more or fewer steps each time: a run's points come by the clock
    cleans_later = False  # whether what a failure leaves is removed by the next write of its kind

    def prepare(self, folder: Path) -> None:
        """Make what there is before."""

    def write(self, folder: Path) -> None:
        """Write; done again after a failure, it must succeed."""
        raise NotImplementedError

    def look(self, folder: Path) -> object:
        """Return the whole state, read as the program reads it; raises if any of it is damaged."""
        raise NotImplementedError

    def is_whole(self, state: object, old: object, new: object) -> bool:
        """Whether a state is complete: the old one or the new one."""
        return state in (old, new)

    def list_names(self, folder: Path) -> set[str]:
        """Return the names of all that lies in the folder, but for what may stay there."""
        names = {str(path.relative_to(folder)) for path in folder.rglob("*")}
        return {self.simplify(name) for name in names if not BESIDE.search(name)}

    def simplify(self, name: str) -> str:
        """Return a file's name without what differs from try to try."""
        return name

    def try_all(self, folder: Path) -> "Result":
        """Try every fault at every step, in a folder that is made for it."""
        return enumerate_faults(self, folder)


@dataclass
class Result:
    """What became of a write under every fault at every step."""

    name: str
    words: str
    steps: int
    tries: Counter[str] = field(default_factory=Counter)  # by fault
    ends: Counter[str] = field(default_factory=Counter)  # old or new
    lost: list[str] = field(default_factory=list)  # each a sentence


def enumerate_faults(write: Write, folder: Path, faults: tuple[Fault, ...] = FAULTS) -> Result:
    """Try every fault at every step of a write."""
    template, clean = folder / "template", folder / "clean"
    template.mkdir(parents=True)
    write.prepare(template)
    shutil.copytree(template, clean)
    with use_disk(Disk()) as disk:
        write.write(clean)
    states = write.look(template), write.look(clean)
    assert states[0] != states[1], f"{write.name} changes nothing"
    allowed = write.list_names(template), write.list_names(clean)
    result = Result(write.name, write.words, len(disk.steps))
    for fault in faults:
        for at, step in enumerate(disk.steps):
            if fault.half and step != "write":
                continue
            place = folder / "try"
            shutil.copytree(template, place)
            said = list(_try(write, place, Disk(fault, at), states, allowed, result))
            result.lost += [f"{fault.name} at step {at} ({step}): {words}" for words in said]
            shutil.rmtree(place)
    shutil.rmtree(folder)
    return result


def _try(
    write: Write, folder: Path, disk: Disk, states: tuple, allowed: tuple, result: Result
) -> Iterator[str]:
    """Write under a fault, and again without one; yield what went wrong."""
    error = _die(write, folder, disk) if disk.fault.kills else _fail(write, folder, disk)
    if not disk.has_struck:
        if not write.varies:
            yield "it was not reached"
        return
    result.tries[disk.fault.name] += 1
    if isinstance(error, Exception):
        yield from check_words(error, folder if write.names_path else None)
    yield from check_state(write, folder, error, states, result)
    can_clean = not (disk.fault.kills or disk.fault.name == "dead" or write.cleans_later)
    names = write.list_names(folder)
    if can_clean and (left := names - allowed[0] - allowed[1]):
        yield f"it left {sorted(left)}"
    age_leftovers(folder)
    yield from write_again(write, folder, states[1])
    if left := write.list_names(folder) - allowed[1]:
        yield f"after a second try there is still {sorted(left)}"


def age_leftovers(folder: Path) -> None:
    """Make what kills have left older than a file that may be about to be locked."""
    before = time.time() - 2 * YOUNG
    for path in folder.rglob(f".*{TEMPORARY}"):
        os.utime(path, (before, before))


def check_state(
    write: Write, place: Path | str, error: object, states: tuple, result: Result
) -> Iterator[str]:
    """Yield what is wrong with what a write has left, None being the error of one that ended."""
    try:
        state = write.look(place)
    except Exception as damage:
        yield f"what is left cannot be read: {damage!r}"
        return
    result.ends["new" if state == states[1] else "old"] += 1
    if not write.is_whole(state, *states):
        yield f"what is left is {state!r}"
    if error is None and state != states[1]:
        yield "it said that it had succeeded"


def _fail(write: Write, folder: Path, disk: Disk) -> Exception | None:
    try:
        with use_disk(disk):
            write.write(folder)
    except Exception as error:
        return error
    return None


def _die(write: Write, folder: Path, disk: Disk) -> str | None:
    """Write in a process that is killed; return how it ended, None if it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            with use_disk(disk):
                write.write(folder)
        finally:  # whatever happens, it must not go on as its parent
            os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    disk.has_struck = status == -signal.SIGKILL
    return "killed"


def check_words(error: Exception, folder: Path | None) -> Iterator[str]:
    is_named = isinstance(error, OSError) and error.filename and error.strerror
    if not (isinstance(error, ExplainedError) or is_named):
        yield f"the error is none of ours: {error!r}"
    elif "\n" in str(error) or not str(error).strip():
        yield f"the error is not one line: {str(error)!r}"
    elif folder is not None and str(folder) not in str(error):
        yield f"the error does not say where: {error}"


def write_again(write: Write, place: Path | str, new: object) -> Iterator[str]:
    """Write without a fault; yield what went wrong."""
    try:
        write.write(place)
        state = write.look(place)
    except Exception as error:
        yield f"a second try fails: {error!r}"
        return
    if state != new:
        yield f"a second try ends in {state!r}"
