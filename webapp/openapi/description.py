"""The whole description: the nouns' paths and schemas, and what holds for all of them."""

from functools import cache
from typing import Any

from webapp.hands.token import HEADER
from webapp.hands.whose import COOKIE
from webapp.openapi import (
    data,
    drawings,
    explanations,
    models,
    photos,
    readings,
    runs,
    versions,
)
from webapp.openapi.operations import PROBLEM_SCHEMA, add_errors, error

# In the order in which the page shows them.
NOUNS = {
    "Readings": readings,
    "Explanations": explanations,
    "Photos": photos,
    "Models": models,
    "Drawings": drawings,
    "Versions": versions,
    "Trainings": runs,
    "Data": data,
}
ABOUT = """Drawings, numbers and photos in, readings out; and what people confirm, train and serve.

Every error is RFC 9457, `application/problem+json`, whose `detail` says what to change. JSON is
read strictly: no NaN, no duplicate keys. Unknown keys are ignored, and later versions may add
fields to answers. An address that there is not is answered 404, a method that it does not have
405 with `Allow`."""


@cache
def describe_paths() -> dict[str, dict[str, Any]]:
    """Return every path, without /api, with its operations."""
    return {
        path: {
            method: {"tags": [tag], **add_errors(method, described)}
            for method, described in operations.items()
        }
        for tag, noun in NOUNS.items()
        for path, operations in noun.PATHS.items()
    }


@cache
def describe_schemas() -> dict[str, Any]:
    """Return every schema by its name."""
    schemas = {"Problem": PROBLEM_SCHEMA}
    for noun in NOUNS.values():
        schemas |= noun.SCHEMAS
    return schemas


def describe_api(server: str) -> dict[str, Any]:
    """Return the description of the API at an address, which may be relative to the description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Digit board", "version": "1", "description": ABOUT},
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in NOUNS],
        "paths": describe_paths(),
        "components": {
            "schemas": describe_schemas(),
            "responses": {
                "NotFound": error(404, "There is nothing at this address."),
                "MethodNotAllowed": error(405, "The header Allow names the methods that work."),
            },
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": HEADER},
                "hand": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
        },
    }
