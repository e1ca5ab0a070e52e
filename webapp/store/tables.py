"""The tables as they are now. How they came to be is in migrations/, which a test compares."""

from datetime import UTC, datetime

from sqlalchemy import (
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

SCHEMA = "0004"  # the last revision in migrations/versions


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite keeps no time zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as an aware datetime in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """What all tables share."""


class Hand(Base):
    """Whoever draws: this machine, or a browser that has the key."""

    __tablename__ = "hands"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, in hex
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    # Goes up with every change of the hand's drawings. Each writer raises it first: on PostgreSQL
    # that locks the row, and two writers of one hand follow each other.
    revision: Mapped[int] = mapped_column(default=0, server_default="0")


class Drawing(Base):
    """A drawing that was confirmed or corrected."""

    __tablename__ = "drawings"

    number: Mapped[int] = mapped_column(primary_key=True)  # in the order of storing
    id: Mapped[str] = mapped_column(String(22), unique=True)
    hand: Mapped[int] = mapped_column(ForeignKey("hands.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    label: Mapped[int] = mapped_column(SmallInteger)
    read_as: Mapped[int | None] = mapped_column(SmallInteger)
    model: Mapped[str | None] = mapped_column(String(100))
    model_version: Mapped[str | None] = mapped_column(String(100))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    relabelled: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when it was stored again
    deleted: Mapped[datetime | None] = mapped_column(UtcDateTime)  # can be undone for a minute
    seen: Mapped[bytes] = mapped_column(LargeBinary)
    strokes: Mapped[str | None] = mapped_column(Text)  # JSON

    __table_args__ = (
        UniqueConstraint("hand", "digest", name="drawings_once"),
        Index("drawings_in_order", "hand", "deleted", "number"),
        Index("drawings_by_label", "hand", "deleted", "label", "number"),
    )


class Feature(Base):
    """What a model's last layer is given for a drawing, as half floats."""

    __tablename__ = "features"

    drawing: Mapped[int] = mapped_column(
        ForeignKey("drawings.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    model: Mapped[str] = mapped_column(String(100), primary_key=True)
    weights: Mapped[str] = mapped_column(String(100))
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class Served(Base):
    """Which version of a model is served; a model that isn't here is served as it shipped."""

    __tablename__ = "served"

    model: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[int] = mapped_column()
    changed: Mapped[datetime] = mapped_column(UtcDateTime)


IS_KEPT = Drawing.deleted.is_(None)
IS_DELETED = Drawing.deleted.is_not(None)
Index("drawings_deleted", Drawing.deleted, sqlite_where=IS_DELETED, postgresql_where=IS_DELETED)
