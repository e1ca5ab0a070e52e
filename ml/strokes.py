"""Strokes to ink: what the page's canvas does with a pen, done here with arrays.

A stroke is a float array (P, 2) of pen positions (x to the right, y down), from pen-down to
pen-up; one point is a dot. The page draws straight segments with round caps and joins, 18 px wide
on a board of 280×280 px, antialiased; strokes lie over each other in their order.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from ml.errors import DataError

BOARD_SIDE = 280  # px
PEN_WIDTH = 18.0  # px
FAR = 1e9  # px²: farther than any board is wide
LONGEST = 100.0  # px of a segment that is drawn in one piece
TOGETHER = 16  # segments that are measured at a time
LARGEST = 1024  # px a side of a drawing that leaves the board
FARTHEST = 1e6  # coordinates in a file; farther ones would be lost in float32


@dataclass(frozen=True)
class Drawing:
    """One drawn character from a file: who drew it, what it is, and its strokes in file units."""

    id: str
    writer: str
    label: str
    strokes: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Placement:
    """How a drawing lies on the board: shares of the room it has, and the pen in px."""

    size: float  # of the longer side of the pen's path, as a share of the board's side
    pen: float = PEN_WIDTH
    across: float = 0.5  # 0 = ink at the left edge, 1 = at the right one
    down: float = 0.5  # 0 = ink at the upper edge, 1 = at the lower one


SIZES = (0.2, 0.5, 0.95)
PENS = (8.0, 18.0, 30.0)
PLACES = (0.0, 0.5, 1.0)


def grid_of_placements() -> list[Placement]:
    """Return every combination of 3 sizes, 3 pens and 9 positions: 81 placements."""
    return [Placement(*each) for each in product(SIZES, PENS, PLACES, PLACES)]


def rotate_placements(number: int) -> list[Placement]:
    """Return nine of the 81 for the drawing of this number: each size under each pen once.

    Nine drawings in a row see every position under every size and pen, at a ninth of the time.
    """
    positions = list(product(PLACES, PLACES))
    return [
        Placement(size, pen, *positions[(number + shift) % 9])
        for shift, (size, pen) in enumerate(product(SIZES, PENS))
    ]


def read_drawings(path: Path) -> list[Drawing]:
    """Read a .jsonl or .jsonl.gz file of drawings; raises DataError, naming the line."""
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as file:
            return list(_parse_lines(file, path))
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise DataError(f"the strokes in {path} cannot be read: {error}") from error


def _parse_lines(lines: Iterable[str], path: Path) -> Iterator[Drawing]:
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            strokes = tuple(parse_strokes(record["strokes"]))
            if not strokes:
                raise ValueError("no strokes")
            yield Drawing(*(_parse_word(record, key) for key in ("id", "writer", "label")), strokes)
        except RecursionError as error:
            raise DataError(f"line {number} of {path} is not a drawing: nested too deep") from error
        except KeyError as error:
            raise DataError(
                f"line {number} of {path} is not a drawing: it lacks {error}"
            ) from error
        except (TypeError, ValueError) as error:
            raise DataError(f"line {number} of {path} is not a drawing: {error}") from error


def _parse_word(record: dict[str, object], key: str) -> str:
    word = record[key]
    if not isinstance(word, str) or not word or word != word.strip():
        raise ValueError(f"its {key} has to be a string without spaces around it, not {word!r}")
    word.encode()  # half a surrogate pair cannot be printed; UnicodeEncodeError is a ValueError
    return word


def parse_strokes(strokes: object, farthest: float = FARTHEST) -> list[np.ndarray]:
    """Return a drawing's strokes, float32 (P, 2), from JSON's lists of lists of [x, y].

    Raises ValueError, which says what is wrong and where, for anything else and for coordinates
    that are not within `farthest` of 0.
    """
    if not isinstance(strokes, list):
        raise ValueError("they must be a list of strokes")
    return [_parse_stroke(*numbered, farthest) for numbered in enumerate(strokes, 1)]


def _parse_stroke(number: int, points: object, farthest: float) -> np.ndarray:
    if not isinstance(points, list) or not points:
        raise ValueError(f"stroke {number} must be a list of one or more points")
    for index, point in enumerate(points, 1):
        if not _is_point(point, farthest):
            must = f"must be a list of two numbers within {farthest:,.0f}"
            raise ValueError(f"point {index} of stroke {number} {must}")
    return np.array(points, dtype=np.float32)


def _is_point(point: object, farthest: float) -> bool:
    """Say whether this is [x, y]: two finite numbers, not too far out; True is not a number."""
    if not isinstance(point, list) or len(point) != 2:
        return False
    return all(type(number) in (int, float) and abs(number) <= farthest for number in point)


def place(
    strokes: Sequence[np.ndarray], placement: Placement, side: int = BOARD_SIDE
) -> list[np.ndarray]:
    """Scale and move strokes onto a board of `side` px so that all of their ink lies on it.

    Strokes are float (P, 2) in a unit of their own, the returned ones in board px. The longer side
    of the pen's path spans `size` of the board, or as much as leaves room for the pen's own width.
    A lone dot keeps its size, whatever the placement says.
    """
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    room = side - placement.pen
    scale = min(placement.size * side, room) / max(float(extent.max()), 1e-6)
    scale = scale if extent.max() > 0 else 1.0
    share = np.array([placement.across, placement.down])
    start = placement.pen / 2 + share * (room - extent * scale)
    return [(stroke - low) * scale + start for stroke in strokes]


def draw(
    strokes: Sequence[np.ndarray], pen: float = PEN_WIDTH, side: int = BOARD_SIDE
) -> np.ndarray:
    """Draw strokes given in board px; return ink as uint8 (side, side), 255 = ink."""
    return _draw(strokes, pen, (side, side))


def draw_freely(strokes: Sequence[np.ndarray]) -> np.ndarray:
    """Draw strokes, float32 (P, 2) in board px, with the page's pen; return ink, uint8 (H, W).

    The picture is the page's board, 280×280, as long as the strokes lie on it. Where they leave
    it, it grows, up to LARGEST px a side; larger drawings are scaled down to that.
    """
    if not strokes:
        return np.zeros((BOARD_SIDE, BOARD_SIDE), np.uint8)
    points, reach = np.concatenate(strokes), PEN_WIDTH  # half of it is margin
    low, high = points.min(axis=0), points.max(axis=0)
    start = np.where(low < 0, np.floor(low - reach), 0)
    end = np.where(high > BOARD_SIDE, np.ceil(high + reach), BOARD_SIDE)
    scale = min(1.0, LARGEST / float((end - start).max()))
    width, height = np.ceil((end - start) * scale).astype(int)
    moved = [((stroke - start) * scale).astype(np.float32) for stroke in strokes]
    return _draw(moved, PEN_WIDTH * scale, (height, width))


def draw_window(stroke: np.ndarray, pen: float = PEN_WIDTH) -> tuple[np.ndarray, int, int]:
    """Draw one stroke, float (P, 2) in board px, in a window of its own.

    Returns its ink, uint8 (h, w), and the x and y of the window's upper left pixel, which may lie
    outside the board: the pixels are those of `draw`.
    """
    low = np.floor(stroke.min(axis=0) - pen / 2 - 1).astype(int).tolist()
    high = np.ceil(stroke.max(axis=0) + pen / 2 + 1).astype(int).tolist()
    columns, rows = (slice(*ends) for ends in zip(low, high, strict=True))
    covered = _cover(stroke, pen / 2, rows, columns)
    return np.rint(255 * covered).astype(np.uint8), columns.start, rows.start


def _draw(strokes: Sequence[np.ndarray], pen: float, shape: tuple[int, int]) -> np.ndarray:
    paper = np.ones(shape, np.float32)  # the share of paper that still shows
    for stroke in strokes:
        rows, columns = _reach(stroke, pen / 2, shape)
        paper[rows, columns] *= 1 - _cover(stroke, pen / 2, rows, columns)
    return np.rint(255 * (1 - paper)).astype(np.uint8)


def _reach(points: np.ndarray, radius: float, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rows and columns of a picture (H, W) that a pen at these points can touch."""
    edge = shape[::-1]  # x, y
    low = np.floor(points.min(axis=0) - radius - 1).clip(0, edge).astype(int)
    high = np.ceil(points.max(axis=0) + radius + 1).clip(0, edge).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _cover(stroke: np.ndarray, radius: float, rows: slice, columns: slice) -> np.ndarray:
    """Return the share of each pixel of a window that one stroke covers, float32 (h, w)."""
    shape = np.array([rows.stop - rows.start, columns.stop - columns.start])
    nearest = np.full(shape, FAR, np.float32)  # squared distances
    corner = np.array([columns.start, rows.start])
    starts, ends = _list_segments(stroke)
    low = np.floor(np.minimum(starts, ends) - radius - 1) - corner
    high = np.ceil(np.maximum(starts, ends) + radius + 1) - corner
    low, high = (place.clip(0, shape[::-1]).astype(int) for place in (low, high))
    # Windows of one size are measured together, TOGETHER at a time: a call for each segment of a
    # finely sampled stroke would take longer than the arithmetic.
    order = (high - low).max(axis=1).argsort(kind="stable")
    for first in range(0, len(order), TOGETHER):
        part = order[first : first + TOGETHER]
        width, height = (high - low)[part].max(axis=0)
        x = (low[part, :1] + columns.start + np.arange(width)).astype(np.float32) + 0.5
        y = (low[part, 1:] + rows.start + np.arange(height)).astype(np.float32) + 0.5
        squared = _squared_distances(x, y, starts[part], ends[part])
        for window, (left, top), (right, bottom) in zip(
            squared, low[part].tolist(), high[part].tolist(), strict=True
        ):
            place = nearest[top:bottom, left:right]
            np.minimum(place, window[: bottom - top, : right - left], out=place)
    # A pixel whose middle lies on the edge is half covered; one px across takes it from 0 to 1.
    return np.clip(radius + 0.5 - np.sqrt(nearest), 0, 1)


def _list_segments(stroke: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a stroke's segments as starts and ends, (S, 2) each; a dot is one of no length.

    Long ones come in pieces: a diagonal's window would be too large.
    """
    if len(stroke) == 1:
        return stroke, stroke
    starts, along = stroke[:-1], np.diff(stroke, axis=0)
    pieces = np.ceil(np.hypot(*along.T) / LONGEST).clip(1).astype(int)
    of = np.repeat(np.arange(len(starts)), pieces)  # S: the segment that each piece is of
    number = np.arange(len(of)) - np.repeat(pieces.cumsum() - pieces, pieces)
    shares = ((number + step) / pieces[of] for step in (0, 1))
    first, last = (share.astype(stroke.dtype)[:, None] for share in shares)
    return starts[of] + along[of] * first, starts[of] + along[of] * last


def _squared_distances(
    x: np.ndarray, y: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """Return the squared distance of each pixel of N windows to that window's segment, (N, h, w).

    `x` (N, w) and `y` (N, h) are the pixels' middles, `starts` and `ends` (N, 2).
    """
    along = ends - starts
    length = np.hypot(*along.T)
    is_dot = length == 0
    unit = along.astype(np.float64) / np.where(is_dot, 1, length)[:, None]
    unit[is_dot] = 1, 0
    ux, uy = unit.astype(along.dtype).T[:, :, None]  # (N, 1) each
    dx, dy = x - starts[:, :1], y - starts[:, 1:]
    beyond = (dx * ux)[:, None] + (dy * uy)[:, :, None]
    beyond -= beyond.clip(0, length[:, None, None])
    return beyond**2 + ((dy * ux)[:, :, None] - (dx * uy)[:, None]) ** 2
