"""The real server in a process of its own, for tests that need a real connection."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVE = """
import json, sys
from pathlib import Path
from tests.webapp.fakes import FakeReader
from webapp import create_app
from webapp.server import serve
settings = {"READER": FakeReader(), "INSTANCE_DIR": Path(sys.argv[4])} | json.loads(sys.argv[3])
serve(create_app(settings), sys.argv[1], int(sys.argv[2]))
"""


class Server:
    """The real server in a process of its own, on a port that was free."""

    def __init__(self, log_file, host="127.0.0.1", port=0, before="", **settings):
        self.log_file = log_file
        command = [sys.executable, "-c", before + SERVE, host, str(port), json.dumps(settings)]
        with log_file.open("w") as log:
            self.process = subprocess.Popen(
                [*command, str(log_file.parent / "instance")],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        self.first_line = self.process.stdout.readline().rstrip()
        self.port = int(re.search(r":(\d+)(/|$)", self.first_line)[1])

    def ask(self, method, path, body=None, headers=None, host="127.0.0.1", **options):
        connection = http.client.HTTPConnection(host, self.port, timeout=30)
        with closing(connection):
            connection.request(method, path, body, headers or {}, **options)
            answer = connection.getresponse()
            return answer, answer.read()

    def send(self, data):
        """Send bytes as they are; returns all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def stop(self, number):
        """Send a signal; returns the exit status and what was printed since the first line."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        with self.process.stdout as out:
            return code, out.read()
