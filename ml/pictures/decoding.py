"""A picture's file -> its pixels as a person sees them. Every limit is checked before decoding.

Pillow decodes PNG and JPEG, and OpenCV WebP, for which Pillow holds four copies of a picture (12
megapixels: 183 MB and 1.6 s, against 71 MB and 0.2 s). Where and when a photo was taken reaches
neither.
"""

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ml.errors import LargePictureError, PictureError
from ml.ink import to_rgba
from ml.pictures import jpeg, png, webp
from ml.pictures.backdrop import LOOK, STRIP, find_backdrop, lay_on, lay_on_backdrop
from ml.pictures.kinds import JPEG, PNG, WEBP, FileHeader, read_header
from ml.pictures.orientation import is_transposed, read_orientation, turn

MOST_BYTES = 10 * 1024 * 1024
# "12 megapixels" of phones are up to 4,080 × 3,072.
MOST_PIXELS = 12 * 1024 * 1024
SHORTEST, LONGEST = 16, 16_384  # px a side
DAMAGED = "is damaged; send the whole file"
# What decoders raise for damaged files; a second size beyond all limits is one, too.
DAMAGES = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError),
    *(struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning),
)


@dataclass(frozen=True)
class Picture:
    """A picture's pixels, RGB, uint8 (h, w, 3), turned as EXIF says; and its size in the file.

    The pixels are fewer where that was enough.
    """

    pixels: np.ndarray
    width: int
    height: int

    @property
    def scale(self) -> tuple[float, float]:
        """How many px of the file one of the pixels is, across and down."""
        return self.width / self.pixels.shape[1], self.height / self.pixels.shape[0]


def decode_picture(data: bytes, enough: int | None = None) -> Picture:
    """Return the picture that a file holds, of an animated one the first frame.

    A JPEG may be decoded at half its size, if its longer side keeps `enough` px then: in a quarter
    of the memory. Raises ForeignPictureError, LargePictureError, and PictureError for damaged and
    small ones.
    """
    header = check_file(data)
    half = enough is not None and max(header.width, header.height) >= 2 * enough
    try:
        if header.kind == JPEG:
            pixels, exif = _decode_jpeg(data, half=half)
        else:
            pixels, exif = {PNG: _decode_png, WEBP: _decode_webp}[header.kind](data)
    except DAMAGES as error:
        raise PictureError(DAMAGED) from error
    orientation = read_orientation(exif)
    height, width = header.height, header.width
    parts = 2 if half and header.kind == JPEG else 1
    if pixels.shape[:2] != (-(-height // parts), -(-width // parts)):  # it says two sizes
        raise PictureError(DAMAGED)
    if is_transposed(orientation):
        width, height = height, width
    return Picture(turn(pixels, orientation), width, height)


def check_file(data: bytes) -> FileHeader:
    """Return what a file says about itself, if that is within every limit; raises PictureError."""
    check_bytes(len(data))
    if not data:
        raise PictureError("is empty; send the whole file")
    header = read_header(data)
    size = f"{header.width:,}×{header.height:,} px"
    if header.width * header.height > MOST_PIXELS or max(header.width, header.height) > LONGEST:
        raise LargePictureError(
            f"is {size}, and at most 12 megapixels and {LONGEST:,} px a side are read; make it "
            "smaller, or take it with a lower resolution"
        )
    if min(header.width, header.height) < SHORTEST:
        raise PictureError(f"is {size}, and needs at least {SHORTEST} px a side; send a larger one")
    return header


def check_bytes(count: int) -> None:
    """Raise LargePictureError for a file of too many bytes."""
    if count > MOST_BYTES:
        raise LargePictureError(
            f"has {count / 2**20:.1f} MB, and at most {MOST_BYTES // 2**20} are read; save it "
            "smaller, as JPEG"
        )


def _decode_png(data: bytes) -> tuple[np.ndarray, bytes]:
    try:
        header = png.read_header(data)
        packed = png.keep_packed(data, header)
        exif = png.find_exif(data)
    except png.PngError as error:
        raise PictureError(f"is damaged: {error}; send the whole file") from error
    with Image.open(io.BytesIO(packed), formats=["PNG"]) as image:
        image.load()
        return to_pixels(image), exif


def _decode_jpeg(data: bytes, *, half: bool) -> tuple[np.ndarray, bytes]:
    with Image.open(io.BytesIO(jpeg.keep_pixels(data)), formats=["JPEG"]) as image:
        if half:
            image.draft(None, (image.width // 2, image.height // 2))
        image.load()
        return to_pixels(image), jpeg.find_exif(data)


def _decode_webp(data: bytes) -> tuple[np.ndarray, bytes]:
    import cv2  # with the first photo, as all that reads photos

    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise PictureError(DAMAGED) from error
    if pixels is None:
        raise PictureError(DAMAGED)
    is_opaque = pixels.shape[2] == 3
    channels = cv2.COLOR_BGR2RGB if is_opaque else cv2.COLOR_BGRA2RGBA
    pixels = cv2.cvtColor(pixels, channels, pixels)  # in place
    return pixels if is_opaque else lay_on_backdrop(pixels), webp.find_exif(data)


def to_pixels(image: Image.Image) -> np.ndarray:
    """Return the RGB pixels, uint8 (H, W, 3), of a Pillow image of any mode.

    Strip by strip: Pillow's own pixels take four bytes each, and a copy of all would double that.
    """
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    backdrop = find_backdrop(_shrink(image)) if image.has_transparency_data else None
    for top in range(0, image.height, STRIP):
        bottom = min(top + STRIP, image.height)
        strip = to_rgba(image.crop((0, top, image.width, bottom)))
        pixels[top:bottom] = strip[..., :3] if backdrop is None else lay_on(strip, backdrop)
    return pixels


def _shrink(image: Image.Image) -> np.ndarray:
    size = min(LOOK, image.width), min(LOOK, image.height)
    return to_rgba(image.resize(size, Image.Resampling.NEAREST))
