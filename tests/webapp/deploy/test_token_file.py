"""The token is made once, for its owner alone, whoever starts first."""

import subprocess
import sys
from pathlib import Path

import pytest

from webapp.deploy.token_file import FILE, TOKEN, TokenError, keep_token

ROOT = Path(__file__).resolve().parents[3]
CODE = """
import sys
from pathlib import Path
from webapp.deploy.token_file import keep_token
sys.stdin.readline()
print(keep_token(Path(sys.argv[1])))
"""


def test_the_token_stays_and_only_its_owner_may_read_it(tmp_path):
    token = keep_token(tmp_path)
    assert TOKEN.fullmatch(token)
    assert keep_token(tmp_path) == token
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).unlink()
    assert keep_token(tmp_path) != token


@pytest.mark.slow
def test_processes_that_start_at_once_have_the_same_token(tmp_path):
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CODE, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    assert len({process.communicate()[0] for process in started}) == 1


@pytest.mark.parametrize("content", ["", "short", "two words in it", "\x00" * 20])
def test_a_file_that_holds_no_token_is_said_and_left(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(TokenError, match="holds no token"):
        keep_token(tmp_path)
    assert (tmp_path / FILE).read_text() == content
