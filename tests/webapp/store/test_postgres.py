"""What can happen to a PostgreSQL server, on a real one."""

import psycopg
import pytest

from tests.webapp.store.made import make_drawing
from tests.webapp.store.postgres import Postgres, name_database
from webapp.store.errors import (
    StoreGoneError,
    StoreLockedError,
    StoreReadOnlyError,
)

pytestmark = pytest.mark.slow


def test_a_server_that_goes_down_is_said_and_its_return_noticed(open_store):
    server = Postgres()
    try:
        store = open_store(server.make_database())
        hand = store.machine_hand()
        kept, _ = store.put(hand, make_drawing())
        server.stop()
        for ask in (lambda: store.put(hand, make_drawing(1)), lambda: store.page(hand)):
            with pytest.raises(StoreGoneError, match="does not answer") as refusal:
                ask()
            assert "\n" not in str(refusal.value)
        server.start()
        assert store.get(hand, kept.id) == kept
        assert store.put(hand, make_drawing(1))[1]
    finally:
        store.close()
        server.remove()


def test_a_server_that_is_not_there_is_named_without_its_password(open_store, tmp_path):
    store = open_store(f"postgres://board:secret@/board?host={tmp_path}&sslpassword=secret")
    with pytest.raises(StoreGoneError, match="does not answer") as refusal:
        store.machine_hand()
    assert "secret" not in str(refusal.value) + store.where


def test_a_database_that_is_not_there_is_said(open_store, postgres):
    with pytest.raises(StoreGoneError, match="check DATABASE_URL"):
        open_store(postgres.url("nowhere")).machine_hand()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_addresses_as_hosts_give_them(open_store, postgres, scheme):
    url = postgres.make_database().replace("postgresql:", f"{scheme}:", 1)
    assert open_store(url).machine_hand() == 1


def test_a_hand_that_another_process_changes_is_said_to_be_in_use(open_store, postgres):
    url = postgres.make_database()
    store = open_store(url)
    hand = store.machine_hand()
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM hands FOR UPDATE")
        with pytest.raises(StoreLockedError, match="Try again"):
            store.put(hand, make_drawing())
        assert store.page(hand).total == 0
    assert store.put(hand, make_drawing())[1]


def test_a_read_only_database_is_said(open_store, postgres):
    url = postgres.make_database()
    hand = open_store(url).machine_hand()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(f"ALTER DATABASE {name_database(url)} SET default_transaction_read_only = on")
    store = open_store(url)
    assert store.page(hand).total == 0
    with pytest.raises(StoreReadOnlyError, match="cannot be written"):
        store.put(hand, make_drawing())
