"""Many stroke drawings at once, straight into the 28×28 images that `fit_ink` would make of them.

Drawing 280×280 pixels and averaging them into 20×20 costs milliseconds a drawing. Here the box of
the ink is known beforehand, from the pen's path and width, so each path is drawn straight into
its 20×20 pixels, their edges antialiased by distance. tests/ml/test_raster.py holds both roads
against each other.
"""

import torch
import torch.nn.functional as F

from ml.preprocess import BOX_SIDE, CENTRE, IMAGE_SIDE

CHUNK = 256  # drawings at a time: their cells fit the processor's cache


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
    """Scale drawings so that their ink fills the box from its first corner; also the radii."""
    points = segments.view(len(segments), -1, 2)
    low, high = points.amin(dim=1), points.amax(dim=1)
    scale = BOX_SIDE / ((high - low).amax(dim=1) + pens)
    radii = pens * scale / 2
    points = (points - low[:, None]) * scale[:, None, None] + radii[:, None, None]
    return points.view_as(segments), radii


def _cover_box(segments: torch.Tensor, radii: torch.Tensor) -> torch.Tensor:
    """Return the share of each pixel of the box that is ink, float32 (N, 20, 20)."""
    nearest = _squared_distances(segments)
    return (radii[:, None, None] - nearest.sqrt_() + 0.5).clamp_(0, 1)


def _squared_distances(segments: torch.Tensor) -> torch.Tensor:
    """Return (N, 20, 20): from each cell's middle to the nearest of its (N, S, 4) segments.

    The drawings lie side by side in memory on the way: rows of N numbers are what a processor
    adds fastest, and there are no other rows as long.
    """
    centres = torch.arange(BOX_SIDE) + 0.5
    x, y, x_end, y_end = segments.permute(2, 1, 0).contiguous()  # S, N each
    along_x, along_y = x_end - x, y_end - y
    half = torch.hypot(along_x, along_y) / 2
    # A dot has no direction; the distance to it is the same along any.
    angle = torch.atan2(along_y, along_x)
    ux, uy = angle.cos()[:, None], angle.sin()[:, None]
    dx, dy = centres[:, None] - x[:, None], centres[:, None] - y[:, None]  # S, side, N
    # Along a segment, from its middle, and across it: each is a sum of a row's and a column's.
    terms = dx * ux - half[:, None], dy * uy, dx * uy, dy * ux
    nearest = torch.full((BOX_SIDE, BOX_SIDE, len(segments)), torch.inf)
    along, across = torch.empty_like(nearest), torch.empty_like(nearest)
    for along_dx, along_dy, across_dx, across_dy, end in zip(*terms, half, strict=True):
        torch.add(along_dx, along_dy[:, None], out=along)
        along.abs_().sub_(end).clamp_min_(0).square_()  # beyond the end, or nothing
        torch.sub(across_dy[:, None], across_dx, out=across)
        torch.minimum(nearest, along.addcmul_(across, across), out=nearest)
    return nearest.permute(2, 0, 1).contiguous()


def _paste_centred(small: torch.Tensor) -> torch.Tensor:
    """Paste (N, 20, 20) ink into uint8 (N, 28, 28) by the whole-pixel shifts that centre it."""
    total = small.sum(dim=(1, 2))
    rows = _source_cells(small.sum(dim=2), total)  # N, 28
    columns = _source_cells(small.sum(dim=1), total)
    # Row and column 20 are paper: what lies outside the box.
    padded = F.pad(small, (0, 1, 0, 1))
    wide = padded.gather(1, rows[:, :, None].expand(-1, -1, BOX_SIDE + 1))
    return wide.gather(2, columns[:, None].expand(-1, IMAGE_SIDE, -1)).to(torch.uint8)


def _source_cells(profile: torch.Tensor, total: torch.Tensor) -> torch.Tensor:
    """Return for each of the 28 pixels of an axis which of the box's 20 cells it shows, or 20."""
    cells = torch.arange(BOX_SIDE)
    shift = (CENTRE - (profile @ cells.float()) / total).round().long()
    inked = profile > 0
    first = inked.int().argmax(dim=1)
    last = BOX_SIDE - 1 - inked.flip(1).int().argmax(dim=1)
    shift = shift.clamp_max(IMAGE_SIDE - 1 - last).maximum(-first)
    source = torch.arange(IMAGE_SIDE) - shift[:, None]
    return torch.where((source >= 0) & (source < BOX_SIDE), source, BOX_SIDE)
