"""Everything comes from the environment; what cannot be obeyed is one line that names it."""

import pytest

from ml.files import INSTANCE_DIR
from tests.webapp.permissions import as_anybody
from webapp.deploy.cores import count_cores
from webapp.deploy.settings import SettingError, read_bind, read_count, read_settings
from webapp.deploy.wsgi import make_app

TOKEN = "a-token-of-the-tests"


@pytest.fixture
def read(tmp_path):
    """Reads settings, with an instance folder of this test's own."""

    def read_with(**environment):
        own = {"BOARD_INSTANCE": str(tmp_path / "instance"), "BOARD_TOKEN": TOKEN}
        return read_settings(own | environment)

    return read_with


def test_what_is_not_set_is_as_on_the_command_line(read, tmp_path):
    assert read() == {
        "INSTANCE_DIR": tmp_path / "instance",
        "DATABASE_URL": None,
        "TOKEN": TOKEN,
        "OWN_NAMES": (),
        "PREFIX": "",
        "BEHIND_PROXY": False,
        "LIMITS": True,
    }
    assert INSTANCE_DIR.name == "instance"


def test_what_is_set_is_obeyed(read):
    found = read(
        DATABASE_URL="postgresql://board:secret@database/board",
        BOARD_TRUSTED_HOSTS="board.example, board",
        BOARD_PREFIX="class/board/",
        BOARD_BEHIND_PROXY="On",
        BOARD_LIMITS="off",
    )
    assert found["DATABASE_URL"] == "postgresql://board:secret@database/board"
    assert found["OWN_NAMES"] == ("board.example", "board")
    assert found["PREFIX"] == "/class/board"
    assert found["BEHIND_PROXY"]
    assert not found["LIMITS"]


@pytest.mark.parametrize("name", ["BOARD_TOKEN", "DATABASE_URL"])
def test_a_secret_may_come_as_a_file(read, tmp_path, name):
    value = {"BOARD_TOKEN": "another-token", "DATABASE_URL": "postgres://board@host/board"}[name]
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    found = read(**{f"{name}_FILE": str(file), name: ""})
    assert value in found.values()
    with pytest.raises(SettingError, match=f"{name} and {name}_FILE"):
        read(**{f"{name}_FILE": str(file), name: value})
    with pytest.raises(SettingError, match=f"{name}_FILE names .* cannot be read"):
        read(**{f"{name}_FILE": str(tmp_path / "gone"), name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://secret@host"),
        ("BOARD_TOKEN", "short"),
        ("BOARD_TOKEN", "with a space in it"),
        ("BOARD_TRUSTED_HOSTS", "https://board.example"),
        ("BOARD_PREFIX", "/a/../b"),
        ("BOARD_PREFIX", "/a?b"),
        ("BOARD_BEHIND_PROXY", "perhaps"),
        ("BOARD_INSTANCE", "/dev/null/instance"),
    ],
)
def test_what_cannot_be_obeyed_is_one_sentence_with_its_name(read, name, value):
    with pytest.raises(SettingError) as refusal:
        read(**{name: value})
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_folder_of_somebody_else_is_said(open_folder):
    with as_anybody(), pytest.raises(SettingError, match="BOARD_INSTANCE"):
        read_settings({"BOARD_INSTANCE": str(open_folder)})


@pytest.mark.parametrize("text", ["", "0.0.0.0:80", "[::]:8000", "board:8000", "unix:/run/board"])
def test_where_to_listen_is_an_address_with_a_port_or_a_file(text):
    assert read_bind({"BOARD_BIND": text}) == (text or "127.0.0.1:8000")


@pytest.mark.parametrize("text", ["8000", "host", ":8000", "host:99999", "http://host:80"])
def test_anything_else_to_listen_at_is_said(text):
    with pytest.raises(SettingError, match="BOARD_BIND"):
        read_bind({"BOARD_BIND": text})


@pytest.mark.parametrize("text", ["0", "65", "-1", "2.0", "two"])
def test_workers_are_a_whole_number(text):
    assert read_count({}, "BOARD_WORKERS", 3) == 3
    assert read_count({"BOARD_WORKERS": " 2 "}, "BOARD_WORKERS", 3) == 2
    with pytest.raises(SettingError, match="BOARD_WORKERS"):
        read_count({"BOARD_WORKERS": text}, "BOARD_WORKERS", 3)


@pytest.mark.parametrize(
    ("text", "most"), [("100000 100000", 1), ("50000 100000", 1), ("max 100000", 999)]
)
def test_a_containers_limit_counts_as_its_cores(tmp_path, text, most):
    (tmp_path / "cpu.max").write_text(text)
    assert 1 <= count_cores(tmp_path / "cpu.max") <= most
    assert count_cores(tmp_path / "gone") >= 1


def test_an_app_that_cannot_start_says_one_line_and_is_not_started_again(monkeypatch, capsys):
    monkeypatch.setenv("BOARD_PREFIX", "/a?b")
    with pytest.raises(SystemExit) as ended:
        make_app()
    assert ended.value.code == 3
    assert capsys.readouterr().err.count("\n") == 1
