"""Printed sheets, filled, photographed and read: what is lost between the pen and the answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import cv2
import numpy as np

from ml.networks.card import WEIGHTS_DIR
from ml.predict import Reader
from ml.segmentation.sheet import find_sheet, read_sheet
from ml.strokes import Placement, draw, place, read_drawings
from tests.sheets import (
    BLACK,
    BLUE,
    PENCIL,
    Filled,
    Light,
    Pen,
    Writer,
    fill_sheet,
    generate_digits,
    photograph,
)

EACH = 4  # sheets of each level
SEED = 30
LEVELS = {
    "scan": Light(size=(1654, 2339), fill=1, blur=0.4, noise=1, tint=(1, 1, 1)),
    "from above": Light(tilt=10, shadow=0.15, size=(1536, 2048)),
    "tilted": Light(tilt=35, shadow=0.2, size=(1536, 2048)),
    "shadow": Light(tilt=15, shadow=0.5, blur=1.2, noise=5, quality=70, size=(1536, 2048), bulge=3),
    "small": Light(tilt=20, shadow=0.3, quality=60, size=(768, 1024)),
}
PENS = (
    Pen(0.35, BLUE, 9),
    Pen(0.5, PENCIL, 10),
    Pen(0.7, BLACK, 11),
    Pen(1.0, BLUE, 13),
)


def measure(strokes: Path, weights: Path = WEIGHTS_DIR) -> Iterator[str]:
    """Yield the accuracy, 0-1, over 20 sheets of generated digits, and of people's if there are."""
    reader = Reader(weights)
    rng = np.random.default_rng(SEED)
    generated = [generate_digits(rng)] * EACH * len(LEVELS)
    yield json.dumps({"generated": _measure(reader, generated, rng)}, indent=1)
    if strokes.is_file():
        people = _find_people(strokes, rng)
        yield json.dumps({"people": _measure(reader, people, rng)}, indent=1)


def _find_people(strokes: Path, rng: np.random.Generator) -> list[Writer]:
    """Return writers who each write own drawings, of 20 people who drew every digit."""
    drawings: dict[str, dict[str, list]] = {}
    for drawing in read_drawings(strokes):
        drawings.setdefault(drawing.writer, {}).setdefault(drawing.label, []).append(drawing)
    full = sorted(name for name, digits in drawings.items() if len(digits) == 10)
    chosen = rng.permutation(len(full))[: EACH * len(LEVELS)]
    return [_copy_digits(drawings[full[n]], rng) for n in chosen]


def _copy_digits(drawings: dict[str, list], rng: np.random.Generator) -> Writer:
    def write_digit(digit: int) -> list[np.ndarray]:
        own = drawings[str(digit)]
        return list(own[rng.integers(len(own))].strokes)

    return write_digit


def _measure(reader: Reader, writers: list[Writer], rng: np.random.Generator) -> dict[str, dict]:
    table = {}
    for number, (name, light) in enumerate(LEVELS.items()):
        counts = np.zeros(4, int)  # boxes, right, right on the board, lost by the paper
        seconds = []
        for sheet, writer in enumerate(writers[EACH * number : EACH * (number + 1)]):
            light.turn, light.towards = (
                (rng.choice((0, 90, 180, 270)) + rng.normal(0, 4)),
                360 * rng.random(),
            )
            filled = fill_sheet(writer, rng, ("A4", "Letter")[sheet % 2], PENS[sheet % len(PENS)])
            photo = photograph(filled, light, rng)
            started = process_time()
            answers = _read(reader, photo)
            seconds.append(process_time() - started)
            counts += _count(reader, filled, answers)
        boxes, right, on_board, lost = counts
        table[name] = {
            "accuracy": round(right / boxes, 4),
            "the same strokes on the board": round(on_board / boxes, 4),
            "boxes": int(boxes),
            "lost by the paper": int(lost),
            "CPU seconds": round(float(np.median(seconds)), 2),
        }
    return table


def _read(reader: Reader, photo: np.ndarray) -> dict[tuple[int, int], int | None]:
    found = find_sheet(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))
    if found is None:
        return {}
    digits = read_sheet(reader, photo, found).digits
    return {(digit.line, digit.number): digit.reading.digit for digit in digits}


def _count(
    reader: Reader, filled: Filled, answers: dict[tuple[int, int], int | None]
) -> np.ndarray:
    usual = Placement(size=0.7)
    boxes = []
    for box, digit in filled.written.items():
        on_board = reader.read(draw(place(filled.strokes[box], usual))).digit == digit
        right = answers.get(box) == digit
        boxes.append((1, right, on_board, on_board and not right))
    return np.sum(boxes, axis=0)
