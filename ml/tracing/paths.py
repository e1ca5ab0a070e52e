"""Many drawings as the paths of their pens: the points a pen goes to, and where it lands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Paths:
    """The paths of N drawings, of equally many points each: shorter ones repeat their last.

    Lengths are in px of the 28×28 image that a path was traced from, x to the right, y down.
    """

    points: np.ndarray  # float32 (N, L, 2)
    lands: np.ndarray  # bool (N, L): the pen comes to this point through the air

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: slice | np.ndarray) -> "Paths":
        return Paths(self.points[index], self.lands[index])

    @property
    def low(self) -> np.ndarray:
        """The least x and y of each path, float32 (N, 2)."""
        return self.points.min(axis=1)

    @property
    def high(self) -> np.ndarray:
        """The greatest x and y of each path, float32 (N, 2)."""
        return self.points.max(axis=1)

    def replace(self, replaced: Sequence[tuple[np.ndarray, "Paths"]]) -> "Paths":
        """Return a copy in which the paths at each index, int (K,), are the K given beside it."""
        longest = max((others.points.shape[1] for _, others in replaced), default=0)
        new = self.pad(max(longest, self.points.shape[1]))
        for index, others in replaced:
            others = others.pad(new.points.shape[1])
            new.points[index], new.lands[index] = others.points, others.lands
        return new

    def pad(self, count: int) -> "Paths":
        """Return a copy with `count` points to each path, at least as many as there are."""
        more = ((0, 0), (0, count - self.points.shape[1]))
        return Paths(np.pad(self.points, (*more, (0, 0)), mode="edge"), np.pad(self.lands, more))

    def add(self, stroke: np.ndarray) -> "Paths":
        """Return the paths, a stroke of K points added to each: float32 (N, K, 2)."""
        lands = np.zeros(stroke.shape[:2], bool)
        lands[:, 0] = True
        return Paths(
            np.concatenate([self.points, stroke], axis=1),
            np.concatenate([self.lands, lands], axis=1),
        )

    def find_x(self, y: np.ndarray) -> np.ndarray:
        """Return the x of each path's point that is nearest to height y, both float32 (N, 1)."""
        nearest = np.abs(self.points[:, :, 1] - y).argmin(axis=1)
        return np.take_along_axis(self.points[:, :, 0], nearest[:, None], axis=1)

    def find_left_end(self, below: np.ndarray) -> np.ndarray:
        """Return each path's leftmost point above a height, float32 (N, 1) -> (N, 2)."""
        x, y = self.points[:, :, 0], self.points[:, :, 1]
        leftmost = np.where(y > below, np.inf, x).argmin(axis=1)
        return self.points[np.arange(len(self)), leftmost]


def gather_paths(who: np.ndarray, points: np.ndarray, lands: np.ndarray, count: int) -> Paths:
    """Return `count` paths from all their points, path by path, each with at least one.

    `who` says whose a point is, int (P,); points are float (P, 2), lands bool (P,). Raises
    ValueError if a path has no point.
    """
    lengths = np.bincount(who, minlength=count)
    if not lengths.all():
        raise ValueError(f"image {lengths.argmin()} has no ink to trace")
    first = np.cumsum(lengths) - lengths
    number = np.arange(lengths.max(initial=0))
    # Paths become rows of equal length; those that are shorter stay at their last point.
    index = first[:, None] + np.minimum(number, lengths[:, None] - 1)
    padded = lands[index] & (number < lengths[:, None])
    return Paths(points.astype(np.float32)[index], padded)
