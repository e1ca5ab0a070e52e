"""Nothing that reads drawings reports to anybody: ONNX Runtime would, unless it is told not to."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = "from ml.predict import Reader; Reader()"


def test_loading_the_models_writes_nothing_into_the_home_folder(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": "", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
