"""Random distortions of whole batches: how the same hand could have written the same digit.

Each image is thickened or thinned, turned, slanted, stretched and bent, then scaled and centred
again, so that it is still what `ml.preprocess.fit_ink` makes of a drawing: the longest side of the
ink spans 20 px and the centre of mass is in the middle. All changes of place are computed first and
the image is resampled once, since each resampling blurs it.
"""

import math
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F

from ml.preprocess import BOX_SIDE, CENTRE, IMAGE_SIDE

BENDS = 5  # points on a side of the coarse grid of displacements
INKED = 64  # of 255: what counts as ink when its box is measured


@dataclass(frozen=True)
class Distortion:
    """How strong the distortions are: standard deviations, or limits where it says so."""

    turn: float = math.radians(7)
    slant: float = 0.18  # sideways shift per height
    stretch: float = 0.14  # of the logarithm of width / height
    bend: float = 0.7  # px, of the coarse grid of displacements
    squeeze: float = 0.6  # px, of its rows and columns: a larger loop, a shorter stem
    scale: float = 0.03  # of the logarithm of the size, after fitting
    shift: float = 0.5  # px, limit: what rounding to whole pixels leaves
    thicken: float = 0.7  # limit: 1 is a stroke 2 px wider
    thin: float = 0.5  # limit: 1 is a stroke 2 px narrower


def distort(
    images: torch.Tensor, generator: torch.Generator, how: Distortion | None = None
) -> torch.Tensor:
    """Return distorted copies: uint8 (N, 28, 28) in, uint8 (N, 28, 28) out, 0 = paper."""
    how = how or Distortion()
    ink = _change_thickness(images.unsqueeze(1).float(), generator, how)  # N, 1, 28, 28
    grid = _find_sources(ink, generator, how)
    moved = F.grid_sample(ink, grid, mode="bilinear", align_corners=False).squeeze(1)
    peak = moved.amax(dim=(1, 2), keepdim=True).clamp_min(1)
    return (moved * (255 / peak)).round_().to(torch.uint8)


def distort_some(images: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """Distort about this share of the images and leave the others as they are."""
    chosen = torch.rand(len(images), generator=generator) < share
    mixed = images.clone()
    mixed[chosen] = distort(images[chosen], generator)
    return mixed


def _change_thickness(
    ink: torch.Tensor, generator: torch.Generator, how: Distortion
) -> torch.Tensor:
    """Blend each image with its erosion or its dilation by one pixel."""
    width = how.thicken + how.thin
    amount = torch.rand(len(ink), 1, 1, 1, generator=generator) * width - how.thin
    thinner, thicker = -_dilate(-ink), _dilate(ink)
    return ink + amount.clamp(-1, 0) * (ink - thinner) + amount.clamp(0, 1) * (thicker - ink)


def _dilate(ink: torch.Tensor) -> torch.Tensor:
    """Return the greatest of each 3×3 pixels; two passes of three are faster than a max-pool."""
    padded = F.pad(ink, (1, 1, 1, 1), value=-math.inf)
    tall = torch.maximum(torch.maximum(padded[:, :, :-2], padded[:, :, 1:-1]), padded[:, :, 2:])
    return torch.maximum(torch.maximum(tall[..., :-2], tall[..., 1:-1]), tall[..., 2:])


def _find_sources(ink: torch.Tensor, generator: torch.Generator, how: Distortion) -> torch.Tensor:
    """Return for every new pixel where it comes from, (N, 28, 28, 2) as grid_sample takes it."""
    matrix = _draw_matrices(len(ink), generator, how)  # N, 2, 2: from old to new, before fitting
    centre, low, high = _measure(ink, matrix)
    size = torch.exp(how.scale * torch.randn(len(ink), 1, generator=generator))
    scale = size * BOX_SIDE / (high - low + 1).amax(dim=1, keepdim=True)
    inverse = torch.linalg.inv(matrix * scale[:, :, None])
    shift = (torch.rand(len(ink), 1, 2, generator=generator) * 2 - 1) * how.shift
    places = _pixel_places() - CENTRE - shift  # N, 784, 2: relative to the new centre of mass
    places = places @ inverse.transpose(1, 2) + centre[:, None]
    places = places.view(-1, IMAGE_SIDE, IMAGE_SIDE, 2) + _draw_bends(len(ink), generator, how)
    return (places + 0.5) * (2 / IMAGE_SIDE) - 1


def _draw_matrices(count: int, generator: torch.Generator, how: Distortion) -> torch.Tensor:
    """Return float32 (N, 2, 2): random stretch, then slant, then turn, of column vectors (x, y)."""
    turn, slant, stretch = torch.randn(3, count, generator=generator).unbind()
    wider = torch.exp(stretch * how.stretch / 2)
    sine, cosine = torch.sin(turn * how.turn), torch.cos(turn * how.turn)
    lean = slant * how.slant / wider
    x_row = (cosine * wider, cosine * lean - sine / wider)
    y_row = (sine * wider, sine * lean + cosine / wider)
    return torch.stack(x_row + y_row, dim=1).view(-1, 2, 2)


def _measure(
    ink: torch.Tensor, matrix: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the old centre of mass (N, 2) and the ink's box, low and high (N, 2), once mapped."""
    flat = ink.flatten(1)  # N, 784
    centre = flat @ _pixel_places() / flat.sum(dim=1, keepdim=True).clamp_min(1)
    # A linear map takes the corners of the ink's outline to those of the mapped ink's, and they are
    # among the first and the last ink of each row: 56 points to map instead of 784.
    inked = (ink[:, 0] >= INKED).to(torch.uint8)  # N, 28, 28
    first = inked.argmax(dim=2)
    last = IMAGE_SIDE - 1 - inked.flip(2).argmax(dim=2)
    rows = torch.arange(IMAGE_SIDE).expand_as(first)
    ends = torch.stack([torch.cat([first, last], dim=1), torch.cat([rows, rows], dim=1)], dim=2)
    mapped = ends.float() @ matrix.transpose(1, 2)  # N, 56, 2
    is_paper = (inked.amax(dim=2) == 0).repeat(1, 2).unsqueeze(2)
    low = mapped.masked_fill(is_paper, math.inf).amin(dim=1)
    high = mapped.masked_fill(is_paper, -math.inf).amax(dim=1)
    return centre, low, high


def _draw_bends(count: int, generator: torch.Generator, how: Distortion) -> torch.Tensor:
    """Return smooth random displacements in px, (N, 28, 28, 2): a coarse grid, interpolated."""
    coarse = torch.randn(count, 2, BENDS, BENDS, generator=generator) * how.bend
    lines = torch.randn(count, 2, BENDS, generator=generator) * how.squeeze
    coarse[:, 0] += lines[:, 0, None, :]  # whole columns move sideways, whole rows up and down
    coarse[:, 1] += lines[:, 1, :, None]
    fine = (coarse.flatten(2).flatten(0, 1) @ _bend_shapes()).view(count, 2, IMAGE_SIDE, IMAGE_SIDE)
    return fine.permute(0, 2, 3, 1)


@cache
def _bend_shapes() -> torch.Tensor:
    """Return what each point of the coarse grid does to every pixel, float32 (25, 784).

    Interpolation is linear in the grid's points: one product with this does it for a whole batch.
    """
    points = torch.eye(BENDS**2).view(-1, 1, BENDS, BENDS)
    size = (IMAGE_SIDE, IMAGE_SIDE)
    return F.interpolate(points, size=size, mode="bicubic", align_corners=True).flatten(1)


@cache
def _pixel_places() -> torch.Tensor:
    """Return the (x, y) of every pixel, row by row, float32 (784, 2)."""
    axis = torch.arange(IMAGE_SIDE, dtype=torch.float32)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack((x, y), dim=2).view(-1, 2)
