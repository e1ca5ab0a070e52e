"""The server as its users meet it: started by its command, asked over HTTP, weighed."""

import base64
import functools
import http.client
import io
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter, thread_time
from unittest import mock

import numpy as np
from flask.json.provider import DefaultJSONProvider
from werkzeug.test import EnvironBuilder, run_wsgi_app

import ml.predict
import webapp.api.questions
import webapp.body
from ml.networks.classifier import OnnxClassifier
from tests.digits import draw_ink
from tests.shapes import DIGITS
from tests.webapp.pictures import on_transparent, write_as_chromium
from webapp import create_app

ROOT = Path(__file__).parents[2]
CLIENTS = 4
WARM, READINGS = 50, 500  # for the steps of a reading


def make_body(digit: int) -> bytes:
    """Return the JSON of a request: a drawn digit as the page sends it, ink on transparent."""
    png = write_as_chromium(np.asarray(on_transparent(draw_ink(DIGITS[digit]))))
    return json.dumps({"image": f"data:image/png;base64,{base64.b64encode(png).decode()}"}).encode()


@contextmanager
def run_server(
    root: Path = ROOT, flags: Sequence[str] = ()
) -> Iterator[tuple[subprocess.Popen, int]]:
    """Start `python run.py` of a checkout on a free port; yield process and port; stop it."""
    python = sys.executable if root == ROOT else str((root / ".venv/bin/python").absolute())
    process = subprocess.Popen(
        [python, "run.py", "--port", "0", *flags],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        found = next(filter(None, (re.search(r":(\d+)", line) for line in process.stdout)), None)
        if found is None:
            raise SystemExit("the server did not start: python run.py says why")
        yield process, int(found[1])
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def ask(connection: http.client.HTTPConnection, body: bytes) -> int:
    """Send one drawing; return the digit read."""
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/predict", body, headers)
    return json.loads(connection.getresponse().read())["digit"]


def ask_many(port: int, count: int, bodies: list[bytes]) -> list[float]:
    """Ask one after the other on one connection; return the seconds each took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for index in range(count):
        started = perf_counter()
        ask(connection, bodies[index % len(bodies)])
        times.append(perf_counter() - started)
    connection.close()
    return times


def memory_of(pid: int, field: str = "VmRSS") -> float:
    """Return the resident memory in MB where Linux reports it, else nan."""
    path = Path(f"/proc/{pid}/status")
    if not path.exists():
        return math.nan
    return int(re.search(rf"{field}:\s+(\d+)", path.read_text())[1]) / 1024


def cpu_of(pid: int) -> float:
    """Return the seconds that a process has computed where Linux reports them, else nan."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return math.nan
    user, system = path.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


STEPS = {
    "JSON in": (webapp.body, "parse_json"),
    "picture to ink": (webapp.api.questions, "read_drawing"),
    "is it blank": (ml.predict, "is_blank"),
    "ink to 28×28": (ml.predict, "fit_ink"),
    "normalize": (ml.predict, "normalize"),
    "network": (OnnxClassifier, "__call__"),
    "JSON out": (DefaultJSONProvider, "dumps"),
}


def measure_steps(bodies: list[bytes]) -> dict[str, float]:
    """Return the processor's time for each step of a reading in this process, in ms."""
    app = create_app({"INSTANCE_DIR": ROOT / "tests" / "artefacts" / "nothing"})
    builder = EnvironBuilder(path="/api/predict", method="POST", data=b"")
    spent = dict.fromkeys(STEPS, 0.0)
    whole = 0.0
    with ExitStack() as stack:
        for step, (place, name) in STEPS.items():
            timed = _add_up(getattr(place, name), step, spent)
            stack.enter_context(mock.patch.object(place, name, timed))
        for number in range(WARM + READINGS):
            if number == WARM:
                spent.update(dict.fromkeys(STEPS, 0.0))
                whole = thread_time()
            body = bodies[number % len(bodies)]
            headers = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
            run_wsgi_app(app, builder.get_environ() | headers | {"wsgi.input": io.BytesIO(body)})
        whole = thread_time() - whole
    steps = {step: seconds * 1000 / READINGS for step, seconds in spent.items()}
    rest = whole * 1000 / READINGS - sum(steps.values())
    return steps | {"Flask, probabilities and the rest": rest}


def _add_up(function: Callable, step: str, spent: dict[str, float]) -> Callable:
    @functools.wraps(function)
    def timed(*arguments: object, **options: object) -> object:
        started = thread_time()
        try:
            return function(*arguments, **options)
        finally:
            spent[step] += thread_time() - started

    return timed
