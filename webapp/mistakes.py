"""A mistake from a model's card -> a picture and its words."""

import base64
import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

SIDE = 28  # pixels


@dataclass(frozen=True)
class Mistake:
    """One image that was read wrongly."""

    truth: int
    read: int
    probability: str
    picture: str | None  # a data URL; None if the card has no pixels


def show_mistake(mistake: dict[str, Any]) -> Mistake:
    """Return a card's mistake as the page shows it."""
    pixels = base64.b64decode(mistake.get("seen") or "")
    return Mistake(
        truth=mistake["truth"],
        read=mistake["read"],
        probability=f"{100 * mistake['probability']:.1f}%",
        picture=make_data_url(pixels) if len(pixels) == SIDE * SIDE else None,
    )


def make_data_url(pixels: bytes) -> str:
    """Return 28×28 grey levels, row by row, as a PNG that a page can hold."""
    file = io.BytesIO()
    Image.frombytes("L", (SIDE, SIDE), pixels).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
