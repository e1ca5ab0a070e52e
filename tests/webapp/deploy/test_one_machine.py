"""The manual's commands for a school's one machine, held against the files that they name."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.board_server import find_port
from tests.browser.nginx import CONFIG, NGINX, run_config
from tests.webapp.deploy.test_image import list_names
from tests.webapp.several.client import ask
from tests.webapp.several.instances import Instance

ROOT = Path(__file__).resolve().parents[3]
MANUAL = (ROOT / "docs" / "deploying.md").read_text()
UNIT = (ROOT / "deploy" / "digit-board.service").read_text()
VERIFY = shutil.which("systemd-analyze")

needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@pytest.fixture(scope="module")
def commands():
    """The block of ten numbered commands."""
    (block,) = (part for part in MANUAL.split("```") if "# 10. " in part)
    return block


@pytest.fixture(scope="module")
def board_conf(commands):
    """What the command makes of nginx's file."""
    command = re.search(r"(?ms)^sed .*?deploy/nginx\.conf", commands)[0]
    return subprocess.run(
        ["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def move(board_conf, folder, port, upstream=8000):
    """The same with a test's own ports and folder."""
    text = board_conf.replace("listen 80;", f"listen 127.0.0.1:{port};")
    text = text.replace("127.0.0.1:8000 ", f"127.0.0.1:{upstream} ")
    return text.replace("/tmp/board-cache", str(folder / "cache"))


def test_nginx_leads_to_the_one_instance_under_the_name(board_conf):
    assert re.findall(r"(?m)^    server (\S+)", board_conf) == ["127.0.0.1:8000"]
    assert re.findall(r"(?m)^    listen (.*?);", board_conf) == ["80"]
    assert re.findall(r"(?m)^    server_name (.*?);", board_conf) == ["board.example"]


@needs_nginx
def test_nginx_accepts_the_file(board_conf, tmp_path):
    config = tmp_path / "nginx.conf"
    config.write_text(
        CONFIG.format(folder=tmp_path, content=move(board_conf, tmp_path, find_port()))
    )
    command = [NGINX, "-t", "-e", str(tmp_path / "errors"), "-c", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_service_and_the_commands_name_the_same_things(commands):
    settings = dict(re.findall(r"(?m)^(\w+)=(.*)", re.sub(r"(?m)^Environment=", "", UNIT)))
    folder = f"/var/lib/{settings['StateDirectory']}"
    assert settings["BOARD_INSTANCE"] == folder
    assert f"useradd --system --home-dir {folder} " in commands
    assert f" {settings['User']}\n" in commands
    assert f"/dev/stdin {settings['EnvironmentFile']}\n" in commands
    assert f"git clone ADDRESS {settings['WorkingDirectory']} " in commands
    assert settings["ExecStart"] == f"{settings['WorkingDirectory']}/.venv/bin/gunicorn"
    assert "BOARD_BIND" not in settings  # its default is where nginx looks for it
    names = set(re.findall(r"BOARD_\w+", UNIT + commands))
    assert names <= list_names()


def test_the_service_is_given_the_time_that_its_requests_have():
    grace = int(re.search(r"graceful_timeout = (\d+)", (ROOT / "gunicorn.conf.py").read_text())[1])
    assert int(re.search(r"TimeoutStopSec=(\d+)", UNIT)[1]) > grace


@pytest.mark.skipif(VERIFY is None, reason="systemd is not installed")
def test_systemd_accepts_the_service_and_starts_it_with_the_machine(tmp_path):
    assert "[Install]\nWantedBy=multi-user.target\n" in UNIT
    unit = tmp_path / "digit-board.service"
    unit.write_text(re.sub(r"(?m)^ExecStart=.*", f"ExecStart={sys.executable}", UNIT))
    done = subprocess.run([VERIFY, "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_nginx
@pytest.mark.slow
def test_the_last_command_hears_that_the_board_is_there(board_conf, tmp_path):
    instance = Instance(tmp_path, "one", BOARD_TRUSTED_HOSTS="board.example")
    try:
        instance.begin()
        instance.wait()
        with run_config(
            tmp_path, lambda port: move(board_conf, tmp_path, port, instance.port)
        ) as port:
            assert ask(port, "GET", "/api/health").json["status"] == "ok"
            host = {"Host": "board.example"}
            assert ask(port, "POST", "/api/hands", {}, host).status == 201
            assert ask(port, "POST", "/api/hands", {}, {"Host": "other.example"}).status == 403
    finally:
        instance.stop()
