"""Node for all tests of JavaScript that need no page."""

import os
import shutil
from pathlib import Path

import playwright
import pytest


@pytest.fixture(scope="session")
def node() -> str:
    """Return the Node that Playwright's package brings along, else the one on the PATH."""
    driver = Path(playwright.__file__).parent / "driver"
    own = driver / ("node.exe" if os.name == "nt" else "node")
    found = str(own) if own.exists() else shutil.which("node")
    assert found, f"there is no Node in {driver} and none on the PATH"
    return found
