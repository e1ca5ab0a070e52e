"""Data URL or strokes -> ink. Every limit is checked before anything is decoded or drawn."""

import binascii
import io
import re
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ml.ink import is_drawn_on_nothing, read_picture, read_unchanged
from ml.pictures.png import Header, PngError, find_canvas_alpha, read_header, unpack_pixels
from ml.preprocess import IMAGE_SIDE
from ml.strokes import draw_freely, parse_strokes
from webapp.problems import Problem

DATA_URL = re.compile(r"data:image/png(;[a-z0-9-]+=[\w.+-]*)*;base64,", re.ASCII | re.IGNORECASE)
# What one person draws on a board stays far below these; what lies above would take seconds.
MAX_POINTS, MAX_EXTENT, MAX_LENGTH = 10_000, 4_096, 100_000
STROKES = "Send a list of strokes, each a list of [x, y] numbers: [[[80, 70], [200, 70]]]."
EXPECTED = "Send data:image/png;base64, followed by the file in base64."


@dataclass(frozen=True)
class Limits:
    """The limits on a drawing: characters of its data URL, pixels of each side."""

    text: int = 1024 * 1024
    min_side: int = 28
    max_side: int = 1024


def read_drawing(data_url: str, limits: Limits = Limits(), *, as_is: bool = False) -> np.ndarray:
    """Return the drawing's ink, uint8 (H, W), 0 = paper and 255 = ink; raises Problem.

    With `as_is` the picture must be what a network is given: 28×28 px, each of which counts.
    """
    data = decode_data_url(data_url, limits)
    try:
        header = read_header(data)
        check_size(header, limits)
        if as_is:
            check_fits(header)
        return decode_ink(data, header, as_is=as_is)
    except PngError as error:
        raise Problem(400, f"`image` is not a valid PNG: {error}. Send the whole file.") from error


def read_strokes(value: object) -> np.ndarray:
    """Return the ink of strokes in board px, as JSON gives them, uint8 (H, W); raises Problem."""
    return draw_freely(parse_drawing_strokes(value))


def parse_drawing_strokes(value: object) -> list[np.ndarray]:
    """Return strokes that are within every limit, float32 (P, 2) in board px; raises Problem."""
    try:
        strokes = parse_strokes(value, MAX_EXTENT)
    except ValueError as error:
        raise Problem(400, f"`strokes` cannot be drawn: {error}. {STROKES}") from error
    if not strokes:
        return []
    points = np.concatenate(strokes)
    if len(points) > MAX_POINTS:
        raise Problem(413, f"`strokes` must have at most {MAX_POINTS:,} points. Send fewer.")
    if np.ptp(points, axis=0).max() > MAX_EXTENT:
        raise Problem(
            400,
            f"`strokes` must be at most {MAX_EXTENT:,} px wide and high. The board has 280×280.",
        )
    length = sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes)
    if length > MAX_LENGTH:
        raise Problem(413, f"`strokes` must be at most {MAX_LENGTH:,} px long. Draw less.")
    return strokes


def decode_data_url(data_url: str, limits: Limits) -> bytes:
    """Return the bytes that a data URL holds; raises Problem."""
    if len(data_url) > limits.text:
        raise Problem(413, f"`image` must be at most {limits.text} characters. Send a smaller PNG.")
    start = DATA_URL.match(data_url)
    if start is None:
        raise Problem(400, f"`image` must be a PNG data URL. {EXPECTED}")
    data = decode_base64(data_url[start.end() :])
    if not data:
        raise Problem(400, f"`image` is empty. {EXPECTED}")
    return data


def decode_base64(text: str) -> bytes:
    """Return the bytes that the rest of a data URL stands for; raises Problem."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        detail = (
            "`image` must be complete, valid base64. "
            "Use A-Z a-z 0-9 + / and =, without line breaks."
        )
        raise Problem(400, detail) from error


def check_size(header: Header, limits: Limits) -> None:
    """Raise Problem unless both sides are within the limits."""
    size = f"{header.width}×{header.height} px"
    if max(header.width, header.height) > limits.max_side:
        most = f"{limits.max_side}×{limits.max_side} px"
        raise Problem(413, f"The picture must be at most {most}; it is {size}. Send a smaller one.")
    if min(header.width, header.height) < limits.min_side:
        least = f"{limits.min_side}×{limits.min_side} px"
        raise Problem(
            400, f"The picture must be at least {least}; it is {size}. Send a larger one."
        )


def check_fits(header: Header) -> None:
    """Raise Problem unless a network can be given the picture as it is."""
    if (header.width, header.height) != (IMAGE_SIDE, IMAGE_SIDE):
        raise Problem(
            400,
            f"With `as_is` the picture must be 28×28 px; it is {header.width}×{header.height} px. "
            "Send one of that size, or leave out `as_is`.",
        )


def decode_ink(data: bytes, header: Header, *, as_is: bool = False) -> np.ndarray:
    """Decode a PNG of any kind, whose size was checked, to ink, uint8 (H, W); raises PngError."""
    rows, png = unpack_pixels(data, header)
    alpha = find_canvas_alpha(rows, header)
    # As in read_picture: then the colours need no look.
    if alpha is not None and not as_is and is_drawn_on_nothing(alpha):
        return alpha
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            image.load()
            widen_transparent_grey(image, header.depth)
            return read_unchanged(image) if as_is else read_picture(image)
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged pixels
        raise PngError("its pixels are damaged") from error


def widen_transparent_grey(image: Image.Image, depth: int) -> None:
    """Scale the transparent level of 2- and 4-bit grey, as Pillow scales only the pixels."""
    if image.mode == "L" and "transparency" in image.info:
        image.info["transparency"] = image.info["transparency"] * 255 // (2**depth - 1) & 255
