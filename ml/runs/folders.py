"""Runs as folders of `<instance>/runs`: their names, what is known about each, and its state."""

import contextlib
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ml.runs.control import read_json, write_json
from ml.runs.events import LAST
from ml.runs.locks import is_locked

ID = re.compile(r"([a-z][a-z0-9_]*)-([0-9]{8}-[0-9]{6})(-[0-9]+)?", re.ASCII)
SETTINGS, LOCK, LOG, CHECKPOINT = "run.json", ".lock", "log.txt", "checkpoint.pt"
LOG_LINES = 20
LOG_BYTES = 16_384  # of a log's end that are looked at
DIED = "The training ended without saying why."
TRAIN, HAND = "train", "hand"  # kinds: from fresh weights, or further from what is served


def find_runs_dir(instance: Path) -> Path:
    """Return the folder of all runs, from the command line and from the page."""
    return instance / "runs"


def make_folder(runs_dir: Path, model: str) -> Path:
    """Make a new run's folder, which no other training gets, and return it."""
    runs_dir.mkdir(parents=True, exist_ok=True)
    name = f"{model}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    number, folder = 1, runs_dir / name
    while True:
        try:
            folder.mkdir()  # asking first whether it is free would let two find the same one
        except FileExistsError:
            number += 1
            folder = runs_dir / f"{name}-{number}"
        else:
            return folder


def list_folders(runs_dir: Path) -> list[Path]:
    """Return the folders of all runs, the newest first."""
    with contextlib.suppress(OSError):
        found = [each for each in runs_dir.iterdir() if ID.fullmatch(each.name) and each.is_dir()]
        return sorted(found, key=_by_time, reverse=True)
    return []


def _by_time(folder: Path) -> tuple[str, int, str]:
    model, moment, number = ID.fullmatch(folder.name).groups()
    return moment, int((number or "-1")[1:]), model


@dataclass(frozen=True)
class RunSettings:
    """What a run was started with, as its run.json keeps it."""

    id: str
    model: str
    recipe: dict[str, Any] = field(default_factory=dict)  # as Recipe.to_dict, or a part of it
    seed: int | None = None
    data: str | None = None  # a source that --learn-from names
    kind: str = TRAIN
    started: str | None = None  # ISO 8601, UTC
    pid: int | None = None
    by: str = "command"  # or "page"

    @classmethod
    def now(cls, folder: Path, **values: Any) -> "RunSettings":  # noqa: ANN401
        """Return the settings of a run that starts in a folder at this moment."""
        started = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(id=folder.name, started=started, **values)

    @property
    def epochs(self) -> int | None:
        """The epochs of all sessions together."""
        sessions = self.recipe.get("sessions")
        if not isinstance(sessions, list) or any(type(each) is not int for each in sessions):
            return None
        return sum(sessions)

    def save(self, folder: Path) -> None:
        """Write the settings; raises OSError."""
        write_json(folder / SETTINGS, asdict(self))


def read_settings(folder: Path) -> RunSettings | None:
    """Return a run's settings; None if they are missing or damaged."""
    return build_settings(read_json(folder / SETTINGS))


def build_settings(values: dict[str, Any]) -> RunSettings | None:
    """Return the settings that a run.json holds; None if it is damaged."""
    kinds = {"id": str, "model": str, "recipe": dict, "kind": str, "by": str}
    if not all(isinstance(values.get(name), kind) for name, kind in kinds.items()):
        return None
    known = RunSettings.__dataclass_fields__
    return RunSettings(**{name: value for name, value in values.items() if name in known})


def guess_settings(folder: Path) -> RunSettings:
    """Return what a folder's name says about a run whose settings cannot be read."""
    model, moment, _ = ID.fullmatch(folder.name).groups()
    started = None
    with contextlib.suppress(ValueError):
        started = datetime.strptime(moment, "%Y%m%d-%H%M%S").replace(tzinfo=UTC).isoformat()
    return RunSettings(id=folder.name, model=model, started=started)


def update_settings(folder: Path, **values: Any) -> None:  # noqa: ANN401
    """Change some of a run's settings; raises OSError."""
    replace(read_settings(folder) or guess_settings(folder), **values).save(folder)


def is_running(folder: Path) -> bool:
    """Whether a training has the folder."""
    return is_locked(folder / LOCK)


def find_running(runs_dir: Path) -> Path | None:
    """Return the folder of a run that is running, None if there is none."""
    return next((folder for folder in list_folders(runs_dir) if is_running(folder)), None)


def derive_state(latest: dict[str, dict[str, Any]], *, locked: bool) -> tuple[str, dict[str, Any]]:
    """Return a run's state and the event that says so; `latest` holds the last event of each type.

    The states are running, paused, finished, stopped and failed; a run that is not running and
    says nothing about its end has died, and the event is empty.
    """
    kinds = ("paused", "continued", "start", *LAST)
    known = [latest[kind] for kind in kinds if kind in latest]
    newest = max(known, key=lambda event: event["n"], default={})
    if locked:
        return ("paused" if newest.get("type") == "paused" else "running"), newest
    return (newest["type"], newest) if newest.get("type") in LAST else ("failed", {})


def read_log(folder: Path) -> list[str]:
    """Return the last lines that a training printed."""
    try:
        with (folder / LOG).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return text.splitlines()[-LOG_LINES:]


def explain_death(log: list[str]) -> str:
    """Return why a run died, as far as its log says so: its last line where that is an error's."""
    lines = [line.strip() for line in log if line.strip()]
    prefix = "run.py: "
    return lines[-1].removeprefix(prefix) if lines and lines[-1].startswith(prefix) else DIED
