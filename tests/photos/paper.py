"""Paper, ink, light and a phone's camera: from the paths of a pen to a photo's pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tests.photos.writing import Written

Colour = tuple[int, int, int]
SHIFT = 4  # bits of a pixel's fraction that OpenCV draws with
PAPERS = ((250, 250, 248), (225, 222, 214), (205, 208, 210), (190, 196, 205), (222, 208, 188))
INKS = ((25, 25, 30), (30, 40, 120), (45, 60, 165), (70, 30, 40), (60, 60, 62))
PENCIL = (105, 105, 108)
BOARDS = ((38, 44, 42), (28, 62, 48), (52, 54, 58))
CHALK = (232, 232, 226)
RULES = ((120, 150, 200), (150, 110, 90), (170, 170, 175), (110, 120, 135))


@dataclass(frozen=True)
class Pen:
    """What it is written with: px wide, its colour, and how much of the paper's grain shows."""

    width: float
    colour: Colour
    grain: float = 0.0


@dataclass(frozen=True)
class Camera:
    """How it is taken: turns in degrees, shares of the picture's side, px, and JPEG's quality."""

    turn: float = 0.0
    tilt: float = 0.0
    blur: float = 0.5
    noise: float = 2.0
    shade: float = 0.15  # how much darker one end is than the other
    shadow: float = 0.0  # how dark the shadow of a hand or a phone is
    quality: int = 85


def make_paper(shape: tuple[int, int], colour: Colour, rng: np.random.Generator) -> np.ndarray:
    """Return paper of (H, W) px, float32 (H, W, 3), with its grain and stains."""
    paper = np.empty((*shape, 3), np.float32)
    paper[:] = colour
    fine = rng.normal(0, 1.5, shape).astype(np.float32)
    coarse = rng.normal(0, 1, (shape[0] // 16 + 2, shape[1] // 16 + 2)).astype(np.float32)
    coarse = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return paper + (fine + 2 * coarse)[..., None]


def draw_rules(
    paper: np.ndarray,
    step: float,
    colour: Colour,
    width: float,
    *,
    start: float = 0.0,
    squares: bool = False,
) -> None:
    """Draw rules `step` px apart, the first at `start`, and as many upright ones for squares."""
    cover = np.zeros(paper.shape[:2], np.uint8)
    for y in np.arange(start, paper.shape[0], step):
        _draw_line(cover, np.array([[-5, y], [paper.shape[1] + 5, y]]), width)
    for x in np.arange(start, paper.shape[1], step) if squares else ():
        _draw_line(cover, np.array([[x, -5], [x, paper.shape[0] + 5]]), width)
    _mix(paper, cover, colour, 0.8)


def draw_ink(
    paper: np.ndarray, digits: Sequence[Written], pen: Pen, rng: np.random.Generator
) -> None:
    """Draw digits on the paper with a pen."""
    cover = np.zeros(paper.shape[:2], np.uint8)
    for digit in digits:
        for path in digit.paths:
            _draw_line(cover, path, pen.width)
    strength = np.ones(cover.shape, np.float32)
    if pen.grain:
        grain = cv2.GaussianBlur(rng.random(cover.shape, np.float32), (0, 0), 0.8)
        strength -= pen.grain * np.clip((grain - 0.5) * 3 + 0.5, 0, 1)
    _mix(paper, cover, pen.colour, strength)


def _draw_line(cover: np.ndarray, path: np.ndarray, width: float) -> None:
    """Draw a path into uint8 (H, W), 255 where it covers; lines thinner than 1 px are paler."""
    points = np.rint(path * 2**SHIFT).astype(np.int32)
    points = points if len(points) > 1 else np.repeat(points, 2, axis=0)
    whole = max(1, round(width))
    level = 255 if width >= 1 else max(60, round(255 * width))
    cv2.polylines(cover, [points], False, level, whole, cv2.LINE_AA, SHIFT)


def _mix(
    paper: np.ndarray, cover: np.ndarray, colour: Colour, strength: np.ndarray | float
) -> None:
    share = (cover.astype(np.float32) / 255 * strength)[..., None]
    paper *= 1 - share
    paper += share * np.array(colour, np.float32)


def take_photo(
    paper: np.ndarray, camera: Camera, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Photograph paper, float32 (H, W, 3); return uint8 (H, W, 3) and the view's homography.

    The homography, float (3, 3), leads from the paper's pixels to the photo's.
    """
    height, width = paper.shape[:2]
    view = _aim(width, height, camera, rng)
    seen = cv2.warpPerspective(
        paper, view, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    seen *= _light((height, width), camera, rng)[..., None]
    if camera.blur:
        seen = cv2.GaussianBlur(seen, (0, 0), camera.blur)
    seen += rng.normal(0, camera.noise, seen.shape).astype(np.float32)
    pixels = np.clip(np.rint(seen), 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, camera.quality])
    return cv2.imdecode(packed, cv2.IMREAD_COLOR), view


def _aim(width: int, height: int, camera: Camera, rng: np.random.Generator) -> np.ndarray:
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), camera.turn, 1.0)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moves = rng.uniform(-camera.tilt, camera.tilt, (4, 2)) * (width, height)
    tilt = cv2.getPerspectiveTransform(corners, (corners + moves).astype(np.float32))
    return tilt @ np.vstack([turn, [0, 0, 1]])


def _light(shape: tuple[int, int], camera: Camera, rng: np.random.Generator) -> np.ndarray:
    """Return how bright each pixel is, float32 (H, W): paler to one side, and a soft shadow."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j].astype(np.float32)
    light = 1 - camera.shade * (0.5 + np.cos(angle) * x + np.sin(angle) * y)
    if camera.shadow:
        edge = rng.uniform(-0.25, 0.25)
        turned = np.cos(angle + 1.3) * x + np.sin(angle + 1.3) * y
        light *= 1 - camera.shadow / (1 + np.exp(-(turned - edge) / rng.uniform(0.01, 0.06)))
    return light.astype(np.float32)
