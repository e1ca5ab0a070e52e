"""Writes of a PostgreSQL database, whose line breaks at each message of the program."""

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg

from tests.faults.enumeration import Result, Write, check_state, check_words, write_again
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
    open_store,
)
from tests.webapp.store.postgres import Postgres
from webapp.store.store import Store

FAULTS = {"before": False, "after": True}  # whether the server has heard the message
EMPTY = [[] for _ in QUESTIONS]


class OnServer(Write):
    """A write of a database on a server; the steps are the messages that it sends there.

    Here a place is the address of a database instead of a folder.
    """

    kind: type[Stored]
    line: Line

    def prepare(self, url: str) -> None:
        with open_server(url) as store:
            self.kind().fill(store, store.machine_hand())

    def write(self, url: str) -> None:
        with open_server(self.line.reroute(url)) as store:
            self.kind().change(store, store.machine_hand())

    def look(self, url: str) -> list:
        """Return what the tables hold, asked past the store; as if empty while there are none."""
        with psycopg.connect(url) as database:
            if database.execute("SELECT to_regclass('drawings')").fetchone() == (None,):
                return EMPTY
            rows = [database.execute(question).fetchall() for question in QUESTIONS]
        return rows if rows[0] else EMPTY

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
            self.line = Line(server.folder, Path(place))
            template = server.make_database()
            self.prepare(template)
            clean = server.make_database(template)
            self.write(clean)
            states = self.look(template), self.look(clean)
            assert states[0] != states[1], f"{self.name} changes nothing"
            result = Result(self.name, self.words, self.line.messages)
            for fault in faults:
                for at in range(result.steps):
                    url = server.make_database(template)
                    self.line.break_at(at, FAULTS[fault])
                    said = list(self._try(url, states, result, fault))
                    result.lost += [f"{fault} message {at}: {words}" for words in said]
                    server.drop_database(url)
            self.line.close()
        return result

    def _try(self, url: str, states: tuple, result: Result, fault: str) -> Iterator[str]:
        error = None
        try:
            self.write(url)
        except Exception as problem:
            error = problem
        if not self.line.has_broken:
            yield "it was not reached"
            return
        result.tries[fault] += 1
        if error is not None:
            yield from check_words(error, None)
        yield from check_state(self, url, error, states, result)
        yield from write_again(self, url, states[1])


class FirstDrawing(OnServer):
    """The first drawing of all, in an empty database."""

    name, words = "server-database", "PostgreSQL: tables, made with the first drawing"
    kind = NewDrawing

    def prepare(self, url: str) -> None:
        """Leave the database empty."""


def on_server(kind: type[Stored]) -> type[OnServer]:
    """Return the kind of write that does the same on a server."""
    names = {"name": f"server-{kind.name}", "words": f"PostgreSQL: {kind.words}", "kind": kind}
    return type(f"{kind.__name__}OnServer", (OnServer,), names)


def open_server(url: str) -> contextlib.AbstractContextManager[Store]:
    """Open the store of a server as another process would; it may still end what was cut off."""
    return open_store(Path("unused"), url, patience=5)


STORED = (NewDrawing, NewLabel, DeletedDrawing, AllDeleted, Restored, Served, Features)
WRITES = (*map(on_server, STORED), FirstDrawing)
