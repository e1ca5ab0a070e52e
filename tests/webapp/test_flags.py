"""The flags of serving: what they take, and what they refuse in one line."""

import pytest

import run
from tests.one_line import assert_one_line
from tests.webapp.people import TOKEN, Person


@pytest.mark.parametrize(
    ("text", "prefix"), [("/board", "/board"), ("board/", "/board"), ("/a/b-c/", "/a/b-c")]
)
def test_a_prefix_has_a_slash_before_it_and_none_after_it(text, prefix):
    assert run.make_parser().parse_args(["--prefix", text]).prefix == prefix


def test_several_hosts_can_be_trusted():
    flags = run.make_parser().parse_args(["--trusted-host", "a", "--trusted-host", "b.example"])
    assert flags.trusted_host == ["a", "b.example"]


PREFIXES = ["", "/", "//", "/a//b", "/..", "/a/./b", "/a b", "/ä", "/a?b", "/a%20b"]
NAMES = ["", "a b", "a/b", "http://a", "a:80", "ä", "[::1]", ".", "a..b", "*"]
TOKENS = ["", "short", "with a space", "ünsäglich", "x" * 129, "question?", "slash/slash"]
WRONG = [("--prefix", text, "/board") for text in PREFIXES]
WRONG += [("--token", text, "8 to 128") for text in TOKENS]
WRONG += [("--trusted-host", text, "without a port") for text in NAMES]


@pytest.mark.parametrize(("flag", "text", "advice"), WRONG)
def test_a_value_that_cannot_be_is_one_line_and_exit_code_2(flag, text, advice, capsys):
    with pytest.raises(SystemExit) as leaving:
        run.main([flag, text])
    said = capsys.readouterr().err
    assert leaving.value.code == 2
    assert advice in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "flags",
    [["--prefix", "/board"], ["--behind-proxy"], ["--trusted-host", "a"], ["--token", "12345678"]],
)
def test_a_flag_of_serving_is_refused_elsewhere(flags, capsys):
    assert run.main(["--train", *flags]) == 2
    assert f"{flags[0]} belongs to serving" in capsys.readouterr().err


def test_a_folder_of_drawings_may_begin_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert run.make_parser().parse_args(["--instance", "~/kept"]).instance == tmp_path / "kept"


def test_a_folder_of_drawings_and_versions_is_no_use_to_a_lesson(capsys):
    assert run.main(["--four-losses", "--instance", "kept"]) == 2
    assert "--instance belongs to serving or --train" in capsys.readouterr().err


@pytest.fixture
def own_folders(tmp_path, monkeypatch):
    """Two folders of drawings; no database of whoever runs the tests."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "here", tmp_path / "there"


def test_the_machines_drawings_are_exported_and_imported(own_folders, tmp_path, make_app, capsys):
    here, there = own_folders
    Person(make_app(INSTANCE_DIR=here), TOKEN).keep(1)
    path = tmp_path / "mine.zip"
    assert run.main(["--export-drawings", str(path), "--instance", str(here)]) == 0
    assert capsys.readouterr().out == f"{path}: 1 drawing\n"
    assert run.main(["--import-drawings", str(path), "--instance", str(there)]) == 0
    assert capsys.readouterr().out == f"{path}: 1 new, 0 known\n"
    assert Person(make_app(INSTANCE_DIR=there), TOKEN).list()["counts"] == {"1": 1}


def test_what_cannot_be_imported_is_said_in_one_line(own_folders, tmp_path, capsys):
    letter = tmp_path / "letter.zip"
    letter.write_text("Dear")
    for path in (letter, tmp_path / "none.zip"):
        flags = ["--import-drawings", str(path), "--instance", str(own_folders[0])]
        assert run.main(flags) == 1
        assert_one_line(capsys.readouterr().err)


def test_a_database_that_cannot_be_is_said_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere")
    assert run.main(["--export-drawings", str(tmp_path / "mine.zip")]) == 1
    assert_one_line(capsys.readouterr().err)
