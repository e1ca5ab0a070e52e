"""Strokes that MNIST's writers did not make, added to the paths of their digits.

MNIST was written in the United States, where few zeros have a slash, few sevens a bar, and few ones
a flag or a foot. Zeros get a slash, a dot or a tail here, ones a flag, a foot or a curl, sevens a
bar, a barb or a heel, nines a heel. The shape under it is a person's, only the added stroke is
random. Each function takes the paths of N digits and returns new ones, with a stroke added to every
one.
"""

import math
from collections.abc import Callable

import numpy as np

from ml.tracing.paths import Paths

STEEP = math.radians(45)  # below this angle, the flatter a flag is, the shorter it is


def add_slash(paths: Paths, rng: np.random.Generator) -> Paths:
    """Cross each path, from a bar to a steep slash: inside the ring, or far beyond it."""
    middle, extent, count = _find_middle(paths), _find_extent(paths), len(paths)
    middle = middle + _sample_normal(rng, 0.06, count, 2) * extent
    angle = _sample_uniform(rng, math.radians(-10), math.radians(78), count)
    angle = np.where(_sample_bool(rng, 0.2, count), -angle, angle)
    half = np.hypot(extent[:, :1], extent[:, 1:]) * _sample_uniform(rng, 0.2, 0.75, count)
    reach = half * _make_points(np.cos(angle), -np.sin(angle))
    return _add_stroke(paths, middle - reach, middle + reach)


def add_dot(paths: Paths, rng: np.random.Generator) -> Paths:
    """Put a point, or hardly more, inside each ring."""
    count, extent = len(paths), _find_extent(paths)
    middle = _find_middle(paths) + _sample_normal(rng, 0.05, count, 2) * extent
    reach = _sample_normal(rng, 0.04, count, 2) * extent
    return _add_stroke(paths, middle - reach, middle + reach)


def add_bar(paths: Paths, rng: np.random.Generator) -> Paths:
    """Draw a bar through each stem, about halfway down."""
    count, height = len(paths), _find_extent(paths)[:, 1:]
    y = paths.low[:, 1:] + height * _sample_uniform(rng, 0.38, 0.65, count)
    x = paths.find_x(y)
    left, right = (height * _sample_uniform(rng, 0.12, 0.36, count) for _ in range(2))
    tilt = height * _sample_normal(rng, 0.05, count, 1)
    ends = _make_points(x - left, y + tilt), _make_points(x + right, y - tilt)
    return _add_stroke(paths, *ends)


def add_foot(paths: Paths, rng: np.random.Generator) -> Paths:
    """Draw a line under each path, to both sides of where it ends."""
    count, height = len(paths), _find_extent(paths)[:, 1:]
    y = paths.high[:, 1:]
    x = paths.find_x(y)
    left, right = (height * _sample_uniform(rng, 0, 0.45, count) for _ in range(2))
    tilt = height * _sample_normal(rng, 0.03, count, 1)
    ends = _make_points(x - left, y + tilt), _make_points(x + right, y - tilt)
    return _add_stroke(paths, *ends)


def add_flag(paths: Paths, rng: np.random.Generator) -> Paths:
    """Add a line that climbs to the upper end of each path.

    The flatter it is, the shorter: a long and flat one would make a 7 of a 1.
    """
    count, height = len(paths), _find_extent(paths)[:, 1:]
    y = paths.low[:, 1:]
    top = _make_points(paths.find_x(y), y)
    angle = _sample_uniform(rng, math.radians(5), math.radians(78), count)
    longest = 0.14 + 0.51 * (angle / STEEP).clip(max=1) ** 1.5
    length = height * (0.12 + (longest - 0.12) * _sample_uniform(rng, 0, 1, count))
    end = top + length * _make_points(-np.cos(angle), np.sin(angle))
    # Most flags are bent a little: out of the line by a share of their length.
    bend = length * _sample_normal(rng, 0.12, count, 1)
    middle = (top + end) / 2 + bend * _make_points(np.sin(angle), np.cos(angle))
    return _add_stroke(paths, top, middle, end)


def add_curl(paths: Paths, rng: np.random.Generator) -> Paths:
    """Continue each path to the right from its lower end, as a pen in a hurry does."""
    count, height = len(paths), _find_extent(paths)[:, 1:]
    y = paths.high[:, 1:]
    end = _make_points(paths.find_x(y), y)
    reach = height * _sample_uniform(rng, 0.12, 0.45, count)
    rise = reach * _sample_uniform(rng, -0.1, 0.6, count)
    first = end + _make_points(reach * 0.3, height * 0.03)
    second = end + _make_points(reach * 0.7, -rise * 0.25)
    third = end + _make_points(reach, -rise)
    return _add_stroke(paths, end, first, second, third)


def add_heel(paths: Paths, rng: np.random.Generator) -> Paths:
    """Continue each path a little to the left from its lower end."""
    count, height = len(paths), _find_extent(paths)[:, 1:]
    y = paths.high[:, 1:]
    end = _make_points(paths.find_x(y), y)
    # 0° is to the right, 90° straight down.
    angle = _sample_uniform(rng, math.radians(150), math.radians(235), count)
    length = height * _sample_uniform(rng, 0.06, 0.22, count)
    return _add_stroke(paths, end, end + length * _make_points(np.cos(angle), np.sin(angle)))


def add_barb(paths: Paths, rng: np.random.Generator) -> Paths:
    """Cross the left end of each path's top with a short stroke, most of it below."""
    count, height = len(paths), _find_extent(paths)[:, 1:]
    left = paths.find_left_end(paths.low[:, 1:] + 0.3 * height)
    length = height * _sample_uniform(rng, 0.08, 0.22, count)
    lean = length * _sample_normal(rng, 0.2, count, 1)
    up = length * _sample_uniform(rng, 0, 0.4, count)
    return _add_stroke(paths, left + _make_points(lean, -up), left + _make_points(-lean, length))


def add_tail(paths: Paths, rng: np.random.Generator) -> Paths:
    """Continue each ring at its top by a short stroke into it or out of it."""
    count, height = len(paths), _find_extent(paths)[:, 1:]
    y = paths.low[:, 1:]
    top = _make_points(paths.find_x(y), y)
    # 0° is to the right, 90° straight down.
    angle = _sample_uniform(rng, math.radians(-50), math.radians(230), count)
    length = height * _sample_uniform(rng, 0.08, 0.3, count)
    return _add_stroke(paths, top, top + length * _make_points(np.cos(angle), np.sin(angle)))


def add_flag_and_foot(paths: Paths, rng: np.random.Generator) -> Paths:
    """Add a flag and a foot to each path."""
    return add_foot(add_flag(paths, rng), rng)


def add_flag_and_curl(paths: Paths, rng: np.random.Generator) -> Paths:
    """Add a flag and a curl to each path."""
    return add_curl(add_flag(paths, rng), rng)


def add_bar_and_barb(paths: Paths, rng: np.random.Generator) -> Paths:
    """Add a bar and a barb to each path."""
    return add_bar(add_barb(paths, rng), rng)


def _add_stroke(paths: Paths, *points: np.ndarray) -> Paths:
    """Add a stroke from point to point, each float32 (N, 2) in px."""
    return paths.add(np.stack(points, axis=1))


def _make_points(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return points (N, 2) of their coordinates, (N, 1) each."""
    return np.concatenate([x, y], axis=1)


Addition = Callable[[Paths, np.random.Generator], Paths]
# What each digit may get: one of these, each entry equally likely; what people do more often stands
# there more often.
ADDITIONS: dict[int, tuple[Addition, ...]] = {
    0: (add_slash, add_slash, add_slash, add_dot, add_tail),
    1: (add_flag, add_flag, add_flag_and_foot, add_foot, add_curl, add_flag_and_curl),
    7: (add_bar, add_bar, add_barb, add_bar_and_barb, add_heel),
    9: (add_heel,),
}
SHARE = 0.5  # of such digits that get one


def add_strokes(
    paths: Paths, labels: np.ndarray, rng: np.random.Generator, share: float = SHARE
) -> Paths:
    """Return the paths, some of them with a stroke that MNIST's writers did not make.

    `labels` says which digit each path is, int (N,); `share` how many of the digits that have
    additions get one.
    """
    chosen = rng.random(len(labels)) < share
    kinds = rng.integers(2**16, size=len(labels))
    replaced = []
    for digit, additions in ADDITIONS.items():
        for number, addition in enumerate(additions):
            index = np.flatnonzero(chosen & (labels == digit) & (kinds % len(additions) == number))
            if len(index):
                replaced.append((index, addition(paths[index], rng)))
    return paths.replace(replaced)


def _find_middle(paths: Paths) -> np.ndarray:
    return (paths.low + paths.high) / 2


def _find_extent(paths: Paths) -> np.ndarray:
    return paths.high - paths.low


def _sample_normal(rng: np.random.Generator, deviation: float, *shape: int) -> np.ndarray:
    return rng.normal(0, deviation, shape).astype(np.float32)


def _sample_uniform(rng: np.random.Generator, low: float, high: float, count: int) -> np.ndarray:
    return rng.uniform(low, high, (count, 1)).astype(np.float32)


def _sample_bool(rng: np.random.Generator, share: float, count: int) -> np.ndarray:
    return rng.random((count, 1)) < share
