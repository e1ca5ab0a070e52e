"""Many stroke drawings at once, straight into the 28×28 images that `fit_ink` would make of them.

Drawing 280×280 pixels and averaging them into 20×20 takes milliseconds a drawing, and an epoch
needs tens of thousands. Here the box of the ink is known beforehand, from the pen's path and width,
so the strokes are scaled first and then drawn once, in 20×20 pixels whose edges are antialiased by
their distance from the stroke. tests/ml/synthetic/test_raster.py compares the two ways.
"""

import numpy as np
import torch
import torch.nn.functional as F

from ml.preprocess import BOX_SIDE, CENTRE, IMAGE_SIDE
from ml.tracing.paths import Paths

CHUNK = 256  # drawings at a time: their cells fit the processor's cache


def draw_paths(paths: Paths, pens: np.ndarray) -> torch.Tensor:
    """Draw each path with a pen, as `fit_ink` would see it; return uint8 (N, 28, 28).

    `pens` is float32 (N,): the pen's width as a share of the longer side of its path, of 1 px
    at least, so that a path that is a dot leaves ink.
    """
    pens = pens * (paths.high - paths.low).max(axis=1).clip(1)
    segments, counts = _list_segments(paths)
    images = np.empty((len(paths), IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    # The time goes with the number of segments: paths of like lengths are drawn together, and each
    # group only up to its own longest.
    order = counts.argsort(kind="stable")
    for first in range(0, len(order), CHUNK):
        part = order[first : first + CHUNK]
        longest = segments[part, : counts[part].max()]
        images[part] = fit_segments(torch.from_numpy(longest), torch.from_numpy(pens[part]))
    return torch.from_numpy(images)


def _list_segments(paths: Paths) -> tuple[np.ndarray, np.ndarray]:
    """Return each path's segments, float32 (N, L, 4), those that leave ink first, and their number.

    From each point a line goes to the next or, where the pen is lifted there, to itself: a dot.
    """
    points, lands = paths.points, paths.lands
    is_lifted = np.pad(lands[:, 1:], ((0, 0), (0, 1)), constant_values=True)
    following = np.concatenate([points[:, 1:], points[:, -1:]], axis=1)
    ends = np.where(is_lifted[:, :, None], points, following)
    # A dot counts where the pen lands. Elsewhere it is the end of a line, which is drawn already,
    # or one of the repeated points that fill the path up.
    counts = (ends != points).any(axis=2) | lands  # N, L
    order = (~counts).argsort(axis=1, kind="stable")
    segments = np.concatenate([points, ends], axis=2)
    return np.take_along_axis(segments, order[:, :, None], axis=1), counts.sum(axis=1)


def fit_segments(segments: torch.Tensor, pens: torch.Tensor) -> torch.Tensor:
    """Draw N drawings of S segments each, as `fit_ink` would see them on a large board.

    `segments` is float32 (N, S, 4), each x1, y1, x2, y2 in any unit; drawings with fewer segments
    repeat one. `pens` is float32 (N,), the pen's width in the same unit. Returns uint8 (N, 28, 28).
    """
    segments, pens = segments.float(), pens.float()
    parts = zip(segments.split(CHUNK), pens.split(CHUNK), strict=True)
    small = torch.cat([_cover_box(*_fit_box(part, pen)) for part, pen in parts])
    peak = small.amax(dim=(1, 2), keepdim=True).clamp_min(1e-6)
    return _paste_centred((small * (255 / peak)).round_())


def _fit_box(segments: torch.Tensor, pens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale drawings so that their ink fills the box from its upper left corner on.

    Returns the segments (N, S, 4) and the radii of their pens, (N,), in px of the box. Ink reaches
    half a pen beyond its path on each side, so path and pen together span the box.
    """
    points = segments.view(len(segments), -1, 2)
    low, high = points.amin(dim=1), points.amax(dim=1)
    scale = BOX_SIDE / ((high - low).amax(dim=1) + pens)
    radii = pens * scale / 2
    points = (points - low[:, None]) * scale[:, None, None] + radii[:, None, None]
    return points.view_as(segments), radii


def _cover_box(segments: torch.Tensor, radii: torch.Tensor) -> torch.Tensor:
    """Return the share of each pixel of the box that is ink, float32 (N, 20, 20).

    A pixel whose middle lies on the edge of the ink is half covered, and the coverage goes from
    full to none over one pixel's width: exact for straight edges along the axes, close to it for
    slanted ones.
    """
    squared = _measure_distances(segments)
    return (radii[:, None, None] - squared.sqrt_() + 0.5).clamp_(0, 1)


def _measure_distances(segments: torch.Tensor) -> torch.Tensor:
    """Return the squared distance from each pixel's middle to its nearest segment, (N, 20, 20).

    Takes (N, S, 4). This is where generating spends its time: N * S * 400 distances. So the loop
    runs over the segments, and the drawings are the last axis of all arrays on the way, (20, 20,
    N): the processor adds long rows fastest, and N is the only long one.
    """
    centres = torch.arange(BOX_SIDE) + 0.5
    x, y, x_end, y_end = segments.permute(2, 1, 0).contiguous()  # S, N each
    along_x, along_y = x_end - x, y_end - y
    half = torch.hypot(along_x, along_y) / 2
    # A dot has no direction: atan2(0, 0) is 0, and any would do.
    angle = torch.atan2(along_y, along_x)
    ux, uy = angle.cos()[:, None], angle.sin()[:, None]
    dx, dy = centres[:, None] - x[:, None], centres[:, None] - y[:, None]  # S, side, N
    # A pixel's place in the segment's own axes: along it, counted from its middle, and across it.
    # Turning (dx, dy) is a sum of a term of the column and a term of the row, so 2 * 20 products
    # do for 400 pixels.
    terms = dx * ux - half[:, None], dy * uy, dx * uy, dy * ux
    nearest = torch.full((BOX_SIDE, BOX_SIDE, len(segments)), torch.inf)
    along, across = torch.empty_like(nearest), torch.empty_like(nearest)
    for along_dx, along_dy, across_dx, across_dy, end in zip(*terms, half, strict=True):
        torch.add(along_dx, along_dy[:, None], out=along)
        along.abs_().sub_(end).clamp_min_(0).square_()  # how far beyond its ends, or 0
        torch.sub(across_dy[:, None], across_dx, out=across)
        torch.minimum(nearest, along.addcmul_(across, across), out=nearest)
    return nearest.permute(2, 0, 1).contiguous()


def _paste_centred(small: torch.Tensor) -> torch.Tensor:
    """Paste (N, 20, 20) ink into uint8 (N, 28, 28) by the whole-pixel shifts that centre it.

    `ml.preprocess.paste_centred` for many at once: each drawing's rows, then its columns, are
    gathered from where the shift takes them.
    """
    total = small.sum(dim=(1, 2))
    rows = _find_source_cells(small.sum(dim=2), total)  # N, 28
    columns = _find_source_cells(small.sum(dim=1), total)
    # Row and column 20 are paper: what lies outside the box.
    padded = F.pad(small, (0, 1, 0, 1))
    wide = padded.gather(1, rows[:, :, None].expand(-1, -1, BOX_SIDE + 1))
    return wide.gather(2, columns[:, None].expand(-1, IMAGE_SIDE, -1)).to(torch.uint8)


def _find_source_cells(profile: torch.Tensor, total: torch.Tensor) -> torch.Tensor:
    """Return for each of the 28 pixels of an axis which of the box's 20 cells it shows, or 20.

    `profile` is the ink of each row or column, (N, 20); `total` that of the drawing, (N,).
    """
    cells = torch.arange(BOX_SIDE)
    shift = (CENTRE - (profile @ cells.float()) / total).round().long()
    inked = profile > 0
    first = inked.int().argmax(dim=1)
    last = BOX_SIDE - 1 - inked.flip(1).int().argmax(dim=1)
    # Where centring would push ink over the edge, it stays whole instead.
    shift = shift.clamp_max(IMAGE_SIDE - 1 - last).maximum(-first)
    source = torch.arange(IMAGE_SIDE) - shift[:, None]
    return torch.where((source >= 0) & (source < BOX_SIDE), source, BOX_SIDE)
