"""--versions, --serve-version, --export-version, --import-version: each does it or says why not."""

import json
import shutil

import pytest

import run
from tests.one_line import assert_one_line
from tests.webapp.kept_versions import change_card
from tests.webapp.people import Person
from tests.webapp.versions.reading import read


@pytest.fixture
def call(instance, weights_dir, capsys):
    """Run the command line on this test's folders; return (exit code, output, errors)."""

    def call_one(*flags):
        folders = ["--instance", str(instance), "--weights", str(weights_dir)]
        code = run.main([*map(str, flags), *folders])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call_one


def test_versions_are_listed_with_what_they_changed_and_a_star_at_what_is_served(call, add_version):
    add_version(by=1)
    figures = {"before": {"drawings": 0.5}, "after": {"drawings": 0.75, "mnist": None}}
    origin = {"kind": "drawings", "run": None, "reason": None} | figures
    add_version(by=2, origin=origin)
    assert call("--serve-version", "linear", 2)[0] == 0
    code, out, _ = call("--versions")
    lines = [line.split(maxsplit=1) for line in out.splitlines()]
    assert code == 0
    assert [line[0] == "*" for line in lines] == [False, False, True, True]
    assert "linear             2" in out
    assert "drawings 50.00% before, 75.00% after" in out
    code, out, _ = call("--versions", "--model", "linear", "--json")
    assert [entry["version"] for entry in json.loads(out) if entry["served"]] == [2]


def test_a_damaged_version_is_named_in_the_list(call, add_version):
    change_card(add_version().folder, parameters="many")
    code, out, _ = call("--versions")
    assert code == 0
    assert "not listed: " in out
    assert "parameters" in out


def test_a_version_is_served_and_what_ships_again(call, add_version, start):
    add_version(by=1)
    assert call("--serve-version", "linear", "1")[0] == 0
    assert read(Person(start())) == 8
    code, out, _ = call("--serve-version", "linear", "0")
    assert (code, out) == (0, "Served from now on: version 0 of linear\n")
    assert read(Person(start())) == 7


def test_what_is_served_is_what_other_commands_use_unless_weights_are_named(
    add_version, call, instance, tmp_path, capsys
):
    add_version(by=1)
    assert call("--serve-version", "linear", "1")[0] == 0
    flags = ["--export", "onnx", "--model", "linear"]
    for number, others in enumerate((["--instance", str(instance)], ["--weights", "ml/weights"])):
        folder = tmp_path / str(number)
        assert run.main([*flags, "--out", str(folder), *others]) == 0
    ours, shipped = ((tmp_path / n / "linear.onnx").read_bytes() for n in "01")
    assert ours != shipped
    assert capsys.readouterr().err == ""


def test_a_served_version_that_is_gone_is_warned_of_and_what_ships_is_used(
    add_version, call, instance, tmp_path, capsys
):
    version = add_version(by=1)
    assert call("--serve-version", "linear", "1")[0] == 0
    shutil.rmtree(version.folder)
    flags = ["--export", "onnx", "--model", "linear", "--out", str(tmp_path / "out")]
    assert run.main([*flags, "--instance", str(instance)]) == 0
    assert "version 1 of linear should be served and cannot be read" in capsys.readouterr().err


def test_a_version_travels_by_zip(call, add_version, tmp_path):
    version = add_version(by=1)
    path = tmp_path / "version.zip"
    assert call("--export-version", "linear", 1, "--out", path)[0] == 0
    there = tmp_path / "there"
    assert run.main(["--import-version", str(path), "--instance", str(there)]) == 0
    arrived = there / "models" / "linear" / "1"
    names = {each.name for each in version.folder.iterdir()}
    assert {each.name for each in arrived.iterdir()} == names


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--serve-version", "linear", "7"], 2),
        (["--serve-version", "resnet", "0"], 2),
        (["--serve-version", "linear", "first"], 2),
        (["--serve-version", "linear", "-1"], 2),
        (["--export-version", "linear", "7", "--out", "x.zip"], 2),
        (["--export-version", "linear", "0"], 2),
        (["--versions", "--model", "resnet"], 2),
        (["--versions", "--out", "x"], 2),
        (["--import-version", "nowhere.zip"], 1),
        (["--import-version", __file__], 1),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(call, instance, flags, code):
    done, out, err = call(*flags)
    assert (done, out) == (code, "")
    assert_one_line(err)
    assert not instance.exists()


def test_a_damaged_version_is_not_served(call, add_version, instance):
    folder = add_version().folder
    for path in folder.glob("*.onnx"):
        path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    code, _, err = call("--serve-version", "linear", 1)
    assert code == 1
    assert_one_line(err)
    assert not (instance / "drawings.sqlite3").exists()
