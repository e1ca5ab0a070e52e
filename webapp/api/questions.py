"""What a request asks about: which drawing, and which models."""

from typing import Any

import numpy as np
from flask import current_app

from ml.predict import Reader
from webapp.drawing import Limits, read_drawing, read_strokes
from webapp.problems import Problem

MAX_MODELS = 16


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


def read_ink(body: dict[str, Any], *, as_is: bool = False) -> np.ndarray:
    """Return the ink of the picture or the strokes that the body holds; raises Problem."""
    check_one_drawing(body, as_is=as_is)
    if "strokes" in body:
        return read_strokes(body["strokes"])
    return read_image(body, as_is=as_is)


def check_one_drawing(body: dict[str, Any], *, as_is: bool) -> None:
    """Raise Problem for two drawings, and for strokes that have no size to be given as they are."""
    if "image" in body and "strokes" in body:
        raise Problem(400, "Send either `image` or `strokes`, not both.")
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


def read_image(body: dict[str, Any], *, as_is: bool = False) -> np.ndarray:
    """Return the ink of the picture that the body holds; raises Problem."""
    if "image" not in body:
        raise Problem(400, "`image` is missing. Send the drawing as a PNG data URL.")
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
