"""Strokes to ink: what the page's canvas does with a pen, done here with arrays.

A stroke is a float array (P, 2) of pen positions (x to the right, y down), from pen-down to
pen-up; one point is a dot. The page draws straight segments with round caps and joins, 18 px wide
on a board of 280×280 px, antialiased; strokes lie over each other in their order.
"""

import gzip
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from ml.errors import DataError

BOARD_SIDE = 280  # px
PEN_WIDTH = 18.0  # px
FAR = 1e9  # px²: farther than any board is wide
LONGEST = 100.0  # px of a segment that is drawn in one piece
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


def parse_strokes(strokes: object) -> list[np.ndarray]:
    """Return a drawing's strokes, float32 (P, 2), from JSON's lists of lists of [x, y].

    Raises ValueError, which says what they must be, for anything else.
    """
    if not isinstance(strokes, list):
        raise ValueError("strokes must be a list of strokes, each a list of [x, y] points")
    return [_parse_stroke(stroke) for stroke in strokes]


def _parse_stroke(points: object) -> np.ndarray:
    is_stroke = isinstance(points, list) and len(points) > 0
    if not is_stroke or not all(map(_is_point, points)):
        raise ValueError(f"a stroke must be a list of [x, y] points within {FARTHEST:,.0f}")
    return np.array(points, dtype=np.float32)


def _is_point(point: object) -> bool:
    """Say whether this is [x, y]: two finite numbers, not too far out; True is not a number."""
    if not isinstance(point, list) or len(point) != 2:
        return False
    return all(type(number) in (int, float) and abs(number) <= FARTHEST for number in point)


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
    shape = rows.stop, columns.stop
    nearest = np.full(shape, FAR, np.float32)  # squared distances
    for start, end in _split_long(stroke):
        part = _reach(np.stack([start, end]), radius, shape)
        x = np.arange(part[1].start, part[1].stop, dtype=np.float32) + 0.5
        y = np.arange(part[0].start, part[0].stop, dtype=np.float32)[:, None] + 0.5
        if x.size and y.size:
            np.minimum(nearest[part], _squared_distance(x, y, start, end), out=nearest[part])
    # A pixel whose middle lies on the edge is half covered; one px across takes it from 0 to 1.
    return np.clip(radius + 0.5 - np.sqrt(nearest[rows, columns]), 0, 1)


def _split_long(stroke: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield a stroke's segments, long ones in pieces: a diagonal's window would be too large."""
    if len(stroke) == 1:
        yield stroke[0], stroke[0]
    for start, end in pairwise(stroke):
        pieces = max(1, math.ceil(float(np.hypot(*(end - start))) / LONGEST))
        yield from pairwise(start + (end - start) * (n / pieces) for n in range(pieces + 1))


def _squared_distance(
    x: np.ndarray, y: np.ndarray, start: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """Return the squared distance of the points (x, y) to the segment from `start` to `end`."""
    along = end - start
    length = float(np.hypot(*along))
    ux, uy = (float(part) / length for part in along) if length > 0 else (1.0, 0.0)
    dx, dy = x - start[0], y - start[1]
    beyond = dx * ux + dy * uy
    beyond -= beyond.clip(0, length)
    return beyond**2 + (dy * ux - dx * uy) ** 2
