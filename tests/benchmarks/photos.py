"""Photos of what was written on paper: rendered from our generator, from people's strokes, and real
ones that are not part of the project.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from PIL import Image, ImageOps

from ml.networks.card import WEIGHTS_DIR
from ml.predict import Reader
from ml.segmentation.paper import read_photo
from ml.strokes import read_drawings
from tests.photos.scenes import KINDS, NOTHING, SHEETS, render, take_nothing
from tests.photos.writing import RecordedWriter

FIRST_SEED = 50_000  # of reports; constants are chosen by smaller ones
SINGLES, SHEETS_EACH, NOTHING_EACH = 30, 4, 10
LEAST_LABELS = 8  # digits of ten that a recorded hand has written

Taken = tuple[str, str, np.ndarray]  # the kind, the digits in reading order, and the picture


def measure(strokes: Path, weights: Path = WEIGHTS_DIR) -> Iterator[str]:
    """Yield a line of JSON for each source of photos that there is."""
    reader = Reader(weights)
    yield json.dumps({"rendered from the generator": judge(reader, render_all())})
    if strokes.is_file():
        yield json.dumps({"rendered from people's strokes": judge(reader, render_people(strokes))})
    real = strokes.parents[1] / "photos" / "photos.jsonl"
    if real.is_file():
        yield json.dumps({"real": judge(reader, load_real(real))})
    yield json.dumps({"12 megapixels, 20 digits": time_large(reader)})


def render_all() -> Iterator[Taken]:
    """Yield photos of every kind by generated hands, and photos without digits."""
    for kind in KINDS:
        for number in range(SHEETS_EACH if kind in SHEETS else SINGLES):
            photo = render(kind, FIRST_SEED + number)
            yield kind, photo.text, photo.picture
    for kind in NOTHING:
        for number in range(NOTHING_EACH):
            picture = take_nothing(kind, np.random.default_rng(FIRST_SEED + number))
            yield f"no digit: {kind}", "", picture


def render_people(strokes: Path) -> Iterator[Taken]:
    """Yield photos of every kind of digits that people wrote on tablets, each photo by one hand."""
    by_writer: dict[str, list] = {}
    for drawing in read_drawings(strokes):
        by_writer.setdefault(drawing.writer, []).append(drawing)
    hands = [own for own in by_writer.values() if len({d.label for d in own}) >= LEAST_LABELS]
    for kind in KINDS:
        for number in range(SHEETS_EACH if kind in SHEETS else SINGLES):
            rng = np.random.default_rng((FIRST_SEED, number))
            writer = RecordedWriter(rng, hands[rng.integers(len(hands))])
            photo = render(kind, FIRST_SEED + number, writer)
            yield kind, photo.text, photo.picture


def load_real(path: Path) -> Iterator[Taken]:
    """Yield the photos that a list of JSON lines names: `file`, `label`, `kind`, `medium`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        with Image.open(path.parent / record["file"]) as image:
            turned = ImageOps.exif_transpose(image)
            picture = np.asarray(turned if turned.mode == "L" else _lay_on_white(turned))
        yield f"{record['medium']}, {record['kind']}", record["label"], picture


def _lay_on_white(image: Image.Image) -> Image.Image:
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def judge(reader: Reader, photos: Iterable[Taken]) -> dict[str, dict[str, float]]:
    """Return, for each kind, photos, those read right, wrong digits of all, and boxes too many."""
    counts: dict[str, Counter] = {}
    for kind, text, picture in photos:
        own = counts.setdefault(kind, Counter())
        found = read_photo(reader, picture)
        read = "".join(str(digit.reading.digit) for digit in found.digits)
        own["photos"] += 1
        own["right"] += read == text
        own["digits"] += len(text)
        own["wrong digits"] += measure_distance(read, text)
        own["boxes too many"] += max(0, len(read) - len(text))
    return {kind: dict(own) for kind, own in counts.items()}


def measure_distance(read: str, text: str) -> int:
    """Return how many digits must be changed, added or left out to make one of the other."""
    row = list(range(len(text) + 1))
    for number, digit in enumerate(read, 1):
        above, row[0] = row[:], number
        for place, wanted in enumerate(text, 1):
            row[place] = min(
                above[place] + 1, row[place - 1] + 1, above[place - 1] + (digit != wanted)
            )
    return row[-1]


def time_large(reader: Reader) -> dict[str, float]:
    """Return the seconds that a photo of 12 megapixels takes, by the clock and of processors."""
    from tests.photos.paper import Camera, Pen
    from tests.photos.scenes import compose
    from tests.photos.writing import GeneratedWriter

    rng = np.random.default_rng(FIRST_SEED)
    lines = [["407", "12"]] * 4
    pen = Pen(25, (30, 40, 120))
    photo = compose(
        lines, GeneratedWriter(rng), 380, rng, pen, Camera(), room=1.3, size=(3024, 4032)
    )
    read_photo(reader, photo.picture)
    clock, own = perf_counter(), process_time()
    found = read_photo(reader, photo.picture)
    return {
        "seconds": round(perf_counter() - clock, 2),
        "processor seconds": round(process_time() - own, 2),
        "digits": len(found.digits),
    }
