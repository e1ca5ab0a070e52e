"""What a WebP says about itself, read from its chunks before OpenCV decodes it.

The format: https://developers.google.com/speed/webp/docs/riff_container
"""

import struct

from ml.errors import PictureError

BODY = {b"VP8 ": 10, b"VP8L": 5, b"VP8X": 10}  # how many bytes of the first chunk hold the size
NO_SIZE = "is damaged: it does not say its size; send the whole file"


def is_webp(data: bytes) -> bool:
    """Whether a file begins as a WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read_size(data: bytes) -> tuple[int, int]:
    """Return width and height as the first chunk has them; raises PictureError."""
    kind, body = data[12:16], data[20:30]
    if kind not in BODY or len(body) < BODY[kind]:
        raise PictureError(NO_SIZE)
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF


def find_exif(data: bytes) -> bytes:
    """Return a WebP's EXIF, nothing if it has none."""
    position = 12
    while position + 8 <= len(data):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        if data[position : position + 4] == b"EXIF":
            return data[position + 8 : position + 8 + size].removeprefix(b"Exif\0\0")
        position += 8 + size + size % 2
    return b""
