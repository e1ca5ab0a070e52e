"""Two lanes of threads: readings never wait behind what takes longer, nor a page behind readings.

Python computes on one core at a time and leaves it only while NumPy, zlib or ONNX Runtime work.
More threads than cores that read at once would only take it from one another.
"""

import os
from typing import Protocol

from waitress.task import ThreadedTaskDispatcher

READING_THREADS = max(2, min(4, os.cpu_count() or 2))
# Up to two explain and up to two read photos (turns.py); two at least send pages and the rest.
OTHER_THREADS = 6


class Task(Protocol):
    """A connection whose first request waits for an answer."""

    is_reading: bool

    def service(self) -> None:
        """Answer it."""

    def cancel(self) -> None:
        """Drop it."""


class Lanes:
    """What waitress gives its requests to: first come, first served in each lane."""

    def __init__(self) -> None:
        self._readings, self._others = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._readings.set_thread_count(READING_THREADS)
        self._others.set_thread_count(OTHER_THREADS)

    def add_task(self, task: Task) -> None:
        """Let a request wait in its lane."""
        (self._readings if task.is_reading else self._others).add_task(task)

    def shutdown(self) -> None:
        """Let what is being answered end, for a while, and drop what waits."""
        for lane in (self._readings, self._others):
            lane.shutdown()
