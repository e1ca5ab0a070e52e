"""POST /api/explain: a drawing in, why it is read so out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, current_app, request

from ml.errors import UnknownUnitError, WeightsError
from webapp.api.questions import choose_model, reader, take_drawing, wants_as_is
from webapp.body import read_object
from webapp.hands.recollection import recall
from webapp.problems import Problem
from webapp.serving.turns import NewerDrawing, Turns
from webapp.serving.unused_memory import give_back

if TYPE_CHECKING:
    from ml.explain.explainer import Explainer

LONGEST_ASKER = 64  # characters
explain = Blueprint("explain", __name__, url_prefix="/api")


@dataclass(frozen=True)
class Asked:
    """What a request asks to be explained."""

    ink: np.ndarray
    strokes: list[np.ndarray]
    model: str
    methods: list[str]
    rival: int | None
    as_is: bool
    unit: object

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Asked":
        """Return what the body asks; raises Problem and UnknownModelError."""
        model, methods, rival = read_model(body), read_methods(body), read_rival(body)
        as_is, unit = wants_as_is(body), read_unit(body, methods)
        drawing = take_drawing(body, as_is=as_is)
        strokes = drawing.strokes or []
        return cls(drawing.ink, strokes, model, methods, rival, as_is, unit)


@explain.post("/explain")
def explain_reading() -> dict[str, Any]:
    """Explain the reading of a drawing by one model, as its hand has taught it."""
    from ml.explain.explainer import DroppedError, RivalError

    body = read_object(request)
    asker, asked = read_asker(body), Asked.of(body)
    recollection = recall([asked.model])
    turns: Turns = current_app.extensions["turns"]
    try:
        with turns.take(asker) as is_dropped:
            explanation = explainer().explain(
                **vars(asked),
                memory=recollection.memories.get(asked.model),
                should_stop=is_dropped,
            )
            give_back()
    except DroppedError as error:
        raise NewerDrawing from error
    except RivalError as error:
        raise Problem(400, f"`rival` cannot be used: {error}.") from error
    except UnknownUnitError as error:
        raise Problem(400, f"`unit` cannot be shown: {error}.") from error
    except WeightsError as error:
        raise Problem(409, f"{error}.") from error
    return explanation.to_dict(recollection.describe) | recollection.tell_problem()


def explainer() -> "Explainer":
    """Return the app's explainer, made for the first question; called by whose turn it is."""
    from ml.explain.explainer import Explainer  # with its data, which most visits never need

    found = current_app.extensions.get("explainer")
    if found is None:
        found = current_app.extensions["explainer"] = Explainer(reader())
    return found


def read_model(body: dict[str, Any]) -> str:
    """Return the model to explain; raises Problem, and UnknownModelError before anybody waits."""
    if "models" in body:
        raise Problem(400, "One model is explained at a time. Send `model` in place of `models`.")
    model = choose_model(body)
    reader().weights_version(model)
    return model


def read_methods(body: dict[str, Any]) -> list[str]:
    """Return the names of the methods to use, those at a glance unless named; raises Problem."""
    from ml.explain.explainer import AT_A_GLANCE, METHODS

    names = body.get("methods", list(AT_A_GLANCE))
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Problem(400, "`methods` must be a list of strings, the names of methods.")
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        raise Problem(400, f"`methods` must name some of: {', '.join(METHODS)}.")
    if len(set(names)) < len(names):
        raise Problem(400, "`methods` must name each method only once.")
    return names


def read_rival(body: dict[str, Any]) -> int | None:
    """Return the digit that the answer is held against, None for the runner-up; raises Problem."""
    rival = body.get("rival")
    if rival is None or (type(rival) is int and 0 <= rival <= 9):  # True is no digit
        return rival
    raise Problem(400, "`rival` must be an integer from 0 to 9, null or left out.")


def read_unit(body: dict[str, Any], methods: list[str]) -> object:
    """Return which unit is asked about, checked where the network is known; raises Problem."""
    if "unit" not in methods:
        return None
    if not isinstance(body.get("unit"), dict):
        raise Problem(
            400, '`unit` must be an object such as {"layer": "conv1", "channel": 3} for its method.'
        )
    return body["unit"]


def read_asker(body: dict[str, Any]) -> str | None:
    """Return what a page calls itself, so that its newer drawings go first; raises Problem."""
    asker = body.get("asker")
    if "asker" in body and not (isinstance(asker, str) and 1 <= len(asker) <= LONGEST_ASKER):
        raise Problem(
            400, f"`asker` must be a string of 1 to {LONGEST_ASKER} characters, or left out."
        )
    return asker
