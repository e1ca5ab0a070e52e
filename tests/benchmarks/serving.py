"""The server as its users meet it: started by its command, asked over HTTP, weighed."""

import base64
import http.client
import io
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ml.predict import Reader
from ml.preprocess import fit_ink, is_blank, normalize
from tests.digits import draw_ink
from tests.shapes import DIGITS
from tests.webapp.pictures import on_transparent, write_as_chromium
from webapp import create_app
from webapp.body import parse_json
from webapp.drawing import read_drawing

ROOT = Path(__file__).parents[2]
CLIENTS = 4


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
        return float("nan")
    return int(re.search(rf"{field}:\s+(\d+)", path.read_text())[1]) / 1024


def measure_steps(bodies: list[bytes]) -> dict[str, float]:
    """Return the medians of a reading's steps in this process, in ms, and of all of it."""
    app = create_app({"INSTANCE_DIR": ROOT / "tests" / "artefacts" / "nothing"})
    reader: Reader = app.extensions["reader"]
    url = json.loads(bodies[7])["image"]
    ink = read_drawing(url)
    seen = fit_ink(ink)
    reading = reader.read(ink).to_dict()

    builder = EnvironBuilder(path="/api/predict", method="POST", data=bodies[7])
    environ = builder.get_environ() | {"CONTENT_TYPE": "application/json"}

    def answer() -> None:
        run_wsgi_app(app, {**environ, "wsgi.input": io.BytesIO(bodies[7])})

    whole, read = _time(answer), _time(lambda: reader.read(ink))
    fit = _time(lambda: (is_blank(ink), fit_ink(ink), normalize(seen[None])))
    steps = {
        "JSON in": _time(lambda: parse_json(bodies[7])),
        "picture to ink": _time(lambda: read_drawing(url)),
        "ink to 28×28": fit,
        "network, probabilities": read - fit,
        "JSON out": _time(lambda: app.json.dumps(reading)),
    }
    return steps | {"Flask": whole - sum(steps.values()), "whole": whole}


def _time(work: Callable[[], object]) -> float:
    times = []
    for _ in range(200):
        started = perf_counter()
        work()
        times.append(perf_counter() - started)
    return statistics.median(times) * 1000
