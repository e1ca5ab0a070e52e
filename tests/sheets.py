"""Printed sheets that are filled in and photographed, made for tests and measurements."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from ml.segmentation.sheets import layout as sheet_layout
from ml.segmentation.sheets.layout import LAYOUTS, Box, Layout, Mark
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import Hand, write

SCALE = 8  # px of a drawn page per mm
SHIFT = 4  # OpenCV draws at coordinates in sixteenths of a pixel
FINE = SCALE * 2**SHIFT
BLUE, BLACK, PENCIL, RED = (28, 44, 128), (25, 25, 28), (120, 120, 124), (190, 30, 40)
PAPER, TONER = 252, 20
FONT_HEIGHT = 22  # px of a digit of OpenCV's font at size 1
AWAY = 420.0  # mm from the camera to the page
CAREFUL = Hand(jitter=0.02, width=0.12, slant=0.1, turn=0.06)

Writer = Callable[[int], list[np.ndarray]]  # a digit -> its strokes, (P, 2), of any size


@dataclass
class Light:
    """How a photo is taken: what the camera and the room do to a page."""

    tilt: float = 0  # degrees between the page and the picture's plane
    towards: float = 0  # degrees: the direction in which it is tilted
    turn: float = 0  # degrees by which the page lies turned in the picture
    fill: float = 0.95  # of the photo's width or height, that the page spans
    size: tuple[int, int] = (1200, 1600)  # px: width, height
    shadow: float = 0  # how much darker than the light the shadow's side is, 0-1
    tint: tuple[float, float, float] = (1, 0.98, 0.94)
    blur: float = 0.6  # px, a standard deviation
    noise: float = 2  # of 255
    quality: int = 85  # of the JPEG
    bulge: float = 0  # mm by which the middle of each line of the page is seen shifted
    table: tuple[int, int, int] = (96, 72, 52)


@dataclass
class Pen:
    """What is written with, and how large."""

    width: float = 0.6  # mm
    colour: tuple[int, int, int] = BLUE
    height: float = 10.5  # mm of a digit


@dataclass
class Filled:
    """A page that somebody wrote on."""

    page: np.ndarray  # uint8 RGB (H, W, 3), SCALE px per mm
    layout: Layout
    written: dict[tuple[int, int], int] = field(default_factory=dict)  # by row and column
    strokes: dict[tuple[int, int], list[np.ndarray]] = field(default_factory=dict)


def print_sheet(name: str = "A4", *, is_grey: bool = False) -> np.ndarray:
    """Return a printed page, uint8 RGB (H, W, 3), as the page /sheet draws it."""
    layout = LAYOUTS[name]
    shape = round(layout.height * SCALE), round(layout.width * SCALE), 3
    page = np.full(shape, PAPER, np.uint8)
    for mark in layout.marks:
        _print_mark(page, mark)
    for box in layout.boxes:
        _print_box(page, box)
    if is_grey:
        page = cv2.cvtColor(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return page


def _print_mark(page: np.ndarray, mark: Mark) -> None:
    cell = mark.side / sheet_layout.MARK_CELLS
    for column, row in mark.black_cells:
        x, y = mark.x + column * cell, mark.y + row * cell
        rows, columns = (slice(round(n * SCALE), round((n + cell) * SCALE)) for n in (y, x))
        page[rows, columns] = TONER


def _print_box(page: np.ndarray, box: Box) -> None:
    light, label = (_find_colour(text) for text in (sheet_layout.LIGHT, sheet_layout.LABEL))
    right, below = box.x + box.side, box.y + box.side
    corners = np.array([[box.x, box.y], [right, box.y], [right, below], [box.x, below]])
    frame, width = np.rint(corners * FINE).astype(np.int32), round(sheet_layout.LINE_WIDTH * SCALE)
    cv2.polylines(page, [frame], True, light, width, cv2.LINE_AA, SHIFT)
    place, size = (round(box.x * SCALE), round((box.y - 1.1) * SCALE)), 3.1 * SCALE / FONT_HEIGHT
    text = str(box.expected)
    cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, label, 3, cv2.LINE_AA)


def _find_colour(text: str) -> tuple[int, ...]:
    return tuple(int(text[n : n + 2], 16) for n in (1, 3, 5))


def generate_digits(rng: np.random.Generator) -> Writer:
    """Return a writer who writes each digit in any of the generator's habits."""

    def write_digit(digit: int) -> list[np.ndarray]:
        habits = DIGITS[str(digit)]
        segments = write(habits[rng.integers(len(habits))], 1, rng, CAREFUL)
        return list(segments.reshape(-1, 2, 2))

    return write_digit


def fill_sheet(
    writer: Writer,
    rng: np.random.Generator,
    name: str = "A4",
    pen: Pen | None = None,
    *,
    left_empty: int = 0,
    wrong: int = 0,
    is_grey: bool = False,
) -> Filled:
    """Write digits into a sheet's boxes: some of them wrong ones, and some boxes stay empty."""
    layout, pen = LAYOUTS[name], pen or Pen()
    filled = Filled(print_sheet(name, is_grey=is_grey), layout)
    ink = np.zeros(filled.page.shape[:2], np.uint8)
    order = rng.permutation(len(layout.boxes))[left_empty:]
    for place, box in enumerate(layout.boxes[n] for n in order):
        digit = (box.expected + 1) % 10 if place < wrong else box.expected
        strokes = writer(digit)
        draw_in_box(ink, box, strokes, pen, rng)
        filled.written[box.row, box.column] = digit
        filled.strokes[box.row, box.column] = strokes
    lay_ink(filled.page, ink, pen.colour)
    return filled


def draw_in_box(
    ink: np.ndarray, box: Box, strokes: list[np.ndarray], pen: Pen, rng: np.random.Generator
) -> None:
    """Draw strokes into a box: about as high as the pen writes, nearly in the middle."""
    points = np.concatenate(strokes)
    low, (width, height) = points.min(axis=0), np.ptp(points, axis=0)
    tall = pen.height * np.exp(rng.normal(0, 0.08))
    scale = min(tall, 1.05 * box.side) / max(width, height, 1e-6)
    middle = np.array([box.x, box.y]) + box.side / 2 + rng.normal(0, 0.6, 2)
    start = middle - scale * np.array([width, height]) / 2
    lines = [np.rint(((s - low) * scale + start) * FINE).astype(np.int32) for s in strokes]
    thick = max(1, round(pen.width * SCALE))
    cv2.polylines(ink, lines, False, 255, thick, cv2.LINE_AA, SHIFT)


def lay_ink(page: np.ndarray, ink: np.ndarray, colour: tuple[int, int, int]) -> None:
    """Multiply ink, uint8 (H, W), onto a page in a colour."""
    rows, columns = np.nonzero(ink)
    share = ink[rows, columns, None].astype(np.float32) / 255
    filter_ = 1 - share + share * np.array(colour, np.float32) / 255
    page[rows, columns] = np.rint(page[rows, columns] * filter_)


def photograph(filled: Filled, light: Light, rng: np.random.Generator) -> np.ndarray:
    """Return a photo of a page, uint8 RGB (H, W, 3)."""
    from_page = find_view(filled.layout, light) @ np.diag([1 / SCALE, 1 / SCALE, 1])
    page = _bulge(filled.page, light.bulge)
    photo = cv2.warpPerspective(page, from_page, light.size, borderValue=light.table)
    photo = photo * np.array(light.tint, np.float32)
    if light.shadow:
        photo *= _draw_shadow(light, rng)[:, :, None]
    photo = cv2.GaussianBlur(photo, (0, 0), light.blur)
    photo += rng.standard_normal(photo.shape, np.float32) * light.noise
    pixels = cv2.cvtColor(np.rint(photo).clip(0, 255).astype(np.uint8), cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, light.quality])
    return cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def find_view(layout: Layout, light: Light) -> np.ndarray:
    """Return the homography from mm of the page to px of the photo."""
    tilt, towards, turn = np.radians([light.tilt, light.towards, light.turn])
    spin, _ = cv2.Rodrigues(np.array([0, 0, turn]))
    lean, _ = cv2.Rodrigues(tilt * np.array([np.cos(towards), np.sin(towards), 0]))
    rotation = lean @ spin
    centre = np.array([[1, 0, -layout.width / 2], [0, 1, -layout.height / 2], [0, 0, 1]])
    view = np.column_stack([rotation[:, 0], rotation[:, 1], [0, 0, AWAY]]) @ centre
    width, height = layout.width, layout.height
    page = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    seen = cv2.perspectiveTransform(page, view)[:, 0]
    low, high, size = seen.min(axis=0), seen.max(axis=0), np.array(light.size)
    zoom = (light.fill * size / (high - low)).min()
    x, y = size / 2 - zoom * (low + high) / 2
    return np.array([[zoom, 0, x], [0, zoom, y], [0, 0, 1]]) @ view


def _bulge(page: np.ndarray, bulge: float) -> np.ndarray:
    """Shift the page's columns as if its middle rose towards a camera that looks at an angle."""
    if not bulge:
        return page
    y, x = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32)
    lift = bulge * SCALE * np.sin(np.pi * x / page.shape[1])
    return cv2.remap(page, x, y + lift, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _draw_shadow(light: Light, rng: np.random.Generator) -> np.ndarray:
    """Return how bright each pixel is, float32 (H, W): light that falls off, and a shadow."""
    width, height = light.size
    angle, edge = rng.uniform(0, 2 * np.pi), rng.uniform(-0.15, 0.15)
    across = np.cos(angle) * (np.arange(width) / width - 0.5)
    down = np.sin(angle) * (np.arange(height) / height - 0.5)
    along = (across + down[:, None]).astype(np.float32)
    shade = 1 / (1 + np.exp((edge - along) * 60))
    return (1 - light.shadow * 0.5 * (along + 0.5)) * (1 - light.shadow * shade)
