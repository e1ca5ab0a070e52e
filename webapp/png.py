"""What a PNG says about itself, read from its bytes before anything decodes them.

The format: https://www.w3.org/TR/png-3/
"""

import struct
import zlib
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Only these say what the pixels are. The rest (text, colour profiles, an animation's later
# frames) is where small files hide large contents, and is dropped unread.
PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
PALETTE = 3
# Where each pass of an interlaced picture starts, and its steps: x, y, dx, dy.
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
WHOLE = ((0, 0, 1, 1),)


class PngError(ValueError):
    """The bytes are no PNG, or a damaged one; the message says which."""


@dataclass(frozen=True)
class Header:
    """A PNG's first chunk: size in pixels, bits per channel, kind of colour."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool

    @property
    def data_size(self) -> int:
        """How many bytes the pixels take once inflated, each row's filter byte included."""
        bits = self.depth * CHANNELS[self.colour]
        size = 0
        for x, y, dx, dy in ADAM7 if self.interlaced else WHOLE:
            columns, rows = -((x - self.width) // dx), -((y - self.height) // dy)
            if columns > 0 and rows > 0:
                size += rows * (1 + (columns * bits + 7) // 8)
        return size


def read_header(data: bytes) -> Header:
    """Read size and kind from the first 33 bytes; raises PngError."""
    if not data.startswith(SIGNATURE):
        raise PngError("it is not a PNG")
    if len(data) < 33 or data[8:16] != b"\0\0\0\x0dIHDR":
        raise PngError("its header is damaged")
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", data[16:29])
    if depth not in DEPTHS.get(colour, ()) or interlace > 1 or not width or not height:
        raise PngError("its header is damaged")
    return Header(width, height, depth, colour, bool(interlace))


def keep_pixels(data: bytes) -> bytes:
    """Return the same PNG with nothing but its pixels; raises PngError if any are missing.

    Of an animated PNG that is the first frame, or the still picture that stands in for it.
    """
    header = read_header(data)
    chunks = read_chunks(data)
    kinds = [kind for kind, _ in chunks]
    if kinds.count(b"IHDR") != 1:  # a second one would bring a size that nobody checked
        raise PngError("it has more than one header")
    if header.colour == PALETTE and b"PLTE" not in kinds:
        raise PngError("its palette is missing")
    check_pixels(b"".join(body for kind, body in chunks if kind == b"IDAT"), header)
    kept = (write_chunk(kind, body) for kind, body in chunks if kind in PIXEL_CHUNKS)
    return SIGNATURE + b"".join(kept)


def read_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Split a PNG into (kind, body); raises PngError if it is cut off or a checksum is wrong."""
    chunks, position = [], len(SIGNATURE)
    while not chunks or chunks[-1][0] != b"IEND":
        length = int.from_bytes(data[position : position + 4])
        end = position + 8 + length
        if len(data) < end + 4:
            raise PngError("it is cut off")
        kind, body = data[position + 4 : position + 8], data[position + 8 : end]
        if zlib.crc32(kind + body) != int.from_bytes(data[end : end + 4]):
            raise PngError("it is damaged: a checksum does not match")
        chunks.append((kind, body))
        position = end + 4
    return chunks


def check_pixels(packed: bytes, header: Header) -> None:
    """Raise PngError unless the packed data holds every row; inflates no more than that."""
    try:
        rows = zlib.decompressobj().decompress(packed, header.data_size)
    except zlib.error as error:
        raise PngError("it is damaged: its pixels cannot be unpacked") from error
    if len(rows) < header.data_size:
        raise PngError("it is cut off: rows are missing")


def write_chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk as the file holds it."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
