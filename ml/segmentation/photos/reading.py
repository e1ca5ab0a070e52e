"""A photo without a printed sheet: from its pixels to what each digit reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ml.predict import Memory, Reader, Reading
from ml.segmentation.photo_reading import PhotoDigit, PhotoReading
from ml.segmentation.photos.digits import find_digits
from ml.segmentation.photos.light import measure_darkness, scale_picture, select_ink
from ml.segmentation.photos.lines import Block, Page, find_blocks, find_page, split_numbers
from ml.segmentation.photos.rules import remove_rules
from ml.segmentation.pieces import Box

TURNED = 0.05  # radians: lines that sink or rise by more are made level
INK_HEIGHT = 112  # px that a number's ink is scaled down to
MARGIN = 2  # px around a part's pixels that its fringe lies in
PALEST, DARKEST = 0.25, 0.7  # of a part's usual darkness that becomes paper, and full ink
SPECK = 0.12  # of the longest side in a box: smaller blocks are specks
TEXT, TEXT_REFUSED = 12, 0.35  # so many parts, with such a share refused, are text
ONES = 0.75  # of the digits of so many parts that are ones
DUST = 0.25  # of a digit's height: what is smaller between digits, and no mark, is of the paper
WORD_DIGITS = 0.5  # of the parts of a number that must be digits


@dataclass(frozen=True)
class Sighting:
    """One digit or mark: its reading, its ink, uint8 (h, w), and its box's points, float (4, 2)."""

    reading: Reading
    ink: np.ndarray
    corners: np.ndarray  # px of the picture that was worked on
    mark: str | None = None

    @property
    def is_digit(self) -> bool:
        """Whether it was read as a digit."""
        return self.reading.status == "digit"

    @property
    def height(self) -> float:
        """Of its box, px of the picture that was worked on."""
        return float(np.ptp(self.corners[:, 1]))


def read_digits(
    reader: Reader, picture: np.ndarray, name: str, memories: Mapping[str, Memory]
) -> PhotoReading:
    """Read all digits of a photo, uint8 (H, W) or (H, W, 3), with one model."""
    small, scale = scale_picture(picture)
    page = find_page(*_find_ink(small))
    view = np.array([[scale, 0, 0], [0, scale, 0]])
    if page.lines and abs(page.angle) > TURNED:
        turn = cv2.getRotationMatrix2D(
            (small.shape[1] / 2, small.shape[0] / 2), np.degrees(page.angle), 1.0
        )
        page, view = _level(page, turn), turn @ np.vstack([view, [0, 0, 1]])
    lines = [
        [
            _read_number(reader, page, number, name, memories)
            for number in split_numbers(line, page.usual)
        ]
        for line in page.lines
    ]
    return _report(_keep_digits(lines), cv2.invertAffineTransform(view), picture.shape)


def read_box(
    reader: Reader, picture: np.ndarray, box: Box, name: str, memories: Mapping[str, Memory]
) -> PhotoReading:
    """Read what is in one box of a photo as one digit."""
    small, scale = scale_picture(picture)
    darkness, ink = _find_ink(small)
    x, y, width, height = (round(side * scale) for side in box)
    rows, columns = slice(max(0, y), max(0, y + height)), slice(max(0, x), max(0, x + width))
    labels, blocks = find_blocks(darkness[rows, columns], ink[rows, columns])
    own = np.zeros((1, 1), np.uint8)
    if blocks:
        tallest = max(b.side for b in blocks)
        own, _ = take_ink(
            labels, darkness[rows, columns], [b for b in blocks if b.side > SPECK * tallest]
        )
    reading = reader.read_each(own, [name], memories)[0]
    text = [str(reading.digit)] if reading.status == "digit" else []
    shape = picture.shape
    return PhotoReading(text, [PhotoDigit(box, 0, 0, reading, own)], shape[1], shape[0])


def _find_ink(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    darkness = measure_darkness(picture)
    return remove_rules(darkness, select_ink(darkness))


def _level(page: Page, turn: np.ndarray) -> Page:
    """Return the page turned by an affine map, float (2, 3), so that its lines are level."""
    size = page.darkness.shape[::-1]
    kept = np.isin(page.labels, [b.number for line in page.lines for b in line.blocks])
    darkness = cv2.warpAffine(page.darkness, turn, size)
    ink = cv2.warpAffine(kept.astype(np.uint8) * 255, turn, size) > 127
    return find_page(darkness, ink)


def _read_number(
    reader: Reader,
    page: Page,
    blocks: Sequence[Block],
    name: str,
    memories: Mapping[str, Memory],
) -> list[Sighting]:
    """Return what is read of the ink of one number, from left to right, refused parts included."""
    ink, start = take_ink(page.labels, page.darkness, blocks)
    scale = min(1.0, INK_HEIGHT / ink.shape[0])
    if scale < 1:
        size = tuple(max(1, round(side * scale)) for side in ink.shape[::-1])
        ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    return [
        Sighting(
            each.reading, each.ink, np.array(start) + _list_corners(each.box) / scale, each.mark
        )
        for each in find_digits(reader, ink, name, memories)
    ]


def _list_corners(box: Box) -> np.ndarray:
    x, y, width, height = box
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)


def take_ink(
    labels: np.ndarray, darkness: np.ndarray, blocks: Sequence[Block]
) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the ink of blocks, uint8 (h, w), and where its upper left pixel lies, (x, y).

    It is their pixels and their fringe, from paper to full ink by how dark they usually are: a
    pencil's line becomes as black as a felt pen's.
    """
    left = max(0, min(b.x for b in blocks) - MARGIN)
    top = max(0, min(b.y for b in blocks) - MARGIN)
    right = min(labels.shape[1], max(b.right for b in blocks) + MARGIN)
    below = min(labels.shape[0], max(b.below for b in blocks) + MARGIN)
    window = labels[top:below, left:right]
    own = np.isin(window, [b.number for b in blocks])
    dark = darkness[top:below, left:right]
    usual = max(1e-3, float(np.quantile(dark[own], 0.75)))
    share = (dark / usual - PALEST) / (DARKEST - PALEST)
    near = cv2.dilate(own.astype(np.uint8), np.ones((3, 3))).astype(bool)
    ink = np.where(near & ((window == 0) | own), share.clip(0, 1), 0)
    return np.rint(ink * 255).astype(np.uint8), (left, top)


def _keep_digits(lines: list[list[list[Sighting]]]) -> list[list[list[Sighting]]]:
    """Return the lines without what is no digit, and without what no digit is left of.

    Where much is no digit, what looks like one is a letter, and where nearly all are ones, they are
    hatching or the lines of the paper.
    """
    everything = [each for line in lines for number in line for each in number]
    refused = sum(not each.is_digit for each in everything)
    ones = sum(each.reading.digit == 1 for each in everything)
    is_text = refused >= TEXT_REFUSED * len(everything)
    is_hatching = ones >= ONES * (len(everything) - refused)
    if len(everything) >= TEXT and (is_text or is_hatching):
        return []
    kept = [[_keep_number(number) for number in line] for line in lines]
    kept = [[number for number in line if number] for line in kept]
    return [line for line in kept if line]


def _keep_number(number: list[Sighting]) -> list[Sighting]:
    """Return the digits of a number, and the marks and refused parts that belong to it.

    They stand between two digits and are no specks of the paper; a minus stands before all.
    """
    digits = [place for place, each in enumerate(number) if each.is_digit]
    others = [each for each in number if each.mark is None]
    if not digits or (len(others) > 2 and len(digits) <= WORD_DIGITS * len(others)):
        return []
    first, last = digits[0], digits[-1]
    if first and number[first - 1].mark == "-":
        first -= 1
    tall = max(number[place].height for place in digits)
    return [each for each in number[first : last + 1] if each.mark or not _is_dust(each, tall)]


def _is_dust(each: Sighting, tall: float) -> bool:
    width, height = np.ptp(each.corners, axis=0)
    return not each.is_digit and max(width, height) < DUST * tall


def _report(
    lines: list[list[list[Sighting]]], back: np.ndarray, shape: tuple[int, ...]
) -> PhotoReading:
    """Return the digits with their boxes in the photo, where an affine map (2, 3) leads back to."""
    digits, text = [], []
    for line, numbers in enumerate(lines):
        found = [
            [
                PhotoDigit(
                    _box_of(each.corners, back, shape),
                    line,
                    number,
                    each.reading,
                    each.ink,
                    each.mark,
                )
                for each in sightings
            ]
            for number, sightings in enumerate(numbers)
        ]
        text.append(" ".join("".join(each.text for each in number) for number in found))
        digits += [each for number in found for each in number]
    return PhotoReading(text, digits, shape[1], shape[0])


def _box_of(corners: np.ndarray, back: np.ndarray, shape: tuple[int, ...]) -> Box:
    points = corners @ back[:, :2].T + back[:, 2]
    low = np.rint(points.min(axis=0)).clip(0, (shape[1] - 1, shape[0] - 1)).astype(int)
    high = np.rint(points.max(axis=0)).clip(low + 1, (shape[1], shape[0])).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])
