"""Whose drawings they are: a hand is a row, known by a random key; only its hash is kept."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from webapp.store.errors import StoreError
from webapp.store.rows import upsert
from webapp.store.tables import Hand

MACHINE = "machine"  # in place of a hash: no key's SHA-256 is this


def add_machine(connection: Connection, now: datetime) -> int:
    """Return this machine's own hand, made if there is none yet."""
    row = {"key_hash": MACHINE, "created": now}
    connection.execute(upsert(connection, Hand).on_conflict_do_nothing(), row)
    return find(connection, MACHINE)


def add_hand(connection: Connection, now: datetime) -> tuple[int, str]:
    """Make a hand; return it and the key that its browser keeps: 256 random bits."""
    key = secrets.token_urlsafe(32)
    row = {"key_hash": hash_key(key), "created": now}
    return connection.execute(insert(Hand).values(row).returning(Hand.id)).scalar_one(), key


def find(connection: Connection, key_hash: str) -> int | None:
    """Return the hand that a key's hash belongs to."""
    return connection.scalar(select(Hand.id).where(Hand.key_hash == key_hash))


def hash_key(key: str) -> str:
    """Return the SHA-256 of a key; what a cookie holds may be no text at all."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def raise_revision(connection: Connection, hand: int) -> int:
    """Say that a hand's drawings change, before they do, and return the revision that they get.

    Until the end of the transaction nobody else changes them. Raises StoreError for an unknown
    hand.
    """
    change = update(Hand).where(Hand.id == hand).values(revision=Hand.revision + 1)
    revision = connection.scalar(change.returning(Hand.revision))
    if revision is None:
        raise StoreError("This hand is not in the store any more. Begin a new one.")
    return revision
