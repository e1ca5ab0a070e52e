"""What files say, printed: for people, as JSON, or as CSV."""

import csv
import json
import math
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from ml.predict import Reading
from ml.segmentation.photo_answers import describe_digit, describe_photo
from ml.segmentation.photo_reading import PhotoDigit, PhotoReading

COLUMNS = ("file", "line", "number", "digits", "probability", "x", "y", "width", "height")


@dataclass(frozen=True)
class Outcome:
    """What reading one file gave: a photo's reading, or in words why there is none."""

    file: Path
    photo: PhotoReading | None = None
    problem: str | None = None


class Writer(AbstractContextManager):
    """Prints what each file says, as soon as it is known, for people."""

    def add(self, outcome: Outcome) -> None:
        """Print a file's lines beside its name."""
        if outcome.photo is None:
            return
        name = str(outcome.file)
        lines = list_lines(outcome.photo) or ["no digits found"]
        for line in lines:
            print(f"{name}  {line}", flush=True)
            name = " " * len(name)

    def __exit__(self, *failure: object) -> None:
        """Nothing is left to print."""


class CsvWriter(Writer):
    """Prints a row for each number; lines and numbers count from 1."""

    def __init__(self) -> None:
        self._csv = csv.writer(sys.stdout, lineterminator="\n")
        self._csv.writerow(COLUMNS)

    def add(self, outcome: Outcome) -> None:
        """Print a file's numbers."""
        if outcome.photo is not None:
            self._csv.writerows([outcome.file, *row] for row in list_numbers(outcome.photo))
            sys.stdout.flush()


class JsonWriter(Writer):
    """Prints a list with an object for each file; what cannot be read has a `problem`."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._files: list[dict[str, Any]] = []

    def add(self, outcome: Outcome) -> None:
        """Keep what a file says."""
        if outcome.photo is None:
            said = {"problem": outcome.problem}
        else:
            said = describe_photo(outcome.photo, self._model, describe_briefly)
        self._files.append({"file": str(outcome.file)} | said)

    def __exit__(self, *failure: object) -> None:
        """Print the list."""
        if failure[0] is None:
            print(json.dumps(self._files, indent=1))


def choose_writer(*, as_json: bool, as_csv: bool, model: str) -> Writer:
    """Return what prints as it was asked for."""
    if as_json:
        return JsonWriter(model)
    return CsvWriter() if as_csv else Writer()


def list_lines(photo: PhotoReading) -> list[str]:
    """Return what a photo says, a line each, and how a sheet was read."""
    sheet = photo.sheet
    if sheet is None:
        return photo.lines
    return [*photo.lines, f"{sheet.layout} sheet: {sheet.right} of {sheet.of} read as asked for"]


def list_numbers(photo: PhotoReading) -> list[list[object]]:
    """Return each number: line, number, digits, probability, and the box around it."""

    def place(digit: PhotoDigit) -> tuple[int, int]:
        return digit.line, digit.number

    rows = []
    for (line, number), group in groupby(sorted(photo.digits, key=place), key=place):
        digits = list(group)
        text = "".join(digit.text for digit in digits)
        read = [digit.reading for digit in digits if digit.mark is None]
        probability = math.prod(find_probability(reading) for reading in read)
        box = join_boxes([digit.box for digit in digits])
        rows.append([line + 1, number + 1, text, f"{probability:.4f}", *box])
    return rows


def find_probability(reading: Reading) -> float:
    """Return how probable a reading's digit is."""
    return max(reading.probabilities or [0.0])


def join_boxes(boxes: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    """Return the box around boxes (x, y, width, height)."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def describe_briefly(digit: PhotoDigit) -> dict[str, Any]:
    """Return a digit for JSON, without the pixels that the network was given."""

    def describe(reading: Reading) -> dict[str, Any]:
        return {name: value for name, value in reading.to_dict().items() if name != "seen"}

    return describe_digit(digit, describe)
