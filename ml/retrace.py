"""MNIST's digits traced and written again with the board's pen, at any width.

MNIST's pens are all alike: about a tenth of the digit's height. A person's pen on the board is
anything from a hair to half the digit. So each digit is thinned to the path that the pen took (Z.
Guo and R. Hall, Parallel thinning with two-subiteration algorithms, 1989; the better known one of
Zhang and Suen eats slanted lines), and that path is drawn with a round pen of another width: the
shapes stay people's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from ml.preprocess import BOX_SIDE, IMAGE_SIDE
from ml.raster import paste_centred, squared_distances

ZOOM = 2  # cells per pixel, on each axis, of the image that is thinned
# What belongs to the stroke that is thinned: a share of the darkest cell within NEAR cells of it,
# so that small holes stay open, but at least of a share of the image's darkest.
INKED, NEAR, FAINTEST = 0.75, 4, 0.4
# Distances are known for so many px around the image, for thick pens; beyond, the nearest counts.
MARGIN = 6
SIDE = IMAGE_SIDE + 2 * MARGIN
PRECISION = 10  # distances are kept in tenths of a pixel
FINEST = 1.0  # px: thinner pens draw as this one
CHUNK = 128  # digits at a time: what is computed on the way fits the processor's cache


@dataclass(frozen=True)
class Traces:
    """The paths of N digits: how far each place of an image is from them, and their boxes."""

    distances: torch.Tensor  # uint8 (N, SIDE, SIDE), in tenths of a pixel, 25.5 px at most
    low: torch.Tensor  # float32 (N, 2), the least x and y of each path, in px of the 28×28 image
    high: torch.Tensor  # float32 (N, 2)

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, index: torch.Tensor) -> "Traces":
        return Traces(self.distances[index], self.low[index], self.high[index])

    def __setitem__(self, index: torch.Tensor, other: "Traces") -> None:
        self.distances[index] = other.distances
        self.low[index], self.high[index] = other.low, other.high

    def copy(self) -> "Traces":
        """Return paths that can be changed without changing these."""
        return Traces(self.distances.clone(), self.low.clone(), self.high.clone())

    def find_path(self, y: torch.Tensor) -> torch.Tensor:
        """Return the x where each path is nearest to a row at height y, both float32 (N, 1), px."""
        rows = (y[:, :, None] + MARGIN).long().clamp(0, SIDE - 1).expand(-1, -1, SIDE)
        nearest = self.distances.gather(1, rows).argmin(dim=2)
        return nearest.float() + 0.5 - MARGIN

    def find_left_end(self, below: torch.Tensor) -> torch.Tensor:
        """Return the leftmost point of each path above a height, float32 (N, 1) -> (N, 2) in px."""
        axis = torch.arange(SIDE) + 0.5 - MARGIN
        is_high = (axis < below).unsqueeze(2)  # N, SIDE, 1
        # Nearly on the path counts most, then how far to the left.
        cost = self.distances.float() + 0.5 * axis.clamp_min(0)
        cost = cost.masked_fill(~is_high | (self.distances > PRECISION), torch.inf)
        place = cost.flatten(1).argmin(dim=1)
        return torch.stack([axis[place % SIDE], axis[place // SIDE]], dim=1)

    def add(self, segments: torch.Tensor) -> "Traces":
        """Return the paths, a straight stroke added to each: float32 (N, 4), x1 y1 x2 y2 in px."""
        start, end = segments[:, :2], segments[:, 2:]
        added = (_distances_to(segments) * PRECISION).round_().clamp_max_(255).to(torch.uint8)
        return Traces(
            torch.minimum(self.distances, added),
            torch.minimum(self.low, torch.minimum(start, end)),
            torch.maximum(self.high, torch.maximum(start, end)),
        )

    def draw(self, pens: torch.Tensor) -> torch.Tensor:
        """Draw each path with a pen, as `fit_ink` would see it; return uint8 (N, 28, 28).

        `pens` is float32 (N,): the pen's width as a share of the longer side of its path. A pen
        below FINEST px draws as one of FINEST.
        """
        columns = (self.distances, self.low, self.high, pens)
        parts = zip(*(column.split(CHUNK) for column in columns), strict=True)
        return torch.cat([_draw(*part) for part in parts])


def _distances_to(segments: torch.Tensor) -> torch.Tensor:
    """Return the distance in px of each pixel's middle to segments (N, 4): (N, SIDE, SIDE)."""
    axis = torch.arange(SIDE) + 0.5 - MARGIN
    squares = [squared_distances(axis, part[:, None]) for part in segments.split(CHUNK)]
    return torch.cat(squares).sqrt_()


def trace(images: torch.Tensor) -> Traces:
    """Thin digits to the paths of their pens: uint8 (N, 28, 28), 0 = paper, each with some ink."""
    parts = [_trace(part) for part in images.split(CHUNK)]
    return Traces(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _trace(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    large = F.interpolate(
        images[:, None].float(), scale_factor=ZOOM, mode="bicubic", align_corners=False
    )[:, 0]
    # The darkest of a square: first down, then across, in less than half of the time.
    darkest = F.max_pool2d(large, (2 * NEAR + 1, 1), stride=1, padding=(NEAR, 0))
    darkest = F.max_pool2d(darkest, (1, 2 * NEAR + 1), stride=1, padding=(0, NEAR))
    is_inked = large > INKED * darkest.maximum(large.amax(dim=(1, 2), keepdim=True) * FAINTEST)
    path = _drop_specks(torch.from_numpy(thin(is_inked.numpy())))
    distances = (_measure_distances(path) * PRECISION).round_().clamp_max_(255).to(torch.uint8)
    return distances, *_find_box(path)


def _drop_specks(path: torch.Tensor) -> torch.Tensor:
    """Drop cells that stand alone, of digits that have others: a thick pen would make blots."""
    together = F.avg_pool2d(path.float(), 3, stride=1, padding=1) > 1.5 / 9
    lines = path & together
    return torch.where(lines.any(dim=(1, 2), keepdim=True), lines, path)


def _cell_places() -> torch.Tensor:
    """Return where the cells of a thinned row lie, in px: 0.5 is the middle of the first pixel."""
    return (torch.arange(IMAGE_SIDE * ZOOM) + 0.5) / ZOOM


def _find_box(path: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the least and the greatest (x, y) of each path, float32 (N, 2) in px."""
    places = _cell_places()
    low, high = [], []
    for axis in (1, 2):  # any() over the rows leaves the columns: x; over the columns, the rows: y
        is_used = path.any(dim=axis)
        low.append(torch.where(is_used, places, torch.inf).amin(dim=1))
        high.append(torch.where(is_used, places, -torch.inf).amax(dim=1))
    return torch.stack(low, dim=1), torch.stack(high, dim=1)


def _measure_distances(path: torch.Tensor) -> torch.Tensor:
    """Return the distance in px of each pixel's middle to the path, float32 (N, SIDE, SIDE)."""
    pixels = torch.arange(SIDE) + 0.5 - MARGIN
    cells = _cell_places()
    # First along each column to the nearest of its cells above and below, then across all columns.
    places = cells[:, None]  # of the rows of cells
    above = torch.where(path, places, -torch.inf).cummax(dim=1).values
    below = torch.where(path, places, torch.inf).flip(1).cummin(dim=1).values.flip(1)
    before = torch.searchsorted(cells, pixels)  # how many cells lie above each pixel's middle
    above = F.pad(above, (0, 0, 1, 0), value=-torch.inf)[:, before]
    below = F.pad(below, (0, 0, 0, 1), value=torch.inf)[:, before]
    down = torch.minimum(pixels[:, None] - above, below - pixels[:, None]).square()
    down = down.permute(2, 1, 0).contiguous()  # columns of cells, SIDE, N
    aside = (pixels[:, None] - cells).square()[:, :, None, None]  # SIDE, columns of cells, 1, 1
    squares = torch.stack([(down + column).amin(dim=0) for column in aside], dim=1)
    return squares.permute(2, 0, 1).sqrt()


def _draw(
    distances: torch.Tensor, low: torch.Tensor, high: torch.Tensor, pens: torch.Tensor
) -> torch.Tensor:
    longest = (high - low).amax(dim=1).clamp_min(1)
    # Distances are known for the middles of pixels: a finer line would fall between them.
    width = (longest * pens).clamp_min(FINEST)  # N, px of the image
    scale = (longest + width) / BOX_SIDE  # px of the image per px of the box
    cells = torch.arange(BOX_SIDE) + 0.5
    # Where each cell of the box lies in the image of distances, in its grid from -1 to 1.
    start = low - width[:, None] / 2 + MARGIN
    axes = (start[:, None] + cells[:, None] * scale[:, None, None]) * (2 / SIDE) - 1  # N, cells, 2
    side = len(cells)
    grid = torch.stack(
        [
            axes[:, None, :, 0].expand(-1, side, -1),
            axes[:, :, None, 1].expand(-1, -1, side),
        ],
        dim=3,
    )
    known = distances[:, None].float() / PRECISION
    near = F.grid_sample(known, grid, padding_mode="border", align_corners=False)
    # Half a cell inside the pen's edge is all ink, half a cell outside is none.
    inside = (width[:, None, None, None] / 2 - near) / scale[:, None, None, None]
    small = (inside + 0.5).clamp_(0, 1)[:, 0]
    peak = small.amax(dim=(1, 2), keepdim=True).clamp_min(1e-6)
    return paste_centred((small * (255 / peak)).round_())


def thin(is_inked: np.ndarray) -> np.ndarray:
    """Thin the ink of bool (N, H, W) images to lines one cell wide that hang together as before.

    A row of at most 62 cells is one 64-bit number, so that one operation decides on all of them.
    """
    count, height, width = is_inked.shape
    columns = np.arange(1, width + 1, dtype=np.uint64)
    ink = np.zeros((count, height + 2), np.uint64)
    ink[:, 1:-1] = (is_inked.astype(np.uint64) << columns).sum(axis=2, dtype=np.uint64)
    before = None
    while before is None or (ink != before).any():
        before = ink.copy()
        for is_second in (False, True):
            ink[:, 1:-1] &= ~_find_edge(ink, is_second)
    return ((ink[:, 1:-1, None] >> columns) & np.uint64(1)).astype(bool)


def _find_edge(ink: np.ndarray, is_second: bool) -> np.ndarray:
    """Return which cells a pass takes away, one bit each: upper right ones, then lower left."""
    one = np.uint64(1)
    rows = ink[:, :-2], ink[:, 1:-1], ink[:, 2:]
    (nw, n, ne), (w, _, e), (sw, s, se) = ((row << one, row, row >> one) for row in rows)
    some, several = _count((~n & (ne | e), ~e & (se | s), ~s & (sw | w), ~w & (nw | n)))
    touches_one_part = some & ~several
    # Neighbours in pairs, begun at either of two: a tip of the line has fewer than two of one.
    early, late = (nw | n, ne | e, se | s, sw | w), (n | ne, e | se, s | sw, w | nw)
    is_tip = ~(_count(early)[1] & _count(late)[1])
    is_inside = np.bitwise_and.reduce(early + late)
    is_this_side = ~((s | sw | ~nw) & w) if is_second else ~((n | ne | ~se) & e)
    return touches_one_part & ~is_tip & ~is_inside & is_this_side


def _count(bits: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return where at least one is set, and where at least two are."""
    some = several = np.zeros_like(bits[0])
    for each in bits:
        several = several | (some & each)
        some = some | each
    return some, several
