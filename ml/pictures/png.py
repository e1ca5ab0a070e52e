"""What a PNG says about itself, read from its bytes before Pillow decodes them.

Pillow decodes. Kept here is what it is too lenient about, or does too early:
- It unpacks text and colour profiles, up to 64 MB of them, before it hands out the size, and a
  second header changes that size. Here the size is read from the first 33 bytes, and only the
  chunks that say what the pixels are reach Pillow.
- It skips the checksums of the pixels' chunks (`Image.verify` skips the last chunk's).
- It leaves missing rows blank if the packed data end properly, and a picture without its palette
  black.

The format: https://www.w3.org/TR/png-3/
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
PALETTE, RGBA = 3, 6  # colour types
UP = 2  # the filter of a row that holds its difference from the row above
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")  # what says what the pixels are
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
AT_ONCE = 2**20  # bytes of rows
MOST_CHUNKS = 50_000  # encoders write 8 kB or more of pixels in each; empty ones cost memory


class PngError(ValueError):
    """The bytes are not a valid PNG; the message says why."""


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
        """How many bytes the unpacked pixels take, each row's filter byte included."""
        bits = self.depth * CHANNELS[self.colour]
        size = 0
        for x, y, dx, dy in ADAM7 if self.interlaced else WHOLE:
            columns, rows = len(range(x, self.width, dx)), len(range(y, self.height, dy))
            size += rows * (1 + (columns * bits + 7) // 8) if columns else 0
        return size


def read_header(data: bytes) -> Header:
    """Read size and kind from the first 33 bytes; raises PngError."""
    if not data.startswith(SIGNATURE):
        raise PngError("it has no PNG signature")
    if len(data) < 33 or data[8:16] != b"\0\0\0\x0dIHDR":
        raise PngError("its header is damaged")
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", data[16:29])
    if depth not in DEPTHS.get(colour, ()) or interlace > 1 or not width or not height:
        raise PngError("its header is damaged")
    return Header(width, height, depth, colour, bool(interlace))


def unpack_pixels(data: bytes, header: Header) -> tuple[bytes, bytes]:
    """Return a PNG's rows, filtered as they are, and the same PNG with nothing but its pixels.

    Of an animated PNG that is the first frame, or the still picture that stands in for it. Raises
    PngError.
    """
    chunks = check_chunks(data, header)
    rows = unpack_rows(b"".join(body for kind, body in chunks if kind == b"IDAT"), header)
    return rows, join_chunks([chunk for chunk in chunks if chunk[0] in KEPT])


def find_canvas_alpha(rows: bytes, header: Header) -> np.ndarray | None:
    """Return alpha, uint8 (H, W), of rows as Chromium's canvas writes them; None for any others.

    Each of its rows holds the difference from the one above (filter 2, "Up"). Adding these up in
    NumPy takes a twentieth of the time that Pillow needs for the file, and most tablets send
    nothing else.
    """
    if (header.depth, header.colour, header.interlaced) != (8, RGBA, False):
        return None
    lines = np.frombuffer(rows, np.uint8).reshape(header.height, 1 + 4 * header.width)
    if (lines[:, 0] != UP).any():
        return None
    alpha, step = lines[:, 4::4].copy(), 1
    # A row becomes the sum of 2, of 4, of 8 … rows: nine steps for 280 of them.
    while step < header.height:
        alpha[step:] += alpha[:-step]  # modulo 256, as the format has it
        step *= 2
    return alpha


def keep_packed(data: bytes, header: Header) -> bytes:
    """Return the same PNG with nothing but its pixels, as packed as they are.

    For large pictures: never more than a piece of the rows is unpacked. Raises PngError.
    """
    chunks = check_chunks(data, header)
    count_rows([body for kind, body in chunks if kind == b"IDAT"], header)
    return join_chunks([chunk for chunk in chunks if chunk[0] in KEPT])


def find_exif(data: bytes) -> bytes:
    """Return a PNG's EXIF, nothing if it has none; raises PngError."""
    return next((body for kind, body in read_chunks(data) if kind == b"eXIf"), b"")


def check_chunks(data: bytes, header: Header) -> list[tuple[bytes, bytes]]:
    """Return each (kind, body); raises PngError if one is damaged, missing or there twice."""
    chunks = list(islice(read_chunks(data), MOST_CHUNKS + 1))
    if len(chunks) > MOST_CHUNKS:
        raise PngError("it has too many parts")
    kinds = [kind for kind, _ in chunks]
    if kinds.count(b"IHDR") != 1:  # a second one would bring a size that nobody checked
        raise PngError("it has more than one header")
    if header.colour == PALETTE and b"PLTE" not in kinds:
        raise PngError("its palette is missing")
    return chunks


def read_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each (kind, body) to the end; raises PngError if one is cut off or damaged."""
    kind, position = b"", len(SIGNATURE)
    while kind != b"IEND":
        end = position + 8 + int.from_bytes(data[position : position + 4])
        if len(data) < end + 4:
            raise PngError("it is cut off")
        kind, body = data[position + 4 : position + 8], data[position + 8 : end]
        if zlib.crc32(kind + body) != int.from_bytes(data[end : end + 4]):
            raise PngError("a checksum does not match")
        yield kind, body
        position = end + 4


def unpack_rows(packed: bytes, header: Header) -> bytes:
    """Return every row's bytes; raises PngError if some are missing. Unpacks no more than that."""
    size = header.data_size
    try:
        rows = zlib.decompressobj().decompress(packed, size + 1)  # 1: to reach the checksum
    except zlib.error as error:
        raise PngError("its pixels are damaged") from error
    if len(rows) < size:
        raise PngError("rows are missing")
    return rows[:size]


def count_rows(packed: list[bytes], header: Header) -> None:
    """Raise PngError if rows are missing or damaged; holds only a piece of them at a time."""
    unpacker, missing = zlib.decompressobj(), header.data_size
    try:
        for body in packed:
            rest = body
            while rest and missing > 0 and not unpacker.eof:
                missing -= len(unpacker.decompress(rest, AT_ONCE))
                rest = unpacker.unconsumed_tail
        while missing > 0 and (rows := unpacker.decompress(b"", AT_ONCE)):
            missing -= len(rows)
    except zlib.error as error:
        raise PngError("its pixels are damaged") from error
    if missing > 0:
        raise PngError("rows are missing")


def join_chunks(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return the file that chunks (kind, body) make."""
    return b"".join((SIGNATURE, *(write_chunk(kind, body) for kind, body in chunks)))


def write_chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk as the file holds it."""
    checksum = zlib.crc32(body, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(body)), kind, body, struct.pack(">I", checksum)))
