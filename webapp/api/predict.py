"""POST /api/predict: a drawing in, a reading out."""

from typing import Any

from flask import Blueprint, request

from webapp.api.questions import choose_models, read_ink, reader, wants_as_is
from webapp.body import read_object
from webapp.hands.recollection import recall

predict = Blueprint("predict", __name__, url_prefix="/api")


@predict.post("/predict")
def read_digit() -> dict[str, Any]:
    """Read a drawing with one model or several, as its hand has taught them."""
    body = read_object(request)
    models = choose_models(body)
    as_is = wants_as_is(body)
    ink = read_ink(body, as_is=as_is)
    recollection = recall(models)
    readings = reader().read_each(ink, models, recollection.memories, as_is=as_is)
    described = [recollection.describe(reading) for reading in readings]
    answer = {"readings": described} if "models" in body else described[0]
    return answer | recollection.tell_problem()
