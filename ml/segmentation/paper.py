"""Photos and scans of paper: each digit's ink, what it reads, and the numbers that they make.

Light is divided away (`light`), printed lines are taken away (`rules`), connected ink is put in
lines (`lines`), and each number's ink is read as the board's is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ml.predict import Memory, Reader, Reading
from ml.segmentation.photos.light import measure_darkness, scale_picture, select_ink
from ml.segmentation.photos.lines import Block, find_blocks, find_lines, split_numbers
from ml.segmentation.photo_reading import PhotoDigit, PhotoReading
from ml.segmentation.photos.rules import remove_rules
from ml.segmentation.sheet import find_sheet, read_sheet

Box = tuple[int, int, int, int]  # x, y, width, height
INK_HEIGHT = 96  # px that a number's ink is scaled down to: as tall as digits on a board
MARGIN = 2  # px around a part's pixels that its fringe lies in
TEXT, TEXT_REFUSED = 12, 0.35  # so many parts, with such a share refused, are text
WORD_DIGITS = 0.5  # of the parts of a number that must be digits
PALEST, DARKEST = 0.25, 0.7  # of a part's usual darkness that becomes paper, and full ink


@dataclass(frozen=True)
class Sighting:
    """A digit found: its place in the picture that was worked on, its ink and its reading."""

    box: Box
    ink: np.ndarray
    reading: Reading


def read_photo(
    reader: Reader,
    picture: np.ndarray,
    model: str | None = None,
    memories: Mapping[str, Memory] | None = None,
    box: Box | None = None,
) -> PhotoReading:
    """Read all digits of a photo, uint8 (H, W) or (H, W, 3) in RGB, upright.

    `box` is read as one digit, whatever is in it. Raises UnknownModelError for a model that is not
    served.
    """
    name = model or reader.default
    reader.find(name)
    memories = memories or {}
    small, scale = scale_picture(picture)
    if box is None and (found := find_sheet(_take_grey(small))) is not None:
        return read_sheet(reader, picture, found, name, memories)
    darkness = measure_darkness(small)
    ink = select_ink(darkness)
    darkness, ink = remove_rules(darkness, ink)
    if box is not None:
        return _read_box(reader, darkness, ink, box, scale, picture.shape, name, memories)
    lines = _read_lines(reader, darkness, ink, name, memories)
    return _report(lines, scale, picture.shape)


def _take_grey(picture: np.ndarray) -> np.ndarray:
    import cv2

    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def _read_lines(
    reader: Reader,
    darkness: np.ndarray,
    ink: np.ndarray,
    name: str,
    memories: Mapping[str, Memory],
) -> list[list[list[Sighting]]]:
    """Return the digits of each number of each line."""
    labels, blocks = find_blocks(ink)
    lines, usual = find_lines(blocks, ink.shape)
    read = []
    for line in lines:
        numbers = split_numbers(line, usual)
        read.append(
            [_read_number(reader, labels, darkness, blocks, name, memories) for blocks in numbers]
        )
    return _keep_digits(read)


def _read_number(
    reader: Reader,
    labels: np.ndarray,
    darkness: np.ndarray,
    blocks: list[Block],
    name: str,
    memories: Mapping[str, Memory],
) -> list[Sighting]:
    import cv2

    ink, (left, top) = take_ink(labels, darkness, blocks)
    scale = min(1.0, INK_HEIGHT / ink.shape[0])
    if scale < 1:
        ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return [
        Sighting(_unscale(part, scale, left, top), own, reading)
        for part, own, reading in find_digits(reader, ink, name, memories)
    ]


def _unscale(box: Box, scale: float, left: float = 0, top: float = 0) -> Box:
    x, y, width, height = (side / scale for side in box)
    return round(x + left), round(y + top), max(1, round(width)), max(1, round(height))


def take_ink(
    labels: np.ndarray, darkness: np.ndarray, blocks: list[Block]
) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the ink of blocks, uint8 (h, w), and where its upper left pixel lies, (x, y).

    Each block's pixels and their fringe, from pale to full ink by the block's own darkness: a
    pencil's line becomes as black as a felt pen's.
    """
    import cv2

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


def find_digits(
    reader: Reader, ink: np.ndarray, name: str, memories: Mapping[str, Memory]
) -> list[tuple[Box, np.ndarray, Reading]]:
    """Return each digit of one number's ink, uint8 (h, w): its box, its ink and its reading."""
    from ml.preprocess import fit_ink, is_blank, normalize

    labels, blocks = find_blocks(ink > 90)
    blocks = sorted((b for b in blocks if b.area >= 4), key=lambda b: b.middle[0])[:40]
    groups = []
    for first in range(len(blocks)):
        for last in range(first, min(len(blocks), first + 3)):
            chosen = blocks[first : last + 1]
            x, y = min(b.x for b in chosen), min(b.y for b in chosen)
            right, below = max(b.right for b in chosen), max(b.below for b in chosen)
            own = np.isin(labels[y:below, x:right], [0, *(b.number for b in chosen)])
            cut = np.where(own, ink[y:below, x:right], 0).astype(np.uint8)
            if not is_blank(cut):
                groups.append((first, last + 1, (x, y, right - x, below - y), cut))
    if not groups:
        return []
    classifier = reader.find(reader.default).classifier
    logits, _ = classifier(normalize(np.stack([fit_ink(g[3]) for g in groups])))
    p = classifier.calibration.probabilities(logits)
    no = classifier.calibration.no_digit(logits)
    n = len(blocks)
    best = [0.0] + [np.inf] * n
    back = [None] * (n + 1)
    for k in range(n):
        for g, (first, last, box, cut) in enumerate(groups):
            if first != k:
                continue
            gap = sum(max(0, blocks[i + 1].x - blocks[i].right) for i in range(first, last - 1))
            cost = -np.log(max(1e-9, p[g].max())) + 6 * no[g] + 3 * gap / ink.shape[0]
            if best[k] + cost < best[last]:
                best[last], back[last] = best[k] + cost, g
        if best[k] + 8 < best[k + 1] and blocks[k].height < 0.4 * ink.shape[0]:
            best[k + 1], back[k + 1] = best[k] + 8, -k - 1
    out, k = [], n
    while k > 0 and back[k] is not None:
        if back[k] < 0:
            k -= 1
            continue
        first, last, box, cut = groups[back[k]]
        out.append((box, cut, reader.read_each(cut, [name], memories)[0]))
        k = first
    return out[::-1]


def _keep_digits(lines: list[list[list[Sighting]]]) -> list[list[list[Sighting]]]:
    """Return the lines without what is no digit, and without what no digit is left of.

    Where much is no digit, what looks like one is a letter.
    """
    everything = [each for line in lines for number in line for each in number]
    refused = sum(each.reading.status != "digit" for each in everything)
    if len(everything) >= TEXT and refused >= TEXT_REFUSED * len(everything):
        return []
    kept = [[_keep_number(number) for number in line] for line in lines]
    kept = [[number for number in line if number] for line in kept]
    return [line for line in kept if line]


def _keep_number(number: list[Sighting]) -> list[Sighting]:
    digits = [each for each in number if each.reading.status == "digit"]
    is_word = len(number) > 2 and len(digits) <= WORD_DIGITS * len(number)
    return [] if is_word else digits


def _report(
    lines: list[list[list[Sighting]]], scale: float, shape: tuple[int, ...]
) -> PhotoReading:
    digits, text = [], []
    for line, numbers in enumerate(lines):
        text.append(" ".join("".join(str(d.reading.digit) for d in number) for number in numbers))
        for number, found in enumerate(numbers):
            for each in found:
                box = _unscale(each.box, scale)
                digits.append(PhotoDigit(box, line, number, each.reading, each.ink))
    return PhotoReading(text, digits, shape[1], shape[0])


def _read_box(
    reader: Reader,
    darkness: np.ndarray,
    ink: np.ndarray,
    box: Box,
    scale: float,
    shape: tuple[int, ...],
    name: str,
    memories: Mapping[str, Memory],
) -> PhotoReading:
    x, y, width, height = (round(side * scale) for side in box)
    rows, columns = slice(max(0, y), max(0, y + height)), slice(max(0, x), max(0, x + width))
    labels, blocks = find_blocks(ink[rows, columns])
    own = np.zeros((1, 1), np.uint8)
    if blocks:
        own, _ = take_ink(labels, darkness[rows, columns], blocks)
    reading = reader.read_each(own, [name], memories)[0]
    text = [str(reading.digit)] if reading.status == "digit" else []
    digit = PhotoDigit(box, 0, 0, reading, own)
    return PhotoReading(text, [digit], shape[1], shape[0])
