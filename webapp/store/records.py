"""A drawing <-> a line of an archive, in the format of the files of drawn strokes.

`strokes` are in 0..1000, which the drawing's longer side spans. `board`, [left, top, scale], says
where they were: x on the board = left + scale * x.
"""

import json
from datetime import datetime
from typing import Any

import numpy as np

from ml.strokes import Placement, parse_strokes, place
from webapp.drawing import MAX_EXTENT, MAX_POINTS
from webapp.store.drawings import DECIMALS, NOT_A_DIGIT, StoredDrawing, Strokes

SPAN = 1000
LABELS = {**{str(digit): digit for digit in range(10)}, "not_a_digit": NOT_A_DIGIT}
WORDS = {label: word for word, label in LABELS.items()}
UNPLACED = Placement(size=0.7)  # where a drawing lies that doesn't say


def write_record(drawing: StoredDrawing, writer: int, image: int) -> bytes:
    """Return a drawing as a line; `image` is its number in the IDX files."""
    strokes, board = to_span(drawing.strokes) if drawing.strokes else (None, None)
    record = {
        "id": drawing.id,
        "writer": str(writer),
        "label": WORDS[drawing.label],
        "strokes": strokes,
        "board": board,
        "image": image,
        "read_as": None if drawing.read_as is None else WORDS[drawing.read_as],
        "model": drawing.model,
        "model_version": drawing.model_version,
        "created": drawing.created.isoformat(),
    }
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def to_span(strokes: Strokes) -> tuple[Strokes, list[float]]:
    """Return strokes in 0..1000, exact enough to be restored, and their `board`."""
    points = np.array([point for stroke in strokes for point in stroke])
    left, top = points.min(axis=0).tolist()
    scale = float(np.ptp(points, axis=0).max()) / SPAN or 1.0  # 1 for a dot
    moved = [
        [[round((x - left) / scale, 3), round((y - top) / scale, 3)] for x, y in stroke]
        for stroke in strokes
    ]
    return moved, [left, top, scale]


def read_record(line: bytes) -> dict[str, Any]:
    """Return what a line says, for NewDrawing: all but `seen`; and `image`, or None.

    Raises ValueError, which says what the line must have.
    """
    try:
        record = json.loads(line)
    except RecursionError as error:
        raise ValueError("it must be JSON, nested less deeply") from error
    except ValueError as error:
        raise ValueError("it must be JSON") from error
    if not isinstance(record, dict):
        raise ValueError("it must be a JSON object")
    strokes = record.get("strokes")
    return {
        "strokes": None if strokes is None else to_board(strokes, record.get("board")),
        "label": read_label(record.get("label")),
        "read_as": None if record.get("read_as") is None else read_label(record["read_as"]),
        "model": read_word(record, "model"),
        "model_version": read_word(record, "model_version"),
        "created": read_time(record.get("created")),
        "image": record.get("image"),
    }


def to_board(value: object, board: object) -> Strokes:
    """Return strokes in board px from those in 0..1000; without `board`, in its middle."""
    strokes = parse_strokes(value)
    points = sum(map(len, strokes))
    if not 0 < points <= MAX_POINTS:
        raise ValueError(f"`strokes` must have 1 to {MAX_POINTS:,} points")
    if board is None:
        moved = place(strokes, UNPLACED)
    else:
        left, top, scale = read_board(board)
        moved = [stroke.astype(float) * scale + (left, top) for stroke in strokes]
    if max(np.abs(stroke).max() for stroke in moved) > MAX_EXTENT:
        raise ValueError(f"its strokes must lie within {MAX_EXTENT:,} px of the board")
    return [np.round(stroke, DECIMALS).tolist() for stroke in moved]


def read_board(board: object) -> list[float]:
    """Return [left, top, scale]; raises ValueError."""
    is_three = isinstance(board, list) and len(board) == 3
    if not is_three or not all(type(n) in (int, float) and abs(n) <= MAX_EXTENT for n in board):
        raise ValueError("`board` must be [left, top, scale]")
    if not board[2] > 0:
        raise ValueError("the scale in `board` must be above 0")
    return board


def read_label(word: object) -> int:
    """Return the label that a word stands for; raises ValueError."""
    if not isinstance(word, str) or word not in LABELS:
        raise ValueError('`label` and `read_as` must be "0" to "9" or "not_a_digit"')
    return LABELS[word]


def read_word(record: dict[str, Any], key: str) -> str | None:
    """Return a name of at most 100 characters, or None; raises ValueError."""
    word = record.get(key)
    if word is not None and not (isinstance(word, str) and len(word) <= 100 and word.isprintable()):
        raise ValueError(f"`{key}` must be a name of at most 100 characters")
    return word


def read_time(text: object) -> datetime | None:
    """Return a moment with its time zone, or None; raises ValueError."""
    if text is None:
        return None
    wrong = "`created` must be a time such as 2026-01-31T12:00:00+00:00"
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise ValueError(wrong) from error
    if moment.tzinfo is None or not 1980 <= moment.year <= 9000:
        raise ValueError(wrong)
    return moment
