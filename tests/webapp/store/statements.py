"""What stores ask their databases."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def hear_statements() -> Iterator[list[tuple[str, tuple]]]:
    """Give a list that grows by each statement of this thread, with its parameters."""
    heard, own = [], threading.get_ident()

    def note(_connection, _cursor, statement, parameters, *_):
        if threading.get_ident() == own:  # other tests' apps may still be looking for versions
            heard.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", note)
