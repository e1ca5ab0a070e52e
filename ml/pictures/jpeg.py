"""What a JPEG says about itself, read from its segments before Pillow decodes it.

Kept from Pillow is all that does not describe pixels: it reads EXIF to find a resolution, warns of
every fault in it, and takes a JPEG for several pictures if a segment says so.

The format: ITU-T T.81, annex B; what EXIF adds: JEITA CP-3451, 4.5.4.
"""

import struct
from collections.abc import Iterator

from ml.errors import PictureError

SIGNATURE = b"\xff\xd8\xff"
# Start of frame, which has the size; 0xC4, 0xC8 and 0xCC are other things.
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
SCAN = 0xDA
NOTES = {*range(0xE1, 0xEE), 0xEF, 0xFE}  # all but JFIF's and Adobe's, which say what colours are
EXIF = b"Exif\0\0"
MOST_SCANS = 200  # a picture has up to about ten; each costs as much as all its pixels
NO_SIZE = "is damaged: it does not say its size; send the whole file"


def read_size(data: bytes) -> tuple[int, int]:
    """Return width and height of the only frame; raises PictureError."""
    frames = [body for marker, body, _ in read_segments(data) if marker in FRAMES]
    if len(frames) != 1 or len(frames[0]) < 5:
        raise PictureError(NO_SIZE)
    height, width = struct.unpack(">HH", frames[0][1:5])
    return width, height


def keep_pixels(data: bytes) -> bytes:
    """Return the same JPEG with nothing but its pixels; raises PictureError."""
    if data.count(bytes((0xFF, SCAN))) > MOST_SCANS:
        raise PictureError("has too many layers; save it anew")
    kept, end = [SIGNATURE[:2]], len(data)
    for marker, body, end in read_segments(data):  # noqa: B007  where the last one ends
        if marker not in NOTES:
            kept.append(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body)
    return b"".join((*kept, memoryview(data)[end:]))


def find_exif(data: bytes) -> bytes:
    """Return a JPEG's EXIF, nothing if it has none; raises PictureError."""
    notes = (body for marker, body, _ in read_segments(data) if marker == 0xE1)
    return next((body[len(EXIF) :] for body in notes if body.startswith(EXIF)), b"")


def read_segments(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield each marker, its body and where that ends, to the first scan; raises PictureError."""
    marker, position = 0, 2
    while marker != SCAN:
        while data[position : position + 2] == b"\xff\xff":  # filling
            position += 1
        if len(data) < position + 4 or data[position] != 0xFF:
            raise PictureError(NO_SIZE)
        marker, end = (
            data[position + 1],
            position + 2 + int.from_bytes(data[position + 2 : position + 4]),
        )
        if end < position + 4 or end > len(data):
            raise PictureError(NO_SIZE)
        yield marker, data[position + 4 : end], end
        position = end
