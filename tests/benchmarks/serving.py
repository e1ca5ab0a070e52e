"""The server as its users meet it: started by its command, asked over HTTP, weighed."""

import base64
import http.client
import io
import json
import re
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from PIL import Image

from ml.predict import Reader
from ml.preprocess import fit_ink, is_blank
from tests.digits import draw_ink
from tests.shapes import DIGITS
from webapp import create_app
from webapp.drawing import read_drawing

ROOT = Path(__file__).parents[2]
ROUNDS = 5  # of each checkout, alternating
READINGS = 200  # a round
CLIENTS = 4


def make_body(digit: int) -> bytes:
    """Return the JSON of a request: a drawn digit as the page sends it, ink on transparent."""
    ink = Image.fromarray(draw_ink(DIGITS[digit]))
    picture = Image.new("RGBA", ink.size, (0, 0, 0, 255))
    picture.putalpha(ink)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    text = base64.b64encode(buffer.getvalue()).decode()
    return json.dumps({"image": f"data:image/png;base64,{text}"}).encode()


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


def measure(against: Path | None = None) -> dict[str, object]:
    """Return what this server reaches, and what the other checkout's does, in the same run."""
    roots = {"here": ROOT} | ({"against": against.resolve()} if against else {})
    bodies = [make_body(digit) for digit in range(10)]
    rounds = {name: [] for name in roots}
    for _ in range(ROUNDS):
        for name, root in roots.items():
            rounds[name].append(_measure_round(root, bodies))
    found: dict[str, object] = {name: _summarize(each) for name, each in rounds.items()}
    if against:
        found["share"] = {
            key: round(found["here"][key] / found["against"][key], 2) for key in found["here"]
        }
    return found | {"parts_ms": measure_parts(bodies)}


def _measure_round(root: Path, bodies: list[bytes]) -> dict[str, float]:
    started = perf_counter()
    with run_server(root) as (process, port):
        ask_many(port, 1, bodies)
        first = perf_counter() - started
        ask_many(port, 50, bodies)
        times = sorted(ask_many(port, READINGS, bodies))
        started = perf_counter()
        threads = [
            threading.Thread(target=ask_many, args=(port, READINGS, bodies)) for _ in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rate = CLIENTS * READINGS / (perf_counter() - started)
        return {
            "p50_ms": times[READINGS // 2] * 1000,
            "p99_ms": times[READINGS * 99 // 100] * 1000,
            "readings_per_second_4_clients": rate,
            "seconds_to_first_reading": first,
            "memory_mb_after_1000_readings": memory_of(process.pid),
        }


def _summarize(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(each[key] for each in rounds), 2) for key in rounds[0]}


def memory_of(pid: int, field: str = "VmRSS") -> float:
    """Return the resident memory in MB where Linux reports it, else nan."""
    path = Path(f"/proc/{pid}/status")
    if not path.exists():
        return float("nan")
    return int(re.search(rf"{field}:\s+(\d+)", path.read_text())[1]) / 1024


def measure_parts(bodies: list[bytes]) -> dict[str, float]:
    """Return the medians of the parts of a reading in this process, in ms, one after the other."""
    app = create_app()
    reader: Reader = app.extensions["reader"]
    client, url = app.test_client(), json.loads(bodies[7])["image"]
    ink = read_drawing(url)
    seen = fit_ink(ink)
    reading = reader.read(ink).to_dict()
    parts = {
        "picture to ink": lambda: read_drawing(url),
        "is it blank": lambda: is_blank(ink),
        "ink to 28×28": lambda: fit_ink(ink),
        "fit, network and reading": lambda: reader.read(ink),
        "answer as JSON": lambda: json.dumps(reading),
        "everything, in Flask's test client": lambda: client.post(
            "/api/predict", data=bodies[7], content_type="application/json"
        ),
    }
    assert seen.shape == (28, 28)
    return {name: round(_time(part), 3) for name, part in parts.items()}


def _time(work: Callable[[], object]) -> float:
    times = []
    for _ in range(200):
        started = perf_counter()
        work()
        times.append(perf_counter() - started)
    return statistics.median(times) * 1000
