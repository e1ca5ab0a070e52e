"""From the first schema to the last without losing a row; a newer one is refused."""

import contextlib
import logging
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from tests.webapp.store.made import make_drawing
from webapp.store import DATABASE_FILE, hands
from webapp.store.database import read_url
from webapp.store.errors import NewerDatabaseError
from webapp.store.migrate import SCRIPTS, migrate
from webapp.store.tables import SCHEMA, Base

HAND = "INSERT INTO hands (id, key_hash, created) VALUES (:id, :hash, :now)"
DRAWING = """
INSERT INTO drawings
(id, hand, digest, label, read_as, model, model_version, created, seen, strokes) VALUES
(:id, :hand, :digest, :label, 3, 'linear', 'abc', :now, :seen, :strokes)
"""


@pytest.fixture
def connect(tmp_path, url):
    """Opens the database of the store under test with nothing of the store's own."""
    (tmp_path / "instance").mkdir()
    address = read_url(url) if url else f"sqlite:///{tmp_path / 'instance' / DATABASE_FILE}"
    engines = []

    @contextlib.contextmanager
    def connect_one():
        engines.append(create_engine(address))
        with engines[-1].begin() as connection:
            yield connection

    yield connect_one
    for engine in engines:
        engine.dispose()


def make_first_schema(connection, rows):
    """The database as it was after revision 0001, with two hands and their drawings."""
    migrate(connection.engine, "0001")
    for id, key in ((1, "one"), (2, "two")):  # noqa: A001
        now = str(datetime(2026, 1, id, tzinfo=UTC))[:19]
        connection.execute(text(HAND), {"id": id, "hash": hands.hash_key(key), "now": now})
    for number in range(rows):
        row = {
            "id": f"{number:022}",
            "hand": 1 + number % 2,
            "digest": f"{number:064}",
            "label": number % 11,
            "now": "2026-01-31 12:00:00",
            "seen": number.to_bytes(4, "big") * 196,
            "strokes": "[[[1.5,2.0]]]" if number % 3 else None,
        }
        connection.execute(text(DRAWING), row)


def test_the_first_drawing_leaves_no_line_of_the_tables_being_made(connect, caplog):
    caplog.set_level(logging.INFO)  # as the server does
    with connect() as connection:
        engine = connection.engine
    migrate(engine)
    assert caplog.messages == []


def test_no_row_of_the_first_schema_is_lost(connect, open_store, url):
    with connect() as connection:
        make_first_schema(connection, rows=40)
    store = open_store(url)
    assert (store.find_hand("one"), store.find_hand("two")) == (1, 2)
    drawings = list(store.each(None))
    assert [int(drawing.id) for drawing in drawings] == list(range(40))
    for number, drawing in enumerate(drawings):
        assert drawing.seen == number.to_bytes(4, "big") * 196
        assert drawing.strokes == ([[[1.5, 2.0]]] if number % 3 else None)
        assert (drawing.hand, drawing.label) == (1 + number % 2, number % 11)
        assert (drawing.read_as, drawing.model, drawing.model_version) == (3, "linear", "abc")
    # And what came later works with what was there.
    assert store.delete_all(1) == 20
    assert store.restore_all(1) == 20
    assert store.revision(1) == 2
    store.save_features("linear", "abc", {drawings[0].id: b"12"})
    assert store.features(1, "linear", "abc")[0] == (drawings[0].id, 0, b"12")


def test_the_last_revision_has_the_tables_of_the_code(connect, open_store, url):
    open_store(url).machine_hand()
    with connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_code_knows_its_last_revision():
    scripts = ScriptDirectory(SCRIPTS)
    assert scripts.get_current_head() == SCHEMA
    assert len(list(scripts.walk_revisions())) >= 2


def test_a_newer_database_is_refused_in_one_line_and_left_alone(connect, open_store, url):
    store = open_store(url)
    store.put(store.machine_hand(), make_drawing())
    store.close()
    with connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabaseError, match=r"newer version.*9999.*Update the program") as no:
        store.machine_hand()
    assert "\n" not in str(no.value)
    with connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
        assert connection.scalar(text("SELECT count(*) FROM drawings")) == 1
        connection.execute(text("UPDATE alembic_version SET version_num = :s"), {"s": SCHEMA})
    assert store.page(store.machine_hand()).total == 1
