"""Where in a photo's ink the digits stand: connected parts, the lines and the numbers they make."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

MOST_PARTS = 3000  # of a picture: the largest; a page has no more, and noise has millions
MOST_BODIES = 300  # of a picture; a page of print has more
LEAST_AREA = 4  # px: less is grain
LEAST_SIDE, LEAST_SHARE = 10, 0.008  # px, and share of the longer side, that a digit is tall
LEAST_BODY, MOST_BODY = 0.42, 2.6  # of the usual height: what a digit, or most of one, has
SLENDER, LONG = 0.16, 1.9  # width over height, and usual heights: more of a line than of a 1
LENGTH = 2.6  # of a pen's line, in widths: less is a blot
EVEN = 0.35  # of the usual darkness that a digit has at least
# Halves of a broken digit: shares of the narrower one's width that they have in common, and of the
# usual height between them, and that they are tall together.
STACKED, STACK_GAP, STACK_HEIGHT = 0.4, 0.3, 1.5
NEAR = 0.35  # of the usual height that a small part may be away from what it belongs to
SHARED = 0.4  # of the lower one's height that neighbours in a line have in common
CLOSE, FARTHEST = 1.2, 8.0  # usual heights between neighbours of a number, and of a line
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
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    depth = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 3)[ink]
    which = labels[ink]
    area = np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    # Within a line of the pen, depths run from 1 to half of its width.
    pens = 4 * np.bincount(which, depth, count) / area - 2
    levels = np.bincount(which, darkness[ink], count) / area
    largest = 1 + np.argsort(stats[1:, cv2.CC_STAT_AREA], kind="stable")[::-1][:MOST_PARTS]
    return labels, [
        Block(int(n), *map(int, stats[n]), float(levels[n]), max(1.0, float(pens[n])))
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
    usual = _find_median([b.side for b in blocks], blocks)
    usual_darkness = _find_median([b.darkness for b in blocks], blocks)
    blocks = [b for b in blocks if b.darkness >= EVEN * usual_darkness]
    tall = [b for b in blocks if b.height >= LEAST_BODY * usual]
    least = max(LEAST_SIDE, LEAST_SHARE * max(shape))
    bodies = [b for b in tall if b.height >= least and _may_be_digit(b, usual)]
    if len(bodies) > MOST_BODIES:
        return [], [], usual
    bodies, halves = _part_stacked(bodies, usual)
    small = [b for b in blocks if b.height < LEAST_BODY * usual and b.width < MOST_BODY * usual]
    return bodies, [*halves, *small], usual


def _find_median(values: Sequence[float], blocks: Sequence[Block]) -> float:
    """Return the median of the blocks' values, weighted by their longer sides: specks are many."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(np.array([b.side for b in blocks])[order])
    return float(values[order[np.searchsorted(total, total[-1] / 2)]])


def _may_be_digit(block: Block, usual: float) -> bool:
    is_line = block.width < SLENDER * block.height and block.height > LONG * usual
    is_blot = block.area < LENGTH * block.pen**2
    return max(block.height, block.width / 4) <= MOST_BODY * usual and not is_line and not is_blot


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
    names = list(dict.fromkeys(chain.tolist()))
    names.sort(key=lambda name: float(middle[chain == name, 1].mean()))
    return [[bodies[n] for n in np.flatnonzero(chain == name)] for name in names]


def _add_parts(lines: list[Line], small: Sequence[Block], usual: float) -> None:
    """Give each small block to the line that has the nearest body, if that is near enough."""
    owners = [(line, body) for line in lines for body in line.bodies]
    boxes = np.array([(b.x, b.y, b.right, b.below) for _, b in owners])
    for block in small:
        across = np.maximum(boxes[:, 0] - block.right, block.x - boxes[:, 2]).clip(0)
        down = np.maximum(boxes[:, 1] - block.below, block.y - boxes[:, 3]).clip(0)
        distance = np.hypot(across, down)
        nearest = int(distance.argmin())
        if distance[nearest] <= NEAR * usual:
            owners[nearest][0].parts.append(block)


def split_numbers(line: Line, usual: float) -> list[list[Block]]:
    """Return the blocks of each number of a line: wide gaps lie between two of them."""
    numbers: list[list[Block]] = []
    right = -np.inf
    for block in line.blocks:
        if block.x - right > WIDE_GAP * usual:
            numbers.append([])
        numbers[-1].append(block)
        right = max(right, block.right)
    return numbers
