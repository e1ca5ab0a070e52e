"""/api/data: what there is to learn from, and MNIST's download with its progress."""

import pytest

from ml.mnist_files import FILES
from ml.runs import download
from ml.runs.locks import hold
from tests.file_server import serve_files
from tests.network import unplugged
from tests.webapp.people import TOKEN
from tests.webapp.runs.conftest import Trainee, wait_until
from webapp.runs.starting import RUN


@pytest.fixture
def make_owner(make_app, instance, tmp_path):
    """Makes somebody with the token, on a server that downloads from an address."""

    def make(address="http://mnist.example/", token=TOKEN):
        places = {"INSTANCE_DIR": instance, "DATA_DIR": tmp_path / "data", "MNIST_URL": address}
        return Trainee(make_app(**places, TRAIN_COMMAND=RUN), token)

    return make


def look(person):
    answer = person.ask("GET", "/api/data")
    assert answer.status_code == 200
    return answer.get_json()["mnist"]


def order(person):
    return person.ask("POST", "/api/data/mnist", json={})


def test_what_is_missing_is_named(make_owner, tmp_path):
    owner = make_owner()
    mnist = look(owner)
    assert (mnist["there"], mnist["missing"], mnist["download"]) == (False, list(FILES), None)
    assert mnist["folder"] == str(tmp_path / "data")
    raw = tmp_path / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in FILES:
        (raw / name).touch()
    assert look(owner)["there"] is True
    assert order(owner).status_code == 409


def test_the_servers_folder_is_named_only_to_who_runs_it(make_owner):
    assert look(make_owner(token=None))["folder"] is None


def test_drawings_are_counted_for_the_hand_that_asks(make_app):
    app = make_app()
    owner, pupil = Trainee(app, TOKEN), Trainee(app)
    assert pupil.ask("GET", "/api/data").get_json()["drawings"] is None
    pupil.keep(7)
    pupil.keep(3, number=5)
    assert pupil.ask("GET", "/api/data").get_json()["drawings"] == 2
    assert owner.ask("GET", "/api/data").get_json()["drawings"] == 0


def test_a_download_needs_the_token(make_owner):
    assert order(make_owner(token=None)).status_code == 403


@pytest.mark.slow  # it starts Python twice
def test_a_download_that_brings_something_else_fails_and_says_so(make_owner):
    wrong = {f"{name}.gz": b"<html>" for name in FILES}
    with serve_files(wrong, seconds=1) as address:
        owner = make_owner(address)
        answer = order(owner)
        assert answer.status_code == 202
        assert answer.get_json()["download"]["state"] == "running"
        assert order(owner).status_code == 409
        wait_until(lambda: look(owner)["download"]["state"] != "running")
    found = look(owner)["download"]
    assert found["state"] == "failed"
    assert "not MNIST's" in found["reason"]
    assert "MNIST" not in look(make_owner(token=None))["download"]["reason"]
    with unplugged():
        assert order(owner).status_code == 202  # it may be tried again
        wait_until(lambda: look(owner)["download"]["state"] == "failed")


def test_a_download_that_was_killed_is_told_as_interrupted(make_owner, instance):
    owner = make_owner()
    instance.mkdir()
    with hold(instance / download.LOCK, 1, TimeoutError()):
        download.write_progress(instance, download.RUNNING, 5, 100)
        assert look(owner)["download"] == {
            "state": "running",
            "bytes": 5,
            "total": 100,
            "reason": None,
        }
        assert order(owner).status_code == 409
    found = look(owner)["download"]
    assert (found["state"], found["reason"]) == ("failed", download.INTERRUPTED)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"state": 5}'])
def test_a_damaged_progress_file_breaks_nothing(make_owner, instance, content):
    instance.mkdir()
    (instance / download.PROGRESS).write_text(content)
    found = look(make_owner())["download"]
    assert found is None or found["state"] == "failed"
