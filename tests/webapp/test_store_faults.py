"""Whatever happens to the database: readings go on and say so, and nothing confirmed is lost."""

import contextlib
import os
import shutil
import sqlite3

import pytest
from sqlalchemy import Engine, event

from tests.webapp.people import ADDRESS, TOKEN, Person, assert_problem
from tests.webapp.permissions import as_anybody
from tests.webapp.shelf import make_shelf
from webapp.store import DATABASE_FILE


@pytest.fixture
def file(tmp_path):
    return tmp_path / "instance" / DATABASE_FILE


@contextlib.contextmanager
def change(file, *statements):
    """Run statements in a connection that stays open in the block."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)
        yield


@pytest.mark.slow
def test_while_another_program_writes_nothing_is_stored_and_readings_go_on(owner, file):
    owner.keep(1)
    with change(file, "BEGIN IMMEDIATE"):
        refusal = owner.confirm(4, 2)
        assert_problem(refusal, 503, "in use by another program", "Try again")
        assert int(refusal.headers["Retry-After"]) > 0
        assert_problem(owner.ask("DELETE", ADDRESS), 503, "in use by another program")
        assert owner.read()["digit"] == 1
    owner.keep(4, 2)
    assert owner.list()["counts"] == {"1": 1, "4": 1}


def test_a_database_that_is_locked_from_the_start_keeps_nobody_from_reading(owner, file):
    file.parent.mkdir()
    with change(file, "BEGIN EXCLUSIVE"):
        assert_problem(owner.confirm(1), 503, "in use by another program")
        reading = owner.read()
    assert reading["digit"] == 7
    assert "do not count at the moment" in reading["memory_problem"]


def test_a_database_that_is_gone_is_said_with_the_reading(owner, file):
    owner.keep(1)
    shutil.rmtree(file.parent)
    reading = owner.read()
    assert reading["digit"] == 7
    assert reading["because"] is None
    assert "do not count at the moment" in reading["memory_problem"]


def test_where_the_drawings_are_is_said_to_the_owner_and_the_teacher_alone(
    owner, pupil, teacher, file
):
    owner.keep(1)
    pupil.keep(1)
    shutil.rmtree(file.parent)
    file.parent.write_text("not a folder")
    for person in (owner, teacher, pupil):
        person.ask("DELETE", ADDRESS)  # whoever finds it gone closes it
        words = [person.read()["memory_problem"], person.confirm(4).get_json()["detail"]]
        words.append(person.ask("POST", "/api/hands", json={}).get_json()["detail"])
        for sentence in words:
            assert "cannot be written" in sentence
            assert (str(file.parent) in sentence) == (person is not pupil)


def test_with_a_wrong_token_nobody_is_told_where_the_drawings_are(pupil, file):
    file.parent.write_text("not a folder")
    pupil.headers = {"X-Board-Token": "wrong"}
    answer = pupil.ask("POST", "/api/hands", json={})
    assert_problem(answer, 503, "The database of the drawings cannot be written")


def test_what_the_database_says_is_not_for_pupils(pupil, file):
    file.parent.mkdir()
    with change(file, "CREATE TABLE drawings (picture)"):
        pass
    assert_problem(pupil.confirm(1), 503, "whoever started the server can read why")


def test_several_readings_say_it_once(owner, file):
    owner.keep(1)
    shutil.rmtree(file.parent)
    answer = owner.read(models=["first", "second"])
    assert [reading["digit"] for reading in answer["readings"]] == [7, 7]
    assert "do not count" in answer["memory_problem"]
    assert "memory_problem" not in answer["readings"][0]


def test_a_store_that_failed_is_not_asked_again_at_once(owner, file):
    owner.keep(1)
    shutil.rmtree(file.parent)
    first, second = owner.read()["memory_problem"], owner.read()["memory_problem"]
    assert first == second
    assert not file.exists()


def test_storing_asks_again_at_once_and_readings_with_it(owner, file):
    owner.keep(1)
    shutil.rmtree(file.parent)
    assert "memory_problem" in owner.read()
    owner.keep(4)
    assert owner.read()["digit"] == 4


def test_a_new_database_in_the_place_of_one_that_is_gone_counts(owner, file):
    owner.keep(1)
    shutil.rmtree(file.parent)
    assert_problem(owner.ask("GET", ADDRESS), 503, "deleted or replaced")
    owner.keep(4)
    assert owner.read()["digit"] == 4


def test_a_file_that_is_no_database_is_left_alone(make_app, file):
    file.parent.mkdir()
    file.write_bytes(b"a letter, not a database" * 100)
    owner = Person(make_app(), TOKEN)
    assert_problem(owner.confirm(1), 503, "damaged, or not a database")
    assert "memory_problem" in owner.read()
    assert file.read_bytes() == b"a letter, not a database" * 100


def test_a_newer_database_is_refused_in_words(make_app, owner, file):
    owner.keep(1)
    with change(file, "UPDATE alembic_version SET version_num = '9999'"):
        pass
    newer = Person(make_app(), TOKEN)
    for answer in (newer.confirm(4), newer.ask("GET", ADDRESS)):
        assert_problem(answer, 503, "newer")
    assert "newer" in newer.read()["memory_problem"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions work differently here")
def test_a_read_only_database_is_read(make_app, open_folder):
    config = {"INSTANCE_DIR": open_folder, "LISTENS_ON_LOOPBACK": True}
    Person(make_app(**config), TOKEN).keep(1)
    for path in open_folder.iterdir():
        path.chmod(0o444)
    app = make_app(**config)
    person = Person(app, TOKEN)
    with as_anybody():
        refusal = person.confirm(4, 2)
        first, second = person.read(), person.read(model="second")
        app.extensions["keeping"].close()
    assert_problem(refusal, 503, "cannot be written")
    assert first["digit"] == 1
    assert second["digit"] == 1  # its features are made, and cannot be stored


@pytest.mark.slow
def test_a_full_disk_loses_nothing_that_was_confirmed(make_app):
    def allow_pages(connection, _record, pages=60):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    app = make_app()
    person = Person(app, TOKEN)
    event.listen(Engine, "connect", allow_pages)  # SQLite then answers as a full disk does
    try:
        kept = 0
        while (answer := person.confirm(1, kept)).status_code == 201:
            kept += 1
            assert kept < 1000
        assert_problem(answer, 507, "full")
        assert person.read()["digit"] == 1
    finally:
        event.remove(Engine, "connect", allow_pages)
    assert Person(make_app(), TOKEN).list()["total"] == kept


def test_a_database_server_that_does_not_answer_is_said(make_app):
    url = "postgresql://nobody:secret@127.0.0.1:1/none"
    person = Person(make_app(DATABASE_URL=url), TOKEN)
    assert_problem(person.confirm(1), 503, "does not answer")
    reading = person.read()
    assert reading["digit"] == 7
    assert "secret" not in reading["memory_problem"]


def test_the_pages_do_without_the_store(make_app, file):
    file.parent.mkdir()
    file.write_bytes(b"no database" * 100)
    person = Person(make_app(READER=make_shelf(), LISTENS_ON_LOOPBACK=True))
    for path in ("/", "/drawings", "/api/health"):
        assert person.ask("GET", path).status_code == 200
