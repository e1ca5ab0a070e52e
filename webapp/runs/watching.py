"""What is known about runs, read from their folders; a file is read again only where it has grown.

A class watches: thirty browsers ask three times a second each. What a poll costs must not depend on
how long a run is.
"""

import json
import math
import os
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from ml.runs import control, folders
from ml.runs.choices import CHOICES
from ml.runs.events import EVENTS, parse_lines
from ml.runs.folders import RunSettings
from webapp.runs.pace import Pace

LOOK_AGAIN = 0.2  # seconds after which to look again whether a run still runs
GUESSING = math.log(10)  # the loss, in nats, of ten equal probabilities
NEVER = -math.inf
INTERRUPTED = "It was interrupted before it began: its run.json is missing or damaged."


class Watch:
    """One run; safe for threads."""

    def __init__(self, folder: Path, pace: Pace) -> None:
        self._folder = folder
        self._pace = pace
        self._events = folder / EVENTS
        self._lock = Lock()
        self._inode: int | None = None
        self._lines: list[bytes] = []
        self._end = 0  # of the lines that were read, in bytes
        self._latest: dict[str, dict[str, Any]] = {}  # the last event of each type
        self._settings = Cached(folder / folders.SETTINGS)
        self._weights = Cached(folder / control.WEIGHTS)
        self._probe = Cached(folder / control.PROBE)
        self._control = Cached(folder / control.CONTROL)
        self._looked, self._is_locked = NEVER, False

    @property
    def folder(self) -> Path:
        """Where the run is."""
        return self._folder

    def describe(self, *, with_log: bool = True) -> dict[str, Any]:
        """Return the run as one entry of a list, for JSON.

        Without the log, which names folders of the server, a death has no reason.
        """
        with self._lock:
            self._read()
            return self._describe(with_log)

    def answer(self, since: int, probe: int | None, *, with_log: bool) -> bytes:
        """Return the run as JSON, with its events from number `since` on.

        The drawing that its network reads is left out if its number is `probe`.
        """
        with self._lock:
            self._read()
            run = self._describe(with_log)
            more = {
                "next": len(self._lines),
                "again": self._pace.count(),
                "probe": self._describe_probe(probe),
            }
            if run["state"] == "failed":
                more["log"] = folders.read_log(self._folder) if with_log else []
            head, tail = json.dumps(run), json.dumps(more)
            events = b",".join(self._lines[since:])
            weights = self._find_weights(since)
        return b'%b,"events":[%b],"weights":%b,%b' % (
            head[:-1].encode(),
            events,
            weights,
            tail[1:].encode(),
        )

    def is_running(self) -> bool:
        """Whether the run is running or paused, as it is now."""
        with self._lock:
            self._looked = NEVER
            self._read()
            return self._is_locked

    def list_pictures(self) -> list[str]:
        """Return the names of the pictures that a finished run has."""
        with self._lock:
            self._read()
            names = self._latest.get("finished", {}).get("pictures")
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    def _read(self) -> None:
        # First the lock, then the events: a run that has ended has written all of them.
        if monotonic() - self._looked > LOOK_AGAIN:
            self._is_locked, self._looked = folders.is_running(self._folder), monotonic()
        try:
            status = os.stat(self._events)  # noqa: PTH116  three times as fast
        except OSError:
            return
        if status.st_ino != self._inode or status.st_size < self._end:
            self._inode, self._lines, self._end, self._latest = status.st_ino, [], 0, {}
        if status.st_size > self._end:
            self._read_on()

    def _read_on(self) -> None:
        with self._events.open("rb") as file:
            file.seek(self._end)
            lines, events = parse_lines(file.read(), len(self._lines))
        self._lines += lines
        self._end += sum(len(line) + 1 for line in lines)
        self._latest |= {event["type"]: event for event in events}

    def _describe(self, with_log: bool) -> dict[str, Any]:
        settings = read_settings(self._settings) or folders.guess_settings(self._folder)
        state, last = folders.derive_state(self._latest, locked=self._is_locked)
        choice, epoch = CHOICES.get(settings.model), self._latest.get("epoch", {})
        return {
            "id": self._folder.name,
            "model": settings.model,
            "title": choice.title if choice else settings.model,
            "state": state,
            "wanted": self._control.values.get("wanted", "run"),
            "rest": self._control.values.get("rest", 0),
            "recipe": describe_recipe(settings),
            "seed": settings.seed,
            "data": settings.data,
            "kind": settings.kind,
            "by": settings.by,
            "started": settings.started,
            "epochs": settings.epochs or self._latest.get("start", {}).get("epochs"),
            "epoch": epoch.get("epoch", 0),
            "accuracy": self._find_accuracy(state),
            "version": last.get("version") if state == "finished" else None,
            "diverged": self._has_diverged(state, last),
            "reason": self._find_reason(state, last, with_log),
            "can_resume": self._can_resume(state, last),
        }

    def _find_accuracy(self, state: str) -> float | None:
        """Return the last accuracy that is known: on the test set if the run is finished."""
        if state == "finished":
            return self._latest["finished"].get("accuracy")
        epoch, point = self._latest.get("epoch", {}), self._latest.get("point", {})
        return epoch.get("validation_accuracy", point.get("accuracy"))

    def _has_diverged(self, state: str, last: dict[str, Any]) -> bool:
        """Whether the loss grew without end, or ended no better than that of guessing."""
        if state == "failed":
            return last.get("diverged") is True
        loss = self._latest.get("epoch", {}).get("validation_loss", 0)
        return state == "finished" and loss >= GUESSING

    def _find_reason(self, state: str, last: dict[str, Any], with_log: bool) -> str | None:
        if state != "failed":
            return None
        if last:
            return str(last.get("reason"))
        if not self._latest and read_settings(self._settings) is None:
            return INTERRUPTED
        return folders.explain_death(folders.read_log(self._folder) if with_log else [])

    def _can_resume(self, state: str, last: dict[str, Any]) -> bool:
        if state not in ("stopped", "failed") or last.get("diverged"):
            return False
        return (self._folder / folders.CHECKPOINT).is_file()

    def _describe_probe(self, known: int | None) -> dict[str, Any] | None:
        values = self._probe.values
        if type(values.get("id")) is not int or not isinstance(values.get("seen"), list):
            return None
        return {"id": values["id"]} if values["id"] == known else values

    def _find_weights(self, since: int) -> bytes:
        values = self._weights.values
        is_new = type(values.get("n")) is int and values["n"] >= since
        return self._weights.content if is_new else b"null"


class Cached:
    """A small JSON file that is replaced as a whole, read again only when it has been."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._content, self._values = b"{}", {}

    @property
    def values(self) -> dict[str, Any]:
        """What the file holds, an empty object if it is missing or damaged."""
        self._refresh()
        return self._values

    @property
    def content(self) -> bytes:
        """The same as JSON."""
        self._refresh()
        return self._content

    def _refresh(self) -> None:
        try:
            status = os.stat(self._path)  # noqa: PTH116
        except OSError:
            self._stamp, self._content, self._values = None, b"{}", {}
            return
        stamp = (status.st_ino, status.st_mtime_ns)
        if stamp != self._stamp:
            self._stamp, self._values = stamp, control.read_json(self._path)
            self._content = json.dumps(self._values).encode()


class Watches:
    """All runs of a folder; safe for threads and for other processes that write there."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self._lock = Lock()
        self._known: dict[str, Watch] = {}
        self._pace = Pace()

    def find(self, run_id: str) -> Watch | None:
        """Return a run by its id, None if there is none."""
        if not folders.ID.fullmatch(run_id):
            return None
        folder = self.runs_dir / run_id
        with self._lock:
            if not folder.is_dir():
                self._known.pop(run_id, None)
                return None
            if run_id not in self._known:
                self._known[run_id] = Watch(folder, self._pace)
            return self._known[run_id]

    def list(self) -> list[Watch]:
        """Return all runs, the newest first."""
        found = [self.find(folder.name) for folder in folders.list_folders(self.runs_dir)]
        return [watch for watch in found if watch is not None]


def read_settings(file: Cached) -> RunSettings | None:
    """Return a run's settings from its run.json, None if that is missing or damaged."""
    return folders.build_settings(file.values)


def describe_recipe(settings: RunSettings) -> dict[str, Any] | None:
    """Return the settings that can be chosen, as `GET /api/recipes` names them."""
    if not settings.recipe:
        return None
    names = ("learning_rate", "batch_size", "optimizer")
    chosen = {name: settings.recipe.get(name) for name in names}
    return chosen | {"epochs": settings.epochs, "seed": settings.seed}
