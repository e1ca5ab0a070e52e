"""Printed lines in a photo, rules, squares and the edges of cells: found and taken away."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ml.segmentation.photos.light import find_floor

SEARCH_SIDE = 640  # px of the copy that lines are looked for on
SPAN = 0.5  # of the shorter side that a piece of a line covers at least
COVERED, SEVERAL = 0.65, 3  # of lines across the picture that is inked, if there are as many
ALONE = 0.94  # of a line without its like: a 1 or the bar of a 7 is shorter
PARALLEL = 0.12  # radians by which lines of one kind differ
MOST_LINES, APART = 400, 4  # lines that are looked at, and px between two that differ
WIDEST = 0.05  # of the shorter side: a wider line is a pen's
DARKER = 1.5  # times as dark as the line, and more, that a pen shows through it
REACH = 0.012  # of the shorter side by which paper bends a line away from straight
LEAST_REACH = 3  # px


@dataclass(frozen=True)
class Rule:
    """A line across the picture, y = start + slope · x; with x and y exchanged if it is upright."""

    is_upright: bool
    start: float
    slope: float
    covered: float = 0.0  # the share of it that is inked

    def is_like(self, other: "Rule") -> bool:
        """Say whether both are of one kind."""
        return self.is_upright == other.is_upright and abs(self.slope - other.slope) < PARALLEL


def remove_rules(darkness: np.ndarray, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return darkness and ink, float32 and bool (H, W), without the printed lines.

    A stroke on a line stays whole: what is deeper than the line, seen across it, and what is much
    darker is the pen's.
    """
    # A line that is paler than ink is ink only here and there: all of it shows above the grain.
    seen = darkness > find_floor(darkness)
    rules = find_rules(seen)
    if not rules or not ink.any():
        return darkness, ink
    rest, level = ink.copy(), float(np.quantile(darkness[ink], 0.9))
    for rule in rules:  # one after the other: where two cross, nothing is left of either
        if rule.is_upright:
            _remove_rule(darkness.T, seen.T, rest.T, rule, level)
        else:
            _remove_rule(darkness, seen, rest, rule, level)
    removed = ink & ~rest
    fringe = cv2.dilate(removed.astype(np.uint8), np.ones((5, 5))).astype(bool)
    near = cv2.dilate(rest.astype(np.uint8), np.ones((3, 3))).astype(bool)
    return np.where(fringe & ~near, 0, darkness).astype(np.float32), rest


def find_rules(ink: np.ndarray) -> list[Rule]:
    """Return the lines that cross a picture, bool (H, W), each once."""
    found = [_measure(rule, ink) for rule in _list_lines(ink)]
    found = [rule for rule in found if rule.covered >= COVERED]
    found.sort(key=lambda rule: -rule.covered)
    rules = []
    for rule in found:
        if not any(_is_same(rule, other, ink.shape) for other in rules):
            rules.append(rule)
    return [
        rule
        for rule in rules
        if rule.covered >= ALONE or sum(rule.is_like(other) for other in rules) >= SEVERAL
    ]


def _list_lines(ink: np.ndarray) -> Iterator[Rule]:
    """Yield pieces of lines by Hough's transform, made long; one line may come several times."""
    scale = min(1.0, SEARCH_SIDE / max(ink.shape))
    size = tuple(max(1, round(side * scale)) for side in ink.shape[::-1])
    small = cv2.resize(ink.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    small = (small > 80 * scale).astype(np.uint8)
    shortest, gap = SPAN * min(size), 0.04 * max(size)
    lines = cv2.HoughLinesP(small, 1, np.pi / 360, round(shortest / 2), None, shortest, gap)
    seen = set()
    for x, y, right, below in () if lines is None else lines.reshape(-1, 4).tolist():
        is_upright = abs(below - y) > abs(right - x)
        if is_upright:
            x, y, right, below = y, x, below, right
        slope = (below - y) / ((right - x) or 1)
        start, length = y - slope * x, size[1] if is_upright else size[0]
        place = is_upright, round(start / APART), round((start + slope * length) / APART)
        if place not in seen and len(seen) < MOST_LINES:
            seen.add(place)
            yield Rule(is_upright, start / scale, slope)


def _is_same(rule: Rule, other: Rule, shape: tuple[int, int]) -> bool:
    if not rule.is_like(other):
        return False
    length = shape[0] if rule.is_upright else shape[1]
    ends = ((each.start, each.start + each.slope * length) for each in (rule, other))
    (first, last), (start, end) = ends
    return abs(first - start) + abs(last - end) < 4 * find_reach(shape)


def find_reach(shape: tuple[int, int]) -> int:
    """Return by how many px a line may lie beside where it is looked for."""
    return max(LEAST_REACH, round(REACH * min(shape)))


def _measure(rule: Rule, ink: np.ndarray) -> Rule:
    """Return a rule with the share of it, from edge to edge of the picture, that is inked."""
    seen = ink.T if rule.is_upright else ink
    rows, x, is_inside = _follow(rule, seen.shape, find_reach(ink.shape))
    in_picture = is_inside[len(rows) // 2]
    if in_picture.sum() < SPAN * min(ink.shape):
        return rule
    covered = (seen[rows, x] & is_inside).any(axis=0)[in_picture].mean()
    return Rule(rule.is_upright, rule.start, rule.slope, float(covered))


def _follow(
    rule: Rule, shape: tuple[int, int], depth: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows, int (2 · depth + 1, W), and columns, int (W,), of the band along a line.

    Indexed by them, the band is straight. Rows are within the picture; where they had to be moved
    there, the third, bool, is False.
    """
    height, width = shape
    x = np.arange(width)
    rows = np.rint(rule.start + rule.slope * x).astype(int) + np.arange(-depth, depth + 1)[:, None]
    is_inside = (rows >= 0) & (rows < height)
    return rows.clip(0, height - 1), x, is_inside


def _remove_rule(
    darkness: np.ndarray, seen: np.ndarray, rest: np.ndarray, rule: Rule, level: float
) -> None:
    """Take a line that runs from left to right from `rest`, what is left of ink, bool (H, W).

    `seen`, bool (H, W), is all that is darker than paper. `level` is how dark the darkest ink is:
    what is nearer to it than to the line is the pen's.
    """
    reach = find_reach(seen.shape)
    widest = max(3, round(WIDEST * min(seen.shape)))
    centre = reach + 2 * widest + 2
    rows, x, is_inside = _follow(rule, seen.shape, centre)
    # The line's width: the least depth of ink across it that is common; strokes make it deeper.
    depth = _measure_depth(seen[rows, x] & is_inside, centre, reach)
    thick = max(1, int(np.quantile(depth[depth > 0], 0.2)))
    if thick > widest:
        return
    dark = darkness[rows, x]
    is_bare = (depth > 0) & (depth <= thick + 1)
    around = slice(centre - reach - thick, centre + reach + thick + 1)
    own = float(np.median(dark[around].max(axis=0)[is_bare]))
    left = rest[rows, x] & is_inside
    tall = cv2.morphologyEx(
        np.pad(left.astype(np.uint8), 1), cv2.MORPH_OPEN, np.ones((2 * thick + 2, 1))
    )[1:-1, 1:-1].astype(bool)
    line = left & ~tall
    if level > DARKER * own:
        line &= dark < (own + level) / 2
    line[: around.start] = line[around.stop :] = False
    rest[rows[line], np.broadcast_to(x, rows.shape)[line]] = False


def _measure_depth(strip: np.ndarray, centre: int, reach: int) -> np.ndarray:
    """Return how deep the ink is in each column of bool (D, W) that is nearest to the centre.

    The depth, int (W,), is 0 where nothing is inked within `reach`.
    """
    number = np.arange(len(strip))[:, None]
    distance = np.where(strip, np.abs(number - centre), len(strip))
    nearest = distance.argmin(axis=0)
    last_above = np.maximum.accumulate(np.where(strip, -1, number), axis=0)
    next_below = np.minimum.accumulate(np.where(strip, len(strip), number)[::-1], axis=0)[::-1]
    columns = np.arange(strip.shape[1])
    depth = next_below[nearest, columns] - last_above[nearest, columns] - 1
    return np.where(distance[nearest, columns] <= reach, depth, 0)
