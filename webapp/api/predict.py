"""POST /api/predict: a drawing in, a reading out; with `several`, a number digit by digit."""

from time import perf_counter
from typing import Any

from flask import Blueprint, request

from webapp.api.questions import (
    choose_models,
    read_ink,
    reader,
    take_drawing,
    wants_as_is,
    wants_several,
)
from webapp.body import read_object
from webapp.hands.recollection import Recollection, recall

predict = Blueprint("predict", __name__, url_prefix="/api")


@predict.post("/predict")
def read_digit() -> dict[str, Any]:
    """Read a drawing with one model or several, as its hand has taught them."""
    body = read_object(request)
    models, several = choose_models(body), wants_several(body)
    read = read_several_digits if several else read_one_digit
    described, recollection = read(body, models)
    answer = {"readings": described} if "models" in body else described[0]
    return answer | recollection.tell_problem()


def read_one_digit(
    body: dict[str, Any], models: list[str]
) -> tuple[list[dict[str, Any]], Recollection]:
    """Return each model's reading of a digit, for JSON, and what was remembered; raises Problem."""
    as_is = wants_as_is(body)
    ink = read_ink(body, as_is=as_is)
    recollection = recall(models)
    readings = reader().read_each(ink, models, recollection.memories, as_is=as_is)
    return [recollection.describe(reading) for reading in readings], recollection


def read_several_digits(
    body: dict[str, Any], models: list[str]
) -> tuple[list[dict[str, Any]], Recollection]:
    """Return each model's reading of a number, for JSON, and what was remembered; raises Problem.

    What a hand has taught counts for each digit.
    """
    from ml.segmentation.numbers import read_several  # with what it cuts ink by

    drawing = take_drawing(body)
    recollection = recall(models)
    ink = drawing.ink if drawing.strokes is None or "image" in body else None
    started = perf_counter()
    readings = read_several(
        reader(), models, strokes=drawing.strokes, ink=ink, memories=recollection.memories
    )
    spent = {"milliseconds": round((perf_counter() - started) * 1000, 3)}  # of a number
    return [spent | reading.to_dict(recollection.describe) for reading in readings], recollection
