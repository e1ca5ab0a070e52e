"""What kind of picture a file is, and how large. Its name and its declared type are not believed.

HEIC and AVIF are told by ISO/IEC 14496-12, 4.3.
"""

from dataclasses import dataclass

from ml.errors import ForeignPictureError, PictureError
from ml.pictures import jpeg, png, webp

PNG, JPEG, WEBP = "PNG", "JPEG", "WebP"
READ = "PNG, JPEG or WebP"
# The first bytes of what people try besides, and its name.
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


@dataclass(frozen=True)
class FileHeader:
    """A picture's kind, and its size before it is turned as EXIF says."""

    kind: str
    width: int
    height: int


def read_header(data: bytes) -> FileHeader:
    """Return what a file says about itself; raises ForeignPictureError and PictureError."""
    if data.startswith(png.SIGNATURE):
        return _read_png(data)
    if data.startswith(jpeg.SIGNATURE):
        return FileHeader(JPEG, *jpeg.read_size(data))
    if webp.is_webp(data):
        return FileHeader(WEBP, *webp.read_size(data))
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
        raise PictureError(f"is damaged: {error}; send the whole file") from error
    return FileHeader(PNG, header.width, header.height)
