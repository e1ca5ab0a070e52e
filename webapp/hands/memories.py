"""What is remembered of each hand while reading: kept in memory, made anew when drawings change.

A hand's memory for a model is made of the features of its confirmed drawings: the store has them,
or the model makes them from the stored 28×28. The newest are made at once, so that a drawing counts
from the moment it is confirmed. After a model has changed, the others are made in the background;
until they are there, they do not count.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from ml.adaptation.memory import Memory
from ml.predict import Reader
from webapp.hands.keeping import Keeping
from webapp.store.errors import StoreError

if TYPE_CHECKING:
    from webapp.store.drawings import StoredDrawing

log = logging.getLogger(__name__)

AT_ONCE = 16  # drawings whose features are made while a reading waits: some milliseconds
BATCH = 64  # drawings at a time in the background
MOST = 30_000  # drawings remembered at a time, of all hands: up to 10 kB each
REST = 5.0  # seconds in which a store that failed is not asked again by readings
RETRY = 1.0  # seconds after which to look again for features that were missing


@dataclass(frozen=True)
class Remembered:
    """A hand's memory for a model, None if it has no drawings, as of a revision of the hand."""

    memory: Memory | None
    revision: int
    weights: str
    looked_at: float | None  # when features were missing; None if none were

    @property
    def size(self) -> int:
        """How many drawings it holds."""
        return len(self.memory) if self.memory else 0


class Memories:
    """The memories of the hands that draw at the moment; safe for threads.

    Several processes may serve the same store: each looks at the hand's revision before a reading.
    """

    def __init__(self, keeping: Keeping, reader: Reader) -> None:
        self._keeping, self._reader = keeping, reader
        self._lock = Lock()
        self._known: OrderedDict[tuple[int, str], Remembered] = OrderedDict()
        self._filling: set[tuple[int, str]] = set()
        self._failure: tuple[float, StoreError] | None = None

    def recall(self, hand: int, models: Sequence[str]) -> dict[str, Memory]:
        """Return the hand's memory for each of the models that has one; raises StoreError."""
        revision = self._keeping.open().revision(hand)
        found = {name: self._recall_one(hand, name, revision) for name in models}
        return {name: memory for name, memory in found.items() if memory is not None}

    def learn(self, hand: int, drawing: "StoredDrawing") -> None:
        """Add a drawing that has just been stored to what is remembered; raises StoreError.

        Else the next reading would make the memory anew: with ten thousand drawings it would feel
        slow.
        """
        # Not the revision that the hand has now: by then another process may have stored, too.
        for name, known in self._list_known(hand, drawing.revision - 1):
            made = self._make_features(hand, name, known.weights, [drawing.id])
            if drawing.id in made:
                row = (drawing.id, drawing.label, made[drawing.id])
                memory = add_row(known.memory, row, known.weights)
                self._keep(hand, name, replace(known, memory=memory), drawing.revision)

    def unlearn(self, hand: int, drawing_id: str, revision: int) -> None:
        """Take a drawing that is gone from a revision on out of what is remembered."""
        for name, known in self._list_known(hand, revision - 1):
            memory = known.memory and (known.memory.remove([drawing_id]) or None)
            self._keep(hand, name, replace(known, memory=memory), revision)

    def check_rest(self) -> None:
        """Raise the store's last StoreError again while it is left alone.

        Each reading would wait for it until its patience ends, and take a thread for as long.
        """
        with self._lock:
            if self._failure and monotonic() - self._failure[0] < REST:
                raise self._failure[1]

    def note_failure(self, error: StoreError) -> None:
        """Leave the store alone for a while, if it is not resting already."""
        with self._lock:
            if self._failure is None or self._failure[1] is not error:
                self._failure = monotonic(), error
                self._known.clear()

    def forget_all(self) -> None:
        """Forget what is remembered: another database may count hands and revisions anew."""
        with self._lock:
            self._known.clear()

    def note_success(self) -> None:
        """Ask the store again: it has just answered."""
        with self._lock:
            self._failure = None

    def _recall_one(self, hand: int, name: str, revision: int) -> Memory | None:
        weights = self._reader.weights_version(name)
        with self._lock:
            known = self._known.get((hand, name))
            if known and is_fresh(known, revision, weights):
                self._known.move_to_end((hand, name))
                return known.memory
        remembered = self._remember(hand, name, revision, weights)
        self._keep(hand, name, remembered, revision)
        return remembered.memory

    def _list_known(self, hand: int, revision: int) -> list[tuple[str, Remembered]]:
        """Return a hand's complete memories as of a revision, by model.

        Each change raises the revision by one: what is as of the one before lacks this change and
        no other, whichever process made it.
        """
        with self._lock:
            return [
                (name, known)
                for (whose, name), known in self._known.items()
                if whose == hand and known.revision == revision and known.looked_at is None
            ]

    def _keep(self, hand: int, name: str, remembered: Remembered, revision: int) -> None:
        with self._lock:
            self._known[hand, name] = replace(remembered, revision=revision)
            self._known.move_to_end((hand, name))
            self._forget_the_oldest()

    def _forget_the_oldest(self) -> None:
        while len(self._known) > 1 and sum(one.size for one in self._known.values()) > MOST:
            self._known.popitem(last=False)

    def _remember(self, hand: int, name: str, revision: int, weights: str) -> Remembered:
        rows = self._keeping.open().features(hand, name, weights)
        missing = [row[0] for row in rows if row[2] is None]
        made = self._make_features(hand, name, weights, missing[-AT_ONCE:])
        if len(missing) > AT_ONCE:
            self._fill_in_background(hand, name, weights, missing[:-AT_ONCE])
        rows = [(id_, label, vector or made.get(id_)) for id_, label, vector in rows]
        memory = build_memory([row for row in rows if row[2] is not None], weights)
        is_complete = all(row[2] is not None for row in rows)
        return Remembered(memory, revision, weights, None if is_complete else monotonic())

    def _make_features(
        self, hand: int, name: str, weights: str, ids: Sequence[str]
    ) -> dict[str, bytes]:
        """Make the features of these drawings; return them as {id: half floats}.

        They are stored as well, if that is possible: what cannot be stored still counts. There are
        none if other weights have been served in the meantime.
        """
        store = self._keeping.open()
        drawings = [drawing for id_ in ids if (drawing := store.get(hand, id_))]
        if not drawings:  # deleted in the meantime
            return {}
        features = self._reader.features(name, stack_seen(drawings)).astype(np.float16)
        if self._reader.weights_version(name) != weights:  # or they would pass for those of others
            return {}
        made = {drawing.id: row.tobytes() for drawing, row in zip(drawings, features, strict=True)}
        try:
            store.save_features(name, weights, made)
        except StoreError as error:
            log.warning("The features for %s could not be stored: %s", name, error)
        return made

    def _fill_in_background(self, hand: int, name: str, weights: str, ids: list[str]) -> None:
        with self._lock:
            if (hand, name) in self._filling:
                return
            self._filling.add((hand, name))
        Thread(target=self._fill, args=(hand, name, weights, ids), daemon=True).start()

    def _fill(self, hand: int, name: str, weights: str, ids: list[str]) -> None:
        try:
            for start in range(len(ids), 0, -BATCH):  # the newest first
                self._make_features(hand, name, weights, ids[max(0, start - BATCH) : start])
        except StoreError as error:
            log.warning("The features for %s could not be made: %s", name, error)
        finally:
            with self._lock:
                self._filling.discard((hand, name))
                self._known.pop((hand, name), None)


def is_fresh(known: Remembered, revision: int, weights: str) -> bool:
    """Whether a memory is still true; if features were missing, it is looked at again soon."""
    if (known.revision, known.weights) != (revision, weights):
        return False
    return known.looked_at is None or monotonic() - known.looked_at < RETRY


def add_row(memory: Memory | None, row: tuple[str, int, bytes], weights: str) -> Memory:
    """Return a memory with one more drawing; the same drawing again has a new label."""
    id_, label, vector = row
    if memory is None:
        return build_memory([row], weights)
    return memory.add(np.frombuffer(vector, np.float16)[None], np.array([label]), [id_])


def build_memory(rows: Sequence[tuple[str, int, bytes]], weights: str) -> Memory | None:
    """Return the memory of rows (id, label, half floats), None if there are none."""
    if not rows:
        return None
    ids, labels, vectors = zip(*rows, strict=True)
    features = np.frombuffer(b"".join(vectors), np.float16).reshape(len(rows), -1)
    return Memory(features, np.array(labels), ids, weights)


def stack_seen(drawings: Sequence["StoredDrawing"]) -> np.ndarray:
    """Return what the networks are given of drawings: uint8 (N, 28, 28)."""
    pixels = b"".join(drawing.seen for drawing in drawings)
    return np.frombuffer(pixels, np.uint8).reshape(-1, 28, 28)
