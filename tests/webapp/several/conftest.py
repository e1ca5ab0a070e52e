"""Two instances of two workers each behind deploy/nginx.conf, and a PostgreSQL of their own."""

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.browser.nginx import NGINX, run_config
from tests.webapp.several.instances import ROOT, Instance
from tests.webapp.store.postgres import Postgres

TOKEN = "the-token-of-the-tests"
CONFIG = ROOT / "deploy" / "nginx.conf"


def use_config(folder: Path, port: int, ports: list[int]) -> str:
    """The very file of deploy/, with the ports and the folder of a test."""
    text = CONFIG.read_text()
    for number, own in enumerate(ports, 1):
        text, found = re.subn(rf"server app{number}:8000 ", f"server 127.0.0.1:{own} ", text)
        assert found == 1
    text, found = re.subn(r"(?m)^    listen 8080;", f"    listen 127.0.0.1:{port};", text)
    assert found == 1
    return text.replace("/tmp/board-cache", str(folder / "cache"))


@pytest.fixture(scope="package", autouse=True)
def _all_that_is_needed():
    if NGINX is None:
        pytest.skip("nginx is not installed: apt-get install nginx")
    if importlib.util.find_spec("gunicorn") is None:
        pytest.skip("gunicorn is not installed: it is not for Windows")


@pytest.fixture(scope="module")
def database():
    """A PostgreSQL server; skips where that is not installed."""
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def board(tmp_path_factory, database):
    """The board as a host runs it: `one` and `two` behind nginx's port."""
    folder = tmp_path_factory.mktemp("several")
    own = {"DATABASE_URL": database.make_database(), "BOARD_TOKEN": TOKEN}
    one, two = (Instance(folder, name, **own) for name in ("one", "two"))
    try:
        for instance in (one, two):  # both at once, and the database is empty
            instance.begin()
        for instance in (one, two):
            instance.wait()
        with run_config(
            folder, lambda port: use_config(folder, port, [one.port, two.port])
        ) as port:
            yield SimpleNamespace(
                one=one, two=two, port=port, folder=folder, database=database, token=TOKEN
            )
    finally:
        for instance in (one, two):
            instance.stop()
