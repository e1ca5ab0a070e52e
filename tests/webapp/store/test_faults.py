"""Whatever happens to SQLite's file: one clear sentence, and what was confirmed is still there."""

import contextlib
import shutil
import sqlite3

import pytest
from sqlalchemy import Engine, event

from tests.webapp.permissions import as_anybody
from tests.webapp.store.made import make_drawing
from webapp.store import DATABASE_FILE
from webapp.store.errors import (
    StoreError,
    StoreFullError,
    StoreGoneError,
    StoreLockedError,
    StoreReadOnlyError,
)


@pytest.fixture
def store(open_store):
    return open_store()


@pytest.fixture
def hand(store):
    return store.machine_hand()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "instance" / DATABASE_FILE


@contextlib.contextmanager
def locked(file, *statements):
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        for statement in statements:
            other.execute(statement)
        yield


def assert_clear(refusal, *words):
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert sentence[0].isupper() or sentence.startswith("/")
    assert "\n" not in sentence
    assert not any(jargon in sentence for jargon in ("sqlalche", "(sqlite3", "SELECT", "INSERT"))
    assert all(word in sentence for word in words), sentence


def test_a_locked_database_is_said_to_be_in_use_and_can_be_read(store, hand, file):
    kept, _ = store.put(hand, make_drawing(0))
    with locked(file, "BEGIN IMMEDIATE"):
        with pytest.raises(StoreLockedError) as refusal:
            store.put(hand, make_drawing(1))
        assert_clear(refusal, "in use", "Try again")
        assert store.get(hand, kept.id) == kept
    assert store.put(hand, make_drawing(1))[1]
    assert store.page(hand).total == 2


def test_a_database_locked_from_the_start_can_be_used_afterwards(store, file):
    file.parent.mkdir()
    with locked(file, "BEGIN EXCLUSIVE"):
        with pytest.raises(StoreLockedError) as refusal:
            store.machine_hand()
        assert_clear(refusal, "in use")
    assert store.machine_hand()


def test_a_folder_that_cannot_be_written_is_named(open_store, open_folder):
    store = open_store(instance=open_folder / "instance")
    open_folder.chmod(0o555)
    with as_anybody(), pytest.raises(StoreReadOnlyError) as refusal:
        store.machine_hand()
    open_folder.chmod(0o755)
    assert_clear(refusal, str(open_folder), "cannot be written")
    assert store.machine_hand()


def test_a_file_that_cannot_be_written_is_named_and_can_be_read(open_store, open_folder):
    writer = open_store(instance=open_folder)
    hand = writer.machine_hand()
    kept, _ = writer.put(hand, make_drawing())
    for path in open_folder.iterdir():
        path.chmod(0o444)
    store = open_store(instance=open_folder)
    with as_anybody():
        assert store.get(hand, kept.id) == kept
        with pytest.raises(StoreReadOnlyError) as refusal:
            store.put(hand, make_drawing(1))
        store.close()
    assert_clear(refusal, str(open_folder), "cannot be written")
    assert writer.page(hand).total == 1


def test_a_full_disk_is_said_and_loses_nothing(open_store, tmp_path):
    def allow_pages(connection, _record, pages=60):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    store = open_store()
    event.listen(Engine, "connect", allow_pages)  # SQLite then answers as a full disk does
    try:
        hand, stored = store.machine_hand(), []
        with pytest.raises(StoreFullError) as refusal:
            for number in range(1000):
                stored.append(store.put(hand, make_drawing(number))[0])
        assert_clear(refusal, "full", str(tmp_path))
        assert stored
        assert list(store.each(hand)) == stored
        store.delete(hand, stored[0].id)
    finally:
        event.remove(Engine, "connect", allow_pages)
    other = open_store()
    assert list(other.each(hand)) == stored[1:]
    assert other.put(hand, make_drawing(1000))[1]


def test_a_file_that_is_gone_is_said_and_the_next_use_begins_a_new_one(store, hand, file):
    store.put(hand, make_drawing())
    shutil.rmtree(file.parent)
    with pytest.raises(StoreGoneError) as refusal:
        store.put(hand, make_drawing(1))
    assert_clear(refusal, str(file), "deleted or replaced")
    hand = store.machine_hand()
    assert store.put(hand, make_drawing(1))[1]
    assert store.page(hand).total == 1


def test_a_backup_put_in_place_of_the_file_is_opened(store, hand, file, open_store, tmp_path):
    other = open_store(instance=tmp_path / "backup")
    kept, _ = other.put(other.machine_hand(), make_drawing(5))
    other.close()
    store.put(hand, make_drawing())
    (tmp_path / "backup" / DATABASE_FILE).replace(file)
    for leftover in file.parent.glob("*-*"):
        leftover.unlink()
    with pytest.raises(StoreGoneError):
        store.page(hand)
    assert list(store.each(store.machine_hand())) == [kept]


@pytest.mark.parametrize("content", [b"id,label\n1,7\n" * 100, b"SQLite format 3\0" + b"x" * 8000])
def test_a_file_that_is_no_database_is_left_alone(open_store, file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(StoreError) as refusal:
        open_store().machine_hand()
    assert_clear(refusal, str(file), "not a database")
    assert file.read_bytes() == content


def test_another_programs_database_is_left_alone(open_store, file):
    file.parent.mkdir()
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE drawings (picture)")
    with pytest.raises(StoreError) as refusal:
        open_store().machine_hand()
    assert_clear(refusal, str(file))
    with contextlib.closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("drawings",)]


def test_a_damaged_file_is_said(store, hand, file, open_store):
    for number in range(50):
        store.put(hand, make_drawing(number))
    store.close()
    with file.open("r+b") as damaged:
        damaged.seek(4096)
        damaged.write(b"\xff" * (file.stat().st_size - 8192))
    with pytest.raises(StoreError) as refusal:
        list(open_store().each(hand))
    assert_clear(refusal, str(file))


@pytest.mark.parametrize("there", ["file", "folder"])
def test_a_folder_that_cannot_be_one_is_named(open_store, tmp_path, there):
    if there == "file":
        (tmp_path / "instance").write_text("not a folder")
    else:
        (tmp_path / "instance" / DATABASE_FILE).mkdir(parents=True)
    with pytest.raises(StoreReadOnlyError) as refusal:
        open_store().machine_hand()
    assert_clear(refusal, str(tmp_path / "instance"))


@pytest.mark.parametrize("url", ["nonsense", "mysql://root@localhost/board", "sqlite:///x", ""])
def test_an_address_that_is_not_postgres_is_refused(open_store, url):
    with pytest.raises(StoreError) as refusal:
        open_store(url or "://").machine_hand()
    assert_clear(refusal, "DATABASE_URL", "postgresql://")


def test_a_strange_folder_name_is_only_a_name(open_store, tmp_path):
    folder = tmp_path / "a ?b=c#d%20 é:memory:"
    store = open_store(instance=folder)
    store.put(store.machine_hand(), make_drawing())
    assert (folder / DATABASE_FILE).is_file()
