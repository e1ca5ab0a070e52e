"""What a picture's file says about itself, read from its bytes before anything decodes them.

The name and the declared type of a file are not believed. Sources: JPEG, ITU-T T.81, annex B; WebP,
https://developers.google.com/speed/webp/docs/riff_container; HEIC and AVIF, ISO/IEC 14496-12.
"""

import struct
from dataclasses import dataclass

from ml import png
from ml.errors import ForeignPictureError, PictureError

PNG, JPEG, WEBP = "PNG", "JPEG", "WEBP"
READ = "PNG, JPEG or WebP"
# The first bytes of what people try besides; the name, and what to do.
FOREIGN = (
    (b"GIF8", "a GIF"),
    (b"%PDF", "a PDF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF, or a camera's raw file"),
    (b"MM\0*", "a TIFF, or a camera's raw file"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"),
    (b"<", "a text, such as SVG or HTML"),
    (b"PK\x03\x04", "a ZIP, or a document"),
)
HEIC, AVIF = (b"hei", b"hev", b"mif1", b"msf1"), (b"avi",)  # how brands begin
# Start of frame: the size; 0xC4, 0xC8 and 0xCC are other things.
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
START, SCAN = 0xD8, 0xDA
BARE = {0x01, START, *range(0xD0, 0xD8)}  # markers without a length
MOST_SCANS = 200  # a picture has up to about ten; each costs as much as all its pixels
CHUNKS = {b"VP8 ": 10, b"VP8L": 5, b"VP8X": 10}  # how many of their bytes hold the size
EXIF = 0x08  # a flag of WebP's first chunk


@dataclass(frozen=True)
class FileHeader:
    """A picture's kind and size, before it is turned as EXIF says."""

    kind: str  # PNG, JPEG or WEBP
    width: int
    height: int


def read_header(data: bytes) -> FileHeader:
    """Return what a file says about itself; raises ForeignPictureError and PictureError."""
    if data.startswith(png.SIGNATURE):
        return _read_png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return FileHeader(JPEG, *_read_jpeg_size(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileHeader(WEBP, *_read_webp_size(data))
    raise ForeignPictureError(explain_foreign(data))


def explain_foreign(data: bytes) -> str:
    """Return what a file is instead of a picture that is read, and what to do, in words."""
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand.startswith(HEIC):
        return (
            "is HEIC, which is not read here; save or share it as JPEG "
            "(an iPhone takes JPEGs with Settings, Camera, Formats, Most Compatible)"
        )
    if brand.startswith(AVIF):
        return f"is AVIF, which is not read here; save it as {READ}"
    if brand:
        return f"is a video, or another kind of picture; send a {READ}"
    name = next((name for start, name in FOREIGN if data.startswith(start)), None)
    if name is None:
        return f"is no picture that is read here; send a {READ}"
    return f"is {name}; save it as {READ}, or photograph it"


def _read_png(data: bytes) -> FileHeader:
    try:
        header = png.read_header(data)
    except png.PngError as error:
        raise PictureError("is damaged; send the whole file") from error
    return FileHeader(PNG, header.width, header.height)


def _read_jpeg_size(data: bytes) -> tuple[int, int]:
    """Return the size that the first frame has; raises PictureError."""
    if data.count(bytes((0xFF, SCAN))) > MOST_SCANS:
        raise PictureError("has too many layers; save it anew")
    position, size = 0, None
    while size is None:
        position = data.find(b"\xff", position)
        marker = data[position + 1 : position + 2]
        if position < 0 or not marker or marker[0] == SCAN:
            raise PictureError("is damaged: it does not say its size; send the whole file")
        if marker[0] in FRAMES:
            size = data[position + 5 : position + 9]
        elif marker[0] == 0xFF:  # filling
            position += 1
        elif marker[0] in BARE:
            position += 2
        else:
            position += 2 + max(2, int.from_bytes(data[position + 2 : position + 4]))
    if len(size) < 4:
        raise PictureError("is cut off; send the whole file")
    height, width = struct.unpack(">HH", size)
    return width, height


def _read_webp_size(data: bytes) -> tuple[int, int]:
    """Return the size that the first chunk has; raises PictureError."""
    kind, body = data[12:16], data[20:30]
    if len(body) < CHUNKS.get(kind, 11):
        raise PictureError("is damaged: it does not say its size; send the whole file")
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def find_webp_exif(data: bytes) -> bytes:
    """Return a WebP's EXIF, nothing if it has none."""
    position = 12
    while position + 8 <= len(data):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        if data[position : position + 4] == b"EXIF":
            return data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    return b""
