"""What runs the page's examples as a user does: curl in a shell, Node and Python."""

import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PATIENCE = 120  # seconds for all examples of a language, or for one command of curl
PROCESSES = {
    "JavaScript": ["node", str(HERE / "run_examples.mjs")],
    "Python": [sys.executable, str(HERE / "run_examples.py")],
}


def find_missing(language):
    """The name of the program that a language needs, if that is not installed."""
    needed = {"curl": ["curl", "sh"], "JavaScript": ["node"], "Python": [sys.executable]}
    return next((program for program in needed[language] if not shutil.which(program)), None)


@contextmanager
def start(language, folder, token):
    """Yield what runs a text in a folder: it answers what the example printed.

    One process runs all programs of a language, since each start of one takes a while.
    """
    options = {"cwd": folder, "env": os.environ | {"TOKEN": token}, "text": True}
    if language == "curl":
        yield lambda text: run_curl(text, options)
        return
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(PROCESSES[language], **pipes, **options) as process:
        end = threading.Timer(PATIENCE, process.kill)
        end.start()

        def run(text):
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            assert answer, f"it failed: {text}"  # why is on stderr
            return json.loads(answer)

        try:
            yield run
        finally:
            end.cancel()
            process.stdin.close()  # so that it ends


def run_curl(text, options):
    """Return the status before the body, as the other languages' examples print it."""
    command = f"{text} -w '%{{stderr}}%{{http_code}}'"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, check=True, timeout=PATIENCE, **options
    )
    return f"{done.stderr} {done.stdout}"
