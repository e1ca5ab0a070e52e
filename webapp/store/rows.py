"""Drawings <-> rows of the table."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.dialects import postgresql, sqlite

from webapp.store.drawings import NewDrawing, StoredDrawing, make_digest, write_strokes
from webapp.store.tables import Base, Drawing

# Every column of a StoredDrawing.
COLUMNS = [
    getattr(Drawing, name)
    for name in ("id", "hand", "strokes", "seen", "label", "read_as", "model", "model_version")
] + [Drawing.created]


def to_row(hand: int, drawing: NewDrawing, now: datetime) -> dict[str, Any]:
    """Return a new drawing as a row, with an id of 128 random bits."""
    strokes = write_strokes(drawing.strokes)
    return {
        "id": secrets.token_urlsafe(16),
        "hand": hand,
        "digest": make_digest(strokes, drawing.seen),
        "strokes": strokes,
        "seen": drawing.seen,
        "label": drawing.label,
        "read_as": drawing.read_as,
        "model": drawing.model,
        "model_version": drawing.model_version,
        "created": drawing.created or now,
    }


def to_drawing(row: Row[Any]) -> StoredDrawing:
    """Return a row of COLUMNS as a drawing."""
    fields = {column.key: getattr(row, column.key) for column in COLUMNS}
    strokes = fields["strokes"] and json.loads(fields["strokes"])
    return StoredDrawing(**fields | {"strokes": strokes, "seen": bytes(fields["seen"])})


def upsert(connection: Connection, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return the database's own INSERT, which knows ON CONFLICT."""
    dialects = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    return dialects[connection.dialect.name](table)


def read_clock() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)
