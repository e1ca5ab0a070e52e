"""A run's events.jsonl: a line for each thing that happened, written by one, read by many.

Each line is a JSON object with `type`, `n` (the line's number, from 0) and `time` (Unix seconds).
A kill can tear the last line: readers stop before it, and the next writer cuts it off.
"""

import contextlib
import json
import os
from pathlib import Path
from time import time
from typing import Any

EVENTS = "events.jsonl"
LAST = ("finished", "stopped", "failed")  # a run ends with one of these, until it is resumed


def parse_lines(content: bytes, first: int) -> tuple[list[bytes], list[dict[str, Any]]]:
    """Return the whole lines of a file's content and what they say, numbered from `first`.

    It ends before a line that is torn or not an event: what follows cannot be trusted.
    """
    lines, events = [], []
    for line in content.split(b"\n")[:-1]:
        try:
            event = json.loads(line)
        except ValueError:
            break
        if not is_event(event, first + len(events)):
            break
        lines.append(line)
        events.append(event)
    return lines, events


def is_event(value: object, number: int) -> bool:
    """Whether a line's value is an event with this number."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    return type(value.get("n")) is int and value["n"] == number


def read_events(folder: Path) -> list[dict[str, Any]]:
    """Return all events of a run, none if there is no file."""
    try:
        content = (folder / EVENTS).read_bytes()
    except OSError:
        return []
    return parse_lines(content, 0)[1]


def select_course(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events that count: a resumed run repeats what came after its checkpoint."""
    kept: list[dict[str, Any]] = []
    for event in events:
        if event["type"] == "start":
            done = event.get("resumed") or 0
            kept = [each for each in kept if not is_beyond(each, done)]
        kept.append(event)
    return kept


def is_beyond(event: dict[str, Any], epochs: int) -> bool:
    """Whether an event lies after so many epochs, and so is done again by a run that resumes."""
    if event["type"] == "point":
        return event["done"] > epochs
    return event["type"] == "epoch" and event["epoch"] > epochs


class EventWriter:
    """Appends events to a run's file; each is in the file when `write` returns."""

    def __init__(self, folder: Path) -> None:
        """Open the file, which is made or continued; raises OSError."""
        self._path = folder / EVENTS
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._file = os.open(self._path, flags, 0o644)
        try:
            lines, events = parse_lines(self._path.read_bytes(), 0)
            self._end = sum(len(line) + 1 for line in lines)
            self._cut()
        except OSError as error:
            os.close(self._file)
            raise OSError(error.errno, error.strerror, str(self._path)) from error
        self.events = events  # those that were there before
        self.count = len(events)

    def write(self, kind: str, **values: object) -> int:
        """Append an event and return its number; raises OSError, and leaves no torn line."""
        head = {"type": kind, "n": self.count, "time": round(time(), 3)}
        line = json.dumps(head | values, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        try:
            self._cut()  # again, where that has failed before
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            with contextlib.suppress(OSError):
                self._cut()
            raise OSError(error.errno, error.strerror, str(self._path)) from error
        self._end += len(line)
        self.count += 1
        return self.count - 1

    def _cut(self) -> None:
        """Take away what comes after the last whole line, and go on there."""
        if os.fstat(self._file).st_size != self._end:
            os.ftruncate(self._file, self._end)
        os.lseek(self._file, self._end, os.SEEK_SET)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
