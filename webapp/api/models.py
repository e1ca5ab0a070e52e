"""The models, and whether they can read."""

import logging
from threading import Lock
from typing import Any

import numpy as np
from flask import Blueprint, Response, current_app, request

from ml.errors import WeightsError
from ml.networks.exports.browser_weights import find_file_version, pack_weights
from ml.predict import LoadedModel
from webapp.api.questions import reader
from webapp.problems import Problem
from webapp.security import may_be_kept

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


@models.get("/models/<name>/browser-weights")
@may_be_kept
def send_browser_weights(name: str) -> Response:
    """Answer a served network as one file that a browser reads with (static/js/reader)."""
    loaded = reader().find(name)
    try:
        version, content = packed.find(loaded)
    except WeightsError as error:
        raise Problem(409, f"{error}.") from error
    response = Response(content, mimetype="application/octet-stream")
    response.set_etag(version)
    if request.if_match.star_tag:  # any version will do
        return response
    if response.make_conditional(request).status_code == 412:
        raise Problem(412, "Another version is served than the one of If-Match. Ask without it.")
    return response


class PackedWeights:
    """The files for browsers, each made once for a version that is served; safe between threads."""

    def __init__(self) -> None:
        self._packed: dict[str, tuple[str, bytes]] = {}  # by the model: version, file
        self._making = Lock()

    def find(self, loaded: LoadedModel) -> tuple[str, bytes]:
        """Return the version and the file of a model.

        Raises WeightsError if no browser can read with it.
        """
        card = loaded.card
        version = find_file_version(card)
        with self._making:
            if self._packed.get(card.model, ("",))[0] != version:
                content = pack_weights(card, loaded.classifier.weights())
                self._packed[card.model] = version, content
            return self._packed[card.model]


packed = PackedWeights()


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
