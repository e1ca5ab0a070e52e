"""Drawings in a ZIP: what comes out, that all of it comes back, and what is refused."""

import gzip
import io
import json
import random
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from PIL import Image

from ml.data.idx import parse_idx
from ml.preprocess import fit_ink
from ml.strokes import draw_freely, parse_strokes, read_drawings
from tests.webapp.store.made import make_archive, make_drawing, tell
from webapp.store.archive import MAX_ARCHIVE, MAX_ENTRIES, read_archive
from webapp.store.drawings import LIMIT, NOT_A_DIGIT
from webapp.store.errors import ArchiveError

LINE = {"label": "7", "strokes": [[[0, 0], [1000, 500]]], "board": [10, 20, 0.2]}
IMAGES, LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"


@pytest.fixture
def store(open_store):
    return open_store()


@pytest.fixture
def hand(store, clock):
    """A hand with a drawing of each kind: strokes, a dot, far outside, a picture only."""
    hand = store.machine_hand()
    for number, strokes in enumerate(
        [
            [[[10.25, 20.5], [30.01, 270.99]], [[140.0, 0.0]]],
            [[[77.77, 33.33]]],
            [[[-4096.0, -12.34], [-0.01, 4083.66]]],
            [[[5.0, 5.01], [5.02, 5.0]]],
            None,
        ]
    ):
        label, read_as = (NOT_A_DIGIT, None) if number == 1 else (number, NOT_A_DIGIT)
        fields = {"strokes": strokes, "read_as": read_as, "seen": bytes([number] * 784)}
        store.put(hand, make_drawing(label=label, **fields))
        clock.wait(1.5)
    return hand


def unpack(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(files, method=zipfile.ZIP_DEFLATED):
    """A ZIP of {name: content}, a dict or a list being a line or lines of JSON."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            lines = content if isinstance(content, list) else [content]
            if not isinstance(content, (bytes, str)):
                content = "\n".join(map(json.dumps, lines))
            archive.writestr(name, content)
    return file


def idx(*items, shape=(28, 28)):
    sizes = (len(items), *shape)
    return struct.pack(f">{1 + len(sizes)}I", 0x0800 + len(sizes), *sizes) + b"".join(items)


def read(file):
    return list(read_archive(file))


def assert_refused(file, *words):
    with pytest.raises(ArchiveError) as refusal:
        read(file)
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert all(word in sentence for word in words), sentence


def test_an_import_restores_every_drawing_exactly(store, hand):
    other, _ = store.begin_hand()
    imported = store.put_all(other, read_archive(make_archive(store, hand)))
    assert (imported.added, imported.known) == (5, 0)
    assert [tell(d) for d in store.each(other)] == [tell(d) for d in store.each(hand)]


def test_importing_what_is_there_adds_nothing(store, hand):
    ids = [drawing.id for drawing in store.each(hand)]
    imported = store.put_all(hand, read_archive(make_archive(store, hand)))
    assert (imported.added, imported.known) == (0, 5)
    assert [drawing.id for drawing in store.each(hand)] == ids


def test_pictures_lie_in_folders_of_their_labels(store, hand):
    files = unpack(make_archive(store, hand))
    for drawing in store.each(hand):
        folder = "not_a_digit" if drawing.label == NOT_A_DIGIT else str(drawing.label)
        with Image.open(io.BytesIO(files[f"{folder}/{drawing.id}.png"])) as picture:
            assert picture.tobytes() == drawing.seen


def test_the_lines_are_a_file_of_strokes(store, hand, tmp_path):
    other, _ = store.begin_hand()
    store.put(other, make_drawing())
    (tmp_path / "drawings.jsonl").write_bytes(unpack(make_archive(store, None))["drawings.jsonl"])
    lines = read_drawings(tmp_path / "drawings.jsonl")
    assert [line.label for line in lines] == ["0", "not_a_digit", "2", "3", "7"]
    assert [line.writer for line in lines] == ["1", "1", "1", "1", "2"]
    for line in lines:
        points = np.concatenate(line.strokes)
        assert points.min() == 0
        assert points.max() == (0 if len(points) == 1 else 1000)


def test_the_board_says_where_the_strokes_were(store, hand):
    line = json.loads(unpack(make_archive(store, hand))["drawings.jsonl"].splitlines()[0])
    left, top, scale = line["board"]
    x, y = line["strokes"][0][1]
    assert (left + scale * x, top + scale * y) == pytest.approx((30.01, 270.99), abs=0.001)


def test_mnists_files_hold_every_drawing(store, hand):
    files = unpack(make_archive(store, hand))
    images, labels = parse_idx(files[IMAGES], 3), parse_idx(files[LABELS], 1)
    assert images.shape == (5, 28, 28)
    assert [bytes(image.ravel()) for image in images] == [d.seen for d in store.each(hand)]
    assert labels.tolist() == [0, 10, 2, 3, 4]


def test_no_drawings_make_a_zip_of_none(store):
    file = make_archive(store, store.machine_hand())
    assert parse_idx(unpack(file)[IMAGES], 3).shape == (0, 28, 28)
    assert read(file) == []


def test_strokes_alone_are_drawn_as_the_page_does():
    (drawing,) = read(pack({"drawings.jsonl": LINE}))
    assert drawing.strokes == [[[10.0, 20.0], [210.0, 120.0]]]
    assert drawing.seen == fit_ink(draw_freely(parse_strokes(drawing.strokes))).tobytes()
    assert (drawing.read_as, drawing.model, drawing.created) == (None, None, None)


def test_strokes_from_elsewhere_lie_in_the_middle():
    line = {"id": "a", "writer": "b", "label": "4", "strokes": [[[0, 0], [1000, 1000]]]}
    (drawing,) = read(pack({"drawings.jsonl": [line]}))
    assert np.mean(drawing.strokes[0], axis=0).tolist() == [140, 140]
    assert np.ptp(drawing.strokes[0], axis=0).tolist() == [196, 196]


def test_mnists_files_alone_are_pictures():
    files = {IMAGES: idx(bytes(784), b"\x07" * 784), LABELS: idx(b"\x03", b"\x0a", shape=())}
    drawings = read(pack(files))
    assert [(drawing.label, drawing.seen[0]) for drawing in drawings] == [(3, 0), (10, 7)]
    assert drawings[0].strokes is None


@pytest.mark.parametrize(
    "change",
    [
        *({"label": label} for label in (7, 7.0, True, "7 ", "10", "A", "", None, [], {})),
        *({"read_as": label} for label in (7, "A", "", False)),
        *({"strokes": strokes} for strokes in ({}, "x", 1, [], [[]], [[[1]]], [[[1, "2"]]])),
        {"strokes": [[[float("nan"), 0]]]},
        {"strokes": [[[float("inf"), 0]]]},
        {"strokes": [[[True, 0]]]},
        {"strokes": [[[1, 2]] * 10_001]},
        {"strokes": [[[0, 0], [30_000, 0]]]},
        {"strokes": None},
        *({"board": board} for board in ([], [1, 2], [0, 0, 0], [0, 0, -1], "x", [0, 0, "1"])),
        {"board": [0, 0, float("nan")]},
        {"board": [10**400, 0, 1]},
        {"board": [4000, 0, 1]},
        *({"created": time} for time in ("yesterday", 5, "2026-01-31T12:00:00", "0001-01-01")),
        {"created": "0001-01-01T00:00:00+23:00"},
        *({"model": name} for name in (5, "a\0b", "\ud800", "x" * 101)),
    ],
    ids=repr,
)
def test_a_line_that_is_no_drawing_is_named(change):
    if "strokes" in change and change["strokes"] == [[[0, 0], [30_000, 0]]]:
        change = change | {"board": [0, 0, 1]}
    assert_refused(pack({"drawings.jsonl": [LINE, LINE | change]}), "Line 2 of drawings.jsonl")


@pytest.mark.parametrize(
    "line",
    ["{", "7", "[]", '"x"', "\udcff", "[" * 100_000, '{"label": ' * 50_000, "9" * 5000],
    ids=lambda line: line[:12],
)
def test_a_line_that_is_no_json_object_is_named(line):
    content = line.encode("utf-8", "surrogateescape")
    assert_refused(pack({"drawings.jsonl": content}), "Line 1 of drawings.jsonl", "JSON")


@pytest.mark.parametrize("image", [-1, 1, 10**30, True, "0", 0.0])
def test_a_line_of_no_picture_is_named(image):
    files = {IMAGES: idx(bytes(784)), LABELS: idx(b"\0", shape=())}
    files |= {"pictures.jsonl": {"label": "1", "image": image}}
    assert_refused(pack(files), "Line 1 of pictures.jsonl", "below 1")


@pytest.mark.parametrize(
    "images",
    [
        b"",
        b"\0\0\x08\x03",
        idx(bytes(784))[:-1],
        idx(bytes(784)) + b"\0",
        idx(bytes(784), bytes(784)),
        idx(bytes(784), shape=(14, 56)),
        idx(b"\0", shape=()),
        gzip.compress(idx(bytes(784))),
        struct.pack(">4I", 0x0803, 2**32 - 1, 28, 28),
        struct.pack(">4I", 0x0803, 0, 2**31, 2**31),
        None,
    ],
    ids=range(11),
)
def test_wrong_idx_files_are_refused(images):
    files = {LABELS: idx(b"\x01", shape=())} | ({} if images is None else {IMAGES: images})
    assert_refused(pack(files), IMAGES)


def test_labels_that_are_none_are_refused():
    assert_refused(pack({IMAGES: idx(bytes(784)), LABELS: idx(b"\x0b", shape=())}), "0 to 10")


@pytest.mark.parametrize(
    "name", ["../drawings.jsonl", "/etc/passwd", "a/../../b", "..\\b", "C:\\b", "\\\\host\\b"]
)
def test_paths_that_climb_out_are_refused(name):
    assert_refused(pack({"drawings.jsonl": LINE, name: b"x"}), "leads out")


def test_a_zip_of_other_things_is_refused():
    assert_refused(pack({"cat.jpg": b"x"}), "must hold drawings.jsonl")


@pytest.mark.parametrize("content", [b"", b"PK", b"label,pixel\n7,0\n" * 99, b"\x1f\x8b" * 50])
def test_what_is_no_zip_is_refused(content):
    assert_refused(io.BytesIO(content), "complete ZIP")


def test_a_zip_that_is_cut_off_is_refused(store, hand):
    whole = make_archive(store, hand).getvalue()
    for length in range(1, len(whole), 97):
        assert_refused(io.BytesIO(whole[:length]), "complete ZIP")


def test_a_zip_with_changed_bytes_is_read_or_refused(store, hand):
    whole, chance = make_archive(store, hand).getvalue(), random.Random(27)
    refused = 0
    for _ in range(400):
        changed = bytearray(whole)
        for _ in range(chance.choice([1, 4])):
            place = chance.choice([chance.randrange(len(whole)), -chance.randrange(1, 700)])
            changed[place] = chance.randrange(256)
        try:
            read(io.BytesIO(changed))
        except ArchiveError:
            refused += 1
    assert refused > 100


def test_a_zip_with_a_password_or_a_rare_compression_is_refused():
    file = pack({"drawings.jsonl": LINE})
    flagged = bytearray(file.getvalue())
    flagged[6] |= 1
    flagged[flagged.index(b"PK\1\2") + 8] |= 1
    assert_refused(io.BytesIO(flagged), "damaged")
    assert_refused(pack({"drawings.jsonl": LINE}, zipfile.ZIP_LZMA), "damaged")


def test_a_zip_that_is_too_large_is_refused_unread():
    class Large(io.BytesIO):
        def seek(self, offset, whence=0):
            return MAX_ARCHIVE + 1 if whence == io.SEEK_END else super().seek(offset, whence)

    assert_refused(Large(pack({"drawings.jsonl": LINE}).getvalue()), "at most 64 MiB")


def test_too_many_files_are_refused_before_their_list_is_read():
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, MAX_ENTRIES + 1, MAX_ENTRIES + 1, 99, 0, 0)
    assert_refused(io.BytesIO(bytes(100) + end), f"at most {MAX_ENTRIES:,} files")
    huge = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 2**31, 0, 0)
    assert_refused(io.BytesIO(bytes(100) + huge), "files")
    assert_refused(io.BytesIO(b"PK\6\7" + bytes(16) + end), "files")


def test_too_many_drawings_are_refused():
    line = json.dumps({"label": "1", "image": 0}).encode() + b"\n"
    files = {IMAGES: idx(bytes(784)), LABELS: idx(b"\0", shape=())}
    files |= {"pictures.jsonl": line * (LIMIT + 1)}
    assert_refused(pack(files), "at most 10,000 drawings")


@pytest.mark.parametrize(
    ("name", "megabytes"),
    [("drawings.jsonl", 270), ("pictures.jsonl", 17), (IMAGES, 8), (LABELS, 1)],
)
def test_a_bomb_is_refused_before_it_is_unpacked(name, megabytes):
    # Zeros, packed to a thousandth.
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as to:
        for _ in range(megabytes):
            to.write(bytes(10**6))
    tracemalloc.start()
    assert_refused(file, name, "too large")
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_is_not_unpacked():
    packed = bytearray(pack({"drawings.jsonl": bytes(10**8)}).getvalue())
    for place in (22, packed.index(b"PK\1\2") + 24):  # its size, in both headers
        packed[place : place + 4] = struct.pack("<L", 100)
    tracemalloc.start()
    assert_refused(io.BytesIO(packed))
    assert tracemalloc.get_traced_memory()[1] < 10**7
    tracemalloc.stop()


def test_a_long_line_is_refused():
    assert_refused(pack({"drawings.jsonl": b" " * (2**20 + 1)}), "drawings.jsonl", "too large")
