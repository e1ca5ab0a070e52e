"""A stopwatch on the clock that never goes back."""

from time import perf_counter


class Stopwatch:
    """Measures seconds from its making."""

    def __init__(self) -> None:
        self._start = perf_counter()

    def seconds(self) -> float:
        """Return the seconds that have passed."""
        return perf_counter() - self._start
