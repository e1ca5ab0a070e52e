"""A fresh app for every test, with a reader that needs no weights."""

import signal

import numpy as np
import pytest

from ml.predict import Reader, Reading, UnknownModelError
from tests.webapp.live import Server
from tests.webapp.pictures import draw_seven, on_transparent, to_url
from webapp import create_app


class FakeReader:
    """Keeps the Reader's contract; "sees" each 28×28th of the ink, and answers seven."""

    def __init__(self):
        self.models = ["first", "second"]
        self.default = "first"
        self.cards = {"first": {"epochs": 6}, "second": {"epochs": 1}}

    def read(self, ink, model=None):
        return self.read_each(ink, [model or self.default])[0]

    def read_each(self, ink, models):
        assert ink.dtype == np.uint8
        assert ink.ndim == 2
        for name in models:
            if name not in self.models:
                raise UnknownModelError(name, self.models)
        if not ink.any():
            return [Reading("blank", name) for name in models]
        rows = np.linspace(0, ink.shape[0] - 1, 28).astype(int)
        columns = np.linspace(0, ink.shape[1] - 1, 28).astype(int)
        seen = ink[rows][:, columns].ravel().tolist()
        odds = [0.01] * 7 + [0.91] + [0.01] * 2
        return [Reading("digit", name, 7, odds, seen) for name in models]


class BrokenReader(FakeReader):
    def read_each(self, ink, models):
        raise RuntimeError("secret reason")


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
