"""The project's folder, and files that are replaced atomically or held by one process."""

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# What the program keeps lies in here, wherever it was started from: weights, runs, data, exports.
PROJECT_DIR = Path(__file__).resolve().parents[1]
NICENESS = 10  # of a training that a server starts: readings come first
INSTANCE_DIR = PROJECT_DIR / "instance"  # what a server and its trainings share, by default


def expand_home(text: str) -> Path:
    """Return a path with its ~ replaced, which a shell leaves in `--data=~/mnist`."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # there is no such user, so ~ is a part of the name
        return Path(text)


def from_here(path: Path) -> Path:
    """Return a path as a person would type it: relative if it lies in the working folder."""
    with contextlib.suppress(ValueError, OSError):  # elsewhere, or the working folder is gone
        return path.relative_to(Path.cwd())
    return path


def choose_picture(out: Path | None, name: str) -> Path:
    """Return where a command's picture goes: in the folder `out`, made here, or `out`, a .png.

    Without `out` it is the project's folder.
    """
    out = out or from_here(PROJECT_DIR)
    path = out if out.suffix == ".png" else out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def make_command_line(*arguments: object) -> str:
    """Return a command that runs this program from the working folder with these arguments."""
    words = [str(from_here(PROJECT_DIR / "run.py")), *map(str, arguments)]
    joined = subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
    return f"python {joined}"


def lower_priority() -> None:
    """Let other processes go first, where the system knows priorities for that."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file in the same folder, then rename it to `path`.

    Whatever goes wrong, a full disk or a kill, `path` keeps its old content or has all of the new.
    An OSError names `path`: on a full disk Python's own names nothing.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with contextlib.suppress(OSError):  # or it would hide why the file was not written
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def hold_lock(path: Path, seconds: float, reason: Exception) -> Iterator[None]:
    """Hold a lock file, which the system frees if this process is killed.

    Raises `reason` if another process still holds it after so many seconds.
    """
    from filelock import FileLock, Timeout  # not installed where only drawings are served

    lock = FileLock(path, timeout=seconds)
    try:
        lock.acquire()
    except Timeout:
        raise reason from None
    try:
        yield
    finally:
        lock.release()
