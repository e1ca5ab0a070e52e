"""The store is loaded when it is first needed, and Alembic only when the tables change."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def find_loaded(code, *arguments):
    """Which of the heavy packages a fresh process has loaded after running the code."""
    code += "\nimport sys\nprint(*{'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_names_and_errors_are_light():
    assert find_loaded("import webapp.store.drawings, webapp.store.errors") == set()


@pytest.mark.slow
def test_an_up_to_date_database_is_opened_without_alembic(open_store, tmp_path):
    open_store().machine_hand()
    code = """
import sys
from pathlib import Path
from webapp.store.store import Store
assert Store(Path(sys.argv[1])).find_hand("key") is None
"""
    assert find_loaded(code, tmp_path / "instance") == {"sqlalchemy"}
    assert find_loaded(code, tmp_path / "new") == {"sqlalchemy", "alembic"}
