"""Where in a photo's ink the digits stand: connected parts, lines of them, and their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MOST_PARTS = 3000  # of a picture: the largest; a page has no more, and noise has millions
LEAST_BODY, MOST_BODY = 0.42, 2.6  # of the usual height: what a digit, or most of one, has
LEAST_SIDE, LEAST_SHARE = 10, 0.008  # px, and share of the longer side, that a digit is tall
LEAST_AREA = 4  # px: less is grain
MOST_BODIES = 300  # of a picture; a page of print has more
# Halves of a broken digit: shares of the narrower one's width that they have in common, and of the
# usual height between them, and that they are tall together.
STACKED, STACK_GAP, STACK_HEIGHT = 0.4, 0.3, 1.5
NEAR = 0.35  # of the usual height that a small part may be away from what it belongs to
SHARED = 0.35  # of the lower one's height that neighbours in a line have in common
FARTHEST = 6.0  # heights between neighbours of a line
WIDE_GAP = 0.75  # of the usual height: numbers are farther apart than that
STEEPEST = 0.35  # radians that a line may be turned by


@dataclass(frozen=True)
class Block:
    """Connected ink: its number in the labels, and its box in px."""

    number: int
    x: int
    y: int
    width: int
    height: int
    area: int

    @property
    def right(self) -> int:
        """One more than the last column."""
        return self.x + self.width

    @property
    def below(self) -> int:
        """One more than the last row."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the box, (x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass
class Line:
    """Neighbours from left to right, and by how much the line is turned, in radians."""

    bodies: list[Block]
    parts: list[Block]
    angle: float = 0.0


def find_blocks(ink: np.ndarray) -> tuple[np.ndarray, list[Block]]:
    """Return the labels, int32 (H, W), of the ink's connected parts, and the largest of them."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    largest = 1 + np.argsort(stats[1:, cv2.CC_STAT_AREA], kind="stable")[::-1][:MOST_PARTS]
    return labels, [Block(int(n), *map(int, stats[n])) for n in largest]


def find_usual_height(blocks: Sequence[Block]) -> float:
    """Return the median of the blocks' longer sides, each weighted by its side: specks are many."""
    sides = np.sort([max(block.height, block.width) for block in blocks])
    total = np.cumsum(sides)
    return float(sides[np.searchsorted(total, total[-1] / 2)])


def find_lines(blocks: Sequence[Block], shape: tuple[int, int]) -> tuple[list[Line], float]:
    """Return the lines that blocks stand in, from the top, and the usual height of a digit.

    There are none in a picture, (H, W), that holds far more than people write on a sheet.
    """
    least = max(LEAST_SIDE, LEAST_SHARE * max(shape))
    blocks = [b for b in blocks if b.area >= LEAST_AREA]
    if not blocks:
        return [], 0.0
    usual = find_usual_height(blocks)
    bodies = [b for b in blocks if b.height >= max(least, LEAST_BODY * usual)]
    bodies = [b for b in bodies if max(b.height, b.width / 4) <= MOST_BODY * usual]
    if not bodies or len(bodies) > MOST_BODIES:
        return [], usual
    bodies, parts = _part_stacked(bodies, usual)
    lines = [Line(chain, []) for chain in _link(bodies, usual)]
    for line in lines:
        line.angle = _measure_angle(line.bodies, usual)
    small = [b for b in blocks if b.height < LEAST_BODY * usual and b.width < MOST_BODY * usual]
    _add_parts(lines, [*parts, *small], usual)
    return sorted(lines, key=lambda line: np.mean([b.middle[1] for b in line.bodies])), usual


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


def _link(bodies: list[Block], usual: float) -> list[list[Block]]:
    """Join each body with the nearest one to its right that is beside it; return the chains."""
    bodies = sorted(bodies, key=lambda b: b.middle[0])
    boxes = np.array([(b.x, b.y, b.right, b.below) for b in bodies])
    height = boxes[:, 3] - boxes[:, 1]
    chain = np.arange(len(bodies))
    for number, (_, y, right, below) in enumerate(boxes[:-1]):
        after = boxes[number + 1 :]
        shared = np.minimum(below, after[:, 3]) - np.maximum(y, after[:, 1])
        gap = (after[:, 0] - right).clip(0)
        is_beside = shared >= SHARED * np.minimum(below - y, height[number + 1 :])
        gap = np.where(is_beside & (gap < FARTHEST * usual), gap, np.inf)
        if np.isfinite(gap.min()):
            chain[chain == chain[number + 1 + int(gap.argmin())]] = chain[number]
    return [
        [body for body, each in zip(bodies, chain, strict=True) if each == name]
        for name in dict.fromkeys(chain.tolist())
    ]


def _measure_angle(bodies: list[Block], usual: float) -> float:
    """Return by how much the feet of a line's bodies rise, in radians; 0 for a short line."""
    tall = [b for b in bodies if b.height > 0.6 * usual]
    if len(tall) < 3:
        return 0.0
    x, y = np.array([b.middle for b in tall]).T
    if np.ptp(x) < 2 * usual:
        return 0.0
    angle = float(np.arctan(np.polyfit(x, y, 1)[0]))
    return angle if abs(angle) < STEEPEST else 0.0


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
    blocks = sorted([*line.bodies, *line.parts], key=lambda b: b.x)
    numbers: list[list[Block]] = []
    right = -np.inf
    for block in blocks:
        if block.x - right > WIDE_GAP * usual:
            numbers.append([])
        numbers[-1].append(block)
        right = max(right, block.right)
    return numbers
