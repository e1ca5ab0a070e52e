"""The door to the store: what hands have confirmed, and which versions of the models are served.

Loads SQLAlchemy; import it when needed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, and_, delete, func, select

from webapp.store import hands, queries
from webapp.store.database import Database
from webapp.store.drawings import LIMIT, Imported, NewDrawing, Page, StoredDrawing
from webapp.store.queries import BATCH, batches, belongs_to, check_room, count_labels
from webapp.store.rows import COLUMNS, read_clock, to_drawing, to_row
from webapp.store.tables import IS_KEPT, Drawing, Feature, Hand, Served

ID = re.compile(r"[\w-]{22}", re.ASCII)


class Store:
    """The drawings of every hand, and what is served; for many threads and processes at once.

    Opens the database, and brings its tables up to date, at first use. What a method has returned
    from is on the disk. Raises StoreError, each a sentence for people, for whatever the database
    cannot do.
    """

    def __init__(
        self,
        instance: Path,
        database_url: str | None = None,
        *,
        patience: float = 5.0,
        limit: int = LIMIT,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        self._database = Database(instance, database_url, patience, self._purge)
        self._limit = limit  # drawings of a hand
        self._now = clock

    @property
    def where(self) -> str:
        """Where the drawings are kept: a file, or a server without its password."""
        return self._database.where

    def close(self) -> None:
        """Close the connections; the store opens again when it is used again."""
        self._database.close()

    # Hands

    def machine_hand(self) -> int:
        """Return the hand of this machine, used by itself."""
        with self._database.read() as connection:
            found = hands.find(connection, hands.MACHINE)
        if found is not None:
            return found
        with self._database.write() as connection:
            return hands.add_machine(connection, self._now())

    def begin_hand(self) -> tuple[int, str]:
        """Make a new hand; return it and its key, which is nowhere else."""
        with self._database.write() as connection:
            return hands.add_hand(connection, self._now())

    def find_hand(self, key: str) -> int | None:
        """Return the hand that a key belongs to."""
        with self._database.read() as connection:
            return hands.find(connection, hands.hash_key(key))

    def revision(self, hand: int) -> int:
        """Return a number that changes whenever a hand's drawings do, whoever changes them."""
        with self._database.read() as connection:
            return connection.scalar(select(Hand.revision).where(Hand.id == hand)) or 0

    # The drawings of a hand

    def put(self, hand: int, drawing: NewDrawing) -> tuple[StoredDrawing, bool]:
        """Store a drawing; return it, and whether it is new.

        The same drawing (the same strokes, or the same picture where there are none) keeps its id
        and gets the new label. Raises HandFullError.
        """
        now = self._now()
        row = to_row(hand, drawing, now)
        query = select(*COLUMNS).where(Drawing.hand == hand, Drawing.digest == row["digest"])
        with self._change(hand) as (connection, revision):
            queries.put_rows(connection, hand, [row], now)
            check_room(connection, hand, self._limit)
            stored = connection.execute(query).one()
        return replace(to_drawing(stored), revision=revision), stored.id == row["id"]

    def put_all(self, hand: int, drawings: Iterable[NewDrawing]) -> Imported:
        """Store many drawings, all of them or none; raises HandFullError."""
        now = self._now()
        rows = [to_row(hand, drawing, now) for drawing in drawings]
        with self._change(hand) as (connection, _):
            before = sum(count_labels(connection, hand).values())
            queries.put_rows(connection, hand, rows, now)
            added = check_room(connection, hand, self._limit) - before
        return Imported(added, len(rows) - added)

    def get(self, hand: int, id: str) -> StoredDrawing | None:  # noqa: A002
        """Return one drawing, None if the hand has none of this id."""
        if not ID.fullmatch(id):
            return None
        query = select(*COLUMNS).where(Drawing.hand == hand, Drawing.id == id, IS_KEPT)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return row and to_drawing(row)

    def page(
        self, hand: int | None, label: int | None = None, page: int = 1, size: int = 100
    ) -> Page:
        """Return a page of a hand's drawings, newest first; of all hands' if `hand` is None."""
        wanted = and_(belongs_to(hand), *([] if label is None else [Drawing.label == label]))
        query = select(*COLUMNS).where(wanted).order_by(Drawing.number.desc()).limit(size)
        start = (max(page, 1) - 1) * size
        with self._database.read() as connection:
            counts = count_labels(connection, hand)
            total = sum(counts.values()) if label is None else counts.get(label, 0)
            rows = connection.execute(query.offset(start)).all() if start < total else []
            corrections = queries.count_corrections(connection, hand)
        return Page([to_drawing(row) for row in rows], total, counts, corrections)

    def each(self, hand: int | None) -> Iterator[StoredDrawing]:
        """Yield a hand's drawings, or all hands', oldest first, without holding them all."""
        columns = select(Drawing.number, *COLUMNS).where(belongs_to(hand)).limit(BATCH)
        last = 0
        while True:
            query = columns.where(Drawing.number > last).order_by(Drawing.number)
            with self._database.read() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from map(to_drawing, rows)
            last = rows[-1].number

    def delete(self, hand: int, id: str) -> int | None:  # noqa: A002
        """Delete one drawing for good.

        Return the hand's revision from which on it is gone, None if there was none of this id.
        """
        if not ID.fullmatch(id):
            return None
        gone = delete(Drawing).where(Drawing.hand == hand, Drawing.id == id, IS_KEPT)
        with self._change(hand) as (connection, revision):
            return revision if connection.execute(gone).rowcount else None

    def delete_all(self, hand: int) -> int:
        """Delete a hand's drawings, which restore_all undoes for a minute; return their number."""
        with self._change(hand) as (connection, _):
            return queries.delete_rows(connection, hand, self._now())

    def restore_all(self, hand: int) -> int:
        """Bring back what delete_all took within the last minute; return how many that is.

        Raises HandFullError if so many have been stored since that there is no room.
        """
        with self._change(hand) as (connection, _):
            restored = queries.restore_rows(connection, hand, self._now())
            check_room(connection, hand, self._limit)
        return restored

    # What the memory keeps

    def features(self, hand: int, model: str, weights: str) -> list[tuple[str, int, bytes | None]]:
        """Return (id, label, half floats) of each drawing, the last one labelled at the end.

        The half floats are None where these weights of the model have not been asked yet.
        """
        made = and_(
            Feature.drawing == Drawing.number, Feature.model == model, Feature.weights == weights
        )
        query = select(Drawing.id, Drawing.label, Feature.vector).outerjoin_from(
            Drawing, Feature, made
        )
        given = func.coalesce(Drawing.relabelled, Drawing.created)
        query = query.where(belongs_to(hand)).order_by(given, Drawing.number)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [(id, label, vector and bytes(vector)) for id, label, vector in rows]  # noqa: A001

    def save_features(self, model: str, weights: str, features: Mapping[str, bytes]) -> None:
        """Keep {id: half floats}, in place of those of the model's other weights.

        Drawings deleted in the meantime are left out.
        """
        with self._database.write() as connection:
            for ids in batches(sorted(features)):
                batch = {id: features[id] for id in ids}  # noqa: A001
                queries.save_features(connection, model, weights, batch)

    # Which versions of the models are served

    def served(self) -> dict[str, int]:
        """Return the version that is served of each model that was ever switched."""
        with self._database.read() as connection:
            return dict(connection.execute(select(Served.model, Served.version)).all())

    def serve(self, model: str, version: int) -> None:
        """Let a version of a model be served from now on, in every process."""
        row = {"model": model, "version": version, "changed": self._now()}
        with self._database.write() as connection:
            queries.save_served(connection, row)

    @contextmanager
    def _change(self, hand: int) -> Iterator[tuple[Connection, int]]:
        """Open a transaction that changes a hand's drawings, one at a time for each hand.

        Yields the revision that the hand has after it, too.
        """
        with self._database.write() as connection:
            revision = hands.raise_revision(connection, hand)
            queries.purge(connection, self._now())
            yield connection, revision

    def _purge(self, connection: Connection) -> None:
        queries.purge(connection, self._now())
