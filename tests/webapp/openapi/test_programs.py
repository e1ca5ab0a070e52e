"""Every example of the page /api, in each language, asks a server that listens and is answered."""

import json

import pytest

from ml.networks.exports.browser_weights import MAGIC
from ml.runs import folders
from ml.runs.control import Control, write_control
from tests.browser.board_server import serve_app
from tests.webapp.openapi.programs import find_missing, start
from tests.webapp.people import TOKEN, Person
from tests.webapp.pictures import draw_seven, on_paper, to_png
from tests.webapp.runs.conftest import FAKE, Trainee, wait_until
from webapp.openapi.shown import show_nouns

RUN, DRAWING = "linear-20261129-120000", "the-id-of-a-drawing"


@pytest.fixture
def app(make_app, tmp_path):
    instance = tmp_path / "instance"
    yield make_app(
        READER=None, INSTANCE_DIR=instance, DATA_DIR=tmp_path / "data", TRAIN_COMMAND=FAKE
    )
    runs_dir = folders.find_runs_dir(instance)
    for run in folders.list_folders(runs_dir):
        write_control(run, Control("stop"))
    wait_until(lambda: folders.find_running(runs_dir) is None)


class Examples:
    """The examples in one language, and which of them have not run yet."""

    def __init__(self, url, language, run, folder):
        routes = [route for _, routes in show_nouns(f"{url}/api") for route in routes]
        self.texts = {route.id: dict(route.examples)[language] for route in routes}
        self.left = set(self.texts)
        self.words = {}  # what stands in the place of an example's words
        self._run, self._folder = run, folder

    def run(self, name, status=200):
        """Run one; return the JSON that it printed after the status."""
        said, _, answer = self._start(name).partition(" ")
        assert int(said) == status, (name, answer)
        return json.loads(answer) if answer.strip() else None

    def save(self, name, file, beginning):
        """Run one that writes a file, which begins with these bytes."""
        self._start(name)
        assert (self._folder / file).read_bytes().startswith(beginning), name

    def _start(self, name):
        self.left.discard(name)
        text = self.texts[name]
        for old, new in self.words.items():
            text = text.replace(old, new)
        return self._run(text)


# Slow: the commands are run without curl as well, see test_examples.py.
@pytest.mark.parametrize(
    "language", [pytest.param("curl", marks=pytest.mark.slow), "JavaScript", "Python"]
)
def test_every_example_runs(app, language, tmp_path):
    if missing := find_missing(language):
        pytest.skip(f"{missing} is not installed")
    folder = tmp_path / "examples"
    folder.mkdir()
    (folder / "photo.png").write_bytes(to_png(on_paper(draw_seven())))
    with serve_app(app) as url, start(language, folder, TOKEN) as run:
        examples = Examples(url, language, run, folder)
        read(examples)
        keep_drawings(examples, Person(app, TOKEN))
        serve_versions(examples)
        train(examples, Trainee(app, TOKEN))
        assert examples.left == set()


def read(examples):
    assert examples.run("readDrawing")["digit"] == 7
    examples.words["strokes"] = "stroke"
    assert "`image` is missing" in examples.run("readDrawing", 400)["detail"]
    del examples.words["strokes"]
    assert examples.run("explainReading")["reading"]["digit"] == 7
    assert examples.run("readPhoto")["lines"] == ["7"]
    for name in ("listModels", "describeFirstLayer", "checkHealth", "describeApi"):
        examples.run(name)
    examples.save("sendBrowserWeights", "mlp.weights", MAGIC)


def keep_drawings(examples, owner):
    examples.run("keepDrawing", 201)  # of a hand that begins with it
    examples.words[DRAWING] = owner.keep(7)["id"]
    owner.keep(3, number=5)
    assert examples.run("listDrawings")["total"] == 2
    examples.run("showDrawing")
    examples.save("exportDrawings", "my-drawings.zip", b"PK")
    assert examples.run("importDrawings")["added"] == 2
    assert examples.run("describeData")["drawings"] is None
    examples.run("deleteDrawing", 204)
    examples.run("deleteDrawings", 204)
    assert examples.run("restoreDrawings") == {"restored": 1}
    examples.run("beginHand", 201)


def serve_versions(examples):
    examples.run("listVersions")
    examples.run("serveVersion")
    examples.save("exportVersion", "version.zip", b"PK")
    examples.run("importVersion", 201)


def train(examples, owner):
    finished = owner.begin(seed=1)
    owner.wait_for(finished, "finished")
    examples.words[RUN] = finished
    examples.save("showPicture", "history.png", b"\x89PNG")
    examples.run("deleteRun", 204)
    examples.words[RUN] = run = examples.run("startRun", 201)["id"]
    for name in ("showRun", "setPace", "setProbe", "listRuns", "listRecipes", "steerRun"):
        examples.run(name)
    wait_until(lambda: owner.show(run)["events"])  # there is something to go on from
    owner.steer(run, "stop")
    owner.wait_for(run, "stopped")
    examples.run("resumeRun")
    examples.run("downloadMnist", 202)
