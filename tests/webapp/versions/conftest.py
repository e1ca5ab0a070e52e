"""Servers that serve versions of the models, in this test's own folders."""

import pytest

from tests.webapp.kept_versions import copy_shipped, make_version
from tests.webapp.people import TOKEN, Person
from webapp import create_app
from webapp.store.store import Store


@pytest.fixture
def instance(tmp_path):
    return tmp_path / "instance"


@pytest.fixture
def weights_dir(tmp_path):
    """A folder of what ships: the smallest models."""
    return copy_shipped(tmp_path / "weights", "linear", "mlp")


@pytest.fixture
def add_version(instance):
    """Keeps a version of `linear` that reads each digit as the one `by` after it."""
    return lambda by=1, **changes: make_version(instance, by, **changes)


@pytest.fixture
def store(instance):
    """The database that every process asks, opened as by another process."""
    store = Store(instance, patience=5)
    yield store
    store.close()


@pytest.fixture
def start(instance, weights_dir):
    """Starts a process's app; its thread that looks for versions ends with the test."""
    apps = []

    def start_one(**config):
        own = {"INSTANCE_DIR": instance, "WEIGHTS_DIR": weights_dir, "TOKEN": TOKEN}
        apps.append(create_app(own | {"STORE_PATIENCE": 0.5} | config))
        return apps[-1]

    yield start_one
    for app in apps:
        app.extensions["versions"].stop()
        app.extensions["keeping"].close()


@pytest.fixture
def teacher(start):
    """Whoever has the token of a server."""
    return Person(start(), TOKEN)
