import io
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.webapp.pictures import (
    build_png,
    chunk,
    draw_seven,
    on_paper,
    to_png,
    to_url,
)
from webapp.drawing import Limits, read_drawing
from webapp.problems import Problem

COVERAGE = draw_seven()
BLACK_ON_WHITE = on_paper(COVERAGE)


def save(image, **options):
    return to_url(to_png(image, **options))


@pytest.mark.parametrize("size", [(28, 28), (1024, 1024), (28, 1024), (300, 150)])
def test_any_size_within_the_limits_is_read(size):
    width, height = size
    assert read_drawing(save(Image.new("L", size, 255))).shape == (height, width)


TOO_SMALL = [(1, 1), (27, 28), (280, 27)]
TOO_LARGE = [(1025, 28), (28, 1025), (20000, 20000), (2**31 - 1, 2**31 - 1), (2**32 - 1, 28)]


@pytest.mark.parametrize("size", TOO_SMALL + TOO_LARGE)
def test_a_size_beyond_the_limits_is_refused_with_both_sizes(size):
    problem = refusal_of(to_url(build_png(*size, 8, 6, [])))
    assert problem.code == (400 if size in TOO_SMALL else 413)
    assert f"{size[0]}×{size[1]} px" in problem.detail
    assert ("28×28 px" if size in TOO_SMALL else "1024×1024 px") in problem.detail


@pytest.mark.slow
def test_a_huge_picture_in_a_tiny_file_costs_no_memory():
    row = bytes(20000)
    bomb = to_url(build_png(20000, 20000, 8, 0, (row for _ in range(20000))))
    assert len(bomb) < 600_000
    assert peak_of(bomb) < 4_000_000


def test_more_packed_data_than_the_picture_needs_is_never_unpacked():
    packed = zlib.compress(bytes(400_000_000), 9)
    header = build_png(28, 28, 8, 0, [])[:33]
    data = header + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    assert peak_of(to_url(data)) < 8_000_000


def peak_of(url):
    """The most memory, in bytes, that reading this took."""
    tracemalloc.start()
    try:
        read_drawing(url)
    except Problem:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak


def refusal_of(url, **limits):
    with pytest.raises(Problem) as caught:
        read_drawing(url, Limits(**limits))
    return caught.value


def encode(image, kind):
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


PNG = to_png(BLACK_ON_WHITE)
OTHERS = {kind: encode(BLACK_ON_WHITE, kind) for kind in ("JPEG", "GIF", "BMP", "WEBP", "TIFF")}
REFUSED = {
    "empty text": "",
    "plain text": "seven",
    "a link": "https://example.org/seven.png",
    "base64 without data:": to_url(PNG).split(",")[1],
    "no comma": "data:image/png;base64",
    "no base64": "data:image/png,abc",
    "no kind": to_url(PNG, ""),
    "a JPEG that says so": to_url(OTHERS["JPEG"], "image/jpeg"),
    "SVG": to_url(b"<svg/>", "image/svg+xml"),
    "a space first": " " + to_url(PNG),
    "nothing": "data:image/png;base64,",
    "only padding": "data:image/png;base64,====",
    "not base64": "data:image/png;base64,@@@@",
    "not ASCII": "data:image/png;base64,é",
    "half a surrogate": "data:image/png;base64,\ud800",
    "cut off": to_url(PNG)[:-1],
    "line breaks": to_url(PNG)[:100] + "\n" + to_url(PNG)[100:],
    "two in one": to_url(PNG) + to_url(PNG),
    "URL-safe base64": "data:image/png;base64,-_-_",
    "text": to_url(b"seven"),
    "signature alone": to_url(PNG[:8]),
    "header alone": to_url(PNG[:33]),
    "half a PNG": to_url(PNG[: len(PNG) // 2]),
    "no end": to_url(PNG[:-12]),
    "no rows": to_url(build_png(28, 28, 8, 0, [])),
    **{f"{kind} as PNG": to_url(data) for kind, data in OTHERS.items()},
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_anything_but_an_intact_png_is_refused_with_advice(url):
    problem = refusal_of(url)
    assert problem.code == 400
    assert problem.detail.startswith("`image` ")
    assert "Send" in problem.detail or "Use" in problem.detail


def test_a_row_filter_that_does_not_exist_is_refused():
    packed = zlib.compress(b"\x09" + bytes(28 * 29 - 1))
    header = build_png(28, 28, 8, 0, [])[:33]
    url = to_url(header + chunk(b"IDAT", packed) + chunk(b"IEND", b""))
    assert "damaged" in refusal_of(url).detail


def test_text_beyond_the_limit_is_refused_before_it_is_decoded():
    problem = refusal_of(to_url(PNG), text=100)
    assert problem.code == 413
    assert "100 characters" in problem.detail


@pytest.mark.parametrize(
    "start", ["data:image/png;charset=utf-8;base64,", "DATA:image/PNG;Base64,"]
)
def test_a_data_url_may_have_parameters_and_capitals(start):
    url = to_url(PNG).replace("data:image/png;base64,", start)
    assert np.array_equal(read_drawing(url), COVERAGE)


def test_a_hostile_prefix_does_not_keep_the_pattern_busy():
    # A pattern that tried each way to split the prefix would not come back.
    assert refusal_of("data:image/png" + ";a=b" * 200_000).code == 400
