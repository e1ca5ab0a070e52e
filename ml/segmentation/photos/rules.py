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
    removed = np.zeros(ink.shape, bool)
    rules = find_rules(ink)
    for rule in rules:
        seen = removed.T if rule.is_upright else removed
        _mark_rule(ink.T if rule.is_upright else ink, seen, rule, len(rules))
    if not removed.any():
        return darkness, ink
    rest = ink & ~removed
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


def _mark_rule(ink: np.ndarray, removed: np.ndarray, rule: Rule, count: int) -> None:
    """Mark in `removed` what of the ink, bool (H, W), is a line that runs from left to right."""
    height, width = ink.shape
    shortest = min(ink.shape)
    reach = max(2, round(REACH * shortest))
    widest = max(3, round(WIDEST * shortest))
    x = np.arange(width)
    y = np.rint(rule.start + rule.slope * x).astype(int)
    depth = reach + 2 * widest + 2
    rows = y + np.arange(-depth, depth + 1)[:, None]
    is_inside = (rows >= 0) & (rows < height)
    strip = ink[rows.clip(0, height - 1), x] & is_inside  # the band along the line, made straight
    across = strip[depth - reach : depth + reach + 1]
    in_picture = is_inside[depth]
    chord = max(1, int(in_picture.sum()))
    covered = across.any(axis=0)[in_picture].sum() / chord
    if chord < SPAN * shortest or covered < (ALONE if rule.is_upright and count < 3 else COVERED):
        return
    # The line's width: the usual depth of ink across it, since most of it meets no stroke.
    deep = across.any(axis=0)
    thick = max(1, int(np.quantile(_measure_depth(strip, depth, reach)[deep], 0.4)))
    if thick > widest:
        return
    tall = cv2.morphologyEx(
        np.pad(strip.astype(np.uint8), 1), cv2.MORPH_OPEN, np.ones((2 * thick + 2, 1))
    )[1:-1, 1:-1].astype(bool)
    line = strip & ~tall
    line[: depth - reach - thick] = False
    line[depth + reach + thick + 1 :] = False
    at = line & is_inside
    removed[rows[at], np.broadcast_to(x, rows.shape)[at]] = True


def _measure_depth(strip: np.ndarray, centre: int, reach: int) -> np.ndarray:
    """Return how many inked pixels hang together in each column at the one nearest the centre."""
    number = np.arange(len(strip))[:, None]
    distance = np.where(strip, np.abs(number - centre), len(strip))
    nearest = distance.argmin(axis=0)
    last_above = np.maximum.accumulate(np.where(strip, -1, number), axis=0)
    next_below = np.minimum.accumulate(np.where(strip, len(strip), number)[::-1], axis=0)[::-1]
    columns = np.arange(strip.shape[1])
    depth = next_below[nearest, columns] - last_above[nearest, columns] - 1
    return np.where(distance[nearest, columns] <= reach, depth, 0)
