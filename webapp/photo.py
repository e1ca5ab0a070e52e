"""A request's photo -> the bytes of its file; a digit's ink -> a PNG."""

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import Request
from PIL import Image

from ml.errors import ForeignPictureError, LargePictureError, PictureError
from ml.pictures.data_url import write_data_url
from ml.pictures.decoding import MOST_BYTES, check_bytes
from ml.segmentation.pieces import Box
from webapp.body import read_object
from webapp.drawing import decode_base64
from webapp.problems import Problem

MULTIPART = "multipart/form-data"
WRONG_TYPE = (
    "Send the photo as multipart/form-data, as the part `photo`, or as JSON with `image`, a data "
    "URL."
)
DATA_URL = re.compile(
    r"data:[\w.+-]+/[\w.+-]+(;[\w-]+=[\w.+-]*)*;base64,", re.ASCII | re.IGNORECASE
)
OTHERS = 64 * 1024  # bytes of a body besides its photo
MOST_BODY = MOST_BYTES * 4 // 3 + OTHERS  # base64 has four characters for three bytes
TOO_LARGE = f"The photo must be at most {MOST_BYTES // 2**20} MB. Send it smaller."
INK_SIDE = 280  # px: as large as the board
LEAST_INK_SIDE = 28  # px: as small as a drawing may be
MARGIN = 1 / 8  # of the ink's longer side: paper is told by a picture's border
STATUSES = ((ForeignPictureError, 415), (LargePictureError, 413), (PictureError, 400))


@dataclass(frozen=True)
class AskedPhoto:
    """What a request asks about: a file, and as they came, the model and the box if it has them."""

    file: bytes
    options: dict[str, Any]


def check_kind(request: Request) -> None:
    """Raise Problem for a body that can hold no photo, before anybody waits for a turn."""
    if request.mimetype not in (MULTIPART, "application/json"):
        raise Problem(415, WRONG_TYPE)
    if (request.content_length or 0) > MOST_BODY:
        raise Problem(413, TOO_LARGE)


def receive_photo(request: Request) -> AskedPhoto:
    """Return what a request of a kind that was checked asks about; raises Problem."""
    request.max_content_length = MOST_BODY
    asked = receive_parts(request) if request.mimetype == MULTIPART else receive_url(request)
    try:
        check_bytes(len(asked.file))
    except PictureError as error:
        raise explain_picture(error) from error
    return asked


def receive_parts(request: Request) -> AskedPhoto:
    """Return what a multipart body asks about; raises Problem."""
    files = request.files.getlist("photo")
    if "photo" in request.form:
        raise Problem(400, "`photo` must be a file: send its part with a file's name.")
    if not files:
        raise Problem(400, "`photo` is missing. Send the photo as the part of that name.")
    if len(files) > 1:
        raise Problem(400, "Send one `photo` at a time.")
    options = {name: request.form[name] for name in ("model", "box") if name in request.form}
    if "box" in options:
        options["box"] = parse_box(options["box"])
    return AskedPhoto(files[0].stream.read(MOST_BYTES + 1), options)


def parse_box(text: str) -> object:
    """Return what a part's JSON says; raises Problem."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "`box` must be JSON: [x, y, width, height].") from error


def receive_url(request: Request) -> AskedPhoto:
    """Return what a JSON body asks about; raises Problem."""
    body = read_object(request)
    if "image" not in body:
        raise Problem(400, "`image` is missing. Send the photo as a data URL.")
    url = body.pop("image")
    start = DATA_URL.match(url) if isinstance(url, str) else None
    if start is None:
        raise Problem(
            400, "`image` must be a data URL: data:image/jpeg;base64, followed by the file."
        )
    return AskedPhoto(decode_base64(url[start.end() :]), body)


def explain_picture(error: PictureError) -> Problem:
    """Return the problem that says why a photo cannot be read."""
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    return Problem(status, f"The photo {error}.")


def check_box(box: object, width: int, height: int) -> Box | None:
    """Return the box of a digit in a photo, None if there is none; raises Problem."""
    if box is None:
        return None
    is_list = isinstance(box, list) and len(box) == 4
    if not is_list or not all(type(number) is int for number in box):  # True is no number
        raise Problem(400, "`box` must be four whole numbers: [x, y, width, height].")
    x, y, w, h = box
    if not (x >= 0 and y >= 0 and w >= 1 and h >= 1 and x + w <= width and y + h <= height):
        raise Problem(400, f"`box` must lie within the photo, which is {width}×{height} px.")
    return x, y, w, h


def write_ink(ink: np.ndarray) -> str:
    """Return ink, uint8 (H, W), as the board's PNG: a data URL, black on transparent."""
    ink = add_margin(ink)
    side = max(ink.shape)
    image = Image.fromarray(ink)
    if side > INK_SIDE:
        size = [max(1, round(length * INK_SIDE / side)) for length in image.size]
        image = image.resize(size, Image.Resampling.BOX)
    picture = Image.merge("LA", (Image.new("L", image.size), image))
    return write_data_url(picture, compress_level=1)


def add_margin(ink: np.ndarray) -> np.ndarray:
    """Return ink with paper around it, and as large as a drawing must be."""
    margin = max(2, round(max(ink.shape) * MARGIN))
    sides = [
        (before := max(margin, (LEAST_INK_SIDE - length + 1) // 2), before) for length in ink.shape
    ]
    return np.pad(ink, sides)
