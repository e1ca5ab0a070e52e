"""Locks that outlive the process that took them: taken by a server, kept by the training it starts.

A run is running exactly as long as the lock in its folder is held. The system frees a lock when the
last process that has it ends, however that happens.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

from ml.files import hold_lock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

HANDED_OVER = "BOARD_LOCK"  # environment: the descriptor that a process was given
BETWEEN_TRIES = 0.02  # seconds
CAN_HAND_OVER = fcntl is not None  # whether a child can be given a lock that is held


def take_lock(path: Path) -> int | None:
    """Take a lock file and return its descriptor, None if another one holds it (not on Windows).

    A child that inherits the descriptor keeps the lock when this process closes it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_locked(path: Path) -> bool:
    """Whether any process holds a lock file.

    For an instant this holds a shared lock itself: whoever takes a lock must try twice.
    """
    if fcntl is None:
        return _is_locked_on_windows(path)
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _is_locked_on_windows(path: Path) -> bool:
    try:
        from filelock import FileLock, Timeout
    except ModuleNotFoundError:  # only drawings are served here, so nothing trains
        return False
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True


@contextlib.contextmanager
def hold(path: Path, seconds: float, reason: Exception) -> Iterator[int | None]:
    """Hold a lock file as `ml.files.hold_lock` does, also where only drawings are served.

    Yields its descriptor, where it has one.
    """
    if fcntl is None:
        with hold_lock(path, seconds, reason):
            yield None
        return
    until = monotonic() + seconds
    while (descriptor := take_lock(path)) is None:
        if monotonic() > until:
            raise reason
        sleep(BETWEEN_TRIES)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def hand_over(path: Path) -> Iterator[int | None]:
    """Hold a lock file while a child is started, which then keeps it; yield the descriptor.

    Yields None where a child cannot be given a lock. Raises BlockingIOError if it is held already.
    """
    if not CAN_HAND_OVER:
        yield None
        return
    with hold(path, 0.5, BlockingIOError(f"{path} is held")) as descriptor:
        yield descriptor  # closed here, not released: the child has it, too


@contextlib.contextmanager
def keep_or_hold(path: Path, seconds: float, reason: Exception) -> Iterator[None]:
    """Keep the lock that was handed over to this process, or hold a lock file if none was."""
    given = os.environ.pop(HANDED_OVER, None)
    if given is None:
        with hold(path, seconds, reason):
            yield
        return
    try:
        yield
    finally:
        os.close(int(given))  # at once: what comes after may take a second
