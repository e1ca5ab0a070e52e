"""What stores ask their databases."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def hear_statements() -> Iterator[list[tuple[str, tuple]]]:
    """Give a list that grows by each statement, with its parameters, within the block."""
    heard = []

    def note(_connection, _cursor, statement, parameters, *_):
        heard.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", note)
