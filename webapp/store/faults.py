"""A database's errors -> one sentence for a person."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from webapp.store.errors import (
    StoreError,
    StoreFullError,
    StoreGoneError,
    StoreLockedError,
    StoreReadOnlyError,
)

LOCKED = "The drawings are in use by another program. Try again in a moment."
FULL = "The disk that holds {where} is full. Make room, and try again."
READ_ONLY = "{where} cannot be written. Allow the server to write there, and try again."
FOREIGN = "{where} is damaged, or not a database of this program. Move it away, and try again."
NO_ANSWER = "{where} does not answer. Start it, or check DATABASE_URL."
FAILED = "{where} cannot be used: {reason}."

# By how the codes of SQLite begin, and those of PostgreSQL (SQLSTATE).
KINDS = {
    ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "57014", "40"): (StoreLockedError, LOCKED),
    ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "53100"): (StoreFullError, FULL),
    ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "25006", "42501"): (
        StoreReadOnlyError,
        READ_ONLY,
    ),
    ("SQLITE_NOTADB", "SQLITE_CORRUPT"): (StoreError, FOREIGN),
    ("08", "57P", "53300", "28", "3D"): (StoreGoneError, NO_ANSWER),
}


@contextmanager
def explain_errors(where: str) -> Iterator[None]:
    """Turn what SQLAlchemy raises into a StoreError; `where` is a file or a server."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreLockedError(LOCKED) from error
    except DBAPIError as error:
        raise explain(error, where) from error
    except SQLAlchemyError as error:
        raise StoreError(FAILED, where=where, reason=first_line(error)) from error


def explain(error: DBAPIError, where: str) -> StoreError:
    """Return the error that says in words what the database has said in a code."""
    original = error.orig
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    for codes, (kind, sentence) in KINDS.items():
        if code and code.startswith(codes):
            return kind(sentence, where=where)
    if code is None and hasattr(original, "sqlstate"):  # there was no server to give a code
        return StoreGoneError(NO_ANSWER, where=where)
    return StoreError(FAILED, where=where, reason=first_line(original))


def first_line(error: BaseException | None) -> str:
    """Return an error's first line without its full stop."""
    return (str(error).strip().splitlines() or ["unknown error"])[0].rstrip(".")
