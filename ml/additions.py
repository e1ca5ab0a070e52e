"""Strokes that MNIST's writers did not make, added to their digits' paths.

A slash, a dot or a tail to a zero, a flag, a foot or a curl to a one, a bar, a barb or a heel to a
seven, a heel to a nine: the shape under them is a person's, only the stroke is by chance, as the
random generator decides. Each function takes the paths of N digits and returns new ones, a stroke
added to every one.
"""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch

from ml.retrace import Traces

STEEP = math.radians(45)  # flags flatter than this are the shorter the flatter they are


def slash(traces: Traces, rng: np.random.Generator) -> Traces:
    """Cross each path, from a bar to a steep slash: inside the ring, or far beyond it."""
    middle, extent, count = _middle(traces), _extent(traces), len(traces)
    middle = middle + _normal(rng, 0.06, count, 2) * extent
    angle = _uniform(rng, math.radians(-10), math.radians(78), count)
    angle = torch.where(_chance(rng, 0.2, count), -angle, angle)
    half = extent.norm(dim=1, keepdim=True) * _uniform(rng, 0.2, 0.75, count)
    reach = half * torch.cat([angle.cos(), -angle.sin()], dim=1)
    return traces.add(torch.cat([middle - reach, middle + reach], dim=1))


def dot(traces: Traces, rng: np.random.Generator) -> Traces:
    """Put a point, or hardly more, inside each ring."""
    count, extent = len(traces), _extent(traces)
    middle = _middle(traces) + _normal(rng, 0.05, count, 2) * extent
    reach = _normal(rng, 0.04, count, 2) * extent
    return traces.add(torch.cat([middle - reach, middle + reach], dim=1))


def bar(traces: Traces, rng: np.random.Generator) -> Traces:
    """Draw a bar through each stem, about halfway down."""
    count, height = len(traces), _extent(traces)[:, 1:]
    y = traces.low[:, 1:] + height * _uniform(rng, 0.38, 0.65, count)
    x = traces.find_path(y)
    left, right = (height * _uniform(rng, 0.12, 0.36, count) for _ in range(2))
    tilt = height * _normal(rng, 0.05, count, 1)
    return traces.add(torch.cat([x - left, y + tilt, x + right, y - tilt], dim=1))


def foot(traces: Traces, rng: np.random.Generator) -> Traces:
    """Draw a line under each path, to both sides of where it ends."""
    count, height = len(traces), _extent(traces)[:, 1:]
    y = traces.high[:, 1:]
    x = traces.find_path(y)
    left, right = (height * _uniform(rng, 0, 0.45, count) for _ in range(2))
    tilt = height * _normal(rng, 0.03, count, 1)
    return traces.add(torch.cat([x - left, y + tilt, x + right, y - tilt], dim=1))


def flag(traces: Traces, rng: np.random.Generator) -> Traces:
    """Let a line climb to the upper end of each path: the flatter the shorter, or 1 becomes 7."""
    count, height = len(traces), _extent(traces)[:, 1:]
    y = traces.low[:, 1:]
    top = torch.cat([traces.find_path(y), y], dim=1)
    angle = _uniform(rng, math.radians(5), math.radians(78), count)
    longest = 0.14 + 0.51 * (angle / STEEP).clamp_max(1) ** 1.5
    length = height * (0.12 + (longest - 0.12) * _uniform(rng, 0, 1, count))
    end = top + length * torch.cat([-angle.cos(), angle.sin()], dim=1)
    # Most flags are bent a little: out of the line by a share of their length.
    bend = length * _normal(rng, 0.12, count, 1)
    middle = (top + end) / 2 + bend * torch.cat([angle.sin(), angle.cos()], dim=1)
    return _add_path(traces, top, middle, end)


def curl(traces: Traces, rng: np.random.Generator) -> Traces:
    """Let each path run out to the right where it ends, as a pen in a hurry leaves."""
    count, height = len(traces), _extent(traces)[:, 1:]
    y = traces.high[:, 1:]
    end = torch.cat([traces.find_path(y), y], dim=1)
    reach = height * _uniform(rng, 0.12, 0.45, count)
    rise = reach * _uniform(rng, -0.1, 0.6, count)
    first = end + torch.cat([reach * 0.3, height * 0.03], dim=1)
    second = end + torch.cat([reach * 0.7, -rise * 0.25], dim=1)
    third = end + torch.cat([reach, -rise], dim=1)
    return _add_path(traces, end, first, second, third)


def heel(traces: Traces, rng: np.random.Generator) -> Traces:
    """Let each path turn back to the left where it ends, by a little."""
    count, height = len(traces), _extent(traces)[:, 1:]
    y = traces.high[:, 1:]
    end = torch.cat([traces.find_path(y), y], dim=1)
    angle = _uniform(rng, math.radians(150), math.radians(235), count)  # 90° is straight down
    length = height * _uniform(rng, 0.06, 0.22, count)
    return _add_path(traces, end, end + length * torch.cat([angle.cos(), angle.sin()], dim=1))


def barb(traces: Traces, rng: np.random.Generator) -> Traces:
    """Cross the left end of each path's top with a short stroke, most of it below."""
    count, height = len(traces), _extent(traces)[:, 1:]
    left = traces.find_left_end(traces.low[:, 1:] + 0.3 * height)
    length = height * _uniform(rng, 0.08, 0.22, count)
    lean = length * _normal(rng, 0.2, count, 1)
    up = length * _uniform(rng, 0, 0.4, count)
    return _add_path(
        traces, left + torch.cat([lean, -up], dim=1), left + torch.cat([-lean, length], dim=1)
    )


def tail(traces: Traces, rng: np.random.Generator) -> Traces:
    """Let each ring end, where it closed, in a short stroke into it or out of it."""
    count, height = len(traces), _extent(traces)[:, 1:]
    y = traces.low[:, 1:]
    top = torch.cat([traces.find_path(y), y], dim=1)
    angle = _uniform(rng, math.radians(-50), math.radians(230), count)  # 90° is straight down
    length = height * _uniform(rng, 0.08, 0.3, count)
    return _add_path(traces, top, top + length * torch.cat([angle.cos(), angle.sin()], dim=1))


def flag_and_foot(traces: Traces, rng: np.random.Generator) -> Traces:
    """Give each path a flag and a foot."""
    return foot(flag(traces, rng), rng)


def flag_and_curl(traces: Traces, rng: np.random.Generator) -> Traces:
    """Give each path a flag and a curl."""
    return curl(flag(traces, rng), rng)


def bar_and_barb(traces: Traces, rng: np.random.Generator) -> Traces:
    """Give each path a bar and a barb."""
    return bar(barb(traces, rng), rng)


def _add_path(traces: Traces, *points: torch.Tensor) -> Traces:
    """Add straight strokes from point to point, each float32 (N, 2) in px."""
    for start, end in pairwise(points):
        traces = traces.add(torch.cat([start, end], dim=1))
    return traces


Addition = Callable[[Traces, np.random.Generator], Traces]
# What each digit may get: one of these, each entry equally likely. A slash is commonest.
ADDITIONS: dict[int, tuple[Addition, ...]] = {
    0: (slash, slash, slash, dot, tail),
    1: (flag, flag, flag_and_foot, foot, curl, flag_and_curl),
    7: (bar, bar, barb, bar_and_barb, heel),
    9: (heel,),
}
SHARE = 0.5  # of such digits that get one


def add_strokes(
    traces: Traces, labels: torch.Tensor, rng: np.random.Generator, share: float = SHARE
) -> Traces:
    """Return the paths, some of them with a stroke that MNIST's writers did not make."""
    chosen = torch.from_numpy(rng.random(len(labels)) < share)
    kinds = torch.from_numpy(rng.integers(2**16, size=len(labels)))
    traces = traces.copy()
    for digit, additions in ADDITIONS.items():
        for number, addition in enumerate(additions):
            index = torch.nonzero(
                chosen & (labels == digit) & (kinds % len(additions) == number)
            ).ravel()
            if len(index):
                traces[index] = addition(traces[index], rng)
    return traces


def _middle(traces: Traces) -> torch.Tensor:
    return (traces.low + traces.high) / 2


def _extent(traces: Traces) -> torch.Tensor:
    return traces.high - traces.low


def _normal(rng: np.random.Generator, deviation: float, *shape: int) -> torch.Tensor:
    return torch.from_numpy(rng.normal(0, deviation, shape)).float()


def _uniform(rng: np.random.Generator, low: float, high: float, count: int) -> torch.Tensor:
    return torch.from_numpy(rng.uniform(low, high, (count, 1))).float()


def _chance(rng: np.random.Generator, share: float, count: int) -> torch.Tensor:
    return torch.from_numpy(rng.random((count, 1)) < share)
