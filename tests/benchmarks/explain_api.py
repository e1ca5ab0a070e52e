"""How long an explanation takes, what readings wait while others ask why, and what it weighs."""

import http.client
import json
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from time import perf_counter

import numpy as np

from ml.explain.explainer import AT_A_GLANCE, Explainer
from ml.predict import Reader
from ml.strokes import Placement, draw_freely, place
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import write
from tests.benchmarks.serving import ask_many, make_body, memory_of, run_server

MODEL = "board_cnn"
DRAWINGS, SEED = 60, 29
STROKES = 3  # at most
READINGS = 1000  # without, and with, somebody who asks why

Strokes = list[np.ndarray]


def measure() -> dict[str, object]:
    """Return times in ms and memory in MB, each with the names of what was measured."""
    drawings = make_drawings()
    return {"at_a_glance_ms": time_methods(drawings)} | measure_server(drawings)


def make_drawings(count: int = DRAWINGS) -> list[Strokes]:
    """Return generated digits of 1 to 3 strokes, each digit as often, in board px."""
    rng, drawings = np.random.default_rng(SEED), []
    while len(drawings) < count:
        habits = DIGITS[str(len(drawings) % 10)]
        written = write(habits[rng.integers(len(habits))], 1, rng)[0]
        strokes = split_strokes(written)
        if len(strokes) <= STROKES:
            drawings.append(place(strokes, Placement(size=0.6)))
    return drawings


def split_strokes(segments: np.ndarray) -> Strokes:
    """Return the strokes, float32 (P, 2), of segments (S, 4) that follow each other."""
    starts, ends = segments[:, :2], segments[:, 2:]
    lifted = np.flatnonzero(np.abs(starts[1:] - ends[:-1]).max(axis=1) > 1e-6) + 1
    parts = np.split(np.arange(len(segments)), lifted)
    return [np.concatenate([starts[part[:1]], ends[part]]).astype(np.float32) for part in parts]


def time_methods(drawings: list[Strokes]) -> dict[str, dict[str, float]]:
    """Return p50 and p95 of all methods at a glance together, and of each one, in this process."""
    explainer = Explainer(Reader())
    inks = [draw_freely(strokes) for strokes in drawings]
    explainer.explain(inks[0], drawings[0], MODEL)  # the training images are seen once
    asked = {"together": AT_A_GLANCE} | {method: (method,) for method in AT_A_GLANCE}
    return {
        name: summarize(
            [
                time_one(explainer, ink, strokes, methods)
                for ink, strokes in zip(inks, drawings, strict=True)
            ]
        )
        for name, methods in asked.items()
    }


def time_one(
    explainer: Explainer, ink: np.ndarray, strokes: Strokes, methods: tuple[str, ...]
) -> float:
    """Return the seconds from ink to plain values."""
    started = perf_counter()
    explainer.explain(ink, strokes, MODEL, methods).to_dict()
    return perf_counter() - started


def measure_server(drawings: list[Strokes]) -> dict[str, object]:
    """Return readings' times without and with an explaining client, and the server's memory."""
    readings = [make_body(digit) for digit in range(10)]
    questions = [
        {"strokes": [stroke.tolist() for stroke in strokes], "asker": "bench"}
        for strokes in drawings
    ]
    with run_server() as (process, port):
        ask_many(port, 50, readings)
        alone = summarize(ask_many(port, READINGS, readings))
        before = memory_of(process.pid)
        with explaining(port, questions) as times:
            beside = summarize(ask_many(port, READINGS, readings))
        use_everything(port, questions)
        return {
            "reading_alone_ms": alone,
            "reading_beside_explaining_ms": beside,
            "explaining_over_http_ms": summarize(times[1:]),
            "explanations": len(times),
            "memory_mb": {
                "readings": round(before),
                "everything": round(memory_of(process.pid)),
            },
        }


@contextmanager
def explaining(port: int, questions: list[dict]) -> Iterator[list[float]]:
    """Let a client ask one question after the other meanwhile; yield the seconds each took."""
    times, is_over = [], threading.Event()

    def ask_on() -> None:
        for question in cycle(questions):
            if is_over.is_set():
                return
            times.append(explain(port, question))

    client = threading.Thread(target=ask_on)
    client.start()
    try:
        yield times
    finally:
        is_over.set()
        client.join()


def use_everything(port: int, questions: list[dict]) -> None:
    """Ask every network every method, a unit of each layer, and for its pictures and pages."""
    for path in ("/", "/models", "/drawings", "/glossary"):
        get(port, path)
    for model in [each["name"] for each in json.loads(get(port, "/api/models"))["models"]]:
        get(port, f"/api/models/{model}/pictures")
        for question in questions[:10]:
            asked = question | {"model": model, "methods": [*AT_A_GLANCE, "layers"]}
            explain(port, asked)
        found = json.loads(post(port, asked | {"methods": ["layers"]}))["layers"]
        for number, member in enumerate(found["members"]):
            for layer in [*member["layers"], member["last"]]:
                unit = {"member": number, "layer": layer["name"], "channel": 0}
                explain(port, asked | {"methods": ["unit"], "unit": unit})


def explain(port: int, question: dict) -> float:
    """Return the seconds that an explanation takes over HTTP."""
    started = perf_counter()
    post(port, question)
    return perf_counter() - started


def post(port: int, question: dict) -> bytes:
    """Return the answer to a question."""
    headers = {"Content-Type": "application/json"}
    return request(port, "POST", "/api/explain", json.dumps(question), headers)


def get(port: int, path: str) -> bytes:
    """Return what is at a path."""
    return request(port, "GET", path)


def request(
    port: int, method: str, path: str, body: str | None = None, headers: dict | None = None
) -> bytes:
    """Return the body of an answer, which must be 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{method} {path}: {answer.status} {content[:200]!r}")
    return content


def summarize(seconds: list[float]) -> dict[str, float]:
    """Return the median, the 95th and the 99th percentile in ms."""
    ordered = sorted(seconds)
    return {
        "p50": round(statistics.median(ordered) * 1000, 1),
        "p95": round(ordered[len(ordered) * 95 // 100] * 1000, 1),
        "p99": round(ordered[len(ordered) * 99 // 100] * 1000, 1),
    }
