"""/api/*: JSON in, JSON out."""

import logging
from typing import Any

import numpy as np
from flask import Blueprint, current_app, request

from ml.predict import Reader
from webapp.body import read_object
from webapp.drawing import Limits, read_drawing, read_strokes
from webapp.problems import Problem

log = logging.getLogger(__name__)
api = Blueprint("api", __name__, url_prefix="/api")

MAX_MODELS = 16
# One vertical stroke: a small drawing that still makes the networks run.
PROBE = np.zeros((28, 28), np.uint8)
PROBE[4:24, 12:16] = 255


@api.post("/predict")
def predict() -> dict[str, Any]:
    """Read a drawing with one model or several."""
    body = read_object(request)
    models = choose_models(body)
    ink = read_ink(body)
    readings = [reading.to_dict() for reading in reader().read_each(ink, models)]
    return {"readings": readings} if "models" in body else readings[0]


@api.get("/models")
def list_models() -> dict[str, Any]:
    """List the models with their cards, the default first."""
    shelf = reader()
    models = [
        {"name": name, "default": name == shelf.default, "card": shelf.cards[name].to_dict()}
        for name in shelf.models
    ]
    return {"default": shelf.default, "models": models}


@api.get("/health")
def health() -> dict[str, Any]:
    """Answer 200 if the server can read a drawing, found out by reading one."""
    try:
        reading = reader().read(PROBE)
    except Exception as error:
        log.exception("The health check failed")
        raise Problem(
            503, "The server cannot read drawings. Restart it; its log says why."
        ) from error
    return {"status": "ok", "model": reading.model}


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


def read_ink(body: dict[str, Any]) -> np.ndarray:
    """Return the ink of the picture or the strokes that the body holds; raises Problem."""
    if "image" in body and "strokes" in body:
        raise Problem(400, "Send either `image` or `strokes`, not both.")
    if "strokes" in body:
        return read_strokes(body["strokes"])
    if "image" not in body:
        raise Problem(400, "`image` is missing. Send the drawing as a PNG data URL.")
    if not isinstance(body["image"], str):
        raise Problem(400, "`image` must be a string, a PNG data URL.")
    return read_drawing(body["image"], read_limits())


def choose_models(body: dict[str, Any]) -> list[str]:
    """Return the names of the models to use, the default if none is named; raises Problem."""
    if "models" in body:
        if "model" in body:
            raise Problem(400, "Send either `model` or `models`, not both.")
        return check_names(body["models"])
    name = body.get("model", reader().default)
    if not isinstance(name, str):
        raise Problem(400, "`model` must be a string, the name of a model, or left out.")
    return [name]


def check_names(names: object) -> list[str]:
    """Return the names if they are a list of distinct strings; raises Problem."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Problem(400, "`models` must be a list of strings, the names of models.")
    if not 1 <= len(names) <= MAX_MODELS:
        raise Problem(400, f"`models` must have 1 to {MAX_MODELS} names.")
    if len(set(names)) < len(names):
        raise Problem(400, "`models` must name each model only once.")
    return names
