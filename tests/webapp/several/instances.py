"""Gunicorn's instances of the board, each with its workers, in one folder and one database."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.browser.board_server import find_port
from tests.webapp.several.client import ask

ROOT = Path(__file__).resolve().parents[3]
WORKERS = 2
SLOW_START = 90  # seconds: other tests may be running


class Instance:
    """`gunicorn` with two workers, on a port of its own that it keeps when it starts again."""

    def __init__(self, folder, name, **environment):
        self.port = find_port()
        self.log_file = folder / f"{name}.log"
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("BOARD_")},
            "BOARD_BIND": f"127.0.0.1:{self.port}",
            "BOARD_WORKERS": str(WORKERS),
            "BOARD_INSTANCE": str(folder / "instance"),
            "BOARD_BEHIND_PROXY": "on",
            "BOARD_LIMITS": "off",  # all clients of a test have one address
            **environment,
        }
        self.process = None

    def begin(self):
        """Start it, and do not wait until it answers."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group to kill
            )

    def wait(self, prefix=""):
        """Wait until it answers."""
        until = time.monotonic() + SLOW_START
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log
            with contextlib.suppress(OSError):
                if ask(self.port, "GET", f"{prefix}/api/health").status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(self.log)

    @property
    def log(self):
        """What it has said."""
        return self.log_file.read_text()

    @property
    def workers(self):
        """The process ids of its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()]

    def kill(self):
        """Kill master and workers at once, without a chance to say anything."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Stop it as an administrator does; return its exit code."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
