"""What explains is loaded with the first question, so that a server starts as quickly without."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ASK = """
import sys
from webapp import create_app
client = create_app({"VERSIONS": False}).test_client()
drawing = {"strokes": [[[80, 70], [200, 70], [120, 220]]]}
assert client.get("/").status_code == client.post("/api/predict", json=drawing).status_code == 200
print(*[name for name in sys.modules if name.startswith("ml.explain")])
assert client.post("/api/explain", json=drawing | {"model": "linear"}).status_code == 200
print("ml.explain.evidence" in sys.modules, "torch" in sys.modules, "matplotlib" in sys.modules)
"""


def test_explaining_is_loaded_with_the_first_question():
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["", "True False False"]
