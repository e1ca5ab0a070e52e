"""Where in a photo's ink the digits stand: connected parts, the lines and the numbers they make."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ml.segmentation.photos.light import LEAST_SIDE as LEAST_PICTURE

MOST_PARTS = 3000  # of a picture: the largest; a page has no more, and noise has millions
MOST_BODIES = 300  # of a picture; a page of print has more
LEAST_AREA = 4  # px: less is grain
LEAST_SIDE, LEAST_SHARE = 10, 0.008  # px, and share of the longer side, that a digit is tall
LEAST_BODY, MOST_BODY = 0.42, 2.6  # of the usual height: what a digit, or most of one, has
INNER = 0.3  # of the pen's width: pixels farther than that from paper are within a line
# What is broader than a pen, as a share of the shorter side, and as patchy as this, is no ink.
BROAD, PATCHY = 0.09, 0.12
SLENDER, LONG = 0.16, 1.9  # width over height, and usual heights: more of a line than of a 1
EDGE, EDGE_WIDTH = 2, 0.25  # px from the picture's edge, and width over height, of a cell's line
LENGTH = 2.6  # of a pen's line, in widths: less is a blot
EVEN, ALIKE = 0.5, 0.35  # of the usual darkness and of the usual pen that a digit has at least
# Halves of a broken digit: shares of the narrower one's width that they have in common, and of the
# usual height between them, and that they are tall together.
STACKED, STACK_GAP, STACK_HEIGHT = 0.4, 0.3, 1.5
SPECK, DOT = 0.8, 1.5  # pens a side: less is grain, and less is only looked at between digits
LONGEST_PART = 1.2  # usual heights that a part of a digit is wide
NEAR = 0.5  # of the usual height that a small part may be away from what it belongs to
SHARED = 0.4  # of the lower one's height that neighbours in a line have in common
CLOSE, FARTHEST = 1.2, 8.0  # usual heights between neighbours of a number, and of a line
LONG_CHAIN, OFF_LINE = 4, 0.45  # digits whose slope is known; usual heights off their line
WIDE_GAP = 0.75  # of the usual height: numbers are farther apart than that
STEEPEST = 0.6  # radians that lines may be turned by


@dataclass(frozen=True)
class Block:
    """Connected ink: its number in the labels, its box in px, its darkness, 0-1, and its pen."""

    number: int
    x: int
    y: int
    width: int
    height: int
    area: int
    darkness: float = 1.0
    pen: float = 1.0  # px
    unevenness: float = 0.0  # standard deviation of the darkness within its lines, over its mean

    @property
    def right(self) -> int:
        """One more than the last column."""
        return self.x + self.width

    @property
    def below(self) -> int:
        """One more than the last row."""
        return self.y + self.height

    @property
    def side(self) -> int:
        """The longer side."""
        return max(self.width, self.height)


@dataclass(frozen=True)
class Line:
    """Digits in a line: blocks as tall as digits, from left to right, and small ones by them."""

    bodies: list[Block]
    parts: list[Block]

    @property
    def blocks(self) -> list[Block]:
        """All of them, from left to right."""
        return sorted([*self.bodies, *self.parts], key=lambda block: block.x)


@dataclass(frozen=True)
class Page:
    """The ink of a photo, float32 darkness and int32 labels (H, W), and what stands in it."""

    darkness: np.ndarray
    labels: np.ndarray
    lines: list[Line]
    usual: float  # px: the usual height of a digit
    angle: float  # radians by which the lines sink to the right


def find_page(darkness: np.ndarray, ink: np.ndarray) -> Page:
    """Return the lines of digits in darkness, float32, and ink, bool (H, W)."""
    labels, blocks = find_blocks(darkness, ink)
    bodies, small, usual = choose_bodies(blocks, ink.shape)
    if not bodies:
        return Page(darkness, labels, [], usual, 0.0)
    angle = find_angle(bodies, usual)
    chains = link(bodies, usual, angle, FARTHEST * usual)
    lines = [Line(chain, []) for chain in chains]
    _add_parts(lines, small, usual)
    return Page(darkness, labels, lines, usual, angle)


def find_blocks(darkness: np.ndarray, ink: np.ndarray) -> tuple[np.ndarray, list[Block]]:
    """Return the labels, int32 (H, W), of the ink's connected parts, and the largest of them."""
    if not ink.any():  # OpenCV ends the process where there are no pixels
        return np.zeros(ink.shape, np.int32), []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    depth = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 3)[ink]
    which, dark = labels[ink], darkness[ink]
    area = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    # Within a line of the pen, depths run from 1 to half of its width.
    pens = np.maximum(1.0, 4 * np.bincount(which, depth, count) / area - 2)
    levels = np.bincount(which, dark, count) / area
    inner = depth >= INNER * pens[which]
    number = np.maximum(np.bincount(which[inner], minlength=count), 1)
    mean = np.bincount(which[inner], dark[inner], count) / number
    square = np.bincount(which[inner], dark[inner] ** 2, count) / number
    uneven = np.sqrt(np.maximum(square - mean**2, 0)) / np.maximum(levels, 1e-3)
    largest = 1 + np.argsort(stats[1:, cv2.CC_STAT_AREA], kind="stable")[::-1][:MOST_PARTS]
    return labels, [
        Block(int(n), *map(int, stats[n]), float(levels[n]), float(pens[n]), float(uneven[n]))
        for n in largest
        if stats[n, cv2.CC_STAT_AREA] >= LEAST_AREA
    ]


def choose_bodies(
    blocks: Sequence[Block], shape: tuple[int, int]
) -> tuple[list[Block], list[Block], float]:
    """Return what may be digits, what may be small parts of them, and the usual height.

    There are no bodies in a picture, (H, W), that holds far more than people write on a sheet.
    """
    if not blocks:
        return [], [], 0.0
    areas = [b.area for b in blocks]
    darkness = EVEN * _find_median([b.darkness for b in blocks], areas)
    pen = ALIKE * _find_median([b.pen for b in blocks], areas)
    blocks = [b for b in blocks if b.darkness >= darkness and b.pen >= pen]
    if not blocks:
        return [], [], 0.0
    # Weighted by their longer sides: specks are many.
    usual = _find_median([b.height for b in blocks], [b.side for b in blocks])
    tall = [b for b in blocks if b.height >= LEAST_BODY * usual]
    least = max(LEAST_SIDE, LEAST_SHARE * max(shape))
    bodies = [b for b in tall if b.height >= least and _may_be_digit(b, usual)]
    if max(shape) > LEAST_PICTURE:
        bodies = [b for b in bodies if b.pen < BROAD * min(shape) or b.unevenness < PATCHY]
    inner = [b for b in bodies if not _is_edge(b, shape)]
    bodies = inner or bodies  # a 1 may fill a picture
    if usual < least or len(bodies) > MOST_BODIES:
        return [], [], usual
    bodies, halves = _part_stacked(bodies, usual)
    low = [b for b in blocks if b.height < LEAST_BODY * usual and b.width < LONGEST_PART * usual]
    speck = (SPECK * pen / ALIKE) ** 2
    return bodies, [*halves, *(b for b in low if b.area >= speck)], usual


def _find_median(values: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """Return the value that half of the weight lies below."""
    weights = np.ones(len(values)) if weights is None else weights
    order = np.argsort(values, kind="stable")
    total = np.cumsum(np.asarray(weights)[order])
    return float(values[order[np.searchsorted(total, total[-1] / 2)]])


def _may_be_digit(block: Block, usual: float) -> bool:
    is_line = block.width < SLENDER * block.height and block.height > LONG * usual
    is_blot = block.area < LENGTH * block.pen**2
    return max(block.height, block.width / 4) <= MOST_BODY * usual and not is_line and not is_blot


def _is_edge(block: Block, shape: tuple[int, int]) -> bool:
    """Say whether a block lies along an upright edge of the picture, as the line of a cell does."""
    is_beside = block.x <= EDGE or block.right >= shape[1] - EDGE
    return is_beside and block.width < EDGE_WIDTH * block.height


def _part_stacked(bodies: list[Block], usual: float) -> tuple[list[Block], list[Block]]:
    """Return the bodies, and those that are the smaller half of a broken digit.

    A broken digit's halves stand close above each other, and are low together as one digit is.
    """
    halves = set()
    for body in bodies:
        for other in bodies:
            shared = min(body.right, other.right) - max(body.x, other.x)
            gap = max(body.y, other.y) - min(body.below, other.below)
            whole = max(body.below, other.below) - min(body.y, other.y)
            if (
                body.area < other.area
                and shared >= STACKED * min(body.width, other.width)
                and 0 <= gap + 2 <= 2 + STACK_GAP * usual
                and whole <= STACK_HEIGHT * usual
            ):
                halves.add(body)
    return [b for b in bodies if b not in halves], [b for b in bodies if b in halves]


def find_angle(bodies: list[Block], usual: float) -> float:
    """Return by how many radians lines sink to the right: that of close neighbours, the longest."""
    angle = 0.0
    for _ in range(3):
        rows = [r for r in link(bodies, usual, angle, CLOSE * usual) if len(r) > 2]
        slopes, spans = [], []
        for row in rows:
            x = np.array([b.x + b.width / 2 for b in row])
            y = np.array([b.y + b.height / 2 for b in row])
            slopes.append(float(np.arctan(np.polyfit(x, y, 1)[0])))
            spans.append(float(np.ptp(x)))
        if sum(spans) < 2 * usual:
            return angle
        order = np.argsort(slopes)
        total = np.cumsum(np.array(spans)[order])
        angle = slopes[order[np.searchsorted(total, total[-1] / 2)]]
        if abs(angle) > STEEPEST:
            return 0.0
    return angle


def link(bodies: Sequence[Block], usual: float, angle: float, farthest: float) -> list[list[Block]]:
    """Join each body with the nearest one to its right that is beside it; return the chains.

    They come from the top, seen along lines that sink by `angle`.
    """
    cos, sin = np.cos(angle), np.sin(angle)
    middle = np.array([(b.x + b.width / 2, b.y + b.height / 2) for b in bodies])
    middle = middle @ np.array([[cos, -sin], [sin, cos]])
    order = np.argsort(middle[:, 0])
    bodies, middle = [bodies[n] for n in order], middle[order]
    half = np.array([(b.width / 2, b.height / 2) for b in bodies])
    low, high = middle - half, middle + half
    chain = np.arange(len(bodies))
    for n in range(len(bodies) - 1):
        shared = np.minimum(high[n, 1], high[n + 1 :, 1]) - np.maximum(low[n, 1], low[n + 1 :, 1])
        gap = (low[n + 1 :, 0] - high[n, 0]).clip(0)
        is_beside = shared >= SHARED * 2 * np.minimum(half[n, 1], half[n + 1 :, 1])
        gap = np.where(is_beside & (gap <= farthest), gap, np.inf)
        if np.isfinite(gap.min()):
            chain[chain == chain[n + 1 + int(gap.argmin())]] = chain[n]
    _join_chains(chain, middle, half, usual, farthest)
    names = list(dict.fromkeys(chain.tolist()))
    names.sort(key=lambda name: float(middle[chain == name, 1].mean()))
    return [[bodies[n] for n in np.flatnonzero(chain == name)] for name in names]


def _join_chains(
    chain: np.ndarray, middle: np.ndarray, half: np.ndarray, usual: float, farthest: float
) -> None:
    """Join chains, int (N,), in place where the right one begins on the left one's own line.

    Seen from a slant, lines do not all sink by the same angle.
    """
    for name in dict.fromkeys(chain.tolist()):
        while True:
            own = np.flatnonzero(chain == name)
            if not len(own):  # it was joined to another
                break
            last = own[-1]
            slope = np.polyfit(*middle[own].T, 1)[0] if len(own) >= LONG_CHAIN else 0.0
            others = [n for n in np.flatnonzero(chain != name) if n > last]
            starts = [n for n in others if n == np.flatnonzero(chain == chain[n])[0]]
            off = {
                n: abs(middle[n, 1] - middle[last, 1] - slope * (middle[n, 0] - middle[last, 0]))
                for n in starts
                if middle[n, 0] - half[n, 0] - middle[last, 0] - half[last, 0] <= farthest
            }
            best = min(off, key=off.__getitem__, default=None)
            if best is None or off[best] > OFF_LINE * usual:
                break
            chain[chain == chain[best]] = name


def _add_parts(lines: list[Line], small: Sequence[Block], usual: float) -> None:
    """Give each small block to the line that has the nearest body, if that is near enough."""
    dot = (DOT * _find_median([b.pen for line in lines for b in line.bodies])) ** 2
    owners = [(line, body) for line in lines for body in line.bodies]
    boxes = np.array([(b.x, b.y, b.right, b.below) for _, b in owners])
    for block in small:
        across = np.maximum(boxes[:, 0] - block.right, block.x - boxes[:, 2]).clip(0)
        down = np.maximum(boxes[:, 1] - block.below, block.y - boxes[:, 3]).clip(0)
        distance = np.hypot(across, down)
        nearest = int(distance.argmin())
        line = owners[nearest][0]
        is_between = line.bodies[0].right <= block.x and block.right <= line.bodies[-1].x
        if distance[nearest] <= NEAR * usual and (block.area >= dot or is_between):
            line.parts.append(block)


def split_numbers(line: Line, usual: float) -> list[list[Block]]:
    """Return the blocks of each number of a line: wide gaps lie between the bodies of two."""
    numbers: list[list[Block]] = []
    right = -np.inf
    for body in sorted(line.bodies, key=lambda block: block.x):
        if body.x - right > WIDE_GAP * usual:
            numbers.append([])
        numbers[-1].append(body)
        right = max(right, body.right)
    ends = [(min(b.x for b in number), max(b.right for b in number)) for number in numbers]
    for part in line.parts:
        middle = part.x + part.width / 2
        away = [max(left - middle, middle - end) for left, end in ends]
        numbers[int(np.argmin(away))].append(part)
    return numbers
