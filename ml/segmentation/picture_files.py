"""A picture's file -> its pixels as a person sees them. Every limit is checked before decoding.

Pillow decodes PNG and JPEG, and OpenCV WebP, for which Pillow holds four copies of a picture (12
megapixels: 183 MB and 1.6 s, against 71 MB and 0.2 s). The rest of a file, such as where a photo
was taken, is looked at for one thing only: which way up the picture lies.
"""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image

from ml import png
from ml.errors import LargePictureError, PictureError
from ml.ink import OPAQUE, UPRIGHT, to_rgba
from ml.segmentation.picture_headers import (
    JPEG,
    PNG,
    WEBP,
    FileHeader,
    find_webp_exif,
    read_header,
)

MOST_BYTES = 10 * 1024 * 1024
# "12 megapixels" of phones are up to 4,080 × 3,072.
MOST_PIXELS = 12 * 1024 * 1024
SHORTEST, LONGEST = 16, 16_384  # px a side
STRIP = 256  # rows that are converted together
LOOK = 256  # px a side of the small copy that tells what lies behind a transparent picture
DAMAGED = "is damaged; send the whole file"
# What decoders raise for damaged files; a second size beyond all limits is one, too.
DAMAGES = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError),
    *(struct.error, zlib.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
# EXIF's orientations 2 to 8 -> is the picture transposed, then flipped up, then flipped left.
TURNS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


@dataclass(frozen=True)
class Picture:
    """A picture's pixels, RGB, uint8 (H, W, 3), turned as EXIF says."""

    pixels: np.ndarray

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.pixels.shape[0]


def decode_picture(data: bytes) -> Picture:
    """Return the picture that a file holds, of an animated one the first frame.

    Raises ForeignPictureError, LargePictureError, and PictureError for damaged and small ones.
    """
    header = check_file(data)
    decode = {PNG: _decode_png, JPEG: _decode_jpeg, WEBP: _decode_webp}[header.kind]
    try:
        pixels, orientation = decode(data, header)
    except PictureError:
        raise
    except DAMAGES as error:
        raise PictureError(DAMAGED) from error
    return Picture(turn(pixels, orientation))


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


def turn(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Return pixels (H, W, …) as EXIF's orientation, 1 to 8, says that they are to be seen."""
    is_transposed, is_upside_down, is_mirrored = TURNS.get(orientation, (False, False, False))
    turned = pixels.swapaxes(0, 1) if is_transposed else pixels
    turned = turned[::-1] if is_upside_down else turned
    return np.ascontiguousarray(turned[:, ::-1] if is_mirrored else turned)


def _decode_png(data: bytes, _header: FileHeader) -> tuple[np.ndarray, int]:
    try:
        packed = png.keep_packed(data, png.read_header(data))
    except png.PngError as error:
        raise PictureError(f"is damaged: {error}; send the whole file") from error
    with Image.open(io.BytesIO(packed), formats=["PNG"]) as image:
        image.load()
        return to_pixels(image), find_orientation(image.getexif)


def _decode_jpeg(data: bytes, header: FileHeader) -> tuple[np.ndarray, int]:
    with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        if image.size != (header.width, header.height):
            raise PictureError(DAMAGED)  # it says two sizes
        orientation = find_orientation(image.getexif)
        image.load()
        return to_pixels(image), orientation


def _decode_webp(data: bytes, header: FileHeader) -> tuple[np.ndarray, int]:
    import cv2  # with the first photo, as all that reads photos

    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise PictureError(DAMAGED) from error
    if pixels is None or pixels.shape[:2] != (header.height, header.width):
        raise PictureError(DAMAGED)
    is_opaque = pixels.shape[2] == 3
    channels = cv2.COLOR_BGR2RGB if is_opaque else cv2.COLOR_BGRA2RGBA
    pixels = cv2.cvtColor(pixels, channels, pixels)  # in place
    return pixels if is_opaque else lay_on_backdrop(pixels), find_orientation(
        lambda: _load_exif(data)
    )


def _load_exif(webp: bytes) -> Image.Exif:
    exif = Image.Exif()
    exif.load(find_webp_exif(webp))
    return exif


def find_orientation(load_exif: Callable[[], Image.Exif]) -> int:
    """Return how EXIF says that a picture lies, 1 to 8; 1 if it does not say, or is damaged."""
    try:
        orientation = load_exif().get(ExifTags.Base.Orientation)
    except DAMAGES:
        return UPRIGHT
    return orientation if orientation in TURNS else UPRIGHT


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


def lay_on_backdrop(pixels: np.ndarray) -> np.ndarray:
    """Return RGB of RGBA pixels, uint8 (H, W, 4), on what lies behind them."""
    step = max(1, max(pixels.shape[:2]) // LOOK)
    backdrop = find_backdrop(pixels[::step, ::step])
    laid = np.empty((*pixels.shape[:2], 3), np.uint8)
    for top in range(0, len(pixels), STRIP):
        laid[top : top + STRIP] = lay_on(pixels[top : top + STRIP], backdrop)
    return laid


def find_backdrop(pixels: np.ndarray) -> np.ndarray:
    """Return the colour, uint8 (3,), to lay behind RGBA pixels, uint8 (H, W, 4).

    Ink on nothing gets paper that it shows on. Paper with a transparent rim goes on.
    """
    there = pixels[..., 3] >= OPAQUE
    colours = pixels[there][:, :3]
    if there.mean() >= 0.5:
        return np.median(colours, axis=0).astype(np.uint8)
    is_light = len(colours) > 0 and colours.mean() > 127
    return np.full(3, 0 if is_light else 255, np.uint8)


def lay_on(pixels: np.ndarray, backdrop: np.ndarray) -> np.ndarray:
    """Return RGBA pixels, uint8 (H, W, 4), on a colour, as RGB, uint8 (H, W, 3)."""
    if pixels[..., 3].min() == 255:
        return pixels[..., :3]
    alpha = pixels[..., 3:].astype(np.uint16)
    mixed = pixels[..., :3] * alpha + backdrop.astype(np.uint16) * (255 - alpha) + 127
    return (mixed // 255).astype(np.uint8)
