"""Many drawings as the paths of their pens: the points a pen goes to, and where it lands."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ml.preprocess import IMAGE_SIDE
from ml.synthetic.raster import CHUNK, fit_segments


@dataclass(frozen=True)
class Paths:
    """The paths of N drawings, of equally many points each: shorter ones repeat their last.

    Lengths are in px of the 28×28 image that a path was traced from, x to the right, y down.
    """

    points: torch.Tensor  # float32 (N, L, 2)
    lands: torch.Tensor  # bool (N, L): the pen comes to this point through the air

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: torch.Tensor) -> "Paths":
        return Paths(self.points[index], self.lands[index])

    @property
    def low(self) -> torch.Tensor:
        """The least x and y of each path, float32 (N, 2)."""
        return self.points.amin(dim=1)

    @property
    def high(self) -> torch.Tensor:
        """The greatest x and y of each path, float32 (N, 2)."""
        return self.points.amax(dim=1)

    def put(self, replaced: Sequence[tuple[torch.Tensor, "Paths"]]) -> "Paths":
        """Return a copy of the paths, those at each index replaced by the others beside it."""
        longest = max((others.points.shape[1] for _, others in replaced), default=0)
        new = self.pad(max(longest, self.points.shape[1]))
        for index, others in replaced:
            others = others.pad(new.points.shape[1])
            new.points[index], new.lands[index] = others.points, others.lands
        return new

    def pad(self, count: int) -> "Paths":
        """Return a copy with `count` points to each path, at least as many as there are."""
        more = count - self.points.shape[1]
        last = self.points[:, -1:].expand(-1, more, -1)
        air = torch.zeros(len(self), more, dtype=torch.bool)
        return Paths(torch.cat([self.points, last], dim=1), torch.cat([self.lands, air], dim=1))

    def add(self, stroke: torch.Tensor) -> "Paths":
        """Return the paths, a stroke of K points added to each: float32 (N, K, 2)."""
        lands = torch.zeros(stroke.shape[:2], dtype=torch.bool)
        lands[:, 0] = True
        return Paths(torch.cat([self.points, stroke], dim=1), torch.cat([self.lands, lands], dim=1))

    def find_x(self, y: torch.Tensor) -> torch.Tensor:
        """Return the x of each path's point that is nearest to height y, both float32 (N, 1)."""
        nearest = (self.points[:, :, 1] - y).abs().argmin(dim=1, keepdim=True)
        return self.points[:, :, 0].gather(1, nearest)

    def find_left_end(self, below: torch.Tensor) -> torch.Tensor:
        """Return each path's leftmost point above a height, float32 (N, 1) -> (N, 2)."""
        x, y = self.points.unbind(dim=2)
        leftmost = x.masked_fill(y > below, torch.inf).argmin(dim=1)
        return self.points[torch.arange(len(self)), leftmost]

    def draw(self, pens: torch.Tensor) -> torch.Tensor:
        """Draw each path with a pen, as `fit_ink` would see it; return uint8 (N, 28, 28).

        `pens` is float32 (N,): the pen's width as a share of the longer side of its path, of 1 px
        at least.
        """
        pens = pens * (self.high - self.low).amax(dim=1).clamp_min(1)
        # A line from each point to the next, or where the pen is lifted, a dot.
        is_last = torch.ones(len(self), 1, dtype=torch.bool)
        is_lifted = torch.cat([self.lands[:, 1:], is_last], dim=1)
        following = torch.cat([self.points[:, 1:], self.points[:, -1:]], dim=1)
        end = torch.where(is_lifted[:, :, None], self.points, following)
        # Dots count where a pen lands; elsewhere they only end a line, or repeat a point. What
        # counts comes first, so that the rest can be left away, and like lengths together.
        counts_at = (end != self.points).any(dim=2) | self.lands  # N, L
        order = counts_at.int().argsort(dim=1, descending=True, stable=True)
        segments = torch.cat([self.points, end], dim=2)
        segments = segments.gather(1, order[:, :, None].expand(-1, -1, 4))
        counts = counts_at.sum(dim=1)
        images = torch.empty(len(self), IMAGE_SIDE, IMAGE_SIDE, dtype=torch.uint8)
        for part in counts.argsort(stable=True).split(CHUNK):
            longest = int(counts[part].max())
            images[part] = fit_segments(segments[part, :longest], pens[part])
        return images


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
    index = first[:, None] + np.minimum(number, lengths[:, None] - 1)
    padded = lands[index] & (number < lengths[:, None])
    return Paths(torch.from_numpy(points[index]).float(), torch.from_numpy(padded))
