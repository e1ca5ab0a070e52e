"""One explanation and one photo at a time, so that readings always find a free core.

Readings have threads of their own (lanes.py). Of the six others one explains, another reads a
photo, and at most one waits for each of these. Who draws on asks again before the last answer is
there: then the older question is dropped, whether it waits or is being answered.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from webapp.problems import Problem

MOST = 2  # questions at once: one is answered, one waits
PATIENCE = 5.0  # seconds that a question waits


class NewerDrawing(Problem):
    """The asker has drawn on: nobody waits for this answer any more."""

    def __init__(self) -> None:
        super().__init__(409, "A newer drawing is explained. Wait for its answer.")


class Busy(Problem):
    """Others are asking."""

    retry_after = 1
    words = "Other drawings are being explained. Ask again in a second."

    def __init__(self) -> None:
        super().__init__(503, self.words)


class BatchBusy(Busy):
    """Another list of drawings is being read."""

    words = "Another list of drawings is being read. Send this one again in a second."


class PhotoBusy(Busy):
    """Others have their photos read."""

    retry_after = 2
    words = "Other photos are being read. Send this one again in two seconds."


class Question:
    """Somebody's question; `asker` is None for one that never replaces another."""

    def __init__(self, asker: str | None) -> None:
        self.asker = asker
        self.is_dropped = False


class Turns:
    """The questions of a process, the one that is being answered first; safe between threads.

    `busy` is what is raised for those that find no place.
    """

    def __init__(self, patience: float = PATIENCE, busy: type[Busy] = Busy) -> None:
        self._patience = patience
        self._busy = busy
        self._questions: list[Question] = []
        self._changed = Condition()

    @contextmanager
    def take(self, asker: str | None = None) -> Iterator[Callable[[], bool]]:
        """Wait for a turn and hold it; yield what says whether the answer is still wanted.

        Raises NewerDrawing if the same asker asks anew while this question waits, and `busy` if
        another one waits already or the turn does not come in time.
        """
        question = self._join(asker)
        try:
            self._wait(question)
            yield lambda: question.is_dropped
        finally:
            with self._changed:
                self._questions.remove(question)
                self._changed.notify_all()

    def _join(self, asker: str | None) -> Question:
        """Return a question at the end of the line; those of the same asker are dropped."""
        with self._changed:
            for other in self._questions:
                other.is_dropped |= asker is not None and other.asker == asker
            self._changed.notify_all()
            # A dropped one does not count: it gives its thread back within a batch of images.
            if sum(not other.is_dropped for other in self._questions) >= MOST:
                raise self._busy
            self._questions.append(Question(asker))
            return self._questions[-1]

    def _wait(self, question: Question) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: question.is_dropped or self._questions[0] is question, self._patience
            )
            if question.is_dropped:
                raise NewerDrawing
            if self._questions[0] is not question:
                raise self._busy
