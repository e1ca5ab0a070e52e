"""Several digits at once: the public door. One digit reads exactly as `Reader.read` reads it.

Groups of strokes, or of a picture's connected parts, are chosen by the reader's default model; each
model that is asked then reads the ink of each group.

A mark (minus, point, comma) is kept where `name_mark` has no doubt. What else is too small or flat
for a digit is refused in its place, since it may be meant: 3-5 must not become 35. Only a dot where
no mark can stand, above or below the line or within a digit's width, is a slip of the pen and left
out. So does what stands after all digits. Two dots above each other, a colon, are refused.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image

from ml.networks.classifier import Classifier
from ml.networks.logits import JUST_ABOVE
from ml.predict import Memory, Reader, Reading, find_first_two
from ml.preprocess import find_box
from ml.segmentation.components import find_component_pieces
from ml.segmentation.features import SPECK
from ml.segmentation.lattice import find_best_path
from ml.segmentation.marks import estimate_pen
from ml.segmentation.pieces import Box, Candidates, Piece, compose, find_tight_box
from ml.segmentation.strokes import ACCEPTED, MOST_PIECES, SURE, find_stroke_pieces
from ml.strokes import PEN_WIDTH, draw_freely

TALLEST, WIDEST = 280, 1024  # px of what is cut up; larger drawings are scaled down to it
NARROW = 0.85  # width over height: one digit beyond doubt, which needs no lattice
BESIDE = 2.5  # nats by which a digit is likelier beside digits than alone; see research-log.md
DOTS = 2  # pens: if nothing is larger, there is no number
SLIP = 0.25  # of the height of the digits: no slip is larger


@dataclass(frozen=True)
class Part:
    """One digit or mark of several: its box in px of the board, and what it is read as.

    `strokes` are the numbers of the strokes that it is made of, None where one is cut or where
    there is only a picture. The reading of a mark, "-", "." or ",", is that it is no digit.
    """

    box: Box
    reading: Reading
    mark: str | None = None
    strokes: tuple[int, ...] | None = None
    is_speck: bool = False  # too small or flat for a digit

    @property
    def text(self) -> str | None:
        """Its character, None if it is refused."""
        if self.mark is not None or self.reading.digit is None:
            return self.mark
        return str(self.reading.digit)


Describe = Callable[[Reading], dict[str, Any]]


@dataclass(frozen=True)
class SeveralReading:
    """One model's answer to a drawing of any number of digits.

    `status` is "number" where there are several parts, all of them read; "not_a_digit" if any is
    refused; "digit" and "blank" as in a Reading. `reading` is the whole drawing's, where it is read
    as one thing. `probability` is that all digits, and what belongs to which of them, are right.
    """

    status: str
    model: str
    text: str | None = None
    probability: float | None = None
    parts: list[Part] = field(default_factory=list)
    reading: Reading | None = None

    def to_dict(self, describe: Describe = Reading.to_dict) -> dict[str, Any]:
        """Return the answer as plain values for JSON; `describe` writes each reading."""
        digits = [_write_part(part, describe) for part in self.parts]
        if self.reading is not None:
            return {**describe(self.reading), "text": self.text, "digits": digits}
        own = {"status": self.status, "text": self.text, "probability": self.probability}
        return {**own, "digits": digits, "model": self.model}


def _write_part(part: Part, describe: Describe) -> dict[str, Any]:
    strokes = None if part.strokes is None else list(part.strokes)
    box = [int(side) for side in part.box]  # of components, they are NumPy's
    written = {"box": box, "strokes": strokes, **describe(part.reading)}
    return written if part.mark is None else {**written, "mark": part.mark}


def read_several(
    reader: Reader,
    models: list[str],
    *,
    strokes: Sequence[np.ndarray] | None = None,
    ink: np.ndarray | None = None,
    memories: Mapping[str, Memory] | None = None,
) -> list[SeveralReading]:
    """Read a drawing of one digit or more with several models.

    `strokes` are float32 (P, 2) in board px, `ink` is uint8 (H, W); of one of them, at least. With
    both, the ink is what is read as one digit, and the strokes are what a number is made of.
    `memories` as in `Reader.read_each`. Raises UnknownModelError for a name that is not served, and
    ValueError without strokes and ink.
    """
    if strokes is None and ink is None:
        raise ValueError("there must be strokes or ink to read")
    whole = draw_freely(strokes or []) if ink is None else ink
    readings = reader.read_each(whole, models, memories)
    if any(reading.status == "blank" for reading in readings):
        return [SeveralReading("blank", reading.model, reading=reading) for reading in readings]
    thing = _take_whole(whole, strokes)
    own = next((r for r in readings if r.model == reader.default), None) or reader.read(whole)
    if is_surely_one(own, thing.box):
        return [_answer_one(reading, thing) for reading in readings]
    things, share = _find_things(reader, whole, strokes)
    if is_one_digit(things):
        return [_answer_one(reading, thing) for reading in readings]
    read = [_read_thing(reader, models, each, memories) for each in things]
    return [
        _answer_several(model, [parts[n] for parts in read], share)
        for n, model in enumerate(models)
    ]


def is_surely_one(reading: Reading, box: Box) -> bool:
    """Say whether a drawing is one digit beyond doubt: narrow, and read without any.

    While a digit is being drawn, the page asks 14 times a second, mostly for this.
    """
    is_sure = reading.status == "digit" and max(reading.probabilities or [0]) > SURE
    return is_sure and (reading.no_digit or 0) < ACCEPTED and box[2] < NARROW * box[3]


@dataclass(frozen=True)
class Thing:
    """Something drawn: its ink, uint8 (h, w), and `box`, `strokes` and `mark` as a Part's.

    The mark is SPECK where it is neither a digit nor a mark, whatever a network says.
    """

    ink: np.ndarray
    box: Box
    strokes: tuple[int, ...] | None = None
    mark: str | None = None


def is_one_digit(things: Sequence[Thing]) -> bool:
    """Say whether there is only one thing that can be a digit, and no mark that counts.

    What lies beside it and is too small for a digit is read with it, as ever.
    """
    marks = [thing.mark for thing in things]
    return marks.count(None) <= 1 and all(mark in (None, SPECK) for mark in marks)


def _take_whole(whole: np.ndarray, strokes: Sequence[np.ndarray] | None) -> Thing:
    if not strokes:
        return Thing(whole, find_tight_box(whole))
    points, reach = np.concatenate(strokes), PEN_WIDTH / 2
    left, top = np.floor(points.min(axis=0) - reach).astype(int).tolist()
    right, bottom = np.ceil(points.max(axis=0) + reach).astype(int).tolist()
    return Thing(whole, (left, top, right - left, bottom - top), tuple(range(len(strokes))))


def _find_things(
    reader: Reader, whole: np.ndarray, strokes: Sequence[np.ndarray] | None
) -> tuple[list[Thing], float]:
    """Return what a drawing holds, left to right, and how probable this division is."""
    classifier = reader.find(reader.default).classifier
    if not strokes:
        picture, scale = _shrink(whole)
        candidates, pen = find_component_pieces(picture, classifier), estimate_pen(picture)
    elif len(strokes) > MOST_PIECES:
        return [], 1.0
    else:
        extent = np.ptp(np.concatenate(strokes), axis=0) + PEN_WIDTH
        scale = min(1.0, WIDEST / float(extent[0]), TALLEST / float(extent[1]))
        pen = PEN_WIDTH * scale
        scaled = [stroke * np.float32(scale) for stroke in strokes]
        candidates = find_stroke_pieces(scaled, pen, classifier)
    things, share = choose_things(candidates, pen, classifier)
    things = [replace(thing, box=_scale_box(thing.box, 1 / scale)) for thing in things]
    return things if strokes else [replace(thing, strokes=None) for thing in things], share


def _shrink(ink: np.ndarray) -> tuple[np.ndarray, float]:
    """Return a picture, uint8 (H, W), whose ink is at most TALLEST px high, and its scale."""
    rows, _ = find_box(ink) or (slice(0, 0), None)
    scale = min(1.0, TALLEST / max(1, rows.stop - rows.start))
    if scale == 1:
        return ink, scale
    size = [max(1, round(side * scale)) for side in reversed(ink.shape)]
    return np.asarray(Image.fromarray(ink).resize(size, Image.Resampling.BOX)), scale


def choose_things(
    candidates: Candidates, pen: float, classifier: Classifier
) -> tuple[list[Thing], float]:
    """Return the digits and marks of the best path, and how probable this division is, 0-1.

    What is a slip of the pen is left out; a thing that is too small for a digit has the mark SPECK.
    """
    if all(max(piece.box[2:]) < DOTS * pen for piece in candidates.pieces):
        return [], 1.0  # nothing, or dots
    path = find_best_path(candidates, classifier, pen)
    things = []
    for group, mark in zip(path.groups, path.marks, strict=True):
        pieces = [candidates.pieces[n] for n in group]
        ink, box = compose(pieces)
        mark = SPECK if mark is None and _holds_colon(pieces, pen) else mark
        things.append(Thing(ink, box, _list_strokes(pieces, candidates.pieces), mark))
    digits = [thing.box for thing in things if thing.mark is None]
    return [t for t in things if t.mark != SPECK or not is_slip(t.box, digits)], path.share


def _holds_colon(pieces: Sequence[Piece], pen: float) -> bool:
    """Say whether two dots or more stand beside what else is in a group, not over it."""
    boxes = [piece.box for piece in pieces]
    dots = [box for box in boxes if max(box[2:]) < DOTS * pen]
    others = [box for box in boxes if max(box[2:]) >= DOTS * pen]
    if not others:
        return False
    left, right = min(x for x, *_ in others), max(x + width for x, _, width, _ in others)
    return sum(x + width <= left or x >= right for x, _, width, _ in dots) > 1


def is_slip(box: Box, digits: Sequence[Box]) -> bool:
    """Say whether a speck is a slip of the pen: small, and where no mark can stand.

    That is within a digit's width, in the upper half of the line, below it, or after all digits. A
    drawing without digits has no slips.
    """
    if not digits:
        return False
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    top = min(digit[1] for digit in digits)
    bottom = max(digit[1] + digit[3] for digit in digits)
    height = max(digit[3] for digit in digits)
    is_elsewhere = (
        any(digit[0] <= x <= digit[0] + digit[2] for digit in digits)
        or not (top + bottom) / 2 < y < bottom + SLIP * height
        or all(x > digit[0] + digit[2] for digit in digits)
    )
    return is_elsewhere and max(box[2:]) < SLIP * height


def _list_strokes(own: Sequence[Piece], pieces: Sequence[Piece]) -> tuple[int, ...] | None:
    """Return the strokes that pieces are made of, None if a part of one is elsewhere."""
    strokes = {piece.stroke for piece in own}
    is_whole = sum(piece.stroke in strokes for piece in pieces) == len(own)
    return tuple(sorted(strokes)) if is_whole and None not in strokes else None


def _scale_box(box: Box, scale: float) -> Box:
    left, top, width, height = (round(side * scale) for side in box)
    return left, top, width, height


def _answer_one(reading: Reading, thing: Thing) -> SeveralReading:
    if reading.digit is None:
        return SeveralReading(
            reading.status, reading.model, None, None, [_make_part(thing, reading)], reading
        )
    probability = (reading.probabilities or [])[reading.digit]
    parts = [_make_part(thing, reading)]
    return SeveralReading(
        reading.status, reading.model, str(reading.digit), probability, parts, reading
    )


def _read_thing(
    reader: Reader,
    models: list[str],
    thing: Thing,
    memories: Mapping[str, Memory] | None,
) -> list[Part]:
    """Return what each model makes of one thing; what is too small for a digit is refused."""
    readings = reader.read_each(thing.ink, models, memories)
    if thing.mark is not None:
        readings = [refuse(reading) for reading in readings]
    return [_make_part(thing, reading) for reading in readings]


def refuse(reading: Reading) -> Reading:
    """Return the reading of something that is no digit, whatever the network thinks."""
    no_digit = (
        reading.no_digit if reading.no_digit is None else max(reading.no_digit, float(JUST_ABOVE))
    )
    return replace(reading, status="not_a_digit", digit=None, unsure=None, no_digit=no_digit)


def _expect_digit(part: Part) -> Reading:
    """Return the reading of what stands beside a digit: it is likelier to be one, too.

    Its odds of being no digit are divided by exp(BESIDE).
    """
    reading = part.reading
    if reading.no_digit is None or reading.probabilities is None or part.is_speck:
        return reading
    no_digit = reading.no_digit / (reading.no_digit + (1 - reading.no_digit) * math.exp(BESIDE))
    is_refused = no_digit > 0.5
    return replace(
        reading,
        status="not_a_digit" if is_refused else "digit",
        digit=None if is_refused else find_first_two(reading.probabilities)[0],
        no_digit=no_digit,
    )


def _make_part(thing: Thing, reading: Reading) -> Part:
    mark = None if thing.mark == SPECK else thing.mark
    return Part(thing.box, reading, mark, thing.strokes, is_speck=thing.mark is not None)


def _answer_several(model: str, parts: list[Part], share: float) -> SeveralReading:
    if any(part.text is not None and part.mark is None for part in parts):
        parts = [replace(part, reading=_expect_digit(part)) for part in parts]
    characters = [part.text for part in parts]
    if None in characters:
        return SeveralReading("not_a_digit", model, parts=parts)
    digits = [part.reading for part in parts if part.mark is None]
    probability = share * math.prod(max(reading.probabilities or [0.0]) for reading in digits)
    return SeveralReading("number", model, "".join(map(str, characters)), probability, parts)
