"""A store of its own for every test, on both databases where that can make a difference."""

import pytest

from tests.webapp.store.made import Clock
from tests.webapp.store.postgres import Postgres
from webapp.store.store import Store


@pytest.fixture(scope="session")
def postgres():
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request):
    """DATABASE_URL: None for SQLite in the instance folder, or a new database of PostgreSQL's."""
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").make_database()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_store(tmp_path, clock):
    """Opens stores, each as another process would, and closes them after the test."""
    stores = []

    def open_one(url=None, **options):
        options = {"clock": clock, "patience": 0.2} | options
        stores.append(Store(options.pop("instance", tmp_path / "instance"), url, **options))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(open_store, url):
    return open_store(url, patience=5)


@pytest.fixture
def hand(store):
    return store.begin_hand()[0]
