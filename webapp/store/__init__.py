"""The store: confirmed drawings, and which versions are served. Loaded when it is first needed.

This file and `drawings.py` are light; `store.py` loads SQLAlchemy.
"""

from pathlib import Path

DATABASE_FILE = "drawings.sqlite3"  # in the instance folder


def has_database(instance: Path, database_url: str | None = None) -> bool:
    """Say whether anything can have been stored, without loading SQLAlchemy or making a file."""
    return database_url is not None or (instance / DATABASE_FILE).exists()
