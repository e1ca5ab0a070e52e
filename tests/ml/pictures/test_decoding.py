"""Files of pictures: what a person sees comes out, and every limit holds before decoding."""

import io
import subprocess
import sys
import time
import tracemalloc
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from ml.errors import PictureError
from ml.pictures.decoding import decode_picture
from tests.blocking import write_block
from tests.picture_files import (
    BAD_FILES,
    GOOD_FILES,
    JPEG,
    PNG,
    SIDES,
    WEBP,
    draw_photo,
    make_exif,
    make_jpeg,
    save,
)
from tests.webapp.pictures import chunk

ROOT = Path(__file__).resolve().parents[3]
EXPECTED = np.asarray(draw_photo().convert("L")).astype(int)


@contextmanager
def measuring():
    """Yield what says how many bytes were held at once since."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def decode(data):
    """The picture's grey levels."""
    pixels = decode_picture(data).pixels
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    return np.asarray(Image.fromarray(pixels).convert("L")).astype(int)


@pytest.mark.parametrize("data", GOOD_FILES.values(), ids=GOOD_FILES)
def test_every_kind_of_picture_is_seen_as_it_is(data):
    grey = decode(data)
    assert grey.shape == EXPECTED.shape == SIDES[::-1]
    ink, paper = grey[EXPECTED < 60], grey[EXPECTED > 200]
    assert np.median(ink) < 80
    assert np.median(paper) > 200


def test_pixels_of_a_png_are_unchanged():
    assert np.array_equal(decode_picture(PNG).pixels, np.asarray(draw_photo()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_exif_says(kind, orientation):
    data = save(draw_photo(), kind, exif=make_exif(orientation))
    with Image.open(io.BytesIO(data)) as image:
        seen = ImageOps.exif_transpose(image).convert("RGB")
    picture = decode_picture(data)
    assert (picture.width, picture.height) == seen.size
    assert np.abs(picture.pixels.astype(int) - np.asarray(seen)).mean() < 2


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_there_is_not_turns_nothing(orientation):
    assert decode(make_jpeg(exif=make_exif(orientation))).shape == EXPECTED.shape


EXIFS = [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0" * 99]


@pytest.mark.parametrize("exif", EXIFS)
def test_damaged_exif_turns_nothing(exif):
    assert decode(make_jpeg(exif=exif)).shape == EXPECTED.shape


@pytest.mark.parametrize(("enough", "scale"), [(140, 2), (141, 1), (None, 1)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_jpeg_is_decoded_at_half_its_size_where_that_is_enough(enough, scale, orientation):
    picture = decode_picture(make_jpeg(quality=95, exif=make_exif(orientation)), enough)
    size = SIDES if orientation == 1 else SIDES[::-1]
    assert (picture.width, picture.height) == size
    assert picture.scale == (scale, scale)
    whole = decode_picture(make_jpeg(quality=95, exif=make_exif(orientation))).pixels
    smaller = whole.reshape(size[1] // scale, scale, size[0] // scale, scale, 3).mean(axis=(1, 3))
    assert np.abs(picture.pixels - smaller).mean() < 3


def test_an_odd_side_is_rounded_up():
    image = draw_photo().crop((0, 0, 151, 201))
    picture = decode_picture(save(image, "JPEG"), 100)
    assert (picture.width, picture.height) == (151, 201)
    assert picture.pixels.shape == (101, 76, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize(("ink", "is_light"), [((0, 0, 80), False), ((250, 250, 230), True)])
def test_ink_on_nothing_gets_paper_that_it_shows_on(kind, ink, is_light):
    coverage = (255 - EXPECTED.clip(0, 255)).astype(np.uint8)
    coverage = np.where(coverage > 100, 255, 0).astype(np.uint8)
    image = Image.new("RGB", SIDES, ink)
    image.putalpha(Image.fromarray(coverage))
    grey = decode(save(image, kind, lossless=True))
    paper = np.median(grey[coverage == 0])
    assert paper == (0 if is_light else 255)
    assert abs(paper - np.median(grey[coverage == 255])) > 200


def test_paper_with_a_transparent_rim_goes_on():
    image = draw_photo().convert("RGBA")
    alpha = Image.new("L", SIDES, 255)
    alpha.paste(0, (0, 0, SIDES[0], 20))
    image.putalpha(alpha)
    assert decode(save(image, "PNG"))[:20].min() > 200


@pytest.mark.parametrize(("data", "kind", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_refused_in_words_within_moments_and_little_memory(data, kind, words):
    started = time.process_time()
    with measuring() as find_peak:
        with pytest.raises(PictureError, match=words) as refusal:
            decode_picture(data)
        assert find_peak() < 2 * len(data) + 20 * 2**20
    assert type(refusal.value) is kind
    assert time.process_time() - started < 3


@pytest.mark.parametrize("data", [PNG, JPEG, WEBP], ids=["PNG", "JPEG", "WebP"])
def test_a_file_cut_off_anywhere_is_refused(data):
    for length in range(1, len(data) - 2, 1 + len(data) // 20):
        with pytest.raises(PictureError):
            decode_picture(data[:length])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([PNG, JPEG, WEBP]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20),
)
def test_damaged_bytes_are_refused_or_read_and_never_fail(data, changes):
    damaged = bytearray(data)
    for position, byte in changes:
        damaged[position % len(damaged)] = byte
    try:
        decode_picture(bytes(damaged))
    except PictureError as error:
        assert "\n" not in str(error)


def test_text_and_profiles_of_a_png_are_never_unpacked():
    bomb = zlib.compress(bytes(50_000_000), 1)
    parts = chunk(b"zTXt", b"note\0\0" + bomb), chunk(b"iCCP", b"name\0\0" + bomb)
    data = PNG[:33] + b"".join(parts) + PNG[33:]
    with measuring() as find_peak:
        assert decode(data).shape == EXPECTED.shape
        assert find_peak() < 10 * 2**20


def test_what_reads_pngs_and_jpegs_needs_no_opencv():
    code = f"""
{write_block("cv2")}
from pathlib import Path
import sys
from ml.pictures.decoding import decode_picture
decode_picture(sys.stdin.buffer.read())
"""
    for data in (PNG, JPEG):
        subprocess.run([sys.executable, "-c", code], input=data, cwd=ROOT, check=True)


MEASURE = """
import resource, sys
import cv2
from ml.pictures.decoding import decode_picture
data = sys.stdin.buffer.read()
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
decode_picture(data)
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_decoding_twelve_megapixels_takes_little_memory(kind):
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(100, 200, (30, 40, 3), np.uint8))
    data = save(small.resize((4000, 3000)), kind, exif=make_exif(6))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], input=data, cwd=ROOT, check=True, capture_output=True
    )
    assert int(done.stdout) < 150
