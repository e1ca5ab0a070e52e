"""What a request asks about: which drawing, and which models."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import current_app

from ml.predict import Reader
from ml.strokes import draw_freely
from webapp.drawing import Limits, parse_drawing_strokes, read_drawing, read_strokes
from webapp.problems import Problem

MAX_MODELS = 16
MISSING = (
    "`image` is missing. Send `image`, a PNG data URL, or `strokes`; POST /api/predict takes "
    "`images`, too."
)


def reader() -> Reader:
    """Return the reader that the app loaded."""
    return current_app.extensions["reader"]


def read_limits() -> Limits:
    """Return the app's limits on a drawing."""
    config = current_app.config
    return Limits(
        text=config["MAX_CONTENT_LENGTH"],
        min_side=config["MIN_IMAGE_SIDE"],
        max_side=config["MAX_IMAGE_SIDE"],
    )


@dataclass(frozen=True)
class Drawing:
    """A drawing as a request holds it: its ink, and its strokes in board px if they are known.

    With both, the picture is what is read: the page's own canvas, to the last pixel.
    """

    ink: np.ndarray  # uint8 (H, W)
    strokes: list[np.ndarray] | None


def read_ink(body: dict[str, Any], *, as_is: bool = False) -> np.ndarray:
    """Return the ink of the picture or the strokes that the body holds; raises Problem."""
    if "image" in body and "strokes" in body:
        raise Problem(400, "Send either `image` or `strokes`, not both; with `several` both count.")
    check_as_is(body, as_is=as_is)
    if "strokes" in body:
        return read_strokes(body["strokes"])
    return read_image(body, as_is=as_is)


def take_drawing(body: dict[str, Any], *, as_is: bool = False) -> Drawing:
    """Return the picture, the strokes, or both, that the body holds; raises Problem."""
    check_as_is(body, as_is=as_is)
    strokes = parse_drawing_strokes(body["strokes"]) if "strokes" in body else None
    if strokes is None or "image" in body:
        return Drawing(read_image(body, as_is=as_is), strokes)
    return Drawing(draw_freely(strokes), strokes)


def check_as_is(body: dict[str, Any], *, as_is: bool) -> None:
    """Raise Problem for strokes, which have no size to be given as they are."""
    if as_is and "strokes" in body:
        raise Problem(
            400, "`as_is` needs a picture of 28×28 px. Send `image`, or leave out `as_is`."
        )


def wants_as_is(body: dict[str, Any]) -> bool:
    """Return whether the networks are to be given the picture as it is; raises Problem."""
    wanted = body.get("as_is", False)
    if not isinstance(wanted, bool):
        raise Problem(400, "`as_is` must be true, false or left out.")
    return wanted


def wants_several(body: dict[str, Any]) -> bool:
    """Return whether the drawing may be a number of several digits; raises Problem."""
    wanted = body.get("several", False)
    if not isinstance(wanted, bool):
        raise Problem(400, "`several` must be true, false or left out.")
    if wanted and wants_as_is(body):
        raise Problem(400, "`as_is` reads one picture, `several` finds digits. Leave out one.")
    return wanted


def read_image(body: dict[str, Any], *, as_is: bool = False) -> np.ndarray:
    """Return the ink of the picture that the body holds; raises Problem."""
    if "image" not in body:
        raise Problem(400, MISSING)
    if not isinstance(body["image"], str):
        raise Problem(400, "`image` must be a string, a PNG data URL.")
    return read_drawing(body["image"], read_limits(), as_is=as_is)


def choose_models(body: dict[str, Any]) -> list[str]:
    """Return the names of the models to use, the default if none is named; raises Problem."""
    if "models" in body:
        if "model" in body:
            raise Problem(400, "Send either `model` or `models`, not both.")
        return check_names(body["models"])
    return [choose_model(body)]


def choose_model(body: dict[str, Any]) -> str:
    """Return the name of the model to use, the default if none is named; raises Problem."""
    name = body.get("model", reader().default)
    if not isinstance(name, str):
        raise Problem(400, "`model` must be a string, the name of a model, or left out.")
    return name


def check_names(names: object) -> list[str]:
    """Return the names if they are a list of distinct strings; raises Problem."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Problem(400, "`models` must be a list of strings, the names of models.")
    if not 1 <= len(names) <= MAX_MODELS:
        raise Problem(400, f"`models` must have 1 to {MAX_MODELS} names.")
    if len(set(names)) < len(names):
        raise Problem(400, "`models` must name each model only once.")
    return names
