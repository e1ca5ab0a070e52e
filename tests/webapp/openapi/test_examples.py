"""Every curl command of the page /api is answered as the description says, without curl here.

Beside, in test_programs.py, curl itself and the other languages ask a server that listens.
"""

import json
import re
from pathlib import Path

import pytest

from ml.runs import folders
from ml.runs.control import Control, write_control
from tests.webapp.openapi.commands import Curl
from tests.webapp.people import TOKEN, make_strokes
from tests.webapp.pictures import draw_seven, on_paper, to_png
from tests.webapp.runs.conftest import FAKE, wait_until
from webapp.drawing import read_strokes
from webapp.openapi.description import describe_paths
from webapp.openapi.readings import SEVEN
from webapp.openapi.shown import invent, show_nouns

RUN, DRAWING = "linear-20261129-120000", "the-id-of-a-drawing"
ROUTES = [route for _, routes in show_nouns("http://127.0.0.1:5000/api") for route in routes]


@pytest.fixture
def instance(tmp_path):
    return tmp_path / "instance"


@pytest.fixture
def example_app(make_app, real_reader, made_mnist, instance):
    yield make_app(TRAIN_COMMAND=FAKE, INSTANCE_DIR=instance, DATA_DIR=made_mnist)
    runs_dir = folders.find_runs_dir(instance)
    for run in folders.list_folders(runs_dir):
        write_control(run, Control("stop"))
    wait_until(lambda: folders.find_running(runs_dir) is None)


@pytest.fixture
def curl(example_app):
    photo = to_png(on_paper(draw_seven()))
    return Curl(example_app.test_client(), TOKEN, {"photo.png": photo})


def find_route(name):
    (route,) = (route for route in ROUTES if route.id == name)
    return route


def find(name):
    return dict(find_route(name).examples)["curl"]


def test_the_commands_for_drawings_run_in_their_order(curl):
    token = {"X-Board-Token": TOKEN}
    kept = curl.run(find("keepDrawing").replace("-H", '-H "X-Board-Token: $TOKEN" -H', 1))
    assert kept.status_code == 201
    id_ = kept.get_json()["id"]
    other = {"strokes": make_strokes(5), "label": 3}
    assert curl.client.post("/api/drawings", json=other, headers=token).status_code == 201
    for name, status in (
        *(("listDrawings", 200), ("showDrawing", 200), ("exportDrawings", 200)),
        *(("importDrawings", 200), ("describeData", 200), ("deleteDrawing", 204)),
        *(("deleteDrawings", 204), ("restoreDrawings", 200), ("beginHand", 201)),
    ):
        answer = curl.run(find(name).replace(DRAWING, id_))
        assert answer.status_code == status, name
    assert answer.headers["Set-Cookie"]


def test_the_commands_for_trainings_run_in_their_order(curl, instance):
    assert curl.run(find("startRun")).status_code == 201
    (run,) = folders.list_folders(folders.find_runs_dir(instance))
    for name in ("showRun", "setPace", "setProbe", "steerRun", "listRuns", "listRecipes"):
        assert curl.run(find(name).replace(RUN, run.name)).status_code == 200, name
    show = find("showRun").replace(RUN, run.name)
    # Before its first epoch has ended there is nothing to go on from.
    wait_until(lambda: curl.run(show).get_json()["events"])
    stop = find("steerRun").replace(RUN, run.name).replace("/pause", "/stop")
    assert curl.run(stop).status_code == 200
    wait_until(lambda: curl.run(show).get_json()["state"] == "stopped")  # the server knows it
    assert curl.run(find("resumeRun").replace(RUN, run.name)).status_code == 200
    wait_until(lambda: curl.run(show).get_json()["state"] == "running")
    assert curl.run(stop).status_code == 200
    wait_until(lambda: curl.run(show).get_json()["state"] == "stopped")
    (run / "history.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert curl.run(find("showPicture").replace(RUN, run.name)).status_code == 404  # not finished
    assert curl.run(find("deleteRun").replace(RUN, run.name)).status_code == 204
    assert curl.run(find("downloadMnist")).status_code == 409  # it is there already


def test_the_commands_for_versions_run_in_their_order(make_app, instance):
    from ml.predict import Reader

    app = make_app(READER=None, INSTANCE_DIR=instance)
    assert isinstance(app.extensions["reader"], Reader)
    curl = Curl(app.test_client(), TOKEN)
    for name, status in (
        *(("listVersions", 200), ("serveVersion", 200)),
        *(("exportVersion", 200), ("importVersion", 201)),
    ):
        assert curl.run(find(name)).status_code == status, name


def test_the_commands_for_readings_run(make_app, real_reader, instance):
    curl = Curl(make_app(READER=real_reader, INSTANCE_DIR=instance).test_client(), TOKEN)
    curl.files["photo.png"] = to_png(on_paper(draw_seven()))
    for name in (
        *("readDrawing", "explainReading", "readPhoto", "listModels", "describeFirstLayer"),
        *("sendBrowserWeights", "checkHealth", "describeApi"),
    ):
        assert curl.run(find(name)).status_code == 200, name


def test_every_command_is_run_by_one_of_these_tests():
    text = Path(__file__).read_text(encoding="utf-8")
    assert [route.id for route in ROUTES if f'"{route.id}"' not in text] == []


def list_bodies():
    for path, operations in describe_paths().items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            examples = content.get("application/json", {}).get("examples", {})
            for name, example in examples.items():
                yield pytest.param(path, method, example["value"], id=f"{method} {path} {name}")


@pytest.mark.parametrize(("path", "method", "body"), [*list_bodies()])
def test_an_example_of_a_body_is_one_that_the_description_takes(path, method, body):
    from tests.webapp.described import make_validator

    place = path.replace("/", "~1")
    pointer = f"/paths/{place}/{method}/requestBody/content/application~1json/schema"
    make_validator(pointer).validate(body)


def test_every_example_of_predict_is_answered(make_app, real_reader, instance):
    client = make_app(READER=real_reader, INSTANCE_DIR=instance).test_client()
    for parameters in list_bodies():
        path, _, body = parameters.values
        if path == "/predict":
            assert client.post("/api/predict", json=body).status_code == 200


def test_the_answer_that_is_shown_is_what_the_network_answers_to_the_example(real_reader):
    shown = json.loads(re.sub(r", … \d+ numbers", "", find_route("readDrawing").answer))
    reading = real_reader.read(read_strokes(SEVEN)).to_dict()
    for name in ("status", "model", "digit", "unsure"):
        assert shown[name] == reading[name]
    assert shown["probabilities"] == pytest.approx(reading["probabilities"], abs=0.001)
    assert shown["no_digit"] == pytest.approx(reading["no_digit"], abs=0.001)
    assert shown["seen"] == reading["seen"][: len(shown["seen"])]


def list_answers():
    for path, operations in describe_paths().items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                for kind, each in answer.get("content", {}).items():
                    if "json" in kind:
                        name = f"{method} {path} {status}"
                        yield pytest.param(path, method, status, kind, each["schema"], id=name)


@pytest.mark.parametrize(
    ("path", "method", "status", "kind", "schema"),
    [each for each in list_answers() if each.values[2] < "300"],
)
def test_an_example_of_an_answer_is_one_that_the_description_has(
    path, method, status, kind, schema
):
    from tests.webapp.described import make_validator

    places = [part.replace("/", "~1") for part in (path, kind)]
    pointer = f"/paths/{places[0]}/{method}/responses/{status}/content/{places[1]}/schema"
    make_validator(pointer).validate(invent(schema))
