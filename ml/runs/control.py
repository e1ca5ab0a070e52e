"""What a server asks of a training, and what the training shows: small files beside the events.

`control.json` and `probe.json` are written by the server, `weights.json` by the trainer, each
atomically. Whoever reads one takes a damaged or missing file for "nothing is asked".
"""

import json
from base64 import b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.files import write_atomically

CONTROL, PROBE, WEIGHTS = "control.json", "probe.json", "weights.json"
WANTED = ("run", "pause", "stop")
LONGEST_REST = 2.0  # seconds
PIXELS = 784
ZERO = 128  # the byte that stands for a weight of 0


@dataclass(frozen=True)
class Control:
    """What is asked of a training: to run, pause or stop, and to rest after each point."""

    wanted: str = "run"
    rest: float = 0.0  # seconds, up to LONGEST_REST: slow motion


@dataclass(frozen=True)
class Probe:
    """A drawing that the network reads as it learns: 784 pixels, 0 = paper, and its number."""

    id: int
    seen: bytes


def read_control(folder: Path) -> Control:
    """Return what is asked of a run."""
    values = read_json(folder / CONTROL)
    wanted, rest = values.get("wanted"), values.get("rest")
    is_rest = type(rest) in (int, float) and 0 <= rest <= LONGEST_REST
    return Control(wanted if wanted in WANTED else "run", float(rest) if is_rest else 0.0)


def write_control(folder: Path, control: Control) -> None:
    """Ask something of a run."""
    write_json(folder / CONTROL, asdict(control))


def read_probe(folder: Path) -> Probe | None:
    """Return the drawing that a run's network should read, None if there is none."""
    values = read_json(folder / PROBE)
    number, seen = values.get("id"), values.get("seen")
    if type(number) is not int or not isinstance(seen, list) or len(seen) != PIXELS:
        return None
    try:
        return Probe(number, bytes(seen))
    except (TypeError, ValueError):
        return None


def write_probe(folder: Path, probe: Probe) -> None:
    """Give a run's network a drawing to read."""
    write_json(folder / PROBE, {"id": probe.id, "seen": list(probe.seen)})


def write_weights(folder: Path, number: int, weights: np.ndarray) -> None:
    """Write the ten weight pictures, float (10, 784), as they are at the event `number`.

    All ten have one scale: the largest weight is 1 or 255, and none is ZERO.
    """
    scale = max(float(np.abs(weights).max()), 1e-12)
    pictures = np.rint(ZERO + weights / scale * 127).clip(0, 255).astype(np.uint8)
    texts = [b64encode(picture.tobytes()).decode("ascii") for picture in pictures]
    write_json(folder / WEIGHTS, {"n": number, "pictures": texts})


def read_json(path: Path) -> dict[str, Any]:
    """Return a file's JSON object, an empty one if it is missing or damaged."""
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Write a JSON object atomically; raises OSError."""
    content = json.dumps(values).encode()
    write_atomically(path, lambda temporary: temporary.write_bytes(content))
