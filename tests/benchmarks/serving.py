"""The server as its users meet it: started by its command, asked over HTTP, weighed."""

import base64
import http.client
import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ml.timing import Stopwatch
from PIL import Image

from tests.digits import draw_ink
from tests.shapes import DIGITS

ROOT = Path(__file__).parents[2]


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
def run_server() -> Iterator[tuple[subprocess.Popen, int]]:
    """Start `python run.py` on a free port; yield the process and the port; stop it."""
    command = [sys.executable, "run.py", "--port", "0"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        found = re.search(r":(\d+)", process.stdout.readline())
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
        watch = Stopwatch()
        ask(connection, bodies[index % len(bodies)])
        times.append(watch.seconds())
    connection.close()
    return times


def measure(count: int = 500, clients: int = 4) -> dict[str, float]:
    """Return latency in ms, readings per second, the start in seconds and the memory in MB."""
    bodies = [make_body(digit) for digit in range(10)]
    start = Stopwatch()
    with run_server() as (process, port):
        ask_many(port, 1, bodies)
        first = start.seconds()
        ask_many(port, 50, bodies)
        times = sorted(ask_many(port, count, bodies))
        watch = Stopwatch()
        threads = [
            threading.Thread(target=ask_many, args=(port, count, bodies)) for _ in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rate = clients * count / watch.seconds()
        memory = _memory_of(process.pid)
    return {
        "p50_ms": round(times[count // 2] * 1000, 2),
        "p99_ms": round(times[count * 99 // 100] * 1000, 2),
        "readings_per_second_4_clients": round(rate),
        "seconds_to_first_reading": round(first, 2),
        "memory_mb": memory,
    }


def _memory_of(pid: int) -> int | None:
    """Return the resident memory in MB where Linux tells it."""
    path = Path(f"/proc/{pid}/status")
    if not path.exists():
        return None
    return round(int(re.search(r"VmRSS:\s+(\d+)", path.read_text())[1]) / 1024)
