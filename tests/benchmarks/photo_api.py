"""How long a photo of 12 megapixels takes, what it weighs, and what readings wait beside ten."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from tests.benchmarks.explain_api import summarize
from tests.benchmarks.serving import ask_many, make_body, memory_of, run_server
from tests.photos.scenes import take_sheet
from tests.photos.writing import GeneratedWriter

SIZE = 4000, 3000  # px
LINES = [["40", "75"], ["31", "28"], ["69", "12"], ["57", "83"], ["90", "46"]]  # 20 digits
SEED, PHOTOS, READINGS, UPLOADS = 30, 5, 300, 10
FORM = "photo-of-a-bench"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={FORM}", "X-Board": "1"}


def measure() -> dict[str, object]:
    """Return seconds, and memory in MB above a server that has read drawings only."""
    body, drawings = make_form(make_photo()), [make_body(digit) for digit in range(10)]
    with run_server() as (process, port):
        ask_many(port, 50, drawings)
        alone = summarize(ask_many(port, READINGS, drawings))
        idle = memory_of(process.pid)
        forget_peak(process.pid)
        first, answer = send(port, body)
        seconds = sorted(send(port, body)[0] for _ in range(PHOTOS))
        peak, after = peak_of(process.pid), memory_of(process.pid)
        with uploading(port, body) as statuses:
            beside = summarize(ask_many(port, READINGS, drawings))
        return {
            "digits_found": len(answer["digits"]),
            "lines": answer["lines"],
            "photo_mb": round(len(body) / 2**20, 1),
            "first_photo_s": round(first, 2),
            "photo_s": [round(each, 2) for each in seconds],
            "memory_mb": {
                "idle": round(idle),
                "peak_above_idle": round(peak - idle),
                "after_above_idle": round(after - idle),
                "peak_above_idle_with_ten_at_once": round(peak_of(process.pid) - idle),
            },
            "reading_alone_ms": alone,
            "reading_beside_ten_uploads_ms": beside,
            "uploads": {str(each): statuses.count(each) for each in sorted(set(statuses))},
        }


def make_photo() -> bytes:
    """Return a JPEG of 12 megapixels: a ruled sheet with 20 digits."""
    rng = np.random.default_rng(SEED)
    writer = GeneratedWriter(rng)
    photo = take_sheet(writer, LINES, rng, kind="ruled", side=SIZE[0])
    picture = cv2.resize(photo.picture, SIZE, interpolation=cv2.INTER_CUBIC)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 90]
    return cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quality)[1].tobytes()


def make_form(photo: bytes) -> bytes:
    """Return the body of a form with a photo."""
    start = f'--{FORM}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    return start.encode() + photo + f"\r\n--{FORM}--\r\n".encode()


def post(port: int, body: bytes) -> tuple[int, bytes]:
    """Send a photo; return the status and the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", "/api/read-photo", body, HEADERS)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def send(port: int, body: bytes) -> tuple[float, dict]:
    """Send a photo; return the seconds until the answer, and the answer."""
    started = perf_counter()
    status, content = post(port, body)
    if status != 200:
        raise SystemExit(f"a photo was answered {status}: {content[:200]!r}")
    return perf_counter() - started, json.loads(content)


@contextmanager
def uploading(port: int, body: bytes) -> Iterator[list[int]]:
    """Let ten clients send photos meanwhile, one after the other; yield the statuses."""
    statuses, is_over = [], threading.Event()

    def send_on() -> None:
        while not is_over.is_set():
            statuses.append(post(port, body)[0])
            is_over.wait(0.2)

    clients = [threading.Thread(target=send_on) for _ in range(UPLOADS)]
    for client in clients:
        client.start()
    try:
        yield statuses
    finally:
        is_over.set()
        for client in clients:
            client.join()


def forget_peak(pid: int) -> None:
    """Let Linux count a process's peak anew."""
    path = Path(f"/proc/{pid}/clear_refs")
    if path.exists():
        path.write_text("5")


def peak_of(pid: int) -> float:
    """Return the most resident memory since, in MB, where Linux reports it, else nan."""
    return memory_of(pid, "VmHWM")
