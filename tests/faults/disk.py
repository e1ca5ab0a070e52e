"""A disk that fails at one step of a write: calls that change it are counted, and one is spoilt.

Python's files are opened by `_pyio`, whose FileIO is written in Python: each write, flush and close
then ends in a function of `os`, and those are the steps. SQLite's own calls are counted in
`sqlite.py`. Only what the thread that uses the disk does is counted.
"""

import _pyio
import builtins
import contextlib
import errno
import io
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import get_ident
from unittest.mock import patch

MAKES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Fault:
    """What happens at the step, in words; `code` is the error that the system gives."""

    name: str
    words: str
    code: int | None = None
    lasts: bool = False  # whether every later step fails as well
    frees: bool = False  # whether what gives room back goes on working
    half: bool = False  # whether half of a write is done; steps that write nothing are left out
    kills: bool = False


FAULTS = (
    Fault("full", "the disk is full from then on", errno.ENOSPC, lasts=True, frees=True),
    Fault("short", "half is written, then the disk is full", errno.ENOSPC, True, True, half=True),
    Fault("partial", "half is written at first, and the rest when asked again", half=True),
    Fault("error", "the disk gives one error", errno.EIO),
    Fault("dead", "the disk gives errors from then on", errno.EIO, lasts=True),
    Fault("denied", "the system refuses it once", errno.EACCES),
    Fault("killed", "the process is killed before it", kills=True),
    Fault("torn", "half is written, then the process is killed", half=True, kills=True),
)
FREEING = ("unlink", "remove", "rmdir", "ftruncate")


@dataclass
class Disk:
    """Counts steps while it is used; at step `at`, from 0, `fault` happens."""

    fault: Fault | None = None
    at: int = -1
    steps: list[str] = field(default_factory=list)
    has_struck: bool = False

    def step(self, name: str, path: object, change: Callable[[], int]) -> int:
        """Do a step that changes the disk, or what the fault makes of it."""
        self._strike(name, path)
        return change()

    def write(self, path: object, data: memoryview, write: Callable[[memoryview], int]) -> int:
        """Do a step that writes; half of it where the fault is of that kind."""
        if not (self._is_now() and self.fault.half):
            self._strike("write", path)
            return write(data)
        self.steps.append("write")
        self.has_struck = True
        written = write(data[: len(data) // 2]) if len(data) > 1 else 0
        if self.fault.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        if written:
            return written
        return write(data) if self.fault.code is None else self._fail("write", path)

    def _is_now(self) -> bool:
        return self.fault is not None and len(self.steps) == self.at

    def _strike(self, name: str, path: object) -> None:
        is_now = self._is_now() and not self.fault.half
        is_later = self.has_struck and self.fault.lasts
        self.steps.append(name)
        if is_now or is_later:
            self.has_struck = True
            if not (self.fault.frees and name in FREEING):
                self._fail(name, path)

    def _fail(self, name: str, path: object) -> int:
        if self.fault.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        named = (os.fspath(path),) if isinstance(path, str | os.PathLike) else ()
        raise OSError(self.fault.code, os.strerror(self.fault.code), *named)


@contextlib.contextmanager
def use_disk(disk: Disk) -> Iterator[Disk]:
    """Let every call of this thread that changes the disk go through `disk`."""
    from tests.faults.sqlite import watch_sqlite

    with contextlib.ExitStack() as stack:
        for name, function in _make_functions(disk).items():
            stack.enter_context(patch.object(os, name, function))
        opened = _make_open(io.open)
        for module in (builtins, io):
            stack.enter_context(patch.object(module, "open", opened))
        stack.enter_context(watch_sqlite(disk))
        yield disk


def _make_functions(disk: Disk) -> dict[str, Callable]:
    ours = get_ident()
    real = {name: getattr(os, name) for name in ("open", "write")}

    def wrap(name: str) -> Callable:
        function = getattr(os, name)

        def call(path, *arguments, **options):
            if get_ident() != ours:
                return function(path, *arguments, **options)
            return disk.step(name, path, lambda: function(path, *arguments, **options))

        return call

    def open_file(path, flags, *arguments, **options):
        if get_ident() != ours or not flags & MAKES or path == os.devnull:
            return real["open"](path, flags, *arguments, **options)
        return disk.step("open", path, lambda: real["open"](path, flags, *arguments, **options))

    def write(descriptor, data):
        if get_ident() != ours:
            return real["write"](descriptor, data)
        view = memoryview(bytes(data))  # a copy: an error's traceback would hold on to the buffer
        return disk.write(descriptor, view, lambda part: real["write"](descriptor, part))

    names = ("replace", "rename", "unlink", "remove", "mkdir", "rmdir", "link", "symlink")
    names += ("truncate", "ftruncate", "fsync", "fdatasync", "chmod", "fchmod", "utime")
    return {name: wrap(name) for name in names} | {"open": open_file, "write": write}


def _make_open(real: Callable) -> Callable:
    def open_file(file, mode="r", *arguments, **options):
        is_read = not set(mode) & set("wax+")
        return (real if is_read else _pyio.open)(file, mode, *arguments, **options)

    return open_file
