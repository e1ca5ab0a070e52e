"""Kinds of photos that people take of what they have written, each made by a seed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.photos.paper import (
    BOARDS,
    CHALK,
    INKS,
    PAPERS,
    PENCIL,
    RULES,
    Camera,
    Pen,
    draw_ink,
    draw_rules,
    make_paper,
    take_photo,
)
from tests.photos.writing import GeneratedWriter, Writer, Written, write_row

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Photo:
    """A rendered photo and what stands in it: its numbers line by line, and each digit's box."""

    picture: np.ndarray  # uint8 (H, W, 3)
    lines: list[str]  # a space between two numbers of a line
    boxes: list[Box]  # x, y, width, height of the pen's path, in reading order

    @property
    def text(self) -> str:
        """All digits in reading order."""
        return "".join(self.lines).replace(" ", "")


def take_single(writer: Writer, label: str, rng: np.random.Generator) -> Photo:
    """Take a close photo of one digit on plain paper."""
    height = rng.uniform(40, 420)
    room = rng.uniform(1.15, 2.6)
    pen = Pen(max(1.2, height * rng.uniform(0.012, 0.16)), _pick(INKS, rng))
    camera = Camera(
        turn=rng.normal(0, 4),
        tilt=rng.uniform(0, 0.05),
        blur=max(0.4, height * rng.uniform(0.0, 0.012)),
        shade=rng.uniform(0, 0.35),
        shadow=rng.uniform(0.2, 0.5) * (rng.random() < 0.3),
        quality=int(rng.integers(50, 95)),
    )
    return _compose([[[label]]], writer, height, rng, pen, camera, room=room)


def scan_cell(writer: Writer, label: str, rng: np.random.Generator) -> Photo:
    """Scan one cell of a grid, its printed line in some pictures, as dark specks are in others."""
    height = rng.uniform(45, 110)
    pen = Pen(rng.uniform(3, 9), (70, 70, 70), grain=rng.uniform(0, 0.6))
    camera = Camera(blur=rng.uniform(0.4, 0.9), noise=1, shade=0, quality=int(rng.integers(60, 95)))
    edge = rng.random() < 0.4
    photo = _compose([[[label]]], writer, height, rng, pen, camera, room=1.2, size=(133, 175))
    if edge:
        side = rng.integers(4)
        turned = np.rot90(photo.picture, side)
        turned[: rng.integers(1, 4)] = rng.integers(90, 210)
    for _ in range(rng.integers(0, 4)):
        x, y = rng.uniform(2, 170), rng.uniform(2, 130)
        cv2.circle(photo.picture, (int(x), int(y)), 1, (150, 150, 150), -1)
    return photo


def scan_form(writer: Writer, label: str, rng: np.random.Generator) -> Photo:
    """Scan the box of a form at a low resolution: grey, 32×32 px."""
    height = rng.uniform(60, 106)
    pen = Pen(rng.uniform(4, 9), _pick((PENCIL, INKS[0], INKS[4]), rng), grain=rng.uniform(0, 0.8))
    camera = Camera(blur=1.0, noise=1, shade=0, quality=95)
    photo = _compose([[[label]]], writer, height, rng, pen, camera, room=1.2, size=(128, 128))
    return _shrink(photo, 32 / 128)


def save_canvas(writer: Writer, label: str, rng: np.random.Generator) -> Photo:
    """Save a drawing from a canvas of another program: black on white or white on black."""
    side = int(rng.choice([28, 112, 280, 400]))
    height = side * rng.uniform(0.45, 0.8)
    pen = Pen(max(1.5, height * rng.uniform(0.03, 0.2)), (0, 0, 0))
    paper = np.full((side, side, 3), 255, np.float32)
    digit = _centre(write_row(writer, label, height, (0, 0), rng), side, side, rng, 0.5)
    draw_ink(paper, digit, pen, rng)
    picture = np.rint(paper).astype(np.uint8)
    picture = 255 - picture if rng.random() < 0.4 else picture
    return Photo(picture, [label], [_box(each, np.eye(3)) for each in digit])


def crop_number(
    writer: Writer, labels: str, rng: np.random.Generator, gaps: tuple[float, float] = (0.08, 0.35)
) -> Photo:
    """Cut a number out of a photo of ruled paper, at a low resolution, as a phone takes it."""
    zoom, height = 4, rng.uniform(34, 60)
    pen = Pen(zoom * rng.uniform(1.6, 4.2), _pick(INKS, rng))
    camera = Camera(
        turn=rng.normal(0, 2.5),
        blur=zoom * rng.uniform(0.3, 0.6),
        noise=4,
        shade=rng.uniform(0, 0.2),
        quality=95,
    )
    rules = (height * zoom * rng.uniform(1.0, 1.6), _pick(RULES, rng), zoom * rng.uniform(0.8, 2.0))
    kind = rng.choice(["none", "lines", "squares"], p=[0.15, 0.6, 0.25])
    photo = _compose(
        [[list(labels)]], writer, height * zoom, rng, pen, camera, room=1.25, gaps=gaps,
        rules=None if kind == "none" else rules, squares=kind == "squares",
    )  # fmt: skip
    small = _shrink(photo, 1 / zoom)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 92))]
    _, packed = cv2.imencode(".jpg", small.picture, quality)
    return Photo(cv2.imdecode(packed, cv2.IMREAD_COLOR), small.lines, small.boxes)


def crop_touching(writer: Writer, labels: str, rng: np.random.Generator) -> Photo:
    """Cut a number out whose digits touch."""
    return crop_number(writer, labels, rng, gaps=(-0.08, 0.05))


def take_sheet(
    writer: Writer,
    lines: Sequence[Sequence[str]],
    rng: np.random.Generator,
    *,
    kind: str = "plain",
    side: int = 1600,
) -> Photo:
    """Take a photo of a whole sheet: lines of numbers that are far from each other.

    `kind` is "plain", "ruled", "squared" or "chalk".
    """
    longest = max(sum(len(n) * 0.8 + 1.3 for n in line) for line in lines)
    height = min(side / (longest * 1.25), side * 0.75 / (len(lines) * 2.2), side / 9)
    thinnest = 0.025 if kind == "plain" else 0.05
    pen = Pen(max(1.5, height * rng.uniform(thinnest, 0.11)), _pick(INKS, rng))
    colour = _pick(PAPERS, rng)
    if kind == "chalk":
        pen = Pen(max(2.0, height * rng.uniform(0.06, 0.14)), CHALK, grain=rng.uniform(0.3, 0.8))
        colour = _pick(BOARDS, rng)
    elif rng.random() < 0.3:
        pen = Pen(max(1.5, height * rng.uniform(0.03, 0.08)), PENCIL, grain=rng.uniform(0.2, 0.6))
    camera = Camera(
        turn=rng.normal(0, 4),
        tilt=rng.uniform(0, 0.06),
        blur=rng.uniform(0.5, 1.2),
        noise=rng.uniform(1, 4),
        shade=rng.uniform(0.05, 0.45),
        shadow=rng.uniform(0.2, 0.55) * (rng.random() < 0.5),
        quality=int(rng.integers(55, 95)),
    )
    step = height * (rng.uniform(1.0, 1.4) if kind == "ruled" else rng.uniform(0.5, 0.8))
    rules = (step, _pick(RULES, rng), max(1.0, height * rng.uniform(0.01, 0.03)))
    return _compose(
        [[list(number) for number in line] for line in lines],
        writer, height, rng, pen, camera, room=1.3, gaps=(0.1, 0.35), colour=colour,
        rules=rules if kind in ("ruled", "squared") else None, squares=kind == "squared",
        size=(side * 3 // 4, side),
    )  # fmt: skip


def take_nothing(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Take a photo without a digit, uint8 (H, W, 3): a kind of `NOTHING`."""
    picture = NOTHING[kind](rng)
    camera = Camera(blur=0.8, noise=3, shade=rng.uniform(0, 0.4), shadow=rng.uniform(0, 0.4))
    return take_photo(picture, camera, rng)[0]


def _take_blank(rng: np.random.Generator) -> np.ndarray:
    return make_paper((600, 800), _pick(PAPERS, rng), rng)


def _take_rules(rng: np.random.Generator) -> np.ndarray:
    paper = _take_blank(rng)
    squares = bool(rng.random() < 0.5)
    draw_rules(paper, rng.uniform(25, 70), _pick(RULES, rng), rng.uniform(1, 2.5), squares=squares)
    return paper


def _take_board(rng: np.random.Generator) -> np.ndarray:
    paper = make_paper((600, 800), _pick(BOARDS, rng), rng)
    smear = cv2.GaussianBlur(rng.random((600, 800), np.float32), (0, 0), 25)
    return paper + (smear[..., None] - smear.min()) * 200


def _take_text(rng: np.random.Generator) -> np.ndarray:
    words = ["the", "of", "and", "that", "was", "for", "with", "his", "they", "this", "it", "also"]
    size = int(rng.integers(18, 34))
    page = Image.new("RGB", (800, 600), _pick(PAPERS, rng))
    brush, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for y in range(30, 570, round(size * 1.4)):
        line = " ".join(rng.choice(words, 11))
        brush.text((40, y), line, fill=(30, 30, 30), font=font)
    return np.asarray(page, np.float32).copy()


def _take_portrait(rng: np.random.Generator) -> np.ndarray:
    face = np.full((600, 480, 3), rng.uniform(80, 220, 3), np.float32)
    skin, hair = np.array([205, 165, 140]) * rng.uniform(0.5, 1.1), rng.uniform(20, 120, 3)
    centre = (int(rng.uniform(200, 280)), 300)
    cv2.ellipse(face, (centre[0], 700), (210, 220), 0, 0, 360, rng.uniform(0, 255, 3), -1)
    cv2.ellipse(face, (centre[0], 240), (140, 190), 0, 0, 360, hair, -1)
    cv2.ellipse(face, centre, (115, 155), 0, 0, 360, skin, -1)
    for x in (-45, 45):
        cv2.ellipse(face, (centre[0] + x, 270), (22, 11), 0, 0, 360, (240, 240, 240), -1)
        cv2.circle(face, (centre[0] + x, 270), 9, (40, 30, 20), -1)
        cv2.ellipse(face, (centre[0] + x, 248), (28, 8), 0, 180, 360, hair, 5)
    cv2.ellipse(face, (centre[0], 320), (14, 26), 0, 0, 180, skin * 0.75, 4)
    cv2.ellipse(face, (centre[0], 375), (42, 13), 0, 0, 360, (150, 70, 70), -1)
    return cv2.GaussianBlur(face, (0, 0), rng.uniform(1, 4))


def _take_desk(rng: np.random.Generator) -> np.ndarray:
    """Return the edge of a sheet on a desk of wood, with the shadow that it throws."""
    desk = make_paper((600, 800), (120, 85, 55), rng)
    grain = cv2.GaussianBlur(rng.normal(0, 30, (600, 1)).astype(np.float32), (1, 9), 0)
    desk += cv2.resize(grain, (800, 600))[..., None]
    corners = np.array([[200, 130], [850, 60], [850, 700], [130, 640]]) + rng.normal(0, 40, (4, 2))
    cv2.fillPoly(desk, [corners.astype(np.int32)], tuple(map(float, _pick(PAPERS, rng))))
    return desk


def _take_scribbles(rng: np.random.Generator) -> np.ndarray:
    """Return blots, dashes and crossings-out."""
    paper = _take_blank(rng)
    pen = Pen(rng.uniform(3, 7), _pick(INKS, rng))
    for _ in range(4):
        at = rng.uniform((80, 80), (700, 500))
        kind = rng.integers(3)
        if kind == 0:
            cv2.ellipse(paper, at.astype(int), (24, 17), 0, 0, 360, pen.colour, -1)
        elif kind == 1:
            zigzag = np.cumsum(np.tile([[9.0, -60.0], [9.0, 60.0]], (7, 1)), axis=0)
            draw_ink(paper, [Written("", [at + zigzag])], pen, rng)
        else:
            draw_ink(paper, [Written("", [np.stack([at, at + np.array([90, 4])])])], pen, rng)
    return paper


NOTHING: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "blank": _take_blank,
    "rules": _take_rules,
    "board": _take_board,
    "text": _take_text,
    "portrait": _take_portrait,
    "desk": _take_desk,
    "scribbles": _take_scribbles,
}
SINGLES = {"phone": take_single, "cell": scan_cell, "form": scan_form, "canvas": save_canvas}
NUMBERS = {"crop": crop_number, "touching": crop_touching}
SHEETS = ("plain", "ruled", "squared", "chalk")
KINDS = (*SINGLES, *NUMBERS, *SHEETS)


def render(kind: str, seed: int, writer: Writer | None = None) -> Photo:
    """Render a photo of a kind of `KINDS`; the same seed gives the same photo."""
    rng = np.random.default_rng((KINDS.index(kind), seed))
    writer = writer or GeneratedWriter(rng)
    labels = getattr(writer, "labels", list("0123456789"))
    if kind in SINGLES:
        return SINGLES[kind](writer, str(rng.choice(labels)), rng)
    if kind in NUMBERS:
        number = "".join(rng.choice(labels, rng.integers(2, 6)))
        return NUMBERS[kind](writer, number, rng)
    lines = [
        ["".join(rng.choice(labels, rng.integers(1, 5))) for _ in range(rng.integers(1, 5))]
        for _ in range(rng.integers(1, 5))
    ]
    return take_sheet(writer, lines, rng, kind=kind)


def _compose(
    lines: Sequence[Sequence[Sequence[str]]],
    writer: Writer,
    height: float,
    rng: np.random.Generator,
    pen: Pen,
    camera: Camera,
    *,
    room: float,
    gaps: tuple[float, float] = (0.1, 0.3),
    colour: tuple[int, int, int] | None = None,
    rules: tuple[float, tuple[int, int, int], float] | None = None,
    squares: bool = False,
    size: tuple[int, int] | None = None,
) -> Photo:
    rows = [_write_line(writer, line, height, gaps, rng) for line in lines]
    digits = [
        digit.move((0, height * rng.uniform(1.6, 2.2) * number))
        for number, row in enumerate(rows)
        for digit in row
    ]
    points = np.concatenate([path for digit in digits for path in digit.paths])
    width, tall = np.ptp(points, axis=0)
    margin = (room - 1) * height + pen.width
    shape = size or (int(tall + 2 * margin), int(width + 2 * margin))
    digits = _centre(digits, shape[0], shape[1], rng, 0.6 if size is None else 0.9)
    paper = make_paper(shape, colour or _pick(PAPERS, rng), rng)
    if rules:
        step, rule, thick = rules
        start = digits[0].box[1][1] + rng.normal(0, 0.08) * height
        draw_rules(paper, step, rule, thick, start=start % step, squares=squares)
    draw_ink(paper, digits, pen, rng)
    picture, view = take_photo(paper, camera, rng)
    text = [" ".join("".join(number) for number in line) for line in lines]
    return Photo(picture, text, [_box(digit, view) for digit in digits])


def _write_line(
    writer: Writer,
    numbers: Sequence[Sequence[str]],
    height: float,
    gaps: tuple[float, float],
    rng: np.random.Generator,
) -> list[Written]:
    line, x = [], 0.0
    for number in numbers:
        row = [each.move((x, 0)) for each in write_row(writer, "".join(number), height, gaps, rng)]
        line += row
        x = row[-1].box[1][0] + height * rng.uniform(1.2, 2.0)
    return line


def _centre(
    digits: list[Written], height: int, width: int, rng: np.random.Generator, loose: float
) -> list[Written]:
    """Move digits into a picture, by chance off its middle by a share of the room that is left."""
    points = np.concatenate([path for digit in digits for path in digit.paths])
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.array([width, height])
    scale = min(1.0, float((0.86 * size / np.maximum(high - low, 1)).min()))
    room = size - (high - low) * scale
    shift = room * (0.5 + loose * rng.uniform(-0.4, 0.4, 2))
    return [
        Written(digit.label, [(path - low) * scale + shift for path in digit.paths])
        for digit in digits
    ]


def _box(digit: Written, view: np.ndarray) -> Box:
    points = np.concatenate(digit.paths)[None].astype(np.float64)
    seen = cv2.perspectiveTransform(points, view)[0]
    (x, y), (right, below) = seen.min(axis=0), seen.max(axis=0)
    return float(x), float(y), float(right - x), float(below - y)


def _shrink(photo: Photo, scale: float) -> Photo:
    picture = cv2.resize(photo.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    boxes = [tuple(side * scale for side in box) for box in photo.boxes]
    return Photo(picture, photo.lines, boxes)


def _pick(choices: Sequence, rng: np.random.Generator) -> tuple[int, int, int]:
    return choices[rng.integers(len(choices))]
