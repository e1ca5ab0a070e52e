"""A drawing as the store keeps it. No database in here."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

Strokes = list[list[list[float]]]  # strokes of points [x, y], in board px

NOT_A_DIGIT = 10  # the label in Python and in the database; JSON says "not_a_digit"
LIMIT = 10_000  # drawings of a hand
SIDE = 28
DECIMALS = 2  # the page keeps hundredths of a pixel


@dataclass(frozen=True)
class NewDrawing:
    """A drawing that a person has labelled.

    `label` is 0-9 or NOT_A_DIGIT; `read_as` is that, too, or None where it isn't known;
    `model_version` is the first 12 hex digits of the hash of the weights that read it.
    """

    strokes: Strokes | None  # None when only a picture came
    seen: bytes  # 28×28, row by row: what the networks are given
    label: int
    read_as: int | None
    model: str | None
    model_version: str | None
    created: datetime | None = None  # when it was first stored; None for now

    def __post_init__(self) -> None:
        for label in (self.label, 0 if self.read_as is None else self.read_as):
            if type(label) is not int or not 0 <= label <= NOT_A_DIGIT:
                raise ValueError(f"a label must be an integer from 0 to 10, not {label!r}")
        if len(self.seen) != SIDE * SIDE:
            raise ValueError(f"`seen` must be 784 bytes, not {len(self.seen)}")


@dataclass(frozen=True, kw_only=True)
class StoredDrawing(NewDrawing):
    """A drawing in the store; `created` is an aware datetime in UTC, `id` cannot be guessed.

    `revision` is the hand's by which it was stored; only `Store.put` knows it.
    """

    id: str
    hand: int
    revision: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Page:
    """A page of drawings, newest first.

    `total` counts the drawings on all pages, `counts` those of each label there is and
    `corrections` those that were read differently, whichever label was asked for.
    """

    drawings: list[StoredDrawing]
    total: int
    counts: dict[int, int]
    corrections: int


@dataclass(frozen=True)
class Imported:
    """How many drawings an import has added, and how many the hand had already."""

    added: int
    known: int


def write_strokes(strokes: Strokes | None) -> str | None:
    """Return strokes as JSON in which equal drawings are equal: hundredths of a pixel."""
    if not strokes:
        return None
    rounded = [[[round(float(n), DECIMALS) + 0.0 for n in point] for point in s] for s in strokes]
    return json.dumps(rounded, separators=(",", ":"))  # + 0.0 makes -0.0 a 0.0


def make_digest(strokes: str | None, seen: bytes) -> str:
    """Return what two drawings share exactly when they are the same one."""
    return hashlib.sha256(seen if strokes is None else strokes.encode()).hexdigest()
