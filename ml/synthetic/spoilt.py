"""MNIST's own digits made into what is no digit: several side by side, turned, with a part beside.

The shapes are people's; `ml.synthetic.non_digits` does the same with skeletons.
"""

import numpy as np

from ml.synthetic import non_digits
from ml.tracing.paths import Paths

# Quarter turns to the right after which it is no digit, and the digits that mirrored are none.
TURNS = {int(digit): turns for digit, turns in non_digits.TURNS.items()}
MIRRORED = (3, 4, 6, 7)  # no nines: of people's own, some are written like an S
SHARES = {"two": 0.4, "three": 0.12, "turned": 0.26, "with a part": 0.22}
CLOSEST, FARTHEST = 0.05, 0.4  # gaps between neighbours, in heights
PIECE = 0.3, 0.65  # of a neighbour's path, by its points


def spoil(paths: Paths, labels: np.ndarray, count: int, rng: np.random.Generator) -> Paths:
    """Return `count` paths that are no digits, made of the digits' paths; `labels` is int (N,).

    The order is by kind: `SHARES` says how many there are of each.
    """
    ends = np.rint(np.cumsum(list(SHARES.values())) * count).astype(int)
    sizes = np.diff(ends, prepend=0)
    makers = (_pair, _triple, _turn, _add_part)
    made = [make(paths, labels, n, rng) for make, n in zip(makers, sizes, strict=True) if n]
    longest = max(each.points.shape[1] for each in made)
    padded = [each.pad(longest) for each in made]
    return Paths(
        np.concatenate([each.points for each in padded]),
        np.concatenate([each.lands for each in padded]),
    )


def _pick(labels: np.ndarray, count: int, rng: np.random.Generator, digits: object) -> np.ndarray:
    """Return indices of random examples whose label is one of `digits`, int (count,)."""
    return rng.choice(np.flatnonzero(np.isin(labels, list(digits))), count)


def _pair(paths: Paths, labels: np.ndarray, count: int, rng: np.random.Generator) -> Paths:
    first, second = (paths[_pick(labels, count, rng, range(10))] for _ in range(2))
    return _put_beside(first, second, np.zeros(count, bool), rng)


def _triple(paths: Paths, labels: np.ndarray, count: int, rng: np.random.Generator) -> Paths:
    return _put_beside(
        _pair(paths, labels, count, rng),
        paths[_pick(labels, count, rng, range(10))],
        np.zeros(count, bool),
        rng,
    )


def _turn(paths: Paths, labels: np.ndarray, count: int, rng: np.random.Generator) -> Paths:
    """Turn by quarters, or mirror, so that what was a digit is one no more."""
    chosen = _pick(labels, count, rng, TURNS)
    turned = paths[chosen]
    points, digits = turned.points - 14, labels[chosen]
    mirrors = np.isin(digits, MIRRORED) & (rng.random(count) < 0.4)
    options = [
        (0,) if mirror else TURNS[digit] for digit, mirror in zip(digits, mirrors, strict=True)
    ]
    turns = np.array([option[rng.integers(len(option))] for option in options])
    points = np.where(mirrors[:, None, None], points * [-1, 1], points)
    for quarter in range(1, 4):
        points = np.where((turns >= quarter)[:, None, None], points[:, :, ::-1] * [-1, 1], points)
    return Paths((points + 14).astype(np.float32), turned.lands)


def _add_part(paths: Paths, labels: np.ndarray, count: int, rng: np.random.Generator) -> Paths:
    """Put a piece of another digit beside each; no ones, which a stroke makes fours and tens."""
    digit = paths[_pick(labels, count, rng, (0, 2, 3, 4, 5, 6, 7, 8, 9))]
    piece = _keep_beginning(paths[_pick(labels, count, rng, range(10))], rng)
    return _put_beside(digit, piece, rng.random(count) < 0.5, rng)


def _keep_beginning(paths: Paths, rng: np.random.Generator) -> Paths:
    """Return a part of each path from its beginning; it stays at the point where it is cut."""
    points = paths.points
    moves = (np.diff(points, axis=1) != 0).any(axis=2)  # N, L - 1
    lengths = np.where(moves.any(axis=1), moves.shape[1] - moves[:, ::-1].argmax(axis=1), 0) + 1
    kept = np.maximum(2, (lengths * rng.uniform(*PIECE, len(paths))).astype(int))
    index = np.minimum(np.arange(points.shape[1]), kept[:, None] - 1)
    lands = paths.lands & (np.arange(points.shape[1]) < kept[:, None])
    return Paths(np.take_along_axis(points, index[:, :, None], axis=1), lands)


def _put_beside(
    first: Paths, second: Paths, is_left: np.ndarray, rng: np.random.Generator
) -> Paths:
    """Return each path of `first` with that of `second` to its left or right, bool (N,)."""
    count = len(first)
    height = (first.high - first.low).max(axis=1)
    gap = height * rng.uniform(CLOSEST, FARTHEST, count)
    x = np.where(
        is_left,
        first.low[:, 0] - gap - second.high[:, 0],
        first.high[:, 0] + gap - second.low[:, 0],
    )
    shift = np.stack([x, rng.normal(0, 1.2, count)], axis=1).astype(np.float32)
    lands = second.lands.copy()
    lands[:, 0] = True
    return Paths(
        np.concatenate([first.points, second.points + shift[:, None]], axis=1),
        np.concatenate([first.lands, lands], axis=1),
    )
