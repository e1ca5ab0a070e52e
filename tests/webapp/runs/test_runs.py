"""/api/runs: one training at a time, watched by everybody, and steered by who has the token."""

import json
import os
import shutil
import signal
import sys
import threading

import pytest

from ml.installation import advise
from ml.runs import folders
from ml.runs.events import EVENTS
from tests.one_line import assert_one_line
from tests.webapp.people import TOKEN
from tests.webapp.runs.conftest import FAKE, Trainee, wait_until

NO_RUN = "linear-20260102-030405"


def test_a_run_is_started_and_told_event_by_event(owner, watcher):
    run_id = owner.begin()
    run = watcher.show(run_id)
    assert (run["model"], run["title"], run["state"]) == (
        "linear",
        "Logistic regression",
        "running",
    )
    assert run["recipe"] == {
        "learning_rate": 0.05,
        "batch_size": 128,
        "epochs": 10,
        "optimizer": "sgd",
        "seed": 0,
    }
    assert (run["data"], run["kind"], run["by"], run["seed"]) == ("generated", "train", "page", 0)
    assert [event["n"] for event in run["events"]] == list(range(run["next"]))
    assert run["events"][0]["type"] == "start"
    wait_until(lambda: watcher.show(run_id, since=run["next"])["events"])
    later = watcher.show(run_id, since=run["next"])
    assert later["events"][0]["n"] == run["next"]
    assert later["events"][-1]["type"] == "point"


def test_the_trainer_is_given_what_was_chosen(owner, instance):
    run_id = owner.begin(
        seed=1,
        recipe={
            "seed": 1,
            "learning_rate": 0.25,
            "batch_size": 32,
            "epochs": 4,
            "optimizer": "adam",
        },
    )
    owner.wait_for(run_id, "finished")
    log = (folders.find_runs_dir(instance) / run_id / "log.txt").read_text()
    assert (
        "--no-refresh --model linear --learn-from generated --lr 0.25 --batch-size 32 "
        "--sessions 2,2 --optimizer adam --seed 1"
    ) in log


def test_a_second_start_is_refused_and_names_what_runs(owner):
    run_id = owner.begin()
    answer = owner.start()
    assert answer.status_code == 409
    assert run_id in answer.get_json()["detail"]
    assert answer.get_json()["run"] == run_id
    owner.steer(run_id, "stop")
    owner.wait_for(run_id, "stopped")
    assert owner.start(seed=1).status_code == 201


def test_of_many_starts_at_one_moment_on_two_servers_one_succeeds(make_app, instance):
    apps = [make_app(TRAIN_COMMAND=FAKE, INSTANCE_DIR=instance) for _ in range(2)]
    people = [Trainee(apps[n % 2], TOKEN) for n in range(8)]
    answers = []
    threads = [
        threading.Thread(target=lambda person=person: answers.append(person.start()))
        for person in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert len(folders.list_folders(folders.find_runs_dir(instance))) == 1


def test_a_run_from_the_command_line_counts_as_running(owner, instance):
    from ml.files import hold_lock

    folder = folders.make_folder(folders.find_runs_dir(instance), "mlp")
    with hold_lock(folder / ".lock", 1, TimeoutError()):
        answer = owner.start()
        assert (answer.status_code, answer.get_json()["run"]) == (409, folder.name)
        assert owner.ask("GET", "/api/runs").get_json()["running"] == folder.name


def test_a_run_pauses_goes_on_and_stops(owner):
    run_id = owner.begin()
    assert owner.steer(run_id, "pause").get_json()["wanted"] == "pause"
    paused = owner.wait_for(run_id, "paused")
    assert paused["events"][-1]["type"] == "paused"
    assert owner.steer(run_id, "continue").status_code == 200
    owner.wait_for(run_id, "running")
    assert owner.steer(run_id, "stop").get_json()["wanted"] == "stop"
    stopped = owner.wait_for(run_id, "stopped")
    assert stopped["events"][-1]["type"] == "stopped"
    assert stopped["can_resume"] is True
    for what in ("pause", "continue", "stop"):
        answer = owner.steer(run_id, what)
        assert (answer.status_code, answer.get_json()["run"]) == (409, None)


def test_a_stop_is_not_taken_back_by_going_on(owner):
    run_id = owner.begin()
    owner.steer(run_id, "stop")
    assert owner.steer(run_id, "continue").status_code in (200, 409)
    owner.wait_for(run_id, "stopped")


def test_a_stopped_run_is_resumed_from_its_checkpoint(owner):
    run_id = owner.begin()
    owner.steer(run_id, "stop")
    owner.wait_for(run_id, "stopped")
    answer = owner.steer(run_id, "resume")
    assert (answer.status_code, answer.get_json()["state"]) == (200, "running")
    wait_until(lambda: owner.show(run_id)["events"][-1]["type"] == "point")
    starts = [event for event in owner.show(run_id)["events"] if event["type"] == "start"]
    assert [start["resumed"] for start in starts] == [0, 1]
    assert owner.steer(run_id, "resume").status_code == 409


def test_the_pace_may_be_set_from_the_start_on(owner, instance):
    run_id = owner.start().get_json()["id"]
    answer = owner.ask("PUT", f"/api/runs/{run_id}/pace", json={"rest": 0.5})
    assert (answer.status_code, answer.get_json()["rest"]) == (200, 0.5)
    owner.steer(run_id, "pause")
    control = json.loads((folders.find_runs_dir(instance) / run_id / "control.json").read_text())
    assert control == {"wanted": "pause", "rest": 0.5}


@pytest.mark.parametrize("rest", [-0.1, 2.1, "1", True, None, [1]])
def test_a_pace_out_of_bounds_is_refused(owner, rest):
    answer = owner.ask("PUT", f"/api/runs/{NO_RUN}/pace", json={"rest": rest})
    assert answer.status_code == 400
    assert "`rest`" in answer.get_json()["detail"]


def test_the_network_is_given_the_drawing_and_everybody_sees_which_it_is(owner, watcher):
    run_id = owner.begin()
    address = f"/api/runs/{run_id}/probe"
    assert watcher.show(run_id)["probe"] is None
    drawn = owner.ask("PUT", address, json={"strokes": [[[80, 70], [200, 70], [120, 220]]]})
    assert drawn.status_code == 200
    assert (drawn.get_json()["id"], len(drawn.get_json()["seen"])) == (1, 784)
    assert watcher.show(run_id)["probe"] == drawn.get_json()
    assert watcher.show(run_id, probe=1)["probe"] == {"id": 1}
    wait_until(lambda: {"id": 1} in [e.get("probe") for e in watcher.show(run_id)["events"]])
    again = owner.ask("PUT", address, json={"strokes": [[[10, 10], [200, 200]]]})
    assert again.get_json()["id"] == 2
    assert watcher.show(run_id, probe=1)["probe"]["seen"] == again.get_json()["seen"]
    dot = owner.ask("PUT", address, json={"strokes": [[[5, 5]]]})
    assert dot.get_json() == again.get_json()  # too little to read yet
    cleared = owner.ask("PUT", address, json={"clear": True})
    assert cleared.get_json() == {"id": None, "seen": None}
    assert watcher.show(run_id)["probe"] is None


@pytest.mark.parametrize(
    "body", [{}, {"strokes": 7}, {"strokes": [[[1, 1]]], "image": "x"}, {"clear": 1}, {"image": 5}]
)
def test_a_probe_that_is_no_drawing_is_refused(owner, body):
    assert owner.ask("PUT", f"/api/runs/{NO_RUN}/probe", json=body).status_code == 400


def test_the_weights_pictures_come_only_when_they_are_new(owner, watcher):
    run_id = owner.begin()
    wait_until(lambda: watcher.show(run_id)["weights"])
    weights = watcher.show(run_id)["weights"]
    assert len(weights["pictures"]) == 10
    owner.steer(run_id, "pause")
    run = watcher.wait_for(run_id, "paused")
    assert run["weights"]["n"] < run["next"]
    assert watcher.show(run_id, since=run["next"])["weights"] is None


def test_a_finished_run_says_what_became_of_it_and_has_its_pictures(owner, watcher):
    run_id = owner.begin(seed=1)
    run = watcher.wait_for(run_id, "finished")
    assert (run["accuracy"], run["version"], run["epochs"], run["epoch"]) == (0.75, 3, 10, 1)
    assert (run["diverged"], run["can_resume"], run["reason"]) == (False, False, None)
    assert "log" not in run
    picture = watcher.ask("GET", f"/api/runs/{run_id}/pictures/history.png", buffered=True)
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    for headers in (
        *({"Range": "bytes=0-3"}, {"Range": "bytes=500000-"}, {"If-None-Match": "*"}),
        {"If-Match": '"x"'},
    ):
        part = watcher.ask("GET", picture.request.path, headers=headers, buffered=True)
        assert (part.status_code, part.data) == (200, picture.data), headers
    for name in ("run.json", "checkpoint.pt", "none.png", "../x.png", "%2e%2e"):
        assert watcher.ask("GET", f"/api/runs/{run_id}/pictures/{name}").status_code == 404
    assert owner.steer(run_id, "resume").status_code == 409


def test_a_diverged_run_is_shown_as_one_and_its_events_stay(owner, watcher):
    run_id = owner.begin(seed=2)
    run = watcher.wait_for(run_id, "failed")
    assert (run["diverged"], run["reason"]) == (True, "the loss became nan")
    assert [event["type"] for event in run["events"]] == ["start", "epoch", "failed"]
    answer = owner.steer(run_id, "resume")
    assert answer.status_code == 409
    assert "smaller learning rate" in answer.get_json()["detail"]


def test_a_run_that_ended_no_better_than_guessing_counts_as_diverged(owner, instance):
    run_id = owner.begin(seed=1)
    owner.wait_for(run_id, "finished")
    path = folders.find_runs_dir(instance) / run_id / EVENTS
    path.write_text(path.read_text().replace('"validation_loss":1.0', '"validation_loss":2.31'))
    path.rename(path.with_name("other"))
    shutil.copy(path.with_name("other"), path)
    assert owner.show(run_id)["diverged"] is True


def test_a_run_that_died_says_so_with_its_last_lines_to_who_runs_the_server(owner, watcher):
    run_id = owner.begin(seed=3)
    run = owner.wait_for(run_id, "failed")
    assert run["reason"] == "/secret/folder has no room"
    assert run["log"][-1] == "run.py: /secret/folder has no room"
    seen = watcher.show(run_id)
    assert (seen["reason"], seen["log"]) == (folders.DIED, [])
    assert "secret" not in json.dumps(watcher.ask("GET", "/api/runs").get_json())


def test_a_run_that_was_killed_says_so_and_can_be_resumed(owner, instance):
    run_id = owner.begin()
    os.kill(folders.read_settings(folders.find_runs_dir(instance) / run_id).pid, signal.SIGKILL)
    run = owner.wait_for(run_id, "failed")
    assert (run["reason"], run["can_resume"]) == (folders.DIED, True)
    assert owner.steer(run_id, "resume").status_code == 200


def test_a_restarted_server_finds_the_run_again(owner, make_app, instance):
    run_id = owner.begin()
    restarted = Trainee(make_app(TRAIN_COMMAND=FAKE, INSTANCE_DIR=instance), TOKEN)
    assert restarted.ask("GET", "/api/runs").get_json()["running"] == run_id
    assert restarted.show(run_id)["events"]
    assert restarted.steer(run_id, "stop").status_code == 200
    owner.wait_for(run_id, "stopped")


def test_runs_are_listed_with_the_newest_first(owner, watcher):
    first = owner.begin(seed=1)
    owner.wait_for(first, "finished")
    second = owner.begin(seed=2)
    owner.wait_for(second, "failed")
    listed = watcher.ask("GET", "/api/runs").get_json()
    assert [run["id"] for run in listed["runs"]] == [second, first]
    assert listed["running"] is None
    assert "events" not in listed["runs"][0]


def test_a_run_is_deleted_unless_it_is_running(owner):
    run_id = owner.begin()
    assert owner.ask("DELETE", f"/api/runs/{run_id}").status_code == 409
    owner.steer(run_id, "stop")
    owner.wait_for(run_id, "stopped")
    assert owner.ask("DELETE", f"/api/runs/{run_id}").status_code == 204
    assert owner.ask("GET", f"/api/runs/{run_id}").status_code == 404
    assert owner.ask("GET", "/api/runs").get_json()["runs"] == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "`model`"),
        ({"model": "linear", "recipe": {"epochs": True}}, "`epochs`"),
        ({"model": "linear", "recipe": {"learning_rate": 100}}, "`learning_rate`"),
        ({"model": "linear", "recipe": {"batch_size": 1}}, "`batch_size`"),
        ({"model": "linear", "recipe": {"optimizer": "none"}}, "`optimizer`"),
        ({"model": "linear", "recipe": {"speed": 1}}, "`speed`"),
        ({"model": "linear", "recipe": []}, "`recipe`"),
        ({"model": "linear", "data": "photos"}, "`data`"),
        ({"model": "linear", "data": ["mnist"]}, "`data`"),
        ({"model": "linear", "start": "end"}, "`start`"),
    ],
)
def test_a_request_that_cannot_be_done_is_refused_by_its_field(owner, body, word):
    answer = owner.ask("POST", "/api/runs", json=body)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert word in answer.get_json()["detail"]
    assert owner.ask("GET", "/api/runs").get_json()["runs"] == []


@pytest.mark.parametrize("model", ["huge_cnn", 5, None, True, ["linear"]])
def test_an_unknown_model_is_not_found(owner, model):
    answer = owner.ask("POST", "/api/runs", json={"model": model})
    assert answer.status_code == 404
    assert "quick_cnn" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "run_id", ["none", "linear-20260102-030405", "..", "%2e%2e", "linear-20260102-030405/.."]
)
def test_an_unknown_run_is_not_found(owner, run_id):
    for method, end in (("GET", ""), ("POST", "/stop"), ("PUT", "/pace"), ("DELETE", "")):
        body = {"json": {"rest": 0}} if method in ("POST", "PUT") else {}
        assert owner.ask(method, f"/api/runs/{run_id}{end}", **body).status_code in (404, 405)


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "", "1" * 20])
def test_a_since_that_is_no_number_is_refused(owner, since):
    answer = owner.ask("GET", f"/api/runs/{NO_RUN}", query_string={"since": since})
    assert answer.status_code == 400


def test_whatever_changes_a_run_needs_the_token(owner, watcher):
    run_id = owner.begin()
    asked = [
        ("POST", "/api/runs", {"model": "linear"}),
        *(("POST", f"/api/runs/{run_id}/{what}", {}) for what in ("pause", "continue", "stop")),
        ("POST", f"/api/runs/{run_id}/resume", {}),
        ("PUT", f"/api/runs/{run_id}/pace", {"rest": 1}),
        ("PUT", f"/api/runs/{run_id}/probe", {"clear": True}),
        ("DELETE", f"/api/runs/{run_id}", None),
    ]
    for method, path, body in asked:
        answer = watcher.ask(method, path, json=body)
        assert answer.status_code == 403, path
        assert "token" in answer.get_json()["detail"]
    assert watcher.show(run_id)["state"] == "running"


@pytest.mark.parametrize("path", ["", "/linear-20260102-030405", "/x/pictures/y"])
def test_a_name_that_was_made_to_lead_here_sees_no_run(owner, path):
    answer = owner.ask("GET", f"/api/runs{path}", headers={"Host": "evil.example"})
    assert answer.status_code == 403


def test_without_pytorch_runs_are_listed_and_a_start_says_what_to_install(owner, monkeypatch):
    run_id = owner.begin(seed=1)
    owner.wait_for(run_id, "finished")
    monkeypatch.setitem(sys.modules, "torch", None)
    answer = owner.start()
    assert answer.status_code == 503
    assert f"{advise('torch')}." in answer.get_json()["detail"]
    assert owner.ask("GET", "/api/data").get_json()["torch"] is False
    assert owner.show(run_id)["state"] == "finished"
    assert owner.ask("DELETE", f"/api/runs/{run_id}").status_code == 204


def test_mnist_that_is_missing_is_named(owner, tmp_path):
    owner.client.application.config["DATA_DIR"] = tmp_path / "none"
    answer = owner.start(data="mnist")
    assert answer.status_code == 409
    assert "train-images-idx3-ubyte" in answer.get_json()["detail"]
    assert len(answer.get_json()["missing"]) == 4


@pytest.mark.parametrize("files", [(), ("run.json",), ("events.jsonl",), ("run.json", "log.txt")])
def test_half_written_run_folders_are_listed_as_failed_and_can_be_deleted(owner, instance, files):
    folder = folders.find_runs_dir(instance) / "quick_cnn-20260102-030405"
    folder.mkdir(parents=True)
    for name in files:
        (folder / name).write_text('{"id": "quick')
    listed = owner.ask("GET", "/api/runs").get_json()["runs"]
    assert [(run["id"], run["state"]) for run in listed] == [(folder.name, "failed")]
    assert listed[0]["title"] == "Quick CNN"
    assert "damaged" in listed[0]["reason"]
    assert owner.show(folder.name)["events"] == []
    assert owner.steer(folder.name, "resume").status_code == 409
    assert owner.ask("DELETE", f"/api/runs/{folder.name}").status_code == 204
    assert owner.start(seed=1).status_code == 201


def test_a_folder_that_takes_no_run_is_explained(owner, instance):
    instance.mkdir(exist_ok=True)
    (instance / "runs").write_text("a file in the way")
    answer = owner.start()
    assert answer.status_code == 507
    assert_one_line(answer.get_json()["detail"] + "\n")
    assert owner.ask("GET", "/api/runs").get_json()["runs"] == []


def test_recipes_are_listed_with_the_quickest_first(watcher):
    recipes = watcher.ask("GET", "/api/recipes").get_json()["recipes"]
    assert recipes[0]["model"] == "quick_cnn"
    assert recipes[0]["default"] == {
        "learning_rate": 0.006,
        "batch_size": 125,
        "epochs": 2,
        "optimizer": "adam",
        "seed": 0,
    }
    assert recipes[0]["bounds"]["epochs"] == [1, 50]
    assert set(recipes[0]["about"]) == set(recipes[0]["default"])
