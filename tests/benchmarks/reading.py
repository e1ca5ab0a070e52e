"""One reading, the network only: every shipped model in both engines, alternating, one thread."""

import statistics

import numpy as np

from ml.predict import ENGINES, Reader
from tests.benchmarks.threads import one_thread
from tests.digits import draw_ink
from tests.shapes import DIGITS

ROUNDS = 300


def measure() -> dict[str, dict[str, float]]:
    """Return each model's median in ms by ONNX Runtime and by PyTorch, and the first's share."""
    readers = {engine: Reader(engine=engine) for engine in ENGINES}
    inks = [draw_ink(strokes) for strokes in DIGITS.values()]
    models = readers["onnx"].models
    taken = {(name, engine): [] for name in models for engine in ENGINES}
    rng = np.random.default_rng(0)
    with one_thread():
        for number in range(ROUNDS):
            # In another order each time: what ran before decides what the caches hold.
            for engine in rng.permutation(ENGINES).tolist():
                turn = rng.permutation(models).tolist()
                for reading in readers[engine].read_each(inks[number % len(inks)], turn):
                    taken[reading.model, engine].append(reading.milliseconds)
    medians = {key: statistics.median(each) for key, each in taken.items()}
    return {
        name: {engine: round(medians[name, engine], 3) for engine in ENGINES}
        | {"share": round(medians[name, "onnx"] / medians[name, "torch"], 2)}
        for name in models
    }
