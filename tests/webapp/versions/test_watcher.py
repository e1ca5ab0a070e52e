"""Every process reads with the version that the database says, and never fails for it."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.webapp.kept_versions import change_card, copy_shipped
from tests.webapp.people import TOKEN, Person
from tests.webapp.versions.reading import list_versions, read, serve, served, wait_until
from webapp.store import DATABASE_FILE

ROOT = Path(__file__).resolve().parents[3]


def test_without_a_database_what_ships_is_served(start, add_version):
    add_version()
    person = Person(start())
    assert (read(person), served(person)) == (7, [0])


def test_a_server_starts_with_what_is_served(start, add_version, store):
    store.serve("linear", add_version(by=1).number)
    person = Person(start())
    assert (read(person), served(person)) == (8, [1])
    assert read(person, "mlp") == 7
    listed = person.ask("GET", "/api/models").get_json()["models"]
    assert {entry["name"]: entry["version"] for entry in listed} == {"linear": 1, "mlp": 0}


def test_a_switch_takes_effect_where_it_was_asked_for_at_once(teacher, add_version):
    add_version(by=1), add_version(by=2)
    for number, digit in ((2, 9), (1, 8), (0, 7), (2, 9)):
        answer = serve(teacher, number)
        assert answer.status_code == 200, answer.get_json()
        assert answer.get_json() | {"version": number, "served": True} == answer.get_json()
        assert (read(teacher), served(teacher)) == (digit, [number])


def test_a_switch_takes_effect_in_another_process_without_a_request_of_its_own(start, add_version):
    ours, theirs = Person(start(), TOKEN), Person(start(), TOKEN)
    add_version(by=1)
    assert (read(ours), read(theirs)) == (7, 7)
    assert serve(ours, 1).status_code == 200
    assert wait_until(lambda: read(theirs) == 8) < 20  # 2 s where nothing else runs: make bench
    assert served(theirs) == [1]


def test_the_first_request_of_a_process_reads_with_what_is_served_by_then(
    start, add_version, store
):
    person = Person(start())
    store.serve("linear", add_version(by=1).number)
    app_looked = wait_until(lambda: read(person) == 8)
    assert app_looked < 20


def test_a_switch_fails_no_reading_and_each_is_of_one_version(start, add_version):
    app = start()
    teacher = Person(app, TOKEN)
    add_version(by=1)
    with ThreadPoolExecutor(4) as pool:
        readings = [pool.submit(read, Person(app)) for _ in range(40)]
        for number in (1, 0, 1):
            assert serve(teacher, number).status_code == 200
        digits = {reading.result() for reading in readings}
    assert digits <= {7, 8}
    assert read(teacher) == 8


def test_a_version_that_cannot_be_loaded_is_refused_and_nothing_changes(teacher, add_version):
    folder = add_version(by=1).folder
    for path in folder.glob("*.onnx"):
        path.write_bytes(path.read_bytes()[:-1] + b"\x01")  # of the same size: its hash tells
    answer = serve(teacher, 1)
    assert answer.status_code == 409
    assert "is damaged" in answer.get_json()["detail"]
    assert (read(teacher), served(teacher)) == (7, [0])


@pytest.mark.parametrize("is_there", [True, False])
def test_a_running_server_keeps_what_it_serves_if_the_next_version_is_damaged_or_gone(
    start, add_version, store, is_there
):
    store.serve("linear", add_version(by=1).number)
    person = Person(start(), TOKEN)
    assert read(person) == 8
    folder = add_version(by=2).folder
    if is_there:
        change_card(folder, parameters="many")
    else:
        shutil.rmtree(folder)
    store.serve("linear", 2)
    wait_until(lambda: list_versions(person)["broken"])
    assert (read(person), served(person)) == (8, [1])
    (broken,) = list_versions(person)["broken"]
    assert (broken["model"], broken["version"]) == ("linear", 2)
    assert ("is damaged" if is_there else "no version 2") in broken["reason"]
    store.serve("linear", 1)
    wait_until(lambda: list_versions(person)["broken"] == ([broken] if is_there else []))


def test_a_served_version_that_was_deleted_gives_way_to_what_ships_at_the_next_start(
    start, add_version, store, caplog
):
    version = add_version(by=1)
    store.serve("linear", version.number)
    running = Person(start(), TOKEN)
    assert read(running) == 8
    shutil.rmtree(version.folder)
    assert (read(running), served(running)) == (8, [])  # from memory, and not in the list
    assert "files were deleted" in list_versions(running)["broken"][0]["reason"]
    restarted = Person(start(), TOKEN)
    assert (read(restarted), served(restarted)) == (7, [0])
    (broken,) = list_versions(restarted)["broken"]
    assert (broken["model"], broken["version"]) == ("linear", 1)
    assert "that should be served is not" in caplog.text


def test_a_model_that_does_not_ship_is_served_from_its_version(
    start, add_version, store, weights_dir
):
    for path in weights_dir.glob("linear*"):
        path.unlink()
    teacher = Person(start(), TOKEN)
    add_version(by=1), add_version(by=2)
    assert teacher.ask("POST", "/api/predict", json={"model": "linear"}).status_code in (400, 404)
    assert serve(teacher, 1).status_code == 200
    assert (read(teacher), read(Person(start()))) == (8, 8)
    refused = serve(teacher, 0)
    assert refused.status_code == 404
    assert refused.get_json()["versions"] == [1, 2]
    assert (read(teacher), served(teacher)) == (8, [1])


def test_versions_alone_are_enough_to_start(start, add_version, store, weights_dir):
    store.serve("linear", add_version(by=1).number)
    shutil.rmtree(weights_dir)
    assert read(Person(start())) == 8


def test_a_server_of_a_folder_alone_has_no_versions(start, add_version, store):
    store.serve("linear", add_version(by=1).number)
    teacher = Person(start(VERSIONS=False), TOKEN)
    assert (read(teacher), served(teacher)) == (7, [0])
    refused = serve(teacher, 1)
    assert refused.status_code == 409
    assert "--weights" in refused.get_json()["detail"]


def test_what_a_hand_has_taught_counts_again_after_a_switch(start, add_version):
    app = start()
    teacher = Person(app, TOKEN)
    for number in range(20):
        teacher.keep(3, number, model="linear")
    taught = {"number": 5, "model": "linear"}
    assert teacher.read(**taught)["digit"] == 3
    add_version(by=1)
    for number in (1, 0):
        assert serve(teacher, number).status_code == 200
        wait_until(lambda: teacher.read(**taught)["digit"] == 3)
        assert teacher.read(**taught)["because"]["label"] == 3


def test_a_database_that_fails_leaves_what_is_served_and_says_why(start, add_version, instance):
    teacher = Person(start(), TOKEN)
    add_version(by=1)
    assert serve(teacher, 1).status_code == 200
    database = instance / DATABASE_FILE
    extensions = teacher.client.application.extensions
    extensions["versions"].stop()  # or it might open the database again at once
    extensions["keeping"].close()
    for path in instance.glob(f"{DATABASE_FILE}*"):
        path.unlink()
    database.write_bytes(b"not a database" * 1000)
    assert "not a database of this program" in list_versions(teacher)["problem"]
    assert read(teacher) == 8
    database.unlink()
    assert serve(teacher, 1).status_code == 200
    assert list_versions(teacher)["problem"] is None


LOOK = """
import sys, time
from pathlib import Path
from webapp import create_app
app = create_app({"WEIGHTS_DIR": Path(sys.argv[1]), "INSTANCE_DIR": Path(sys.argv[2])})
assert app.test_client().get("/api/health").status_code == 200
time.sleep(1.2)
assert app.test_client().get("/api/versions").status_code == 200
print(*{"sqlalchemy", "alembic", "torch"} & set(sys.modules))
"""


@pytest.mark.slow
def test_nothing_is_loaded_to_look_as_long_as_there_is_no_database(instance, weights_dir):
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(weights_dir), str(instance)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
    assert not instance.exists()


def test_an_app_that_is_not_used_any_more_stops_looking(start, instance, caplog):
    app = start()
    assert app.test_client().get("/api/health").status_code == 200
    watcher = app.extensions["versions"]
    watcher.stop()
    wait_until(lambda: not watcher.is_looking)


@pytest.mark.slow
def test_time_is_not_wasted_on_a_version_that_stays_broken(start, add_version, store, caplog):
    folder = add_version(by=1).folder
    change_card(folder, parameters="many")
    store.serve("linear", 1)
    person = Person(start())
    read(person)
    time.sleep(1.5)
    list_versions(person)
    assert caplog.text.count("is damaged") <= 2
    copy_shipped(folder)  # whole again, if only as what ships
    assert read(person) == 7
