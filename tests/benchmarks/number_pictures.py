"""How well several digits are read in pictures, without strokes: composed numbers, real ones, one
digit; each drawn with the board's pen.

Gaps are between the pens' paths, so that ink already touches where they are less than the pen's
width, 0.09 to 0.15 of a digit's height: about a third of the numbers that are "apart" are joined.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from ml.evaluation.numbers import compose_numbers
from ml.predict import Reader
from ml.segmentation.numbers import SeveralReading, read_several
from ml.strokes import Drawing, Placement, draw_freely, place, read_drawings
from tests.benchmarks.numbers import APART, SEED, SIZE, TOUCHING, pick_some, place_number

COMPOSED, SINGLE, TIMED = 1_000, 3_000, 20
CLEAR = (0.16, 0.3)  # no ink touches
TEN = "1234567890"


def measure(weights: Path, strokes: Path, count: int | None = None) -> Iterator[dict[str, object]]:
    """Yield the figures of the default model, kind by kind; `strokes` is the file of digits.

    `count` bounds how many numbers and digits of each kind are read.
    """
    reader, digits = Reader(weights), read_drawings(strokes)
    composed = min(COMPOSED, count or COMPOSED)
    for name, gaps in (("clear", CLEAR), ("apart", APART), ("touching", TOUCHING)):
        numbers = compose_numbers(digits, composed, gaps, SEED)
        pairs = ((number.text, number.strokes) for number in numbers)
        yield {name: measure_numbers(reader, pairs)}
    if (real := strokes.with_name("numbers.jsonl.gz")).is_file():
        chosen = pick_some(read_drawings(real), count or 10_000)
        pairs = ((number.label, place_number(number.strokes)) for number in chosen)
        yield {"real": measure_numbers(reader, pairs)}
    yield {"one digit": measure_single(reader, pick_some(digits, min(SINGLE, count or SINGLE)))}
    yield {"ten components, milliseconds": measure_time(reader, digits)}


def measure_numbers(
    reader: Reader, numbers: Iterator[tuple[str, Sequence[np.ndarray]]]
) -> dict[str, object]:
    """Return the shares of numbers read right, refused and read wrong, and some wrong ones."""
    counted, wrong = Counter[str](), []
    for text, strokes in numbers:
        answer = _read(reader, draw_freely(strokes))
        outcome = "right" if answer.text == text else "wrong" if answer.text else "refused"
        counted[outcome] += 1
        if outcome == "wrong":
            wrong.append(f"{text} as {answer.text}")
    total = counted.total()
    shares = {name: round(counted[name] / total, 4) for name in ("right", "refused", "wrong")}
    return {"numbers": total, **shares, "as": wrong[:20]}


def measure_single(reader: Reader, digits: Sequence[Drawing]) -> dict[str, object]:
    """Return the share of single digits that are taken for several."""
    rng, several = np.random.default_rng(SEED), []
    for digit in digits:
        placed = place(digit.strokes, Placement(rng.uniform(*SIZE)))
        answer = _read(reader, draw_freely([stroke.astype(np.float32) for stroke in placed]))
        if answer.reading is None:
            several.append(f"{digit.label} as {answer.text}")
    return {"digits": len(digits), "several": len(several) / len(digits), "as": several[:20]}


def measure_time(reader: Reader, digits: Sequence[Drawing]) -> dict[str, float]:
    """Return how long a picture of 840×280 px with ten digits takes: half, and 95% of them."""
    by_label = {label: [d for d in digits if d.label == label][:TIMED] for label in TEN}
    taken = []
    for number in range(TIMED):
        strokes = [
            (stroke + np.array([18 + 84 * column, 60])).astype(np.float32)
            for column, label in enumerate(TEN)
            for stroke in _narrow(by_label[label][number % len(by_label[label])])
        ]
        ink = np.pad(draw_freely(strokes), ((0, 0), (0, 840)))[:280, :840]
        started = perf_counter()
        _read(reader, ink)
        taken.append((perf_counter() - started) * 1000)
    middle, high = np.percentile(taken, [50, 95])
    return {"median": round(float(middle), 1), "95%": round(float(high), 1)}


def _narrow(digit: Drawing) -> list[np.ndarray]:
    """Return a digit's strokes 46 px wide or 150 px high, whichever comes first."""
    points = np.concatenate(digit.strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = float(min(np.array([46.0, 150.0]) / np.maximum(extent, 1.0)))
    return [(stroke - low) * scale for stroke in digit.strokes]


def _read(reader: Reader, ink: np.ndarray) -> SeveralReading:
    return read_several(reader, [reader.default], ink=ink)[0]
