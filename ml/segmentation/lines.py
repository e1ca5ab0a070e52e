"""Where in a photo's ink the digits stand: connected parts, lines of them, and their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MOST_PARTS = 3000  # of a picture: the largest; a page has no more, and noise has millions
LEAST_BODY, MOST_BODY = 0.42, 2.6  # of the usual height: what a digit, or most of one, has
NEAR = 0.3  # of the usual height that a small part may be away from what it belongs to
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


def find_lines(blocks: Sequence[Block]) -> tuple[list[Line], float]:
    """Return the lines that blocks stand in, from the top, and the usual height of a digit."""
    if not blocks:
        return [], 0.0
    usual = find_usual_height(blocks)
    bodies = [b for b in blocks if _is_body(b, usual)]
    lines = [Line(chain, []) for chain in _link(bodies, usual)]
    for line in lines:
        line.angle = _measure_angle(line.bodies, usual)
    if lines:
        small = [b for b in blocks if max(b.height, b.width) < LEAST_BODY * usual]
        _add_parts(lines, small, usual)
    return sorted(lines, key=lambda line: np.mean([b.middle[1] for b in line.bodies])), usual


def _is_body(block: Block, usual: float) -> bool:
    longer = max(block.height, block.width)
    return (
        LEAST_BODY * usual <= longer <= MOST_BODY * max(usual, 1) or block.height <= usual < longer
    )


def _link(bodies: list[Block], usual: float) -> list[list[Block]]:
    """Join each body with the nearest one to its right that is beside it; return the chains."""
    bodies = sorted(bodies, key=lambda b: b.middle[0])
    chain = list(range(len(bodies)))
    for number, body in enumerate(bodies):
        best = _find_neighbour(body, bodies[number + 1 :], usual)
        if best is not None:
            old, new = chain[number + 1 + best], chain[number]
            chain = [new if each == old else each for each in chain]
    return [
        [body for body, each in zip(bodies, chain, strict=True) if each == name]
        for name in dict.fromkeys(chain)
    ]


def _find_neighbour(body: Block, others: Sequence[Block], usual: float) -> int | None:
    best, least = None, FARTHEST * usual
    for number, other in enumerate(others):
        shared = min(body.below, other.below) - max(body.y, other.y)
        gap = max(0, other.x - body.right)
        if shared >= SHARED * min(body.height, other.height) and gap < least:
            best, least = number, gap
    return best


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
