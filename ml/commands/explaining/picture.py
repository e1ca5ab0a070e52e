"""One picture with everything that explains a reading, drawn with Pillow alone."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ml.explain.counterfactual import Counterfactual
from ml.explain.evidence import Evidence
from ml.explain.explainer import Explanation
from ml.explain.nearest import Neighbour
from ml.networks.logits import NOT_A_DIGIT
from ml.preprocess import IMAGE_SIDE

PAPER, INK, SOFT, RULE = "#fffdf8", "#23201b", "#655e52", "#d9d1bf"
FOR, AGAINST = "#0b62ad", "#c96200"  # blue and orange: the colour-blind tell them apart
SHARED, ACCENT = "#16794f", "#b5301a"
SIZE = (1180, 800)
MARGIN, GAP = 30, 30
LARGE, SMALL = 8, 4  # px that a pixel of 28×28 takes
SIDE = IMAGE_SIDE * LARGE
TOP, LOWER = 130, 470  # of the two rows of pictures
ATTRIBUTION = "Training images: MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0"


def draw(ink: np.ndarray, explanation: Explanation) -> Image.Image:
    """Return the picture; `ink` is the drawing, uint8 (H, W), and not blank."""
    page = Image.new("RGB", SIZE, PAPER)
    brush = ImageDraw.Draw(page)
    headline, *sentences = tell(explanation)
    _write(brush, (MARGIN, 20), headline, 26)
    for number, sentence in enumerate(sentences):
        _write(brush, (MARGIN, 56 + 20 * number), sentence, 15, SOFT)
    seen = np.array(explanation.reading.seen, np.uint8).reshape(IMAGE_SIDE, IMAGE_SIDE)
    pictures = [
        ("The drawing", _fit(ink)),
        ("What the network sees", enlarge(paint_ink(seen), LARGE)),
        (
            f"Why {explanation.answer} and not {explanation.rival}?",
            enlarge(paint_evidence(seen, explanation.found.evidence), LARGE),
        ),
    ]
    for number, (title, each) in enumerate(pictures):
        _place(page, (MARGIN + number * (SIDE + GAP), TOP), each, title)
    left = MARGIN + 2 * (SIDE + GAP)
    _draw_legend(brush, (left, TOP + SIDE + 10), explanation)
    _draw_bars(brush, (MARGIN + 3 * (SIDE + GAP), TOP), explanation)
    _draw_neighbours(page, (MARGIN, LOWER), explanation)
    _draw_change(page, (left, LOWER), seen, explanation.found.counterfactual)
    _write(brush, (MARGIN, SIZE[1] - 30), ATTRIBUTION, 12, SOFT)
    return page


def tell(explanation: Explanation) -> list[str]:
    """Return what the picture shows in words: what is read, the evidence, what would change it."""
    answer, rival, reading = explanation.answer, explanation.rival, explanation.reading
    share = reading.probabilities[answer]
    if reading.status == "not_a_digit":
        headline = f"{reading.model}: not a digit; if it had to be one, {answer} ({share:.1%})"
    else:
        headline = f"{reading.model} reads {answer} ({share:.1%})"
    found = explanation.found
    doubt = " or ".join(map(str, reading.unsure or []))
    changed = _tell_change(found.counterfactual, rival)
    return [
        headline,
        *([f"It is unsure: {doubt}."] if doubt else []),
        _tell_evidence(found.evidence, answer),
        changed,
    ]


def _tell_evidence(evidence: Evidence, answer: int) -> str:
    if evidence.place is None:
        return f"No part of the ink speaks for {answer}."
    start = f"The ink at the {evidence.place} speaks most for {answer}"
    if evidence.without == answer:
        return f"{start}; without it the network still says {answer}."
    refused = evidence.without == NOT_A_DIGIT
    return f"{start}: without it the network says {'not a digit' if refused else evidence.without}."


def _tell_change(counterfactual: Counterfactual | None, rival: int) -> str:
    if counterfactual is None:
        return f"No small change was found that makes it a {rival}."
    count = counterfactual.changed
    return f"{count} changed pixel{'' if count == 1 else 's'} of 784 would make it a {rival}."


def paint_ink(image: np.ndarray) -> np.ndarray:
    """Return uint8 (28, 28) with 255 = ink as RGB, uint8 (28, 28, 3)."""
    return _mix(PAPER, INK, image / 255)


def paint_evidence(seen: np.ndarray, evidence: Evidence) -> np.ndarray:
    """Return the evidence as RGB: blue ink speaks for the answer, orange ink against it."""
    grey = _mix(PAPER, INK, 0.35 * seen / 255).astype(float)
    strength = np.abs(evidence.map)[..., None]
    colour = np.where(evidence.map[..., None] > 0, _rgb(FOR), _rgb(AGAINST))
    return np.rint(grey + (colour - grey) * strength).astype(np.uint8)


def paint_shared(neighbour: Neighbour) -> np.ndarray:
    """Return a training image as RGB, green where the drawing has ink, too."""
    painted = paint_ink(neighbour.image).astype(float)
    shared = neighbour.shared[..., None]
    return np.rint(painted + (_rgb(SHARED) - painted) * shared).astype(np.uint8)


def paint_change(seen: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return a changed drawing as RGB: what came in orange, for the rival, what went in blue."""
    change = (image.astype(float) - seen) / 255
    kept = _mix(PAPER, INK, np.minimum(seen, image) / 255).astype(float)
    came, went = change.clip(0)[..., None], 0.6 * (-change).clip(0)[..., None]
    return np.rint(kept + (_rgb(AGAINST) - kept) * came + (_rgb(FOR) - kept) * went).astype(
        np.uint8
    )


def enlarge(pixels: np.ndarray, scale: int) -> Image.Image:
    """Return RGB pixels, uint8 (28, 28, 3), as a picture with sharp pixels."""
    side = IMAGE_SIDE * scale
    return Image.fromarray(pixels).resize((side, side), Image.Resampling.NEAREST)


def _draw_legend(brush: ImageDraw.ImageDraw, corner: tuple[int, int], told: Explanation) -> None:
    x, y = corner
    lines = ((FOR, f"speaks for {told.answer}"), (AGAINST, f"speaks against it, for {told.rival}"))
    for number, (colour, words) in enumerate(lines):
        top = y + 22 * number
        brush.rectangle((x, top, x + 13, top + 13), fill=colour)
        _write(brush, (x + 22, top - 2), words, 14)


def _draw_bars(brush: ImageDraw.ImageDraw, corner: tuple[int, int], told: Explanation) -> None:
    x, y = corner
    _write(brush, (x, y - 26), "How likely each digit is", 16)
    for digit, probability in enumerate(told.reading.probabilities):
        top = y + digit * 23
        is_answer = digit == told.answer and told.reading.digit is not None
        _write(brush, (x, top), str(digit), 15)
        brush.rectangle((x + 20, top + 2, x + 20 + 190, top + 15), fill=RULE)
        width = round(190 * probability)
        if width:
            end = x + 20 + width
            brush.rectangle((x + 20, top + 2, end, top + 15), fill=ACCENT if is_answer else SOFT)
        _write(brush, (x + 220, top), f"{probability:.1%}", 15)


def _draw_neighbours(page: Image.Image, corner: tuple[int, int], told: Explanation) -> None:
    x, y = corner
    brush, step = ImageDraw.Draw(page), IMAGE_SIDE * SMALL + 14
    _write(brush, (x, y - 26), "To the network it looks like these (green: ink in common)", 16)
    rival = told.found.nearest_rival
    shown: Sequence[Neighbour] = [*told.found.nearest, *([] if rival is None else [rival])]
    for number, neighbour in enumerate(shown):
        row, column = divmod(number, 3)
        place = x + column * step, y + row * (step + 22)
        _place(page, place, enlarge(paint_shared(neighbour), SMALL))
        words = f"nearest {told.rival}" if neighbour is rival else str(neighbour.label)
        _write(brush, (place[0], place[1] + IMAGE_SIDE * SMALL + 5), words, 14, SOFT)


def _draw_change(
    page: Image.Image, corner: tuple[int, int], seen: np.ndarray, found: Counterfactual | None
) -> None:
    brush = ImageDraw.Draw(page)
    title = "What would change its mind"
    if found is None:
        _place(page, corner, enlarge(paint_ink(seen), LARGE), f"{title}: nothing small")
        return
    _place(page, corner, enlarge(paint_change(seen, found.image), LARGE), title)
    x, y = corner[0] + SIDE + GAP, corner[1]
    for number, (colour, words) in enumerate(((AGAINST, "ink added"), (FOR, "ink taken away"))):
        brush.rectangle((x, y + 22 * number, x + 13, y + 22 * number + 13), fill=colour)
        _write(brush, (x + 22, y + 22 * number - 2), words, 14)
    _write(brush, (x, y + 56), f"then it is read as {found.digit}", 15)


def _place(
    page: Image.Image, corner: tuple[int, int], picture: Image.Image, title: str | None = None
) -> None:
    x, y = corner
    page.paste(picture, corner)
    brush = ImageDraw.Draw(page)
    brush.rectangle((x - 1, y - 1, x + picture.width, y + picture.height), outline=RULE)
    if title is not None:
        _write(brush, (x, y - 26), title, 16)


def _fit(ink: np.ndarray) -> Image.Image:
    """Return a drawing of any size, whole, in the middle of a square."""
    picture = Image.fromarray(_mix(PAPER, INK, ink / 255))
    picture.thumbnail((SIDE, SIDE))
    square = Image.new("RGB", (SIDE, SIDE), PAPER)
    square.paste(picture, ((SIDE - picture.width) // 2, (SIDE - picture.height) // 2))
    return square


def _write(
    brush: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    words: str,
    size: int,
    colour: str = INK,
) -> None:
    brush.text(corner, words, fill=colour, font=ImageFont.load_default(size))


def _mix(paper: str, ink: str, share: np.ndarray) -> np.ndarray:
    """Return the colours between two, uint8 (H, W, 3), at shares 0-1, (H, W)."""
    start, end = _rgb(paper), _rgb(ink)
    return np.rint(start + (end - start) * share[..., None]).astype(np.uint8)


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)], float)
