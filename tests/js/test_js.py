"""Run the tests of JavaScript that needs no page: each `*.test.mjs` beside this file.

Node runs them (`node` in conftest.py).
"""

import re
import subprocess
from pathlib import Path

import pytest

FILES = sorted(Path(__file__).parent.glob("*.test.mjs"))


def count_passed(report: str) -> int:
    """Return how many tests passed by Node's own count, 0 if it gave none."""
    counted = re.search(r"^ℹ pass (\d+)\s*$", report, re.MULTILINE)
    return int(counted[1]) if counted else 0


def test_there_are_files_to_run():
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_javascript(node, path):
    # Without --test: with it, Node counts a file that holds no test as a test that passed.
    command = [node, "--test-reporter=spec", path]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
    )
    report = done.stdout.decode()
    assert done.returncode == 0, report
    assert count_passed(report) > 0, report
