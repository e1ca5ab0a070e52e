"""Folders and servers for the tests of faults; none outlives its test."""

import signal

import pytest

from tests.webapp.conftest import open_folder
from tests.webapp.live import Server
from tests.webapp.store.conftest import postgres

__all__ = ["open_folder", "postgres"]


@pytest.fixture
def start(tmp_path):
    """Starts real servers on one instance folder, after a few lines of Python in their process."""
    started = []

    def start_one(before="", **settings):
        log = tmp_path / f"log{len(started)}"
        started.append(Server(log, before=before, **settings))
        return started[-1]

    yield start_one
    for server in started:
        server.process.send_signal(signal.SIGKILL)  # some tests leave it with slow clients
        server.process.communicate()
