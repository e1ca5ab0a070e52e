"""`gunicorn` in the project's folder: one line for what is wrong, the token said once."""

import importlib.util
import os
import re
import subprocess
import sys

import pytest

from tests.webapp.several.client import Browser
from tests.webapp.several.instances import ROOT, Instance

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("gunicorn") is None, reason="gunicorn is not installed"
)


def test_a_wrong_setting_is_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn"],
        cwd=ROOT,
        env=os.environ | {"BOARD_WORKERS": "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr == (
        "gunicorn.conf.py: BOARD_WORKERS must be a whole number from 1 to 64, not 'many'.\n"
    )


@pytest.mark.slow
def test_one_token_for_all_workers_is_said_once_and_stays(tmp_path):
    instance = Instance(tmp_path, "alone", BOARD_BEHIND_PROXY="off")
    try:
        for _ in range(2):
            instance.begin()
            instance.wait()
            token = re.search(r"#token=([\w.~-]+)", instance.log)[1]
            teacher = Browser(instance.port, token)
            answers = [teacher.ask("POST", "/api/drawings/restore", {}) for _ in range(20)]
            assert {answer.status for answer in answers} == {200}
            assert instance.stop() == 0
        assert instance.log.count("#token=") == 2
        assert "For the teacher (training, versions, all drawings): " in instance.log
        assert len(set(re.findall("#token=.*", instance.log))) == 1
    finally:
        instance.stop()


@pytest.mark.slow
def test_a_token_that_is_given_is_not_said(tmp_path):
    instance = Instance(tmp_path, "alone", BOARD_TOKEN="the-token-of-the-tests")
    try:
        instance.begin()
        instance.wait()
        assert "the-token" not in instance.log
        assert not (tmp_path / "instance" / "token").exists()
        page = Browser(instance.port).ask("GET", "/drawings")
        assert b"the-token" not in page.body
    finally:
        instance.stop()
