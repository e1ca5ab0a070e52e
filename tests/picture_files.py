"""Files of pictures, good and bad, made here: what people and programs may hand in as a photo."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms

from ml.errors import ForeignPictureError, LargePictureError, PictureError
from tests.webapp.pictures import SEVEN, build_png, chunk, draw_seven, on_paper

SIDES = 200, 280  # px of the picture of a seven


def draw_photo():
    """A seven in dark ink on light paper, RGB: taller than wide, so that turning it shows."""
    points = [(x - 40, y) for x, y in SEVEN]
    return on_paper(draw_seven(SIDES, points), ink=(20, 30, 90), paper=(235, 230, 215))


def save(image, kind, **options):
    """The bytes of a picture's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def make_exif(orientation):
    """EXIF that says how a picture lies, and where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "taken at 52.5, 13.4"
    return exif


def make_jpeg(**options):
    return save(draw_photo(), "JPEG", **options)


def make_deep_png():
    """A seven in 16-bit grey."""
    grey = np.asarray(draw_photo().convert("L")).astype(">u2") * 257
    rows = [row.tobytes() for row in grey]
    return build_png(*SIDES, 16, 0, rows)


def make_webp_header(width, height, kind=b"VP8X"):
    """The first bytes of a WebP of that size, and nothing else."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = kind + struct.pack("<I", 10) + bytes(4) + size
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def change_jpeg_size(data, width, height):
    """A JPEG that says another size than its pixels have."""
    start = data.index(b"\xff\xc0") + 5
    return data[:start] + struct.pack(">HH", height, width) + data[start + 4 :]


def make_bomb_png(width=20_000, height=20_000):
    """A PNG of one bit a pixel that would unpack to 50 MB, and to 400 MB of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(1)
    piece = bytes(height * (1 + width // 8) // 50)
    packed = b"".join(packer.compress(piece) for _ in range(50)) + packer.flush()
    parts = chunk(b"IHDR", header), chunk(b"IDAT", packed), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def make_animation(kind):
    """A seven that is followed by blank paper."""
    first = draw_photo()
    blank = Image.new("RGB", SIDES, (235, 230, 215))
    return save(first, kind, save_all=True, append_images=[blank], duration=100)


def make_ftyp(brand):
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"mif1" + bytes(2000)


def make_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


PNG, JPEG, WEBP = save(draw_photo(), "PNG"), make_jpeg(quality=90), save(draw_photo(), "WEBP")
CMYK = save(draw_photo().convert("CMYK"), "JPEG")
# Each shows the same seven.
GOOD_FILES = {
    "PNG": PNG,
    "JPEG": JPEG,
    "WebP": WEBP,
    "lossless WebP": save(draw_photo(), "WEBP", lossless=True),
    "progressive JPEG": make_jpeg(progressive=True),
    "grey JPEG": save(draw_photo().convert("L"), "JPEG"),
    "CMYK JPEG": CMYK,
    "JPEG with a colour profile": make_jpeg(icc_profile=make_profile()),
    "JPEG of two pictures": save(
        draw_photo(), "MPO", save_all=True, append_images=[Image.new("RGB", SIDES)]
    ),
    "16-bit PNG": make_deep_png(),
    "palette PNG": save(draw_photo().quantize(16), "PNG"),
    "1-bit PNG": save(draw_photo().convert("1", dither=Image.Dither.NONE), "PNG"),
    "PNG with alpha": save(draw_photo().convert("RGBA"), "PNG"),
    "animated PNG": make_animation("PNG"),
    "animated WebP": make_animation("WEBP"),
}
BAD_FILES = {
    "nothing": (b"", PictureError, "is empty"),
    "text": (b"Dear teacher, here is my homework.", ForeignPictureError, "PNG, JPEG or WebP"),
    "HTML": (b"<!doctype html><title>x</title>", ForeignPictureError, "is a text"),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ForeignPictureError, "is a text"),
    "GIF": (save(draw_photo(), "GIF"), ForeignPictureError, "is a GIF"),
    "BMP": (save(draw_photo(), "BMP"), ForeignPictureError, "is a BMP"),
    "TIFF": (save(draw_photo(), "TIFF"), ForeignPictureError, "is a TIFF"),
    "PDF": (save(draw_photo(), "PDF"), ForeignPictureError, "is a PDF"),
    "ZIP": (b"PK\x03\x04" + bytes(100), ForeignPictureError, "is a ZIP"),
    "HEIC": (make_ftyp(b"heic"), ForeignPictureError, "save or share it as JPEG"),
    "HEIF": (make_ftyp(b"mif1"), ForeignPictureError, "HEIC"),
    "AVIF": (make_ftyp(b"avif"), ForeignPictureError, "is AVIF"),
    "MP4": (make_ftyp(b"isom"), ForeignPictureError, "is a video"),
    "zeros": (bytes(1000), ForeignPictureError, "is no picture"),
    "one pixel": (save(Image.new("RGB", (1, 1)), "PNG"), PictureError, "at least 16 px"),
    "one pixel of JPEG": (save(Image.new("RGB", (1, 1)), "JPEG"), PictureError, "at least 16 px"),
    "one row": (save(Image.new("L", (4000, 1)), "PNG"), PictureError, "at least 16 px"),
    "20,000 × 20,000 in some kilobytes": (make_bomb_png(), LargePictureError, "12 megapixels"),
    "20,000 × 20,000 of JPEG": (
        change_jpeg_size(JPEG, 20_000, 20_000),
        LargePictureError,
        "20,000×20,000 px",
    ),
    "65,535 × 65,535 of JPEG": (
        change_jpeg_size(JPEG, 65_535, 65_535),
        LargePictureError,
        "12 megapixels",
    ),
    "20,000 × 20,000 of WebP": (
        make_webp_header(20_000, 20_000),
        LargePictureError,
        "12 megapixels",
    ),
    "a strip": (make_webp_header(20_000, 100), LargePictureError, "16,384 px a side"),
    "13 megapixels": (change_jpeg_size(JPEG, 4160, 3120), LargePictureError, "12 megapixels"),
    "more than 10 MB": (JPEG + bytes(10 * 2**20), LargePictureError, "at most 10 are read"),
    "a PNG cut off": (PNG[:-40], PictureError, "it is cut off"),
    "a JPEG cut off": (JPEG[: len(JPEG) // 2], PictureError, "is damaged"),
    "a WebP cut off": (WEBP[: len(WEBP) // 2], PictureError, "is damaged"),
    "a PNG's header": (PNG[:20], PictureError, "is damaged"),
    "a JPEG's header": (JPEG[:100], PictureError, "does not say its size"),
    "a WebP's header": (WEBP[:18], PictureError, "does not say its size"),
    "a WebP that says a larger size": (
        make_webp_header(3000, 3000) + WEBP[12:],
        PictureError,
        "is damaged",
    ),
    "a JPEG of a thousand layers": (
        JPEG[:-2] + JPEG[JPEG.index(b"\xff\xda") : -2] * 1000,
        PictureError,
        "too many layers",
    ),
    "a PNG without its last rows": (
        build_png(100, 100, 8, 0, [bytes(100)] * 50),
        PictureError,
        "rows are missing",
    ),
    "a PNG with a wrong checksum": (
        PNG[:-20] + bytes([PNG[-20] ^ 1]) + PNG[-19:],
        PictureError,
        "is damaged",
    ),
    "a PNG without its palette": (
        build_png(100, 100, 8, 3, [bytes(100)] * 100),
        PictureError,
        "palette",
    ),
    "a PNG of many parts": (
        PNG[:33] + chunk(b"teXt", b"") * 60_000 + PNG[33:],
        PictureError,
        "too many parts",
    ),
}
