"""Drawings <-> a ZIP: pictures to look at, strokes to measure with, and MNIST's own format.

<label>/<id>.png     28×28, as the networks are given it
drawings.jsonl       the drawings with strokes, one a line (records.py)
pictures.jsonl       those that came as a picture only
images-idx3-ubyte, labels-idx1-ubyte   all of them; label 10 is what is not a digit
"""

import io
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath, PureWindowsPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO

from PIL import Image

from ml.preprocess import fit_ink
from webapp.drawing import read_strokes
from webapp.problems import Problem
from webapp.store.drawings import LIMIT, NOT_A_DIGIT, SIDE, NewDrawing, StoredDrawing, Strokes
from webapp.store.errors import ArchiveError
from webapp.store.idx import read_idx, write_header
from webapp.store.records import WORDS, read_record, write_record

DRAWINGS, PICTURES = "drawings.jsonl", "pictures.jsonl"
IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"
MIB = 1024 * 1024
MAX_ARCHIVE = 64 * MIB
MAX_ENTRIES = LIMIT + 100
MAX_DIRECTORY = 4 * MIB  # of the entries' names
MAX_LINE = MIB
# Bytes that are unpacked of each file that is read. zipfile stops at the size that a file states.
MAX_UNPACKED = {
    DRAWINGS: 256 * MIB,
    PICTURES: 16 * MIB,
    IMAGES: 16 + LIMIT * SIDE * SIDE,
    LABELS: 8 + LIMIT,
}
IN_MEMORY = 16 * MIB  # the rest goes to a temporary file
TOO_LARGE = "{name} in the ZIP is too large."
DAMAGED = "The ZIP is damaged. Download it again."
# RuntimeError: it wants a password. ValueError, OSError: a name or a place that cannot be.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(RuntimeError, NotImplementedError, ValueError, OSError),
)


def write_archive(drawings: Iterable[StoredDrawing], file: BinaryIO) -> int:
    """Write drawings as a ZIP, one at a time; return how many there were."""
    writers: dict[int, int] = {}  # hands, numbered as they come: their ids stay in here
    labels = bytearray()
    with (
        SpooledTemporaryFile(IN_MEMORY) as with_strokes,
        SpooledTemporaryFile(IN_MEMORY) as without,
        SpooledTemporaryFile(IN_MEMORY) as images,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for image, drawing in enumerate(drawings):
            writer = writers.setdefault(drawing.hand, len(writers) + 1)
            lines = with_strokes if drawing.strokes else without
            lines.write(write_record(drawing, writer, image))
            images.write(drawing.seen)
            labels.append(drawing.label)
            name = f"{WORDS[drawing.label]}/{drawing.id}.png"
            archive.writestr(name, make_png(drawing.seen), zipfile.ZIP_STORED)
        copy(archive, DRAWINGS, with_strokes)
        copy(archive, PICTURES, without)
        copy(archive, IMAGES, images, write_header(len(labels), SIDE, SIDE))
        archive.writestr(LABELS, write_header(len(labels)) + labels)
    return len(labels)


def make_png(seen: bytes) -> bytes:
    """Return the 28×28 as a PNG, ink white on black as MNIST has it."""
    png = io.BytesIO()
    Image.frombytes("L", (SIDE, SIDE), seen).save(png, "PNG")
    return png.getvalue()


def copy(archive: zipfile.ZipFile, name: str, content: IO[bytes], header: bytes = b"") -> None:
    """Add a temporary file to the ZIP."""
    content.seek(0)
    with archive.open(name, "w") as entry:
        entry.write(header)
        shutil.copyfileobj(content, entry)


def read_archive(file: BinaryIO) -> Iterator[NewDrawing]:
    """Yield the drawings of a ZIP that write_archive has made; raises ArchiveError.

    Nothing is unpacked to the disk. Without the two .jsonl files, every picture of the IDX files is
    a drawing; without the IDX files, the 28×28 are made from the strokes.
    """
    check_size(file)
    try:
        with zipfile.ZipFile(file) as archive:
            check_entries(archive)
            yield from read_drawings(archive)
    except UNREADABLE as error:
        raise ArchiveError(DAMAGED) from error


def check_size(file: BinaryIO) -> None:
    """Raise ArchiveError unless it is a ZIP that is not too large, nor its list of entries."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_ARCHIVE:
        raise ArchiveError(f"The ZIP must have at most 64 MiB; it has {size / MIB:,.0f}.")
    file.seek(max(0, size - 42))
    tail = file.read()
    # zipfile reads the whole list before anyone can look at it: how long it is, is at the end.
    if len(tail) < 22 or tail[-22:-18] != b"PK\x05\x06":
        raise ArchiveError("The file must be a complete ZIP. Download it again.")
    entries, directory = struct.unpack("<HL", tail[-12:-6])
    is_large = tail[-42:-38] == b"PK\x06\x07"  # ZIP64: its own, larger numbers count
    if is_large or entries > MAX_ENTRIES or directory > MAX_DIRECTORY:
        raise ArchiveError(f"The ZIP must have at most {MAX_ENTRIES:,} files.")


def check_entries(archive: zipfile.ZipFile) -> None:
    """Raise ArchiveError for names that lead out of a folder, and for what may be a bomb."""
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or PureWindowsPath(path).drive:
            raise ArchiveError("A file in the ZIP has a path that leads out of it.")
    for name, limit in MAX_UNPACKED.items():
        entry = find(archive, name)
        if entry and entry.file_size > limit:
            raise ArchiveError(TOO_LARGE.format(name=name))
        if entry and entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveError(DAMAGED)


def find(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo | None:
    """Return the entry of this name."""
    return archive.getinfo(name) if name in archive.namelist() else None


def read_drawings(archive: zipfile.ZipFile) -> Iterator[NewDrawing]:
    """Yield the drawings of an archive whose entries have been checked; raises ArchiveError."""
    images = read_pictures(archive)
    names = [name for name in (DRAWINGS, PICTURES) if find(archive, name)]
    if not names and images is None:
        raise ArchiveError(f"The ZIP must hold {DRAWINGS}, as the page's own download does.")
    if not names:
        yield from (NewDrawing(None, seen, label, None, None, None) for seen, label in images)
        return
    count = 0
    for name in names:
        for number, line in enumerate(read_lines(archive, name), 1):
            count += 1
            if count > LIMIT:
                raise ArchiveError(f"The ZIP must hold at most {LIMIT:,} drawings.")
            try:
                yield make_drawing(read_record(line), images)
            except ValueError as error:
                raise ArchiveError(f"Line {number} of {name} in the ZIP: {error}.") from error


def read_pictures(archive: zipfile.ZipFile) -> list[tuple[bytes, int]] | None:
    """Return each 28×28 and its label, None without the IDX files; raises ArchiveError."""
    if not find(archive, IMAGES) and not find(archive, LABELS):
        return None
    images = read_idx(read_whole(archive, IMAGES), IMAGES, SIDE, SIDE)
    labels = [item[0] for item in read_idx(read_whole(archive, LABELS), LABELS)]
    if len(images) != len(labels):
        raise ArchiveError(f"{IMAGES} and {LABELS} in the ZIP must have the same length.")
    if len(images) > LIMIT:
        raise ArchiveError(f"The ZIP must hold at most {LIMIT:,} drawings.")
    if max(labels, default=0) > NOT_A_DIGIT:
        raise ArchiveError(f"The labels in {LABELS} must be 0 to 10.")
    return list(zip(images, labels, strict=True))


def read_whole(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return what an entry holds; raises ArchiveError if there is none."""
    if not find(archive, name):
        raise ArchiveError(f"The ZIP must hold {name}, too.")
    with archive.open(name) as entry:
        return entry.read()


def read_lines(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield an entry's lines; raises ArchiveError."""
    with archive.open(name) as entry:
        while line := entry.readline(MAX_LINE):
            if len(line) == MAX_LINE:
                raise ArchiveError(TOO_LARGE.format(name=name))
            if line.strip():
                yield line


def make_drawing(record: dict[str, Any], images: list[tuple[bytes, int]] | None) -> NewDrawing:
    """Return the drawing of a line; raises ValueError."""
    number = record.pop("image")
    if number is None or images is None:
        return NewDrawing(seen=draw_seen(record["strokes"]), **record)
    if type(number) is not int or not 0 <= number < len(images):
        raise ValueError(f"`image` must be a number below {len(images)}, the pictures in {IMAGES}")
    return NewDrawing(seen=images[number][0], **record)


def draw_seen(strokes: Strokes | None) -> bytes:
    """Return the 28×28 of strokes in board px; raises ValueError."""
    if strokes is None:
        raise ValueError("a drawing without `strokes` needs an `image` in the IDX files")
    try:
        return fit_ink(read_strokes(strokes)).tobytes()
    except Problem as problem:
        raise ValueError(problem.detail.rstrip(".")) from problem
