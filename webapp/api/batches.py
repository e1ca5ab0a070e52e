"""A batch: many drawings in one request, each answered as if it had come alone."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from flask import current_app

from webapp.problems import Problem

MOST = 64  # drawings
SPENT = (
    "The drawings before this one took all the time that a list has. Send the rest of them again."
)


def is_batch(body: dict[str, Any]) -> bool:
    """Whether the body holds a list of drawings, and not one."""
    return "images" in body or is_list_of_drawings(body.get("strokes"))


def is_list_of_drawings(strokes: object) -> bool:
    """Whether strokes are one level deeper than those of one drawing: where x is, is a point.

    An empty drawing says nothing, so a list of nothing but these is not told from empty strokes.
    """
    return any(
        isinstance(x, list)
        for drawing in list_items(strokes)
        for stroke in list_items(drawing)
        for x in list_items(stroke)
    )


def list_items(value: object) -> list:
    """Return a list as it is, and an empty one for everything else."""
    return value if isinstance(value, list) else []


def split_batch(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a body for each drawing of a batch, with what is asked of all; raises Problem."""
    given = [name for name in ("image", "images", "strokes") if name in body]
    if len(given) > 1:
        raise Problem(400, f"Send one of {quote_names(given)}, not more: a list has one kind.")
    (name,) = given
    drawings = body[name]
    if not isinstance(drawings, list) or not 1 <= len(drawings) <= MOST:
        raise Problem(400, f"`{name}` must be a list of 1 to {MOST} drawings.")
    single = "image" if name == "images" else name
    asked = {key: value for key, value in body.items() if key != name}
    return [asked | {single: each} for each in drawings]


def quote_names(names: list[str]) -> str:
    """Return names as a sentence has them: `image`, `images` and `strokes`."""
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def answer_each(
    drawings: list[dict[str, Any]], answer: Callable[[dict[str, Any]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the answer to each drawing, or the problem that it has, as objects for JSON.

    Drawings that take seconds each must not hold a thread for a minute: what BATCH_SECONDS do not
    suffice for is refused, one by one.
    """
    end = monotonic() + current_app.config["BATCH_SECONDS"]
    answers = []
    for number, drawing in enumerate(drawings):
        try:
            if number and monotonic() >= end:
                raise Problem(503, SPENT)
            answers.append(answer(drawing))
        except Problem as problem:
            answers.append(problem.to_dict())
    return answers
