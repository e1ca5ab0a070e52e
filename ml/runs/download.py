"""How far a download of MNIST is: a file in the instance, written by one process, read by servers.

`mnist-download.json` holds the state, the bytes and, if it failed, the reason. The download is
running exactly as long as the lock beside it is held.
"""

from pathlib import Path
from typing import Any

from ml.runs.control import read_json, write_json
from ml.runs.locks import is_locked

PROGRESS, LOCK, LOG = "mnist-download.json", ".mnist-download.lock", "mnist-download.txt"
RUNNING, DONE, FAILED = "running", "done", "failed"
INTERRUPTED = "The download was interrupted. Start it again."


def write_progress(
    instance: Path, state: str, done: int = 0, total: int = 0, reason: str | None = None
) -> None:
    """Write how far a download is, in bytes; raises OSError."""
    values = {"state": state, "bytes": done, "total": total, "reason": reason}
    write_json(instance / PROGRESS, values)


def read_progress(instance: Path) -> dict[str, Any] | None:
    """Return how far the last download is or came, None if there was none."""
    locked = is_locked(instance / LOCK)
    values = read_json(instance / PROGRESS)
    if not values and not locked:
        return None
    known = {name: values.get(name) for name in ("state", "bytes", "total", "reason")}
    if locked:
        return known | {"state": RUNNING, "reason": None}
    if known["state"] not in (DONE, FAILED):
        return known | {"state": FAILED, "reason": INTERRUPTED}
    return known
