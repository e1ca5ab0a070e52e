"""What the store asks of the database, on a connection that it has opened."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, true, update

from webapp.store.errors import HandFullError
from webapp.store.rows import upsert
from webapp.store.tables import IS_DELETED, IS_KEPT, Drawing, Feature, Served

UNDO = timedelta(seconds=60)  # how long deleting all can be undone
BATCH = 500  # rows at once where there are many
FULL = (
    "A hand has room for {limit:,} drawings, and these would be more. "
    "Download them, delete some, and try again."
)
Rows = Sequence[dict[str, Any]]


def belongs_to(hand: int | None) -> ColumnElement[bool]:
    """Return what is true of a hand's drawings, or of all hands' if it is None."""
    return and_(IS_KEPT, true() if hand is None else Drawing.hand == hand)


def put_rows(connection: Connection, hand: int, rows: Rows, now: datetime) -> None:
    """Insert drawings, and give the new label to those that are there."""
    for batch in batches([row["digest"] for row in rows]):
        # Deleted, and still to be restored: it is new again.
        twins = delete(Drawing).where(Drawing.hand == hand, IS_DELETED)
        connection.execute(twins.where(Drawing.digest.in_(batch)))
    statement = upsert(connection, Drawing)
    changes = {"label": statement.excluded.label, "relabelled": now}
    statement = statement.on_conflict_do_update(index_elements=["hand", "digest"], set_=changes)
    for batch in batches(rows):
        connection.execute(statement, batch)


def check_room(connection: Connection, hand: int, limit: int) -> int:
    """Return how many drawings the hand has now; raises HandFullError if they are too many."""
    count = sum(count_labels(connection, hand).values())
    if count > limit:
        raise HandFullError(FULL.format(limit=limit))
    return count


def count_labels(connection: Connection, hand: int | None) -> dict[int, int]:
    """Return how many drawings there are of each label."""
    query = select(Drawing.label, func.count()).where(belongs_to(hand)).group_by(Drawing.label)
    return dict(connection.execute(query.order_by(Drawing.label)).all())


def count_corrections(connection: Connection, hand: int | None) -> int:
    """Return how many drawings were read differently from their labels."""
    is_corrected = and_(belongs_to(hand), Drawing.read_as != Drawing.label)
    query = select(func.count()).select_from(Drawing).where(is_corrected)
    return connection.execute(query).scalar_one()


def delete_rows(connection: Connection, hand: int, now: datetime) -> int:
    """Mark a hand's drawings as deleted; return how many."""
    return connection.execute(update(Drawing).where(belongs_to(hand)).values(deleted=now)).rowcount


def restore_rows(connection: Connection, hand: int, now: datetime) -> int:
    """Bring back what was marked within the last minute; return how many."""
    back = update(Drawing).where(Drawing.hand == hand, Drawing.deleted > now - UNDO)
    return connection.execute(back.values(deleted=None)).rowcount


def purge(connection: Connection, now: datetime) -> None:
    """Delete for good, of every hand, what was marked more than a minute ago."""
    old = select(Drawing.number).where(Drawing.deleted <= now - UNDO)
    if connection.scalar(old.limit(1)) is None:
        return
    # Rows that another process is purging are left to it: waiting could end in a deadlock.
    old = old.with_for_update(skip_locked=True)
    connection.execute(delete(Drawing).where(Drawing.number.in_(old)))


def save_features(
    connection: Connection, model: str, weights: str, features: dict[str, bytes]
) -> None:
    """Insert {id: half floats}, in place of those of the model's other weights."""
    found = select(Drawing.number, Drawing.id).where(Drawing.id.in_(features))
    # Locked, so that none is deleted before the commit.
    found = found.order_by(Drawing.number).with_for_update(read=True, key_share=True)
    rows = [
        {"drawing": number, "model": model, "weights": weights, "vector": features[id]}
        for number, id in connection.execute(found)  # noqa: A001
    ]
    statement = upsert(connection, Feature)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["drawing", "model"], set_={"weights": new.weights, "vector": new.vector}
    )
    if rows:
        connection.execute(statement, rows)


def save_served(connection: Connection, row: dict[str, Any]) -> None:
    """Keep which version of a model is served, in place of the former."""
    statement = upsert(connection, Served)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["model"], set_={"version": new.version, "changed": new.changed}
    )
    connection.execute(statement, row)


def batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the items, BATCH at a time: a database takes only so many in a statement."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
