"""Printed lines in a photo, rules, squares and the edges of cells: found and taken away."""

from dataclasses import dataclass

import cv2
import numpy as np

SEARCH_SIDE = 640  # px of the copy that lines are looked for on
SPAN = 0.5  # of the shorter side that a piece of a line covers at least
COVERED = 0.75  # of a line across the picture that is inked
ALONE = 0.97  # of it, if the line is upright and the only one: a 1 is shorter
MOST_LINES = 120  # of one direction; more are no rules
WIDEST = 0.035  # of the shorter side: a wider line is a pen's
DARKER = 1.35  # times as dark as the line, and more, that a pen shows through it
REACH = 0.012  # of the shorter side by which paper bends a line away from straight


@dataclass(frozen=True)
class Rule:
    """A line across the picture, y = start + slope · x; with x and y exchanged if it is upright."""

    is_upright: bool
    start: float
    slope: float


def remove_rules(darkness: np.ndarray, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return darkness and ink, float32 and bool (H, W), without the printed lines.

    A stroke that crosses a line stays whole: seen across the line, ink that is deeper than the line
    is the pen's.
    """
    rest = ink.copy()
    rules = find_rules(ink)
    level = float(np.quantile(darkness[ink], 0.9)) if rules else 0.0
    for rule in rules:  # one after the other: where two cross, nothing is left of either
        if rule.is_upright:
            _remove_rule(darkness.T, rest.T, rule, len(rules), level)
        else:
            _remove_rule(darkness, rest, rule, len(rules), level)
    removed = ink & ~rest
    if not removed.any():
        return darkness, ink
    fringe = cv2.dilate(removed.astype(np.uint8), np.ones((5, 5))).astype(bool)
    near = cv2.dilate(rest.astype(np.uint8), np.ones((3, 3))).astype(bool)
    return np.where(fringe & ~near, 0, darkness).astype(np.float32), rest


def find_rules(ink: np.ndarray) -> list[Rule]:
    """Return the lines that cross a picture, bool (H, W), by Hough's transform."""
    scale = min(1.0, SEARCH_SIDE / max(ink.shape))
    size = tuple(max(1, round(side * scale)) for side in ink.shape[::-1])
    small = cv2.resize(ink.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    small = (small > 80 * scale).astype(np.uint8) * 255
    shortest = SPAN * min(size)
    lines = cv2.HoughLinesP(
        small, 1, np.pi / 360, round(0.5 * shortest), None, shortest, 0.04 * max(size)
    )
    if lines is None:
        return []
    rules = [_to_rule(*line, scale) for line in lines.reshape(-1, 4)[: 8 * MOST_LINES].tolist()]
    kept: list[Rule] = []
    for rule in rules:
        if not any(_is_same(rule, other, ink.shape) for other in kept):
            kept.append(rule)
    return kept[: 2 * MOST_LINES]


def _to_rule(x: float, y: float, right: float, below: float, scale: float) -> Rule:
    is_upright = abs(below - y) > abs(right - x)
    if is_upright:
        x, y, right, below = y, x, below, right
    slope = (below - y) / ((right - x) or 1)
    return Rule(is_upright, (y - slope * x) / scale, slope)


def _is_same(rule: Rule, other: Rule, shape: tuple[int, int]) -> bool:
    if rule.is_upright != other.is_upright:
        return False
    length = shape[0] if rule.is_upright else shape[1]
    near = max(2.0, REACH * min(shape))
    ends = ((each.start, each.start + each.slope * length) for each in (rule, other))
    (first, last), (start, end) = ends
    return abs(first - start) + abs(last - end) < 2 * near


def _remove_rule(
    darkness: np.ndarray, ink: np.ndarray, rule: Rule, count: int, level: float
) -> None:
    """Take a line that runs from left to right from ink, bool (H, W), in place.

    `level` is how dark the darkest ink is: what is nearer to it than to the line is the pen's.
    """
    height, width = ink.shape
    shortest = min(ink.shape)
    reach = max(2, round(REACH * shortest))
    widest = max(3, round(WIDEST * shortest))
    x = np.arange(width)
    y = np.rint(rule.start + rule.slope * x).astype(int)
    centre = reach + 2 * widest + 2
    rows = y + np.arange(-centre, centre + 1)[:, None]
    is_inside = (rows >= 0) & (rows < height)
    rows = rows.clip(0, height - 1)
    strip = ink[rows, x] & is_inside  # the band along the line, made straight
    deep = strip[centre - reach : centre + reach + 1].any(axis=0)
    in_picture = is_inside[centre]
    if in_picture.sum() < SPAN * shortest:
        return
    covered = deep[in_picture].mean()
    if covered < (ALONE if rule.is_upright and count < 3 else COVERED):
        return
    # The line's width: the usual depth of ink across it, since most of it meets no stroke.
    depth, nearest = _measure_depth(strip, centre, reach)
    thick = max(1, int(np.quantile(depth[deep], 0.4)))
    if thick > widest:
        return
    dark = darkness[rows, x]
    is_bare = deep & (depth <= thick + 1)
    own = float(np.median(dark[nearest[is_bare], x[is_bare]]))
    tall = cv2.morphologyEx(
        np.pad(strip.astype(np.uint8), 1), cv2.MORPH_OPEN, np.ones((2 * thick + 2, 1))
    )[1:-1, 1:-1].astype(bool)
    is_pen = tall | ((dark > (own + level) / 2) if level > DARKER * own else False)
    line = strip & ~is_pen
    line[: centre - reach - thick] = False
    line[centre + reach + thick + 1 :] = False
    ink[rows[line], np.broadcast_to(x, rows.shape)[line]] = False


def _measure_depth(strip: np.ndarray, centre: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how many inked pixels hang together in each column, and the row nearest the centre."""
    number = np.arange(len(strip))[:, None]
    distance = np.where(strip, np.abs(number - centre), len(strip))
    nearest = distance.argmin(axis=0)
    last_above = np.maximum.accumulate(np.where(strip, -1, number), axis=0)
    next_below = np.minimum.accumulate(np.where(strip, len(strip), number)[::-1], axis=0)[::-1]
    columns = np.arange(strip.shape[1])
    depth = next_below[nearest, columns] - last_above[nearest, columns] - 1
    return np.where(distance[nearest, columns] <= reach, depth, 0), nearest
