"""Writes of the database: drawings, hands, what is served, its tables; and ZIPs of all that."""

import contextlib
import json
import sqlite3
import zipfile
from datetime import UTC, datetime

from sqlalchemy import create_engine

from ml.networks.card import WEIGHTS_DIR
from ml.versions import Shelf
from tests.faults.enumeration import Write
from tests.webapp.store.made import Clock, make_drawing
from webapp.store import DATABASE_FILE
from webapp.store.archive import read_archive
from webapp.store.commands import export_drawings, import_drawings
from webapp.store.migrate import migrate
from webapp.store.store import Store
from webapp.versions.commands import export_version

KEPT = 5  # drawings that are there before
QUESTIONS = (
    "SELECT strokes, seen, label FROM drawings WHERE deleted IS NULL ORDER BY number",
    "SELECT model, version FROM served",
    "SELECT drawing, model, weights, vector FROM features ORDER BY drawing",
    "SELECT count(*) FROM hands",
)


@contextlib.contextmanager
def open_store(folder, url=None, patience=1):
    store = Store(folder / "instance", url, patience=patience, clock=Clock())
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def open_database(folder):
    with contextlib.closing(sqlite3.connect(folder / "instance" / DATABASE_FILE)) as database:
        yield database


class Stored(Write):
    """A write of a database that holds drawings of this machine's hand."""

    questions = QUESTIONS

    def prepare(self, folder):
        with open_store(folder) as store:
            self.fill(store, store.machine_hand())

    def fill(self, store, hand):
        store.put_all(hand, map(make_drawing, range(KEPT)))

    def write(self, folder):
        with open_store(folder) as store:
            self.change(store, store.machine_hand())

    def change(self, store, hand):
        raise NotImplementedError

    def look(self, folder):
        """What the tables hold, asked past the store, whose own answers come with `write`."""
        with open_database(folder) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return [database.execute(question).fetchall() for question in self.questions]


class NewDrawing(Stored):
    """A drawing that is confirmed."""

    name, words = "drawing", "a drawing that is confirmed"

    def change(self, store, hand):
        store.put(hand, make_drawing(KEPT))


class NewLabel(Stored):
    """The same drawing with another label."""

    name, words = "label", "a drawing's new label"

    def change(self, store, hand):
        store.put(hand, make_drawing(1, label=3))


class DeletedDrawing(Stored):
    """One drawing that is deleted."""

    name, words = "deleted", "a drawing that is deleted"

    def change(self, store, hand):
        drawings = list(store.each(hand))
        if len(drawings) == KEPT:
            store.delete(hand, drawings[2].id)


class AllDeleted(Stored):
    """All drawings at once."""

    name, words = "all-deleted", "all drawings that are deleted"

    def change(self, store, hand):
        store.delete_all(hand)


class Restored(Stored):
    """All drawings that come back."""

    name, words = "restored", "all drawings that come back"

    def fill(self, store, hand):
        super().fill(store, hand)
        store.delete_all(hand)

    def change(self, store, hand):
        store.restore_all(hand)


class NewHand(Stored):
    """A browser's own hand."""

    name, words = "hand", "a hand that begins"

    def change(self, store, hand):
        with contextlib.closing(sqlite3.connect(store.where)) as database:
            begun = database.execute(QUESTIONS[-1]).fetchone()[0]
        if begun == 1:
            store.begin_hand()


class Served(Stored):
    """The version of a model that is served."""

    name, words = "served", "the version that is served"

    def change(self, store, hand):
        del hand
        store.serve("linear", 7)


class Features(Stored):
    """What the memory keeps of drawings."""

    name, words = "features", "the features of drawings"

    def change(self, store, hand):
        vectors = {drawing.id: bytes(20) for drawing in store.each(hand)}
        store.save_features("linear", "0123456789ab", vectors)


class Import(Stored):
    """A ZIP of 40 drawings."""

    name, words = "import", "a ZIP of drawings that is imported"

    def prepare(self, folder):
        self.make_archive(folder)
        super().prepare(folder)

    def make_archive(self, folder):
        with open_store(folder / "other") as other:
            hand = other.machine_hand()
            other.put_all(hand, map(make_drawing, range(100, 140)))
            export_drawings(other, folder / "drawings.zip")

    def write(self, folder):
        with open_store(folder) as store:
            import_drawings(store, folder / "drawings.zip")


class Export(Stored):
    """The drawings as a ZIP, in the place of an older one."""

    name, words = "export", "a ZIP of drawings that is exported"

    def prepare(self, folder):
        super().prepare(folder)
        with open_store(folder) as store:
            export_drawings(store, folder / "drawings.zip")
            store.put(store.machine_hand(), make_drawing(KEPT))

    def write(self, folder):
        with open_store(folder) as store:
            export_drawings(store, folder / "drawings.zip")

    def look(self, folder):
        with (folder / "drawings.zip").open("rb") as file:
            return [(drawing.strokes, drawing.label) for drawing in read_archive(file)]


class ExportedVersion(Write):
    """A version as a ZIP."""

    name, words = "version-export", "a ZIP of a version that is exported"

    def write(self, folder):
        shelf = Shelf(WEIGHTS_DIR, None, dict, None)
        with contextlib.redirect_stdout(None):
            export_version(shelf, "linear", "0", folder / "linear.zip")

    def look(self, folder):
        path = folder / "linear.zip"
        if not path.exists():
            return None
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}


class NewDatabase(Write):
    """The first drawing of all: folder, file and tables are made for it."""

    name, words = "database", "the database and its tables, made with the first drawing"

    def write(self, folder):
        with open_store(folder) as store:
            store.put(store.machine_hand(), make_drawing())

    def look(self, folder):
        if not (folder / "instance" / DATABASE_FILE).exists():
            return []
        with open_store(folder) as store:
            return [drawing.label for drawing in store.each(store.machine_hand())]

    def list_names(self, folder):
        own = {"instance", f"instance/{DATABASE_FILE}"}  # an empty one is made use of
        return super().list_names(folder) - own


class Migration(Write):
    """A database of the first version, whose tables are brought up to date."""

    name, words = "migration", "a database that is brought up to date"

    def prepare(self, folder):
        (folder / "instance").mkdir()
        engine = self.open_engine(folder)
        migrate(engine, "0001")
        now = datetime(2026, 1, 31, tzinfo=UTC).isoformat(" ")
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO hands (id, key_hash, created) VALUES (1, 'machine', ?)", (now,)
            )
        engine.dispose()

    def open_engine(self, folder):
        return create_engine(f"sqlite:///{folder / 'instance' / DATABASE_FILE}")

    def write(self, folder):
        with open_store(folder) as store:
            store.served()

    def look(self, folder):
        engine = self.open_engine(folder)
        try:
            with engine.connect() as connection:
                tables = connection.exec_driver_sql(
                    "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
                ).all()
                revision = connection.exec_driver_sql("SELECT * FROM alembic_version").all()
                hands = connection.exec_driver_sql("SELECT id, key_hash FROM hands").all()
                check = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        finally:
            engine.dispose()
        assert check == "ok"
        return json.dumps([list(map(list, part)) for part in (tables, revision, hands)])


WRITES = (
    *(NewDrawing, NewLabel, DeletedDrawing, AllDeleted, Restored, NewHand, Served, Features),
    *(Import, Export, ExportedVersion, NewDatabase, Migration),
)
