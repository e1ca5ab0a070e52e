"""A fresh app for every test, with a reader that needs no weights."""

import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from ml.predict import Reader
from tests.webapp.described import DescribedClient
from tests.webapp.fakes import BrokenReader, FakeReader
from tests.webapp.live import Server
from tests.webapp.people import TOKEN, Person
from tests.webapp.pictures import draw_seven, on_transparent, to_url
from webapp import create_app
from webapp.static_files import App

App.test_client_class = DescribedClient  # each answer of the API must be described


@pytest.fixture
def app():
    return create_app({"READER": FakeReader()})


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def broken_client():
    return create_app({"READER": BrokenReader()}).test_client()


@pytest.fixture
def make_app(tmp_path):
    """Makes apps that keep drawings in this test's own folder; closes their stores in the end."""
    apps = []

    def make(**config):
        own = {"INSTANCE_DIR": tmp_path / "instance", "STORE_PATIENCE": 0.1, "TOKEN": TOKEN}
        apps.append(create_app({"READER": FakeReader(), **own, **config}))
        return apps[-1]

    yield make
    for app in apps:
        app.extensions["keeping"].close()


@pytest.fixture
def shared_app(make_app):
    """An app that others in the network can open, too."""
    return make_app()


@pytest.fixture
def pupil(shared_app):
    """Somebody in the network, with a browser of their own."""
    return Person(shared_app)


@pytest.fixture
def other(shared_app):
    """Somebody else in the network, with another browser."""
    return Person(shared_app)


@pytest.fixture
def teacher(shared_app):
    """Whoever started the server, and so has its token."""
    return Person(shared_app, TOKEN)


@pytest.fixture
def owner(make_app):
    """Whoever uses the board alone, on their own machine: its pages carry the token."""
    return Person(make_app(LISTENS_ON_LOOPBACK=True), TOKEN)


@pytest.fixture(scope="session")
def real_reader():
    return Reader()


@pytest.fixture
def real_client(real_reader):
    return create_app({"READER": real_reader}).test_client()


@pytest.fixture(scope="session")
def seven_url():
    return to_url(on_transparent(draw_seven()))


@pytest.fixture
def page_client(tmp_path):
    """A client of an app whose page and static files are tiny ones of its own."""
    (tmp_path / "draw.html").write_text("<!doctype html><title>Board</title>")
    (tmp_path / "board.js").write_text("export {};")
    (tmp_path / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    folders = {"TEMPLATES_DIR": tmp_path, "STATIC_DIR": tmp_path}
    return create_app({"READER": FakeReader(), **folders}).test_client()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server") / "log")
    yield server
    if server.process.poll() is None:
        server.stop(signal.SIGTERM)


@pytest.fixture
def open_folder():
    """A folder that every user of the machine may look into."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
