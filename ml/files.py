"""The project's folder, and files that are replaced atomically or held by one process."""

import contextlib
import glob
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# What the program keeps lies in here, wherever it was started from: weights, runs, data, exports.
PROJECT_DIR = Path(__file__).resolve().parents[1]
# The project's own Python, which `make` and the README's commands install into, from its folder.
OWN_PYTHON = r".venv\Scripts\python" if sys.platform == "win32" else ".venv/bin/python"
NICENESS = 10  # of a training that a server starts: readings come first
INSTANCE_DIR = PROJECT_DIR / "instance"  # what a server and its trainings share, by default
TEMPORARY = ".tmp"
YOUNG = 1.0  # seconds in which an unfinished file is locked after it was made
OLD = 3600.0  # seconds after which it is surely left by a kill


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
    return make_python_line(from_here(PROJECT_DIR / "run.py"), *arguments)


def make_python_line(*arguments: object) -> str:
    """Return a command that runs Python with these arguments, as the system's shell takes it.

    The project's own Python is named by its path, unless it is the shell's `python`, too.
    """
    by_path = runs_own_python() and "VIRTUAL_ENV" not in os.environ
    python = from_here(PROJECT_DIR / OWN_PYTHON) if by_path else "python"
    words = [*map(str, (python, *arguments))]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def has_own_python(root: Path = PROJECT_DIR) -> bool:
    """Whether the project has a `.venv` with a Python."""
    return shutil.which(str(root / OWN_PYTHON)) is not None


def runs_own_python(root: Path = PROJECT_DIR) -> bool:
    """Whether this process runs the Python of the project's `.venv`."""
    return has_own_python(root) and (root / ".venv").samefile(sys.prefix)


def count_cores() -> int:
    """Return how many of this machine's processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def lower_priority() -> None:
    """Let other processes go first, where the system knows priorities for that."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file in the same folder, then rename it to `path`.

    Whatever goes wrong, a full disk or a kill, `path` keeps its old content or has all of the new.
    What a kill leaves is removed by the next write of the same path. An OSError names `path`: on a
    full disk Python's own names nothing.
    """
    try:
        remove_leftovers(path.parent, glob.escape(path.name))
        with _make_temporary(path) as temporary:
            write(temporary)
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextlib.contextmanager
def _make_temporary(path: Path) -> Iterator[Path]:
    """Make an empty file for this write alone; it is locked until it is renamed or removed."""
    # Not named by the process: two threads of a server may write the same path.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        temporary.touch(exist_ok=False)
        with hold_unfinished(temporary):
            yield temporary
    finally:
        with contextlib.suppress(OSError):  # or it would hide why the file was not written
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def hold_unfinished(path: Path) -> Iterator[None]:
    """Hold a lock on a file or folder that is being written, so that nobody takes it for left."""
    if fcntl is None:
        yield
        return
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:  # stopped for so long that it was taken for left; it is made anew
        yield
        return
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_abandoned(path: Path) -> bool:
    """Whether a kill has left this unfinished file or folder: nobody holds its lock any more.

    A moment old, it may be one that is about to be locked. On Windows its age alone decides; on a
    file system without locks it stays.
    """
    try:
        age = abs(time.time() - path.stat().st_mtime)  # the clock may have been moved back
        if age < YOUNG or fcntl is None:
            return age > OLD
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:  # removed in the meantime
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def remove_leftovers(folder: Path, name: str) -> None:
    """Remove what kills have left of writing files whose names match a pattern."""
    with contextlib.suppress(OSError):  # what cannot be removed now is removed later
        for path in list(folder.glob(f".{name}.????????{TEMPORARY}")):
            if is_abandoned(path):
                path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


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
