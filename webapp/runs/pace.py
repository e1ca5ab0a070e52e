"""How often browsers may ask about a run, so that a large class does not slow readings down."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

SOONEST, LATEST = 333.0, 2_000.0  # ms
MOST = 60  # questions a second that one process answers: a tenth of what it could do


class Pace:
    """Tells browsers when to ask again; safe for threads.

    Each second it counts the questions, and lengthens or shortens the pause by how many there were
    too many or too few. Thirty browsers ask twice a second, ten or twenty three times.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._began, self._count, self._pause = clock(), 0, SOONEST

    def count(self) -> int:
        """Count a question; return the milliseconds after which to ask the next."""
        with self._lock:
            self._count += 1
            seconds = self._clock() - self._began
            if seconds >= 1:
                wanted = self._pause * self._count / seconds / MOST
                self._pause = min(max(wanted, SOONEST), LATEST)
                self._began, self._count = self._clock(), 0
            return round(self._pause)
