"""How long a reading takes right after a correction when a hand has ten thousand drawings."""

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ml.predict import Reader
from tests.webapp.people import TOKEN, Person
from webapp import create_app
from webapp.store.drawings import LIMIT, NewDrawing
from webapp.store.store import Store

TIMES = 25


def measure(model: str, weights: Path) -> str:
    """Return the median of a reading's milliseconds, from request to answer, and the range."""
    reader = Reader(weights)
    with TemporaryDirectory() as folder:
        app = create_app({"READER": reader, "INSTANCE_DIR": folder, "TOKEN": TOKEN})
        store = app.extensions["keeping"].open()
        fill(store, reader, model)
        person, took = Person(app, TOKEN), []
        person.read(model=model)
        for number in range(TIMES):
            person.keep(1, number, model=model)
            start = time.perf_counter()
            person.read(number, model=model)
            took.append(1000 * (time.perf_counter() - start))
        store.close()
    return (
        f"`{model}`, {LIMIT:,} drawings remembered: {statistics.median(took):.1f} ms"
        f" ({min(took):.1f} to {max(took):.1f}) for the reading after a correction"
    )


def fill(store: Store, reader: Reader, model: str) -> None:
    """Give the machine's hand all but TIMES of the drawings it may have, of random pixels."""
    random, hand = np.random.default_rng(0), store.machine_hand()
    seen = random.integers(0, 256, (LIMIT - TIMES, 784), np.uint8)
    rows = ((n % 11, row.tobytes()) for n, row in enumerate(seen))
    store.put_all(hand, (NewDrawing(None, row, label, None, None, None) for label, row in rows))
    width = reader.features(model, seen[:1].reshape(1, 28, 28)).shape[1]
    made = random.normal(size=(len(seen), width)).astype(np.float16)
    ids = [drawing.id for drawing in store.each(hand)]
    features = {id_: row.tobytes() for id_, row in zip(ids, made, strict=True)}
    store.save_features(model, reader.weights_version(model), features)
