"""One reading, the network only: every shipped model by turns, on one thread, in one process."""

import statistics

import numpy as np

from ml.predict import Reader
from tests.benchmarks.threads import one_thread
from tests.digits import draw_ink
from tests.shapes import DIGITS

ROUNDS = 500
YARDSTICK = "tutorial_cnn"


def measure() -> dict[str, dict[str, float]]:
    """Return each model's median in ms, and as a share of tutorial_cnn's."""
    reader = Reader()
    inks = [draw_ink(strokes) for strokes in DIGITS.values()]
    taken: dict[str, list[float]] = {name: [] for name in reader.models}
    rng = np.random.default_rng(0)
    with one_thread():
        for number in range(ROUNDS):
            # In another order each time: who comes after whom decides what the caches hold.
            turn = rng.permutation(reader.models).tolist()
            for reading in reader.read_each(inks[number % len(inks)], turn):
                taken[reading.model].append(reading.milliseconds)
    medians = {name: statistics.median(each) for name, each in taken.items()}
    return {
        name: {"milliseconds": round(median, 3), "share": round(median / medians[YARDSTICK], 2)}
        for name, median in sorted(medians.items(), key=lambda item: item[1])
    }
