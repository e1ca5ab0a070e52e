"""Pictures that the tests send: drawn here, encoded here, byte by byte where it matters."""

import base64
import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw

SEVEN = ((80, 70), (200, 70), (120, 220))


def draw_seven(size=(280, 280), points=SEVEN, width=18):
    """A seven's coverage, uint8 (H, W), antialiased: what a canvas holds as alpha."""
    scale = 5
    big = Image.new("L", (size[0] * scale, size[1] * scale), 0)
    path = [(x * scale, y * scale) for x, y in points]
    ImageDraw.Draw(big).line(path, fill=255, width=width * scale, joint="curve")
    return np.asarray(big.resize(size, Image.Resampling.BOX))


def on_transparent(coverage, colour=(0, 0, 0)):
    pixels = np.zeros((*coverage.shape, 4), np.uint8)
    pixels[..., :3] = colour
    pixels[..., 3] = coverage
    return Image.fromarray(pixels)


def on_paper(coverage, ink=(0, 0, 0), paper=(255, 255, 255)):
    share = coverage[..., None] / 255
    pixels = share * np.array(ink) + (1 - share) * np.array(paper)
    return Image.fromarray(np.rint(pixels).astype(np.uint8))


def to_png(image, **options):
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def to_url(data, kind="image/png"):
    if isinstance(data, Image.Image):
        data = to_png(data)
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def write_as_chromium(pixels):
    """The PNG that a canvas of Chromium makes of RGBA pixels: rows less the ones above (Up)."""
    above = np.concatenate([np.zeros_like(pixels[:1]), pixels[:-1]])
    height, width = pixels.shape[:2]
    lines = (pixels - above).reshape(height, 4 * width)
    rows = b"".join(b"\2" + line.tobytes() for line in lines)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 3)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def build_png(width, height, depth, colour, rows, *extra, interlace=0):
    """A PNG made of the given rows of bytes; `extra` chunks stand before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    body = chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
