"""How well several digits are read: numbers composed of people's digits, real ones, one digit."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path
from time import perf_counter

import numpy as np

from ml.evaluation.numbers import ComposedNumber, compose_numbers, fit_to_board
from ml.predict import Reader
from ml.segmentation.numbers import SeveralReading, read_several
from ml.strokes import Drawing, Placement, draw_freely, place, read_drawings

COMPOSED, SINGLE, TIMED = 2_000, 11_120, 40
APART, TOUCHING = (0.0, 0.3), (-0.15, 0.0)  # between digits, in heights
SEED = 30
SIZE = (0.4, 0.75)  # of one digit, as a share of the board
HEIGHT = 160.0  # px of a real number, if it fits the board


def measure(weights: Path, strokes: Path, count: int | None = None) -> Iterator[dict[str, object]]:
    """Yield the figures of the default model, kind by kind; `strokes` is the file of digits.

    `count` bounds how many numbers and digits of each kind are read.
    """
    reader, digits = Reader(weights), read_drawings(strokes)
    composed = min(COMPOSED, count or COMPOSED)
    for name, gaps in (("apart", APART), ("touching", TOUCHING)):
        yield {name: measure_composed(reader, compose_numbers(digits, composed, gaps, SEED))}
    if (real := strokes.with_name("numbers.jsonl.gz")).is_file():
        yield {"real": measure_real(reader, read_drawings(real)[:count])}
    yield {"one digit": measure_single(reader, pick_some(digits, min(SINGLE, count or SINGLE)))}
    yield {"milliseconds": measure_time(reader, digits)}


def measure_composed(reader: Reader, numbers: Iterator[ComposedNumber]) -> dict[str, object]:
    """Return the share read right, and the share of 4, 5, 7 in several strokes kept whole."""
    right, by_length, whole, shares = [], Counter[str](), [], []
    for number in numbers:
        answer = _read(reader, number.strokes)
        right.append(answer.text == number.text)
        by_length[f"{len(number.text)} digits wrong"] += not right[-1]
        whole += _keeps_whole(number, answer)
        shares.append(answer.probability or 0.0)
    return {
        "numbers": len(right),
        "right": float(np.mean(right)),
        "refused": float(np.mean([share == 0 for share in shares])),
        "4, 5 and 7 in strokes": len(whole),
        "of them whole": float(np.mean(whole)) if whole else None,
        "calibration": _bin_by_probability(np.array(shares), np.array(right)),
        **by_length,
    }


def _keeps_whole(number: ComposedNumber, answer: SeveralReading) -> Iterator[bool]:
    found = {part.strokes for part in answer.parts}
    for digit, character in enumerate(number.text):
        own = tuple(n for n, owner in enumerate(number.owners) if owner == digit)
        if character in "457" and len(own) > 1:
            yield own in found


def _bin_by_probability(shares: np.ndarray, right: np.ndarray) -> dict[str, str]:
    """Return how many of the answers of about one probability are right."""
    edges = (0.001, 0.5, 0.8, 0.95, 0.99, 1.001)
    bins = pairwise(edges)
    inside = {f"{a:.2f}-{b:.2f}": right[(shares >= a) & (shares < b)] for a, b in bins}
    return {name: f"{own.mean():.3f} of {len(own)}" for name, own in inside.items() if len(own)}


def measure_real(reader: Reader, numbers: Sequence[Drawing]) -> dict[str, object]:
    """Return the share of real numbers that is read right, and what the others are read as."""
    wrong = []
    for number in numbers:
        answer = _read(reader, place_number(number.strokes))
        if answer.text != number.label:
            parts = "".join(part.text or "?" for part in answer.parts)
            wrong.append(f"{number.label} as {parts}")
    right = 1 - len(wrong) / len(numbers)
    return {"numbers": len(numbers), "right": right, "wrong": wrong}


def place_number(strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return a file's number on the wide board, HEIGHT px high or as wide as fits."""
    height = np.ptp(np.concatenate(strokes), axis=0)[1]
    return fit_to_board([stroke / max(float(height), 1.0) for stroke in strokes], HEIGHT)


def measure_single(reader: Reader, digits: Sequence[Drawing]) -> dict[str, object]:
    """Return how many single digits are taken for several; all others must read as ever."""
    rng, several, different = np.random.default_rng(SEED), [], 0
    for digit in digits:
        placed = place(digit.strokes, Placement(rng.uniform(*SIZE)))
        strokes = [stroke.astype(np.float32) for stroke in placed]
        answer = _read(reader, strokes)
        if answer.reading is None:
            several.append(f"{digit.label} as {answer.text}")
        else:
            different += answer.reading != reader.read(draw_freely(strokes))
    share = len(several) / len(digits)
    counted = Counter(several).most_common(10)
    return {"digits": len(digits), "several": share, "as": counted, "read differently": different}


def pick_some(digits: Sequence[Drawing], count: int) -> list[Drawing]:
    """Return `count` of the drawings by chance, the same ones each time."""
    chosen = np.random.default_rng(SEED).permutation(len(digits))[:count]
    return [digits[n] for n in chosen]


def measure_time(reader: Reader, digits: Sequence[Drawing]) -> dict[str, object]:
    """Return the milliseconds of a reading, by the number of strokes: half, and 95% of them."""
    times = {}
    for count in (1, 2, 5, 10):
        if count == 1:
            drawings = [
                [s.astype(np.float32) for s in place(d.strokes, Placement(0.6))]
                for d in islice((d for d in digits if len(d.strokes) == 1), TIMED)
            ]
        else:
            stream = compose_numbers(digits, 20_000, APART, SEED)
            drawings = [
                n.strokes for n in islice((n for n in stream if len(n.strokes) == count), TIMED)
            ]
        inks = [draw_freely(strokes) for strokes in drawings]
        taken = [_time(reader, *each) for each in zip(drawings, inks, strict=True)]
        middle, high = np.percentile(taken, [50, 95])
        times[f"{count} strokes"] = {"median": round(middle, 1), "95%": round(high, 1)}
    return times


def _time(reader: Reader, strokes: list[np.ndarray], ink: np.ndarray) -> float:
    started = perf_counter()
    read_several(reader, [reader.default], strokes=strokes, ink=ink)
    return (perf_counter() - started) * 1000


def _read(reader: Reader, strokes: Sequence[np.ndarray]) -> SeveralReading:
    return read_several(reader, [reader.default], strokes=strokes)[0]
