"""Arrows, swirls and underlines: drawings whose shape is a rule rather than a table.

Each function returns arrays of segments, float (n, S, 4). The drawings of one array have the same
number of strokes and points; everything else about them is chosen for each.
"""

import math
from collections.abc import Callable

import numpy as np

from ml.synthetic.handwriting import split_into_groups, to_segments

Parts = list[np.ndarray]
GROUPS = 24
POINTS = 14  # of a shaft
TREMOR = 0.008


def draw_arrows(count: int, rng: np.random.Generator) -> Parts:
    """Draw arrows: straight, curved and turning shafts in all directions, with any kind of head."""
    parts = []
    names = list(SHAFTS)
    for n in split_into_groups(count, GROUPS):
        name = names[rng.integers(len(names))]
        shaft = SHAFTS[name](n, rng)
        strokes = [shaft, *_draw_heads(shaft, str(rng.choice(HEADS[name])), rng)]
        if name == "straight" and rng.random() < 0.3:
            strokes.append(_draw_tail(shaft, rng))
        parts.append(_finish(strokes, rng.uniform(0, 2 * np.pi, n), rng))
    return parts


def draw_swirls(count: int, rng: np.random.Generator) -> Parts:
    """Draw spirals, loops in a row, waves and zigzags."""
    kinds = (_spiral, _spiral, _loops, _loops, _wave, _zigzag)
    parts = []
    for n in split_into_groups(count, GROUPS):
        kind = kinds[rng.integers(len(kinds))]
        turn = rng.uniform(0, 2 * np.pi, n) if kind is _spiral else rng.normal(0, 0.25, n)
        parts.append(_finish([kind(n, rng)], turn, rng))
    return parts


def draw_underlines(count: int, rng: np.random.Generator) -> Parts:
    """Draw lines under what is not there: one or two, level or wavy, with or without a hook."""
    parts = []
    for n in split_into_groups(count, GROUPS):
        strokes = [_underline(n, rng)]
        if rng.random() < 0.4:
            strokes.append(_underline(n, rng) + np.array([0, 0.12 + 0.3 * rng.random()]))
        if rng.random() < 0.25:  # back to the left without lifting the pen
            back = strokes[0][:, ::-1] + np.array([0, 0.1 + 0.2 * rng.random()])
            strokes[0] = np.concatenate([strokes[0], back], axis=1)
        parts.append(_finish(strokes, rng.normal(0, 0.12, n), rng))
    return parts


def _finish(strokes: list[np.ndarray], turn: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn each drawing, stretch it, let the pen tremble; strokes (n, K, 2) -> segments."""
    n = len(turn)
    aspect = np.exp(rng.normal(0, 0.12, (n, 1)))
    shake = TREMOR * rng.uniform(0, 2.5, (n, 1, 1))
    sine, cosine = np.sin(turn)[:, None], np.cos(turn)[:, None]
    parts = []
    for stroke in strokes:
        x, y = stroke[:, :, 0], stroke[:, :, 1]
        x, y = (cosine * x - sine * y) * aspect, (sine * x + cosine * y) / aspect
        points = np.stack([x, y], axis=2) + rng.normal(0, 1, (n, x.shape[1], 2)) * shake
        parts.append(to_segments(points))
    return np.concatenate(parts, axis=1)


def _along(n: int) -> np.ndarray:
    return np.broadcast_to(np.linspace(0, 1, POINTS), (n, POINTS))


def _straight(n: int, rng: np.random.Generator) -> np.ndarray:
    t = _along(n)
    return np.stack([t, rng.normal(0, 0.03, (n, 1)) * np.sin(np.pi * t)], axis=2)


def _arc(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return arcs of 60 to 300 degrees, in either sense."""
    reach = np.radians(rng.uniform(60, 300, (n, 1))) * np.where(rng.random((n, 1)) < 0.5, 1, -1)
    angle = reach * (_along(n) - 0.5)
    radius = 1 / np.abs(reach).clip(1)
    return np.stack([radius * np.sin(angle), -radius * np.cos(angle)], axis=2)


def _corner(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return shafts that turn once, by about a right angle, sharply or in a bend."""
    side = np.where(rng.random((n, 1)) < 0.5, 1, -1) * rng.uniform(0.4, 1.2, (n, 1))
    before = rng.uniform(0.4, 1.2, (n, 1))
    t = _along(n) * 2
    x = before * t.clip(max=1)
    y = side * (t - 1).clip(0)
    return _bend(np.stack([x, y], axis=2), rng)


def _turning(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return shafts that turn back: there, across, and a part of the way back."""
    gap = np.where(rng.random((n, 1)) < 0.5, 1, -1) * rng.uniform(0.3, 0.8, (n, 1))
    back = rng.uniform(0.3, 1.1, (n, 1))
    t = _along(n) * 3
    x = t.clip(max=1) - back * (t - 2).clip(0)
    y = gap * (t - 1).clip(0, 1)
    return _bend(np.stack([x, y], axis=2), rng)


def _winding(n: int, rng: np.random.Generator) -> np.ndarray:
    t = _along(n)
    waves = rng.choice([1.0, 1.5, 2.0, 3.0], (n, 1))
    height = rng.uniform(0.08, 0.25, (n, 1))
    return np.stack([t, height * np.sin(2 * np.pi * waves * t)], axis=2)


def _double(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return two level lines, drawn there and back."""
    gap = rng.uniform(0.12, 0.3, (n, 1))
    t = _along(n) * 2
    x = np.where(t < 1, t, 2 - t)
    return np.stack([1 - x, np.where(t < 1, -gap / 2, gap / 2)], axis=2)


def _bend(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Round the corners of half of the drawings, (n, K, 2)."""
    share = np.where(rng.random((len(points), 1, 1)) < 0.5, 0, rng.uniform(0.3, 0.6))
    for _ in range(4):
        inner = (points[:, :-2] + points[:, 2:]) / 2
        points[:, 1:-1] += share * (inner - points[:, 1:-1])
    return points


SHAFTS: dict[str, Callable[[int, np.random.Generator], np.ndarray]] = {
    "straight": _straight,
    "arc": _arc,
    "corner": _corner,
    "turning": _turning,
    "winding": _winding,
    "double": _double,
}
# Half a head on a shaft that stands is a one with a flag; a bare line or arc may be a one, a seven
# or a zero, and so may a bare corner.
HEADS: dict[str, tuple[str, ...]] = {
    "straight": ("open", "open", "open", "filled", "both", "feathered"),
    "arc": ("open", "open", "filled", "both"),
    "corner": ("open", "open", "filled", "both"),
    "turning": ("open", "open", "filled"),
    "winding": ("open", "open", "filled", "both"),
    "double": ("wide",),
}


def _draw_heads(shaft: np.ndarray, kind: str, rng: np.random.Generator) -> list[np.ndarray]:
    """Return the strokes of the heads at the end, or at both ends, of shafts (n, K, 2)."""
    if kind == "wide":  # beyond the ends of a double shaft, around both lines
        middle = np.stack([np.full(len(shaft), 1.0), np.zeros(len(shaft))], axis=1)
        tip = middle + np.array([0.15, 0])
        return [_draw_head(tip, np.zeros(len(shaft)), rng, closed=False, wide=True)]
    heads = [
        _draw_head(shaft[:, -1], _direction(shaft[:, -1], shaft[:, -3]), rng, kind == "filled")
    ]
    if kind == "both":
        heads.append(_draw_head(shaft[:, 0], _direction(shaft[:, 0], shaft[:, 2]), rng, False))
    if kind == "feathered":
        tip = shaft[:, 2]
        heads.append(_draw_head(tip, _direction(shaft[:, 2], shaft[:, 0]), rng, False))
    return heads


def _direction(tip: np.ndarray, behind: np.ndarray) -> np.ndarray:
    along = tip - behind
    return np.arctan2(along[:, 1], along[:, 0])


def _draw_head(
    tip: np.ndarray,
    direction: np.ndarray,
    rng: np.random.Generator,
    closed: bool,
    wide: bool = False,
) -> np.ndarray:
    """Return heads (n, 3 or 4, 2): from one barb over the tip to the other, and back if closed."""
    n = len(tip)
    length = rng.uniform(0.35, 0.5, n) if wide else rng.uniform(0.15, 0.42, n)
    barbs = []
    for side in (1, -1):
        angle = direction + math.pi + side * np.radians(rng.uniform(22, 55, n))
        reach = length * np.exp(rng.normal(0, 0.15, n))
        barbs.append(tip + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    points = [barbs[0], tip + rng.normal(0, 0.015, (n, 2)), barbs[1]]
    return np.stack([*points, barbs[0]] if closed else points, axis=1)


def _draw_tail(shaft: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a short line across the beginning of each shaft, (n, 2, 2)."""
    half = rng.uniform(0.1, 0.25, (len(shaft), 1))
    across = np.concatenate([np.zeros_like(half), half], axis=1)
    return np.stack([shaft[:, 0] - across, shaft[:, 0] + across], axis=1)


def _spiral(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return spirals of 1.8 to 3.6 turns, in either sense: with fewer, one is a six or a nine."""
    t = np.broadcast_to(np.linspace(0, 1, 36), (n, 36))
    turns = rng.uniform(1.8, 3.6, (n, 1)) * np.where(rng.random((n, 1)) < 0.5, 1, -1)
    radius = rng.uniform(0.02, 0.12, (n, 1)) + t ** rng.uniform(0.8, 1.3, (n, 1))
    return np.stack(
        [radius * np.cos(2 * np.pi * turns * t), radius * np.sin(2 * np.pi * turns * t)], 2
    )


def _loops(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return three to six loops in a row, as a pen makes that is tried out."""
    loops = int(rng.integers(3, 7))
    t = np.broadcast_to(np.linspace(0, 1, 9 * loops), (n, 9 * loops))
    angle = 2 * np.pi * loops * t
    apart = rng.uniform(0.5, 1.1, (n, 1))
    side = np.where(rng.random((n, 1)) < 0.5, 1, -1)
    height = rng.uniform(0.5, 1.3, (n, 1))
    return np.stack(
        [apart * loops * t + 0.5 * np.sin(angle), height * side * np.cos(angle)], axis=2
    )


def _wave(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return lines with one and a half to five waves."""
    t = np.broadcast_to(np.linspace(0, 1, 30), (n, 30))
    waves = rng.uniform(1.5, 5, (n, 1))
    height = rng.uniform(0.05, 0.3, (n, 1))
    return np.stack([t, height * np.sin(2 * np.pi * (waves * t + rng.random((n, 1))))], axis=2)


def _zigzag(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return four to eight straight strokes up and down in a row."""
    points = int(rng.integers(5, 10))
    x = np.linspace(0, 1, points) * rng.uniform(0.8, 1.6, (n, 1))
    y = np.where(np.arange(points) % 2, 0.0, 1.0) * rng.uniform(0.25, 0.9, (n, 1))
    return np.stack([x, y], axis=2) + rng.normal(0, 0.04, (n, points, 2))


def _underline(n: int, rng: np.random.Generator) -> np.ndarray:
    t = _along(n)
    height = rng.uniform(0, 0.06, (n, 1)) * (rng.random((n, 1)) < 0.6)
    y = height * np.sin(2 * np.pi * rng.uniform(0.5, 4, (n, 1)) * t)
    hook = rng.uniform(-0.25, 0.25, (n, 1)) * (rng.random((n, 1)) < 0.5)
    return np.stack([t, y + hook * (t - 0.85).clip(0) / 0.15], axis=2)
