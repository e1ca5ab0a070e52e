"""Every decoder, as a function of bytes that fails in no other way than the decoder says.

Each has seeds, which are made here: a fuzzer changes them.
"""

import gzip
import io
import json
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from flask import Flask
from PIL import Image
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ml.data.idx import parse_idx
from ml.errors import DataError, PictureError, WeightsError
from ml.networks.card import WEIGHTS_DIR, ModelCard, SavedFile
from ml.networks.tensors import read_weights
from ml.pictures import jpeg, orientation, webp
from ml.pictures.decoding import decode_picture
from ml.pictures.png import PngError, read_header
from ml.predict import Reader
from ml.preprocess import fit_ink, is_blank
from ml.runs.choices import CHOICES, choose_settings
from ml.runs.control import read_control, read_probe
from ml.runs.events import parse_lines
from ml.runs.folders import build_settings
from ml.segmentation.numbers import read_several
from ml.strokes import draw_freely, read_drawings
from tests.picture_files import make_exif, make_jpeg, save
from tests.webapp.pictures import (
    build_png,
    chunk,
    draw_seven,
    on_paper,
    on_transparent,
    to_png,
    to_url,
)
from webapp import create_app
from webapp.body import parse_json
from webapp.drawing import Limits, check_size, decode_ink, parse_drawing_strokes, read_drawing
from webapp.photo import check_box, parse_box
from webapp.problems import Problem
from webapp.runs.plans import PlanError, make_plan
from webapp.store.archive import read_archive
from webapp.store.errors import ArchiveError
from webapp.versions.archive import UNREADABLE, parse_card, read_saved
from webapp.versions.archive import read_card as read_card_of_zip

SMALL = Limits(text=100_000, max_side=256)
LONGEST_STROKES = 3_000  # px: longer ones are only slower to draw
STROKES = [[[80, 70], [200, 70], [120, 220]], [[90, 90]]]
RECORD = {"id": "a", "writer": "b", "label": "7", "strokes": STROKES}


@dataclass(frozen=True)
class Decoder:
    """What takes bytes from outside: it may raise what it says, and nothing else."""

    name: str
    decode: Callable[[bytes], object]
    may_raise: tuple[type[Exception], ...]
    make_seeds: Callable[[], Iterable[bytes]]
    longest: int = 4096  # bytes of an input

    def try_on(self, data: bytes) -> None:
        """Decode; whatever is raised but should not be is a find."""
        with suppress(*self.may_raise):
            self.decode(data)


def decode_png(data: bytes) -> None:
    """A drawing's PNG, with the checks of a request around it."""
    header = read_header(data)
    check_size(header, SMALL)
    ink = decode_ink(data, header)
    assert ink.dtype == np.uint8
    assert ink.ndim == 2
    if not is_blank(ink):
        assert fit_ink(ink).shape == (28, 28)


def mend_png(data: bytes) -> bytes:
    """The same PNG with checksums that are right, or no change would come any further."""
    parts, position = [data[:8]], 8
    while position + 8 <= len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        body = data[position + 8 : position + 8 + length]
        parts.append(chunk(data[position + 4 : position + 8], body))
        position += 12 + length
    return b"".join(parts)


def decode_pixels(data: bytes) -> None:
    """A PNG of any colour type, depth, interlacing and palette, whose pixels are the input's."""
    kind, depth, interlace, transparent = (*data[:4], 0, 0, 0, 0)[:4]
    colour, depth = (0, 2, 3, 4, 6)[kind % 5], (1, 2, 4, 8, 16)[depth % 5]
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = -(-32 * depth * channels // 8)
    pixels = data[4:].ljust(row * 32, b"\0")
    rows = [pixels[start * row : (start + 1) * row] for start in range(32)]
    extra = [chunk(b"PLTE", pixels[: 3 * min(256, 2**depth)])] if colour == 3 else []
    if transparent % 2:
        extra.append(chunk(b"tRNS", pixels[: transparent % 7]))
    decode_png(build_png(32, 32, depth, colour, rows, *extra, interlace=interlace % 2))


def decode_photo(data: bytes) -> None:
    """A photo of any kind."""
    picture = decode_picture(data)
    assert picture.width > 0
    assert picture.height > 0


def decode_segments(data: bytes) -> None:
    """The parts of a JPEG or WebP that are read by ourselves: size, layers, EXIF."""
    for read in (jpeg.read_size, jpeg.keep_pixels, webp.read_size):
        with suppress(PictureError):
            read(data)
    for find in (jpeg.find_exif, webp.find_exif):
        with suppress(PictureError):
            orientation.read_orientation(find(data))


def decode_exif(data: bytes) -> None:
    """Which way up a picture lies."""
    assert 1 <= orientation.read_orientation(data) <= 8


def decode_url(data: bytes) -> None:
    """A data URL, as it comes from JSON."""
    text = data.decode("utf-8", "surrogateescape")
    for as_is in (False, True):
        with suppress(Problem):
            read_drawing(text, SMALL, as_is=as_is)


def decode_json(data: bytes) -> None:
    """A body."""
    parse_json(data)


def decode_strokes(data: bytes) -> None:
    """Strokes, and the digits that they are read as."""
    strokes = parse_drawing_strokes(parse_json(data))
    length = sum(float(np.hypot(*np.diff(each, axis=0).T).sum()) for each in strokes)
    if length < LONGEST_STROKES and len(strokes) < 12:
        assert draw_freely(strokes).dtype == np.uint8
        read_several(load_reader(), ["linear"], strokes=strokes)


@cache
def load_reader() -> Reader:
    """The models that ship."""
    return Reader()


@cache
def make_app() -> Flask:
    """An app that reads with them and holds nothing."""
    folder = Path(tempfile.mkdtemp(prefix="fuzzing-"))
    return create_app({"READER": load_reader(), "INSTANCE_DIR": folder, "TOKEN": "token"})


def ask(path: str, data: bytes, **options: object) -> None:
    """Send a body; whatever the answer, it must not be a failure of the server."""
    answer = make_app().test_client().post(path, data=data, buffered=True, **options)
    assert answer.status_code < 500, answer.get_data(as_text=True)


def decode_question(data: bytes) -> None:
    """A body of POST /api/predict, `several` and many drawings included."""
    ask("/api/predict", data, content_type="application/json")


def decode_kept(data: bytes) -> None:
    """A body of POST /api/drawings, by who has no right to keep any: all but the last step."""
    headers = {"X-Board-Token": "another"}
    ask("/api/drawings", data, content_type="application/json", headers=headers)


def decode_form(data: bytes) -> None:
    """A form with a photo."""
    kind = "multipart/form-data; boundary=x"
    ask("/api/read-photo", data, content_type=kind, headers={"X-Board": "1"})


def decode_box(data: bytes) -> None:
    """The box of a form, as JSON."""
    check_box(parse_box(data.decode("utf-8", "replace")), 100, 100)


HEADERS = ("Cookie", "Host", "X-Board-Token", "Sec-Fetch-Site", "Accept-Language", "Content-Type")
HEADERS += ("Range", "If-None-Match", "If-Modified-Since", "X-Forwarded-For", "Accept-Encoding")


def decode_headers(data: bytes) -> None:
    """What a request says before its body, a line each; the last one is the address."""
    *lines, path = data.decode("latin-1").replace("\r", "").replace("\0", "").split("\n")
    headers = {name: line for name, line in zip(HEADERS, lines, strict=False) if line}
    path, _, query = path.partition("?")
    environment = EnvironBuilder("/", headers=headers).get_environ()
    environment |= {"PATH_INFO": f"/{path}", "QUERY_STRING": query}
    # Not by a client, which itself reads the Host.
    _, status, _ = run_wsgi_app(make_app(), environment, buffered=True)
    assert status < "500", status


def decode_drawings(data: bytes) -> None:
    """A ZIP of drawings."""
    for _ in read_archive(io.BytesIO(data)):
        pass


def decode_version(data: bytes) -> None:
    """A ZIP of a version, up to the network, which runs in a process of its own."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        card = read_card_of_zip(archive)
        for saved in (card.weights, card.onnx):
            read_saved(archive, saved)


def decode_card(data: bytes) -> None:
    """A model's card, as a ZIP holds it."""
    parse_card(data)


def decode_weights(data: bytes) -> None:
    """A file of weights whose SHA-256 is the one on its card."""
    card = ModelCard.from_dict(json.loads(read_shipped_card()))
    saved = SavedFile.of(card.model, "safetensors", data)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / saved.name).write_bytes(data)
        read_weights(Path(folder), ModelCard(**vars(card) | {"weights": saved}))


def decode_idx(data: bytes) -> None:
    """A file of MNIST's, of images and of labels."""
    for dimensions in (1, 3):
        with suppress(DataError):
            parse_idx(data, dimensions)


def decode_strokes_file(data: bytes) -> None:
    """A file of drawings, compressed or not."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("strokes.jsonl", "strokes.jsonl.gz"):
            path = Path(folder) / name
            path.write_bytes(data)
            with suppress(DataError):
                read_drawings(path)


def decode_run(data: bytes) -> None:
    """The files of a run's folder, which somebody may have changed."""
    parse_lines(data, 0)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("control.json", "probe.json"):
            (Path(folder) / name).write_bytes(data)
        read_control(Path(folder))
        read_probe(Path(folder))
    with suppress(Problem):
        build_settings(values if isinstance(values := parse_json(data), dict) else {})


def decode_plan(data: bytes) -> None:
    """A request to train, up to the start."""
    from ml.errors import RecipeError, UnknownModelError

    values = parse_json(data)
    with suppress(PlanError, RecipeError, UnknownModelError):
        make_plan(values if isinstance(values, dict) else {})
    with suppress(RecipeError):
        choose_settings(CHOICES["linear"], values)


def make_pngs() -> list[bytes]:
    """Drawings of several kinds."""
    seven = draw_seven((40, 40), ((8, 8), (30, 8), (14, 34)), 4)
    kinds = [on_transparent(seven), on_paper(seven), Image.fromarray(seven)]
    kinds += [kinds[1].convert("P"), Image.fromarray(seven).convert("1")]
    return [*(to_png(kind) for kind in kinds), build_png(28, 28, 8, 0, [b"\0" * 28] * 28)]


def make_photos() -> list[bytes]:
    """Photos of every kind."""
    image = on_paper(draw_seven((40, 40), ((8, 8), (30, 8), (14, 34)), 4))
    exif = make_exif(6)
    return [*make_pngs(), save(image, "WEBP"), save(image, "JPEG", exif=exif), make_jpeg()[:4096]]


def make_exifs() -> list[bytes]:
    """What cameras write of how they were held."""
    return [make_exif(number).tobytes()[6:] for number in (1, 6)] + [b"II*\0"]


def make_bodies() -> list[bytes]:
    """Questions of every kind."""
    url = to_url(make_pngs()[0])
    bodies = [
        *({"image": url}, {"strokes": STROKES}, {"strokes": STROKES, "several": True}),
        *({"strokes": [STROKES, []], "models": ["linear", "mlp"]}, {"images": [url, 7]}),
        {"image": url, "as_is": True, "model": "mlp", "label": 7},
    ]
    return [json.dumps(body).encode() for body in bodies]


def make_forms() -> list[bytes]:
    """A form with a photo and one without."""
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n\r\n'
    box = b'\r\n--x\r\nContent-Disposition: form-data; name="box"\r\n\r\n[0,0,9,9]\r\n--x--\r\n'
    return [head + make_pngs()[1] + box, head]


def make_zips() -> list[bytes]:
    """Archives of drawings: with strokes, with pictures, with nothing."""
    record = json.dumps({"writer": "a", **RECORD, "label": "7"}).encode()
    pixels = bytes(784)
    entries = [
        {"drawings.jsonl": record},
        {
            "images-idx3-ubyte": struct.pack(">4I", 0x803, 1, 28, 28) + pixels,
            "labels-idx1-ubyte": struct.pack(">2I", 0x801, 1) + b"\7",
            "pictures.jsonl": record,
        },
        {},
    ]
    return [pack(each, method) for each in entries for method in (0, 8)]


def pack(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


@cache
def read_shipped_card() -> bytes:
    """The card of the smallest model that ships."""
    return (WEIGHTS_DIR / "linear.json").read_bytes()


def make_cards() -> list[bytes]:
    """A card, without what makes it long."""
    card = json.loads(read_shipped_card())
    card |= {"mistakes": card["mistakes"][:1], "history": card["history"][:1]}
    return [json.dumps(card).encode()]


def make_versions() -> list[bytes]:
    """A version's ZIP whose network is none."""
    card = json.loads(make_cards()[0])
    files = {}
    for field, ending in (("weights", "safetensors"), ("onnx", "onnx")):
        saved = SavedFile.of("linear", ending, b"abc")
        card[field] = vars(saved)
        files[saved.name] = b"abc"
    return [pack({"linear.json": json.dumps(card).encode(), **files})]


def make_tensors() -> list[bytes]:
    """A safetensors file of two arrays."""
    header = {
        "__metadata__": {"a": "b"},
        "weight": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
        "bias": {"dtype": "F16", "shape": [2], "data_offsets": [16, 20]},
    }
    text = json.dumps(header).encode()
    return [struct.pack("<Q", len(text)) + text + bytes(20)]


def make_lines() -> list[bytes]:
    """Drawings and events, a line each."""
    lines = json.dumps(RECORD).encode() + b"\n"
    events = b'{"type":"start","n":0,"time":1}\n{"type":"epoch","n":1,"time":2,"epoch":1}\n'
    files = b'{"wanted":"pause","rest":0.2,"id":3,"seen":[0,0]}'
    return [lines, gzip.compress(lines), events, files]


def make_plans() -> list[bytes]:
    """Requests to train."""
    recipe = {"learning_rate": 0.1, "batch_size": 32, "epochs": 2, "optimizer": "adam", "seed": 1}
    bodies = [{"model": "linear", "recipe": recipe, "data": "mnist"}, recipe]
    bodies.append({"model": "mlp", "start": "served", "data": "drawings", "hands": "all"})
    return [json.dumps(body).encode() for body in bodies]


def make_headers() -> list[bytes]:
    """Requests' heads."""
    heads = [
        [
            "board-hand=abc; a=b",
            "localhost:5000",
            "token",
            "same-origin",
            "en-US,de;q=0.5",
            "",
            "a",
        ],
        ["", "[::1]:80", "", "cross-site", "*", "application/json", "bytes=0-3"],
        ["board-hand=", "127.0.0.1", "other", "none", "", "text/plain", "bytes=-1", '"a"', "Sun"],
    ]
    addresses = [
        "api/drawings?label=7&page=2&hands=all",
        "api/runs/linear-20261129-120000?since=1&probe=2",
        "api",
    ]
    return [
        "\n".join([*head, *[""] * (len(HEADERS) - len(head)), address]).encode()
        for head, address in zip(heads, addresses, strict=True)
    ]


DECODERS = {
    decoder.name: decoder
    for decoder in (
        Decoder("png", decode_png, (PngError, Problem), make_pngs),
        Decoder(
            "png_mended",
            lambda data: decode_png(mend_png(data)),
            (PngError, Problem, struct.error),
            make_pngs,
        ),
        Decoder("png_pixels", decode_pixels, (PngError, Problem), lambda: [bytes(range(200))]),
        Decoder("photo", decode_photo, (PictureError,), make_photos),
        Decoder("photo_parts", decode_segments, (), make_photos),
        Decoder("exif", decode_exif, (), make_exifs),
        Decoder("data_url", decode_url, (), lambda: [to_url(png).encode() for png in make_pngs()]),
        Decoder("json", decode_json, (Problem,), make_bodies),
        Decoder("strokes", decode_strokes, (Problem,), lambda: [json.dumps(STROKES).encode()]),
        Decoder("question", decode_question, (), make_bodies),
        Decoder("kept", decode_kept, (), make_bodies),
        Decoder("form", decode_form, (), make_forms),
        Decoder("box", decode_box, (Problem,), lambda: [b"[1, 2, 3, 4]"], 64),
        Decoder("headers", decode_headers, (), make_headers, 1024),
        Decoder("drawings_zip", decode_drawings, (ArchiveError,), make_zips),
        Decoder("version_zip", decode_version, (ArchiveError, *UNREADABLE), make_versions, 16_384),
        Decoder("card", decode_card, (ArchiveError,), make_cards, 16_384),
        Decoder("weights", decode_weights, (WeightsError,), make_tensors, 1024),
        Decoder("idx", decode_idx, (), lambda: [struct.pack(">2I", 0x801, 1) + b"\7", bytes(30)]),
        Decoder("strokes_file", decode_strokes_file, (), make_lines),
        Decoder("run", decode_run, (Problem,), make_lines),
        Decoder("plan", decode_plan, (Problem,), make_plans),
    )
}
