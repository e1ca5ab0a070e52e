"""The models, and whether they can read."""

import logging
from typing import Any

import numpy as np
from flask import Blueprint, current_app

from ml.errors import WeightsError
from webapp.api.questions import reader
from webapp.problems import Problem

log = logging.getLogger(__name__)
models = Blueprint("models", __name__, url_prefix="/api")

# One vertical stroke: a small drawing that still makes the networks run.
PROBE = np.zeros((28, 28), np.uint8)
PROBE[4:24, 12:16] = 255


@models.get("/models")
def list_models() -> dict[str, Any]:
    """List the models with their cards, the default first."""
    shelf = reader()
    number = current_app.extensions["versions"].number
    listed = [
        {
            "name": name,
            "default": name == shelf.default,
            "version": number(name),
            "card": shelf.cards[name].to_dict(),
        }
        for name in shelf.models
    ]
    return {"default": shelf.default, "models": listed}


@models.get("/models/<name>/pictures")
def describe_first_layer(name: str) -> dict[str, Any]:
    """Answer what a served network is made of: the weights of its first layer, as pictures."""
    from ml.explain.pictures import describe_pictures  # most visits never need it

    loaded = reader().find(name)
    try:
        described = describe_pictures(loaded.classifier, name)
    except WeightsError as error:
        raise Problem(409, f"{error}.") from error
    return described | {"version": loaded.card.weights_version}


@models.get("/health")
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
