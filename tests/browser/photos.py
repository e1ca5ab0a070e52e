"""A photo of numbers on paper that a test writes itself, and a person who brings it to the page."""

import io
from base64 import b64encode
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page

from tests.browser.drawing import make_reading
from tests.shapes import DIGITS

READ_PHOTO = "**/api/read-photo"
WIDTH, HEIGHT = 900, 640  # px of the photo
DIGIT = 130  # px of a digit's square, in which it takes about two thirds
ADVANCE, SPACE, LINE = 84, 110, 170  # px
PEN, INK = 9, (38, 44, 92)
RULE = (172, 190, 214)
TO_FILES = """async ([name, type, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type }));
  return files;
}"""
PASTE = """async ([name, type, base64]) => {
  const files = await (%s)([name, type, base64]);
  document.body.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true }));
}"""
DROP = """async ([name, type, base64]) => {
  const dataTransfer = await (%s)([name, type, base64]);
  for (const name of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(
      new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
  }
}"""


@dataclass(frozen=True)
class Written:
    """A photo with the digits on it: their boxes, lines and numbers as the API has them."""

    image: Image.Image
    digits: list[dict]

    def encode(self, kind: str = "JPEG") -> bytes:
        file = io.BytesIO()
        self.image.save(file, kind, quality=90)
        return file.getvalue()


def write_on_paper(*lines: str, tilt: float = 2.0, seed: int = 0) -> Written:
    """Write lines of numbers on ruled paper in uneven light, photographed at an angle (degrees)."""
    page = Image.new("RGB", (WIDTH, HEIGHT), (247, 244, 236))
    pen = ImageDraw.Draw(page)
    for y in range(60, HEIGHT, 58):
        pen.line([(0, y), (WIDTH, y)], RULE, 2)
    digits = [digit for row, line in enumerate(lines) for digit in write_line(pen, row, line)]
    turned = page.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=(120, 105, 88))
    light = make_light(seed)
    image = Image.fromarray((np.asarray(turned) * light).clip(0, 255).astype(np.uint8))
    return Written(image, [digit | {"box": turn_box(digit["box"], tilt)} for digit in digits])


def write_line(pen: ImageDraw.ImageDraw, row: int, line: str) -> list[dict]:
    """Write one line, and return the digits that stand in it."""
    x, y, digits = 60, 70 + row * LINE, []
    for number, word in enumerate(line.split(" ")):
        for letter in word:
            box = write_digit(pen, int(letter), (x, y))
            digits.append({"digit": int(letter), "line": row, "number": number, "box": box})
            x += ADVANCE
        x += SPACE
    return digits


def write_digit(pen: ImageDraw.ImageDraw, digit: int, place: tuple[int, int]) -> list[int]:
    """Write a digit, and return the box of its ink."""
    points = []
    for stroke in DIGITS[digit]:
        inked = [(place[0] + DIGIT * x, place[1] + DIGIT * y) for x, y in stroke]
        pen.line(inked, INK, PEN, joint="curve")
        points += inked
    xs, ys = zip(*points, strict=True)
    left, top = int(min(xs)) - PEN, int(min(ys)) - PEN
    return [left, top, int(max(xs)) + PEN - left, int(max(ys)) + PEN - top]


def make_light(seed: int) -> np.ndarray:
    """Return light from one side, a soft shadow and grain: float64 (HEIGHT, WIDTH, 1)."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    shadow = 1 / (1 + np.exp((columns - 0.7 * WIDTH + 0.4 * rows) / 60))
    light = 0.72 + 0.18 * shadow + 0.08 * columns / WIDTH
    return (light + random.normal(0, 0.012, light.shape))[..., None]


def turn_box(box: list[int], tilt: float) -> list[int]:
    """Return the box around a box that is turned with the photo."""
    x, y, width, height = box
    angle = np.radians(-tilt)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([WIDTH, HEIGHT]) / 2
    middle = turn @ (np.array([x + width / 2, y + height / 2]) - centre) + centre
    return [round(middle[0] - width / 2), round(middle[1] - height / 2), width, height]


def make_answer(written: Written, **more) -> dict:
    """Return what a server answers that reads every digit as it was written."""
    digits = [
        make_digit(written, digit["box"], digit["digit"], digit["line"], digit["number"])
        for digit in written.digits
    ]
    rows = max((digit["line"] for digit in digits), default=-1) + 1
    return {
        "lines": [str(row) for row in range(rows)],  # the page writes them from the digits
        "digits": digits,
        "width": written.image.width,
        "height": written.image.height,
        "model": "played",
        "sheet": None,
        "milliseconds": 12.0,
    } | more


def make_digit(
    written: Written, box: list[int], digit: int, line: int = 0, number: int = 0
) -> dict:
    """Return one digit of an answer, with its ink cut out of the photo."""
    x, y, width, height = box
    grey = np.asarray(written.image.convert("L").crop((x, y, x + width, y + height)), np.int32)
    ink = np.where(grey < grey.max() - 70, 255, 0).astype(np.uint8)
    seen = np.asarray(Image.fromarray(ink).resize((20, 20), Image.Resampling.BOX))
    place = {"box": box, "line": line, "number": number, "ink": encode_ink(ink)}
    return (
        make_reading(digit) | {"seen": np.pad(seen, 4).ravel().tolist(), "no_digit": 0.01} | place
    )


def encode_ink(ink: np.ndarray) -> str:
    """Return ink as the board's PNG, black on transparency with a margin, as a data URL."""
    ink, file = np.pad(ink, 14), io.BytesIO()
    black = np.zeros_like(ink)
    Image.fromarray(np.stack([black, ink], axis=2), "LA").save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def paste(page: Page, data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> None:
    """Paste a file, as Ctrl+V does."""
    page.evaluate(PASTE % TO_FILES, [name, kind, b64encode(data).decode()])


def drop(page: Page, data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> None:
    """Drop a file onto the page."""
    page.evaluate(DROP % TO_FILES, [name, kind, b64encode(data).decode()])


def get_boxes(page: Page) -> Locator:
    """Return the boxes on the photo, in the order of reading."""
    return page.get_by_role("application", name="Boxes on the photo").get_by_role("button")


def get_text(page: Page) -> Locator:
    """Return the text that was read."""
    return page.get_by_role("group", name="Text", exact=True)
