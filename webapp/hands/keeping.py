"""The app's store, opened when it is first needed: until then, no SQLAlchemy is loaded."""

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from flask import current_app

from webapp.store import has_database

if TYPE_CHECKING:
    from webapp.store.store import Store


class Keeping:
    """Where an app keeps drawings: the folder or the database that it was told; safe for threads.

    Reading digits opens nothing as long as there is no database: then nobody has confirmed a
    drawing, so none can count.
    """

    def __init__(self, instance: Path, database_url: str | None, patience: float) -> None:
        """`patience`: seconds to wait for another one who writes."""
        self._instance, self._database_url = Path(instance), database_url
        self._patience = patience
        self._opening = Lock()
        self._store: Store | None = None

    @property
    def may_hold_drawings(self) -> bool:
        """Whether anything can have been stored; nothing is loaded to find out."""
        return self._store is not None or self.has_database

    @property
    def has_database(self) -> bool:
        """Whether there is a database; nothing is loaded to find out."""
        return has_database(self._instance, self._database_url)

    def open(self) -> "Store":
        """Return the store; raises MissingPackageError where SQLAlchemy is not installed."""
        with self._opening:
            if self._store is None:
                from webapp.store.store import Store

                self._store = Store(self._instance, self._database_url, patience=self._patience)
            return self._store

    def close(self) -> None:
        """Close the store's connections; the next use opens it again."""
        with self._opening:
            if self._store is not None:
                self._store.close()


def keeping() -> Keeping:
    """Return what keeps the drawings of the app."""
    return current_app.extensions["keeping"]


def store() -> "Store":
    """Return the app's store."""
    return keeping().open()
