"""A fresh app for every test, with a reader that needs no weights."""

import signal

import pytest

from ml.predict import Reader
from tests.webapp.fakes import BrokenReader, FakeReader
from tests.webapp.live import Server
from tests.webapp.pictures import draw_seven, on_transparent, to_url
from webapp import create_app


@pytest.fixture
def app():
    return create_app({"READER": FakeReader()})


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def broken_client():
    return create_app({"READER": BrokenReader()}).test_client()


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
