"""A class that watches a training: what it costs readings, and how late it sees each point.

Pollers are connections of one thread: on two cores, thirty threads would be measured themselves.
"""

import heapq
import http.client
import json
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter, sleep, time

from ml.runs import folders
from ml.runs.events import EventWriter
from ml.runs.folders import RunSettings
from ml.runs.locks import hold
from tests.benchmarks.serving import CLIENTS, ask_many, make_body, run_server

TOKEN = "token-of-the-benchmark"
WATCHERS = 30  # browsers; each asks again when it is told to
SETTLED = 3.0  # seconds
LATE = 1.0  # seconds that a browser may be behind its time; no more is made up for
ROUNDS = 7  # without and with watchers, alternating
READINGS = 150  # of each client, a round
SINGLE = 600  # readings one after the other
POINT = {"step": 10, "steps": 160, "loss": 0.5, "accuracy": 0.9, "images_per_second": 20_000.0}
PROBE = {"id": 1, "digit": 7, "probabilities": [0.1] * 10, "no_digit": None}


def measure() -> dict[str, object]:
    """Return readings per second, seconds from a point to its answer, and p99 while training."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        flags = ("--instance", folder, "--token", TOKEN)
        with run_server(flags=flags) as (_, port):
            bodies = [make_body(digit) for digit in range(10)]
            ask_many(port, 100, bodies)
            watched = _measure_watching(instance, port, bodies)
            return watched | {"while_training": _measure_training(port, bodies)}


def _measure_watching(instance: Path, port: int, bodies: list[bytes]) -> dict[str, object]:
    rates: dict[int, list[float]] = {0: [], WATCHERS: []}
    delays: list[float] = []
    with make_run(instance) as run_id:
        for _ in range(ROUNDS):
            for watchers in rates:
                with watch(port, run_id, watchers) as seen:
                    rates[watchers].append(_read_at_once(port, bodies))
                delays += seen
    shares = [with_ / without for without, with_ in zip(*rates.values(), strict=True)]
    return {
        "readings_per_second": {
            f"{watchers} watchers": round(statistics.median(each), 1)
            for watchers, each in rates.items()
        },
        "share_with_watchers": round(statistics.median(shares), 3),
        "seconds_from_point_to_answer": {
            "p50": round(statistics.median(delays), 3),
            "p90": round(statistics.quantiles(delays, n=10)[-1], 3),
        },
    }


def _read_at_once(port: int, bodies: list[bytes]) -> float:
    """Return the readings per second of several clients together."""
    threads = [
        threading.Thread(target=ask_many, args=(port, READINGS, bodies)) for _ in range(CLIENTS)
    ]
    started = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CLIENTS * READINGS / (perf_counter() - started)


@contextmanager
def make_run(instance: Path) -> Iterator[str]:
    """Let a run go on that makes ten points a second, without a training; yield its id."""
    folder = folders.make_folder(folders.find_runs_dir(instance), "quick_cnn")
    RunSettings.now(folder, model="quick_cnn", recipe={"sessions": [2]}).save(folder)
    writer, done = EventWriter(folder), threading.Event()

    def write() -> None:
        writer.write("start", model="quick_cnn", epochs=2, resumed=0)
        while not done.wait(0.1):
            writer.write("point", epoch=1, done=writer.count / 1000, **POINT, probe=PROBE)

    thread = threading.Thread(target=write)
    with hold(folder / folders.LOCK, 1, TimeoutError()):
        thread.start()
        try:
            yield folder.name
        finally:
            done.set()
            thread.join()
            writer.write("stopped", epoch=0)
            writer.close()


@contextmanager
def watch(port: int, run_id: str, count: int) -> Iterator[list[float]]:
    """Let so many browsers watch a run; yield the seconds from each point to each answer.

    They have the whole course by then, and know how often to ask.
    """
    seen: list[float] = []
    done = threading.Event()
    thread = threading.Thread(target=_poll, args=(port, run_id, count, seen, done))
    thread.start()
    if count:
        sleep(SETTLED)
        seen.clear()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def _poll(port: int, run_id: str, count: int, seen: list[float], done: threading.Event) -> None:
    open_one = partial(http.client.HTTPConnection, "127.0.0.1", port, timeout=30)
    start = perf_counter()
    # When each asks next, which one it is, its connection, and the number of its next event.
    browsers = [(start + each / count / 3, each, open_one(), 0) for each in range(count)]
    while browsers and not done.is_set():
        due, number, connection, since = heapq.heappop(browsers)
        sleep(max(0, due - perf_counter()))
        connection.request("GET", f"/api/runs/{run_id}?since={since}&probe=1")
        answer = json.loads(connection.getresponse().read())
        arrived = time()
        if since:  # the first answer holds what was before
            points = (each for each in answer["events"] if each["type"] == "point")
            seen += [arrived - point["time"] for point in points]
        due = max(due, perf_counter() - LATE) + answer["again"] / 1000
        heapq.heappush(browsers, (due, number, connection, answer["next"]))
    for _, _, connection, _ in browsers:
        connection.close()


def _measure_training(port: int, bodies: list[bytes]) -> dict[str, float]:
    """Return a reading's milliseconds, at 50% and 99%, idle and while a network learns."""
    idle = sorted(ask_many(port, SINGLE, bodies))
    run = _ask(port, "POST", "/api/runs", {"model": "quick_cnn", "recipe": {"epochs": 50}})
    while not _ask(port, "GET", f"/api/runs/{run['id']}")["events"]:
        sleep(0.1)
    busy = sorted(ask_many(port, SINGLE, bodies))
    state = _ask(port, "GET", f"/api/runs/{run['id']}")["state"]
    if state != "running":
        raise SystemExit(f"the training did not last as long as the measurement: it is {state}")
    _ask(port, "POST", f"/api/runs/{run['id']}/stop", {})
    while _ask(port, "GET", f"/api/runs/{run['id']}")["state"] == "running":
        sleep(0.1)
    share = idle[SINGLE * 99 // 100], busy[SINGLE * 99 // 100]
    return {
        "idle_p50_ms": round(idle[SINGLE // 2] * 1000, 2),
        "training_p50_ms": round(busy[SINGLE // 2] * 1000, 2),
        "idle_p99_ms": round(share[0] * 1000, 2),
        "training_p99_ms": round(share[1] * 1000, 2),
        "times_p99": round(share[1] / share[0], 2),
    }


def _ask(port: int, method: str, path: str, body: object = None) -> dict:
    headers = {"Content-Type": "application/json", "X-Board-Token": TOKEN}
    content = None if body is None else json.dumps(body)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, content, headers)
        answer = json.loads(connection.getresponse().read())
    if "detail" in answer:
        raise SystemExit(f"{path}: {answer['detail']}")
    return answer
