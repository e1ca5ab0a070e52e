"""One database, opened and migrated when it is first used: SQLite in a file, or PostgreSQL."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from webapp.store import DATABASE_FILE
from webapp.store.errors import StoreError, StoreGoneError, StoreReadOnlyError
from webapp.store.faults import READ_ONLY, explain_errors
from webapp.store.migrate import migrate

POSTGRES = ("postgres", "postgresql", "postgresql+psycopg")
GONE = "{where} was deleted or replaced. Try again to begin a new one."


@dataclass(frozen=True)
class Opened:
    """A database that is in use, and which file it was: its device and number."""

    engine: Engine
    file: tuple[int, int] | None  # None for PostgreSQL


class Database:
    """Hands out connections, each in a transaction; safe for threads and for several processes.

    `patience` is how long, in seconds, to wait for another writer; `tidy` is called with a
    connection when the database has been opened.
    """

    def __init__(
        self,
        instance: Path,
        database_url: str | None,
        patience: float,
        tidy: Callable[[Connection], None],
    ) -> None:
        self._file = None if database_url else instance / DATABASE_FILE
        self._url = read_url(database_url) if database_url else None
        self._patience = patience
        self._tidy = tidy
        self._opening = Lock()
        self._opened: Opened | None = None

    @property
    def where(self) -> str:
        """The file, or the server without the password."""
        if self._url is None:
            return str(self._file)
        host = self._url.host or self._url.query.get("host", "this machine")
        return f"The PostgreSQL database {self._url.database} on {host}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self._url is None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database; raises StoreError."""
        with explain_errors(self.where), self._open().engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is on the disk when this ends; raises StoreError.

        On SQLite it is the only one that writes, from its beginning: it cannot fail half way
        because another one writes, too.
        """
        opened = self._open()
        with explain_errors(self.where), opened.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
        self._check(opened)  # or what was stored is in a file that nobody finds again

    def close(self) -> None:
        """Close every connection that is not in use; the next use opens the database again."""
        with self._opening:
            if self._opened is not None:
                self._opened.engine.dispose()
            self._opened = None

    def _open(self) -> Opened:
        with self._opening, explain_errors(self.where):
            opened = self._opened
            if opened is None:
                engine = self._make_engine()
                try:
                    self._prepare(engine)
                except BaseException:
                    engine.dispose()
                    raise
                opened = self._opened = Opened(engine, self._identify())
        self._check(opened)
        return opened

    def _check(self, opened: Opened) -> None:
        """Raise StoreGoneError if the file is not the one that was opened; the next use opens."""
        if self._identify() != opened.file:
            self.close()
            raise StoreGoneError(GONE, where=self.where)

    def _prepare(self, engine: Engine) -> None:
        migrate(engine)
        with engine.connect() as connection:
            self._tidy(connection)
            connection.commit()

    def _make_engine(self) -> Engine:
        if self._file is None:
            engine = create_engine(
                self._url, pool_pre_ping=True, connect_args={"connect_timeout": 5}
            )
            event.listen(engine, "connect", self._set_up_postgres)
            return engine
        make_folder(self._file.parent)
        # As an URL's part a path could be misread: C:\, a question mark.
        engine = create_engine(
            URL.create("sqlite", database=str(self._file)),
            connect_args={"timeout": self._patience},
        )
        event.listen(engine, "connect", self._set_up_sqlite)
        return engine

    def _set_up_sqlite(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we begin them
        use_write_ahead_log(connection, self._patience)
        connection.execute("PRAGMA synchronous = FULL")  # a commit survives a power cut
        connection.execute("PRAGMA fullfsync = ON")  # on macOS, too
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten

    def _set_up_postgres(self, connection: object, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {round(1000 * self._patience)}")
        connection.commit()

    def _identify(self) -> tuple[int, int] | None:
        if self._file is None:
            return None
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino


def read_url(text: str) -> URL:
    """Return DATABASE_URL with the driver that we use; raises StoreError."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in POSTGRES:
        raise StoreError("DATABASE_URL must be an address like postgresql://user@host/database.")
    return url.set(drivername="postgresql+psycopg")


def use_write_ahead_log(connection: sqlite3.Connection, patience: float) -> None:
    """Let readers and a writer work at once; the file remembers it."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # While another process begins the file, SQLite answers at once, without waiting.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def make_folder(folder: Path) -> None:
    """Make the folder of the database, for this user only; raises StoreError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnlyError(READ_ONLY, where=folder) from error
