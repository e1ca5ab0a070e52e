"""/api/versions: anybody may list, the token decides, and no bad request changes anything."""

import io

import pytest

from ml.networks.card import WEIGHTS_DIR, read_card
from ml.versions import list_versions as list_kept
from tests.webapp.kept_versions import change_card, make_version
from tests.webapp.people import TOKEN, Person, assert_problem
from tests.webapp.versions.reading import list_versions, read, serve, served

ADDRESS = "/api/versions"
ORIGIN = {
    "kind": "drawings",
    "run": "linear-20261129-120000",
    "before": {"drawings": 0.5, "mnist": None},
    "after": {"drawings": 0.75, "mnist": 0.92},
    "reason": None,
}


def export(person, number, model="linear"):
    return person.ask("GET", f"{ADDRESS}/{model}/{number}/export", buffered=True)


def load(person, content, content_type="application/zip", **headers):
    headers = {"X-Board": "1"} | headers
    path = f"{ADDRESS}/import"
    return person.ask("POST", path, data=content, content_type=content_type, headers=headers)


def test_versions_are_listed_the_newest_of_each_model_first(teacher, add_version):
    add_version(by=1)
    parent = {"version": 1, "weights": "0123456789ab"}
    newest = add_version(by=2, parent=parent, origin=ORIGIN)
    listed = list_versions(teacher)
    numbers = [(entry["model"], entry["version"]) for entry in listed["versions"]]
    assert (
        sorted(numbers, reverse=True)
        == numbers
        == [*(("mlp", 0), ("linear", 2), ("linear", 1), ("linear", 0))]
    )
    assert (listed["broken"], listed["problem"]) == ([], None)
    entry = next(each for each in listed["versions"] if each["version"] == 2)
    card = read_card(WEIGHTS_DIR, "linear")
    assert entry == {
        "model": "linear",
        "version": 2,
        "served": False,
        "date": card.date,
        "parent": parent,
        "origin": ORIGIN,
        "test_accuracy": card.test_accuracy,
        "weights": newest.weights,
        "data": "MNIST",
    }


def test_the_list_can_be_of_one_model(teacher, add_version):
    add_version()
    assert {entry["model"] for entry in list_versions(teacher, model="mlp")["versions"]} == {"mlp"}
    unknown = teacher.ask("GET", ADDRESS, query_string={"model": "resnet"})
    assert_problem(unknown, 404, "no model with that name", "linear")


def test_a_damaged_version_is_not_listed_but_named_with_the_reason(teacher, add_version):
    add_version(by=1)
    change_card(add_version(by=2).folder, parameters="many")
    listed = list_versions(teacher, model="linear")
    assert [entry["version"] for entry in listed["versions"]] == [1, 0]
    (broken,) = listed["broken"]
    assert broken["version"] == 2
    assert "parameters" in broken["reason"]
    pupil = Person(teacher.client.application)
    (told,) = list_versions(pupil, model="linear")["broken"]
    assert told["version"] == 2
    assert "/" not in told["reason"]  # the server's files are no business of others


def test_anybody_may_list_and_only_the_token_does_more(teacher, add_version):
    add_version()
    pupil = Person(teacher.client.application)
    assert served(pupil) == [0]
    for answer in (serve(pupil, 1), export(pupil, 1), load(pupil, b"")):
        assert_problem(answer, 403, "token")
    wrong = Person(teacher.client.application, "another-token")
    assert_problem(serve(wrong, 1), 403, "not this server's")
    assert served(pupil) == [0]


def test_a_name_that_was_made_to_lead_here_gets_nothing(teacher, add_version):
    add_version()
    rebound = {"Host": "evil.example"}
    assert teacher.ask("GET", ADDRESS, headers=rebound).status_code == 403
    assert load(teacher, b"", Host="evil.example").status_code == 403
    answer = teacher.ask("PUT", f"{ADDRESS}/linear", json={"version": 1}, headers=rebound)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "version", [None, "1", 1.0, True, -1, [1], {}, 10**30, float("1e300"), "²"]
)
def test_what_is_not_a_number_of_a_version_is_refused(teacher, add_version, version):
    add_version()
    status = 404 if version == 10**30 else 400
    assert_problem(serve(teacher, version), status, "version")
    assert (read(teacher), served(teacher)) == (7, [0])


def test_a_body_without_a_version_is_refused(teacher):
    assert_problem(teacher.ask("PUT", f"{ADDRESS}/linear", json={}), 400, "`version`")
    assert_problem(teacher.ask("PUT", f"{ADDRESS}/linear", json=[1]), 400, "JSON object")
    assert_problem(teacher.ask("PUT", f"{ADDRESS}/linear", data=b"1"), 415, "JSON")


@pytest.mark.parametrize("model", ["resnet", "..", "LINEAR", "a" * 300, "linear%00"])
def test_a_model_that_does_not_exist_is_not_found(teacher, model):
    assert serve(teacher, 0, model).status_code == 404
    assert export(teacher, 0, model).status_code == 404


def test_a_version_that_does_not_exist_is_not_found_and_those_that_do_are_named(
    teacher, add_version
):
    add_version()
    for answer in (serve(teacher, 7), export(teacher, 7)):
        assert_problem(answer, 404, "There is no version 7 of linear; the versions are 0, 1.")
    assert export(teacher, -1).status_code == 404
    assert export(teacher, "1.5").status_code == 404


def test_a_version_taken_to_another_machine_reads_there_as_here(
    teacher, add_version, start, tmp_path
):
    add_version(by=1, origin=ORIGIN, parent={"version": 0, "weights": "0" * 12})
    answer = export(teacher, 1)
    assert answer.mimetype == "application/zip"
    assert "filename=linear-version-1.zip" in answer.headers["Content-Disposition"]
    part = teacher.ask("GET", answer.request.path, headers={"Range": "bytes=0-3"}, buffered=True)
    assert (part.status_code, part.data) == (200, answer.data)  # whole all the same
    make_version(tmp_path / "other", by=2)  # so that the number there is another one
    there = Person(start(INSTANCE_DIR=tmp_path / "other"), TOKEN)
    arrived = load(there, answer.data)
    assert arrived.status_code == 201, arrived.get_json()
    entry = arrived.get_json()
    assert (entry["version"], entry["served"], entry["parent"]) == (2, False, None)
    assert entry["origin"] == ORIGIN | {"kind": "imported", "run": None}
    assert entry["weights"] == list_versions(teacher, model="linear")["versions"][0]["weights"]
    assert serve(there, 2).status_code == 200
    assert read(there) == 8


def test_what_ships_can_be_taken_along_too(teacher, start, tmp_path):
    there = Person(start(INSTANCE_DIR=tmp_path / "other"), TOKEN)
    assert load(there, export(teacher, 0).data).get_json()["version"] == 1


def test_the_same_version_again_is_known(teacher, add_version):
    add_version(by=1)
    again = load(teacher, export(teacher, 1).data)
    assert (again.status_code, again.get_json()["version"]) == (200, 1)


def test_a_damaged_version_is_not_handed_out(teacher, add_version):
    folder = add_version(by=1).folder
    for path in folder.glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    assert_problem(export(teacher, 1), 409, "is damaged")


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "application/zip", 400),
        (b"PK\x05\x06", "application/zip", 400),
        (b"not a ZIP" * 100, "application/zip", 400),
        (b"{}", "text/plain", 415),
        (b"0" * 2000, "application/zip", 413),
    ],
)
def test_what_is_no_version_is_refused_and_nothing_is_kept(
    start, instance, content, content_type, status
):
    teacher = Person(start(MAX_ARCHIVE=1000), TOKEN)
    assert_problem(load(teacher, content, content_type), status)
    assert not (instance / "models").exists()


def test_a_form_of_another_site_cannot_import(teacher):
    answer = teacher.ask("POST", f"{ADDRESS}/import", data=b"", content_type="application/zip")
    assert_problem(answer, 403, "X-Board")


def test_a_disk_that_takes_no_version_says_so(teacher, add_version, instance, start, tmp_path):
    content = export_bytes(teacher, add_version)
    there = tmp_path / "other"
    there.mkdir()
    (there / "models").write_text("a file where the folder should be")
    answer = load(Person(start(INSTANCE_DIR=there), TOKEN), content)
    assert_problem(answer, 507, "cannot be written", str(there / "models"))


def export_bytes(person, add_version):
    add_version(by=1)
    return io.BytesIO(export(person, 1).data).getvalue()


def test_a_server_of_a_folder_alone_imports_nothing(start, teacher, add_version):
    content = export_bytes(teacher, add_version)
    alone = Person(start(VERSIONS=False), TOKEN)
    assert_problem(load(alone, content), 409, "--weights")
    assert len(list_kept(teacher.client.application.config["INSTANCE_DIR"], "linear")) == 1
