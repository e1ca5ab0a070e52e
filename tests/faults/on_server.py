"""Writes of a PostgreSQL database, whose line breaks at each message of the program."""

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg

from tests.faults.enumeration import Result, Write, check_words
from tests.faults.line import Line
from tests.faults.stored import (
    QUESTIONS,
    AllDeleted,
    DeletedDrawing,
    Features,
    NewDrawing,
    NewLabel,
    Restored,
    Served,
    Stored,
)
from tests.webapp.store.made import Clock
from tests.webapp.store.postgres import Postgres
from webapp.store.store import Store

FAULTS = {"before": False, "after": True}  # whether the server has heard the message


class OnServer(Write):
    """A write of a database on a server; the steps are the messages that it sends there."""

    kind: type[Stored]

    def fill(self, url: str) -> None:
        """Make what there is before."""
        with open_store(url) as store:
            self.kind().fill(store, store.machine_hand())

    def change(self, url: str) -> None:
        """Write; done again after a failure, it must succeed."""
        with open_store(url) as store:
            self.kind().change(store, store.machine_hand())

    def try_all(self, folder: Path) -> Result:
        """Break the line at every message; raises pytest's skip without PostgreSQL."""
        del folder
        server = Postgres()
        try:
            return self.try_on(server)
        finally:
            server.remove()

    def try_on(self, server: Postgres, faults: Iterable[str] = tuple(FAULTS)) -> Result:
        """Break the line at every message, before the server hears it and after."""
        with tempfile.TemporaryDirectory(dir="/tmp") as place:  # a socket's path is short
            line = Line(server.folder, Path(place))
            template = server.make_database()
            self.fill(template)
            clean = server.make_database(template)
            self.change(line.reroute(clean))
            states = look(template), look(clean)
            assert states[0] != states[1], f"{self.name} changes nothing"
            result = Result(self.name, self.words, line.messages)
            for fault in faults:
                for at in range(result.steps):
                    url = server.make_database(template)
                    line.break_at(at, FAULTS[fault])
                    said = list(self._try(line, url, states, result, fault))
                    result.lost += [f"{fault} message {at}: {words}" for words in said]
                    server.drop_database(url)
            line.close()
        return result

    def _try(
        self, line: Line, url: str, states: tuple, result: Result, fault: str
    ) -> Iterator[str]:
        error = None
        try:
            self.change(line.reroute(url))
        except Exception as problem:
            error = problem
        if not line.has_broken:
            yield "it was not reached"
            return
        result.tries[fault] += 1
        if error is not None:
            yield from check_words(error, None)
        state = look(url)
        result.ends["new" if state == states[1] else "old"] += 1
        if state not in states:
            yield f"what is left is {state!r}"
        if error is None and state != states[1]:
            yield "it said that it had succeeded"
        try:
            self.change(line.reroute(url))
        except Exception as problem:
            yield f"a second try fails: {problem!r}"
        if (state := look(url)) != states[1]:
            yield f"a second try ends in {state!r}"


class FirstDrawing(OnServer):
    """The first drawing of all, in an empty database."""

    name, words = "server-database", "PostgreSQL: tables, made with the first drawing"
    kind = NewDrawing

    def fill(self, url: str) -> None:
        """Leave the database empty."""


def on_server(kind: type[Stored]) -> type[OnServer]:
    """Return the kind of write that does the same on a server."""
    names = {"name": f"server-{kind.name}", "words": f"PostgreSQL: {kind.words}", "kind": kind}
    return type(f"{kind.__name__}OnServer", (OnServer,), names)


@contextlib.contextmanager
def open_store(url: str) -> Iterator[Store]:
    """Open a store as another process would."""
    store = Store(Path("unused"), url, patience=5, clock=Clock())
    try:
        yield store
    finally:
        store.close()


def look(url: str) -> list:
    """Return what the tables hold, asked past the store; as if empty while there are none."""
    with psycopg.connect(url) as database:
        if database.execute("SELECT to_regclass('drawings')").fetchone() == (None,):
            return [[] for _ in QUESTIONS]
        rows = [database.execute(question).fetchall() for question in QUESTIONS]
    return rows if rows[0] else [[] for _ in QUESTIONS]


STORED = (NewDrawing, NewLabel, DeletedDrawing, AllDeleted, Restored, Served, Features)
WRITES = (*map(on_server, STORED), FirstDrawing)
