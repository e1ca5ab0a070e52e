"""Operations, written short: who may ask, what is sent, and every answer there can be.

What can go wrong at every route is added here: one place says it for all.
"""

from collections.abc import Iterable
from typing import Any

from webapp.openapi.shapes import TEXT, Schema, answer, list_of, optional, refer, say

Operation = dict[str, Any]

TOKEN, HAND = {"token": []}, {"hand": []}
JSON, PROBLEM, ZIP = "application/json", "application/problem+json", "application/zip"
CACHE = {"description": "Answers of the API are not kept.", "schema": {"const": "no-store"}}
RETRY_AFTER = {
    "description": "Seconds after which to ask again.",
    "schema": {"type": "integer", "minimum": 1},
}
COOKIE = {"description": "The hand's key, for a year: keep it, and send it.", "schema": TEXT}

ALWAYS = {
    400: "The request is not valid.",
    408: "The request took longer than 120 s to arrive.",
    413: "The body, or a part of it, is too large.",
    431: "The request's headers are too large.",
    500: "Something went wrong on the server. No input leads to it.",
    501: "The transfer encoding is not supported.",
    503: "The server has too much to do, or cannot reach its drawings: `detail` says which.",
    507: "The server's disk takes no more.",
}
CHANGING = {
    403: "A page of another site sent the request; or it lacks a hand's cookie, the right token or "
    "the header `X-Board`; or the server does not know the name under which it was opened. "
    "`detail` says which."
}
WITH_BODY = {415: "The body is of a type that is not taken here."}
STORED = CHANGING  # where it is only shown, too
LIMITED = {429: "You have asked for too much in a short time."}
WAITING = (429, 503)  # may say when to ask again

PROBLEM_SCHEMA = answer(
    {
        "type": {"const": "about:blank"},
        "title": say(TEXT, "The status in words.", examples=["Bad Request"]),
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "examples": [400]},
        "detail": say(
            TEXT,
            "What to change, for a person.",
            examples=['`label` must be an integer from 0 to 9, or "not_a_digit".'],
        ),
    },
    {
        "models": say(list_of(TEXT), "Of an unknown model: those that there are."),
        "versions": say(list_of({"type": "integer"}), "Of an unknown version: those there are."),
        "run": say(optional(TEXT), "Of a training that cannot begin: the one that runs."),
        "missing": say(list_of(TEXT), "The files of MNIST that are missing."),
        "package": say(TEXT, "What is not installed."),
        "wrong_token": say({"const": True}, "The token is not this server's."),
    },
)


def operation(
    name: str,
    summary: str,
    answers: dict[int, dict[str, Any]],
    *,
    about: str = "",
    parameters: Iterable[dict[str, Any]] = (),
    body: dict[str, Any] | None = None,
    errors: dict[int, str] | None = None,
    security: Iterable[dict[str, list]] = (),
    example: dict[str, Any] | None = None,
) -> Operation:
    """Return an operation; `errors` are those beside what `add_errors` gives every one.

    `example` is for the page alone: what its curl command has, where that is not the body's, and
    whether it `reads`, that is changes nothing although it is no GET: the page can send it.
    """
    described: Operation = {"operationId": name, "summary": summary, "parameters": [*parameters]}
    if about:
        described["description"] = about
    if body:
        described["requestBody"] = {"required": True, "content": body}
    if security := list(security):
        described["security"] = security
    if example:
        described["x-example"] = example
    described["responses"] = {
        **{str(status): each for status, each in answers.items()},
        **{str(status): error(status, words) for status, words in (errors or {}).items()},
    }
    return described


def add_errors(method: str, described: Operation) -> Operation:
    """Return an operation with the errors that its method and its body bring along."""
    common = dict(ALWAYS)
    if method != "get":
        common = CHANGING | common
    if "requestBody" in described:
        common |= WITH_BODY
    missing = {str(status): error(status, words) for status, words in common.items()}
    responses = missing | described["responses"]
    return described | {"responses": dict(sorted(responses.items()))}


def error(status: int, words: str) -> dict[str, Any]:
    """Return the answer to what cannot be done."""
    headers = {"Cache-Control": CACHE}
    if status in WAITING:
        headers["Retry-After"] = RETRY_AFTER
    content = {PROBLEM: {"schema": refer("Problem")}}
    return {"description": words, "headers": headers, "content": content}


def answered(
    schema: Schema | str, words: str, headers: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return an answer of JSON; a name stands for a schema of the components."""
    schema = refer(schema) if isinstance(schema, str) else schema
    return {
        "description": words,
        "headers": {"Cache-Control": CACHE} | (headers or {}),
        "content": {JSON: {"schema": schema}},
    }


def sent_file(kind: str, words: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an answer that is a file."""
    return {"description": words, "headers": headers or {}, "content": {kind: {}}}


def nothing(words: str) -> dict[str, Any]:
    """Return an answer without a body."""
    return {"description": words, "headers": {"Cache-Control": CACHE}}


def send_json(schema: Schema | str, *examples: object) -> dict[str, Any]:
    """Return a body of JSON; the first example is the page's."""
    schema = refer(schema) if isinstance(schema, str) else schema
    named = {f"example{n}": {"value": each} for n, each in enumerate(examples, 1)}
    return {JSON: {"schema": schema, **({"examples": named} if named else {})}}


def in_path(name: str, schema: Schema, words: str) -> dict[str, Any]:
    """Return a parameter of the path."""
    return {"name": name, "in": "path", "required": True, "description": words, "schema": schema}


def in_query(name: str, schema: Schema, words: str) -> dict[str, Any]:
    """Return a parameter of the query, which may be left out."""
    return {"name": name, "in": "query", "description": words, "schema": schema}


def board_header(*, required: bool = True) -> dict[str, Any]:
    """Return the header that a POST of anything but JSON needs."""
    return {
        "name": "X-Board",
        "in": "header",
        "required": required,
        "description": "Needed by a body that is not JSON: no other site's form can send it.",
        "schema": {"type": "string", "enum": ["1"]},
    }
