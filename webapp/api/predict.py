"""POST /api/predict: a drawing in, a reading out; with `several`, a number digit by digit.

A batch is many drawings of the same question: `images`, or `strokes` one level deeper.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from flask import Blueprint, current_app, request

from webapp.api.batches import answer_each, is_batch, split_batch
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
from webapp.serving.turns import Turns

predict = Blueprint("predict", __name__, url_prefix="/api")


@predict.post("/predict")
def read_digit() -> dict[str, Any]:
    """Read a drawing, or each of a batch, with one model or several, as its hand has taught it."""
    body = read_object(request)
    models = choose_models(body)
    read = read_several_digits if wants_several(body) else read_one_digit
    return answer_batch(body, models, read) if is_batch(body) else answer_one(body, models, read)


def answer_one(body: dict[str, Any], models: list[str], read: Callable) -> dict[str, Any]:
    """Return the answer to one drawing; raises Problem."""
    described, recollection = read(body, models)
    answer = {"readings": described} if "models" in body else described[0]
    return answer | recollection.tell_problem()


def answer_batch(body: dict[str, Any], models: list[str], read: Callable) -> dict[str, Any]:
    """Return the answer to many drawings, in their order; raises Problem for all of them.

    What is wrong with one drawing is its own answer. What is remembered is looked up once.
    """
    wants_as_is(body)
    drawings = split_batch(body)
    for name in models:
        reader().weights_version(name)  # raises UnknownModelError before anything is decoded
    recollection = recall(models)

    def answer(drawing: dict[str, Any]) -> dict[str, Any]:
        described, _ = read(drawing, models, recollection)
        return {"readings": described} if "models" in body else described[0]

    turns: Turns = current_app.extensions["batch_turns"]
    with turns.take():  # one at a time, so that single drawings always find a thread
        return {"readings": answer_each(drawings, answer)} | recollection.tell_problem()


def read_one_digit(
    body: dict[str, Any], models: list[str], recollection: Recollection | None = None
) -> tuple[list[dict[str, Any]], Recollection]:
    """Return each model's reading of a digit, for JSON, and what was remembered; raises Problem."""
    as_is = wants_as_is(body)
    ink = read_ink(body, as_is=as_is)
    recollection = recollection or recall(models)
    readings = reader().read_each(ink, models, recollection.memories, as_is=as_is)
    return [recollection.describe(reading) for reading in readings], recollection


def read_several_digits(
    body: dict[str, Any], models: list[str], recollection: Recollection | None = None
) -> tuple[list[dict[str, Any]], Recollection]:
    """Return each model's reading of a number, for JSON, and what was remembered; raises Problem.

    What a hand has taught counts for each digit.
    """
    from ml.segmentation.numbers import read_several  # with what it cuts ink by

    drawing = take_drawing(body)
    recollection = recollection or recall(models)
    started = perf_counter()
    readings = read_several(reader(), models, **vars(drawing), memories=recollection.memories)
    spent = {"milliseconds": round((perf_counter() - started) * 1000, 3)}  # of a number
    return [spent | reading.to_dict(recollection.describe) for reading in readings], recollection
