"""Imports run one way: run.py -> webapp -> ml."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {"ml": {"webapp", "flask", "waitress", "run", "tests"}, "webapp": {"run", "tests"}}
CASES = [
    (path, FORBIDDEN[room]) for room in FORBIDDEN for path in sorted((ROOT / room).glob("*.py"))
]
READ_ONCE = """
import sys
import webapp
client = webapp.create_app().test_client()
assert client.get("/api/health").status_code == 200
print(*[name for name in ("torchvision", "matplotlib") if name in sys.modules])
"""


def imported_by(path):
    """The first part of every module name that a file imports, functions' own imports included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize(("path", "forbidden"), CASES, ids=lambda case: getattr(case, "stem", ""))
def test_nothing_imports_what_is_above_it(path, forbidden):
    assert not forbidden & set(imported_by(path))


def test_a_reading_needs_neither_torchvision_nor_matplotlib():
    done = subprocess.run(
        [sys.executable, "-c", READ_ONCE],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
