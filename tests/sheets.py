"""Printed sheets that are filled in and photographed, made for tests and measurements."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from ml.segmentation import sheet_layout
from ml.segmentation.sheet_layout import LAYOUTS, Layout
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import Hand, write

SCALE = 8  # px of a drawn page per mm
SHIFT = 4  # OpenCV's drawing takes coordinates in sixteenths of a pixel
BLUE, BLACK, PENCIL, RED = (28, 44, 128), (25, 25, 28), (120, 120, 124), (190, 30, 40)
A_PERSON = Hand(jitter=0.02, width=0.12, slant=0.1, turn=0.06)  # careful, as on a form


@dataclass
class Light:
    """How a photo is taken: what the camera and the room do to a page."""

    tilt: float = 0  # degrees between the page and the picture's plane
    towards: float = 0  # degrees: the direction in which it is tilted
    turn: float = 0  # degrees clockwise that the camera sees the page turned
    fill: float = 0.95  # of the photo's shorter side or longer, that the page spans
    size: tuple[int, int] = (1536, 2048)  # px: width, height
    shadow: float = 0  # how much darker than the light the shadow's side is, 0-1
    tint: tuple[float, float, float] = (1, 0.98, 0.94)
    blur: float = 0.6  # px, a standard deviation
    noise: float = 2  # of 255
    quality: int = 85  # of the JPEG
    curl: float = 0  # mm by which the page bulges in the middle
    table: tuple[int, int, int] = (96, 72, 52)


@dataclass
class Pen:
    """What is written with."""

    width: float = 0.6  # mm
    colour: tuple[int, int, int] = BLUE
    height: float = 10.5  # mm of a digit


@dataclass
class Filled:
    """A page that somebody wrote on."""

    page: np.ndarray  # uint8 (H, W, 3)
    layout: Layout
    written: dict[tuple[int, int], int] = field(default_factory=dict)  # by row and column
    segments: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)  # (S, 2, 2)


def print_sheet(name: str = "A4", *, is_grey: bool = False) -> np.ndarray:
    """Return a printed page, uint8 RGB (H, W, 3), as the page /sheet draws it."""
    layout = LAYOUTS[name]
    shape = round(layout.height * SCALE), round(layout.width * SCALE)
    page = np.full((*shape, 3), 252, np.uint8)
    for mark in layout.marks:
        cell = mark.side / sheet_layout.MARK_CELLS
        for x, y in mark.black_cells:
            low = np.rint(np.array([mark.x + x * cell, mark.y + y * cell]) * SCALE).astype(int)
            high = np.rint(
                np.array([mark.x, mark.y]) * SCALE + (x + 1, y + 1) * np.array(cell * SCALE)
            )
            page[low[1] : int(high[1]), low[0] : int(high[0])] = 20
    light, label = (_find_colour(text) for text in (sheet_layout.LIGHT, sheet_layout.LABEL))
    for box in layout.boxes:
        corners = [
            (box.x + a, box.y + b)
            for a, b in ((0, 0), (box.side, 0), (box.side,) * 2, (0, box.side))
        ]
        points = np.rint(np.array(corners) * SCALE * 2**SHIFT).astype(np.int32)
        width = round(sheet_layout.LINE_WIDTH * SCALE)
        cv2.polylines(page, [points], True, light, width, cv2.LINE_AA, SHIFT)
        place = round(box.x * SCALE), round((box.y - 1.1) * SCALE)
        size = 3.1 * SCALE / 22  # a digit of the font is 22 px high at size 1
        cv2.putText(
            page, str(box.expected), place, cv2.FONT_HERSHEY_SIMPLEX, size, label, 3, cv2.LINE_AA
        )
    if is_grey:
        page = np.repeat(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
    return page


def _find_colour(text: str) -> tuple[int, ...]:
    return tuple(int(text[n : n + 2], 16) for n in (1, 3, 5))


def fill_sheet(
    rng: np.random.Generator,
    name: str = "A4",
    pen: Pen | None = None,
    *,
    left_empty: int = 0,
    wrong: int = 0,
    is_grey: bool = False,
) -> Filled:
    """Write generated digits into a sheet's boxes, some into wrong ones, and leave some empty."""
    layout, pen = LAYOUTS[name], pen or Pen()
    boxes = [layout.boxes[n] for n in rng.permutation(len(layout.boxes))][left_empty:]
    filled = Filled(print_sheet(name, is_grey=is_grey), layout)
    ink = np.zeros(filled.page.shape[:2], np.uint8)
    for place, box in enumerate(boxes):
        digit = (box.expected + 1) % 10 if place < wrong else box.expected
        habits = DIGITS[str(digit)]
        segments = write(habits[rng.integers(len(habits))], 1, rng, A_PERSON)[0]
        filled.segments[box.row, box.column] = segments.reshape(-1, 2, 2)
        draw_digit(ink, box, segments.reshape(-1, 2, 2), pen, rng)
        filled.written[box.row, box.column] = digit
    return lay_ink(filled, ink, pen)


def lay_ink(filled: Filled, ink: np.ndarray, pen: Pen) -> Filled:
    """Multiply ink, uint8 (H, W), onto the page in the pen's colour."""
    share = ink[:, :, None].astype(np.float32) / 255
    colour = np.array(pen.colour, np.float32) / 255
    filled.page = np.rint(filled.page * (1 - share + share * colour)).astype(np.uint8)
    return filled


def draw_digit(ink: np.ndarray, box, segments: np.ndarray, pen: Pen, rng) -> None:
    """Draw segments (S, 2, 2) into a box: as high as the pen writes, nearly in the middle."""
    points = segments.reshape(-1, 2)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    height = min(pen.height * np.exp(rng.normal(0, 0.08)), 1.05 * box.side)
    scale = min(height / max(extent.max(), 1e-6), 1.05 * box.side / max(extent[0], 1e-6))
    middle = np.array([box.x, box.y]) + box.side / 2 + rng.normal(0, 0.6, 2)
    mm = (segments - low - extent / 2) * scale + middle
    lines = np.rint(mm * SCALE * 2**SHIFT).astype(np.int32)
    cv2.polylines(
        ink, list(lines), False, 255, max(1, round(pen.width * SCALE)), cv2.LINE_AA, SHIFT
    )


def photograph(filled: Filled, light: Light, rng: np.random.Generator) -> np.ndarray:
    """Return a photo of a page, uint8 RGB (H, W, 3), by a camera some 40 cm away."""
    width, height = light.size
    to_photo = find_view(filled.layout, light)
    from_page = to_photo @ np.diag([1 / SCALE, 1 / SCALE, 1])
    page = _curl(filled.page, light.curl)
    photo = cv2.warpPerspective(
        page, from_page, (width, height), flags=cv2.INTER_AREA, borderValue=light.table
    ).astype(np.float32)
    photo *= np.array(light.tint, np.float32)
    photo *= _draw_shadow(width, height, light.shadow, rng)[:, :, None]
    photo = cv2.GaussianBlur(photo, (0, 0), light.blur) if light.blur else photo
    photo += rng.normal(0, light.noise, photo.shape).astype(np.float32)
    pixels = np.rint(photo).clip(0, 255).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, light.quality])
    return np.ascontiguousarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[:, :, ::-1])


def find_view(layout: Layout, light: Light) -> np.ndarray:
    """Return the homography from mm of the page to px of the photo."""
    tilt, towards, turn = np.radians([light.tilt, light.towards, light.turn])
    axis = np.array([np.cos(towards), np.sin(towards), 0])
    spin, _ = cv2.Rodrigues(np.array([0, 0, turn]))
    lean, _ = cv2.Rodrigues(axis * tilt)
    rotation = lean @ spin
    distance = 420.0
    centre = np.array([[1, 0, -layout.width / 2], [0, 1, -layout.height / 2], [0, 0, 1]])
    view = np.column_stack([rotation[:, 0], rotation[:, 1], [0, 0, distance]]) @ centre
    page = np.array([[0, 0], [layout.width, 0], [layout.width, layout.height], [0, layout.height]])
    seen = cv2.perspectiveTransform(page[:, None].astype(np.float64), view)[:, 0]
    size = np.array(light.size)
    zoom = (light.fill * size / np.ptp(seen, axis=0)).min()
    start = size / 2 - zoom * (seen.min(axis=0) + seen.max(axis=0)) / 2
    return np.array([[zoom, 0, start[0]], [0, zoom, start[1]], [0, 0, 1]]) @ view


def _curl(page: np.ndarray, bulge: float) -> np.ndarray:
    """Shift the page's rows as if its middle were nearer to a camera that looks at an angle."""
    if not bulge:
        return page
    height, width = page.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    lift = bulge * SCALE * np.sin(np.pi * x / width)
    return cv2.remap(page, x, y + lift, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _draw_shadow(width: int, height: int, depth: float, rng: np.random.Generator) -> np.ndarray:
    """Return how bright each pixel is, float32 (H, W): falling off, and a hand's shadow."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = (np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5)).astype(
        np.float32
    )
    fall = 1 - depth * 0.5 * (along + 0.5)
    edge = 1 / (1 + np.exp(-(along - rng.uniform(-0.15, 0.15)) * 60))
    return (fall * (1 - depth * edge)).astype(np.float32)
