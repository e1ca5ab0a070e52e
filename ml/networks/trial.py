"""Run a network that comes from elsewhere for the first time: in a process that may die of it.

An ONNX file may ask for any memory and time, or crash whoever runs it. It gets only so much here.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from ml.errors import WeightsError
from ml.files import PROJECT_DIR
from ml.networks.card import ModelCard
from ml.networks.classifier import OnnxClassifier, check_answers
from ml.networks.logits import Calibration

MEMORY = 4 * 2**30  # bytes of addresses; ours need less than one GiB
PROCESSOR = 20  # seconds; ours need two, most of them to load ONNX Runtime
PATIENCE = 300  # seconds, on a machine that has other things to do


def try_onnx(content: bytes, card: ModelCard) -> None:
    """Raise WeightsError unless an ONNX file runs, answering as its card says.

    Only what it holds is used: where it runs, there are no files that it could name.
    """
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "ml.networks.trial"],
                input=content,
                capture_output=True,
                cwd=empty,
                env={**os.environ, "PYTHONPATH": str(PROJECT_DIR)},
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise WeightsError("the network takes too long to run") from error
    if done.returncode != 0 or not done.stdout.isdigit():
        raise WeightsError("the network does not run")
    check_answers(card, int(done.stdout), Path(card.onnx.name))


def main() -> None:
    """Run the network in the standard input on an empty image, and print how many logits it has."""
    limit_resources()
    classifier = OnnxClassifier(sys.stdin.buffer.read(), Calibration())
    logits, features = classifier(np.zeros((2, 1, 28, 28), np.float32))
    kinds = {(each.dtype, each.ndim, len(each)) for each in (logits, features)}
    if kinds != {(np.dtype(np.float32), 2, 2)} or not np.isfinite(logits).all():
        raise SystemExit("these are not the logits and features of two images")
    print(logits.shape[1], end="")


def limit_resources() -> None:
    """Let this process have only so much memory and time, where the system can see to that."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, PROCESSOR)):
        with contextlib.suppress(ValueError, OSError):  # there is a lower limit already
            resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    main()
