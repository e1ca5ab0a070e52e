"""An app whose trainings are played by `fake_trainer.py`, and what ends all that it started."""

import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from ml.runs import folders
from ml.runs.control import Control, write_control
from tests.webapp.people import TOKEN, Person

FAKE = (sys.executable, str(Path(__file__).with_name("fake_trainer.py")))
PATIENCE = 60  # seconds


@pytest.fixture
def instance(tmp_path):
    """The folder that the tests' servers share; runs that are still running are stopped."""
    folder = tmp_path / "instance"
    yield folder
    runs_dir = folders.find_runs_dir(folder)
    for run in folders.list_folders(runs_dir):
        write_control(run, Control("stop"))
    wait_until(lambda: folders.find_running(runs_dir) is None)


@pytest.fixture
def app(make_app, instance):
    return make_app(TRAIN_COMMAND=FAKE, INSTANCE_DIR=instance)


@pytest.fixture
def owner(app):
    """Whoever has the token."""
    return Trainee(app, TOKEN)


@pytest.fixture
def watcher(app):
    """Somebody who may only watch."""
    return Trainee(app)


class Trainee(Person):
    """A browser on the Train page."""

    def start(self, seed=0, **body):
        """Start a run of the fake trainer; return the answer."""
        body = {"model": "linear", "recipe": {"seed": seed}} | body
        return self.ask("POST", "/api/runs", json=body)

    def begin(self, seed=0, **body):
        """Start a run; return its id once it has written events, or ended."""
        answer = self.start(seed, **body)
        assert answer.status_code == 201, answer.get_json()
        run_id = answer.get_json()["id"]
        wait_until(lambda: (run := self.show(run_id))["events"] or run["state"] != "running")
        return run_id

    def show(self, run_id, **query):
        """Return a run with its events."""
        answer = self.ask("GET", f"/api/runs/{run_id}", query_string=query)
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def steer(self, run_id, what):
        """Ask a run for something; return the answer."""
        return self.ask("POST", f"/api/runs/{run_id}/{what}", json={})

    def wait_for(self, run_id, state):
        """Return the run as soon as it is in a state."""
        wait_until(lambda: self.show(run_id)["state"] == state)
        return self.show(run_id)


def wait_until(is_so):
    """Wait until something is so; fail if it takes too long."""
    until = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < until, "it took too long"
        sleep(0.02)
