"""Schemas (JSON Schema 2020-12), written short.

What the server answers has no other fields than those described: a field that is added is added
here, too, or a test fails. What it takes may have others, which it ignores.
"""

from typing import Any

Schema = dict[str, Any]

NULL = {"type": "null"}
BOOLEAN = {"type": "boolean"}
INTEGER = {"type": "integer"}
COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
TEXT = {"type": "string"}
ANYTHING = {"type": "object"}
DIGIT = {"type": "integer", "minimum": 0, "maximum": 9}
LABEL = {"anyOf": [DIGIT, {"const": "not_a_digit"}], "examples": [7]}
PIXELS_OF_IMAGE = 784


def say(schema: Schema, description: str, **more: object) -> Schema:
    """Return a schema with a sentence that says what it means."""
    return {**schema, "description": description, **more}


def refer(name: str) -> Schema:
    """Return a reference to a schema of the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def answer(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object that the server answers: no other fields."""
    return take(required, optional) | {"additionalProperties": False}


def take(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object that the server takes: other fields are ignored."""
    properties = required | (optional or {})
    schema: Schema = {"type": "object", "properties": properties}
    return schema | ({"required": list(required)} if required else {})


def list_of(items: Schema, least: int | None = None, most: int | None = None) -> Schema:
    """Return the schema of a list, with its least and its highest length if there are any."""
    bounds = {"minItems": least, "maxItems": most}
    return {"type": "array", "items": items} | {k: v for k, v in bounds.items() if v is not None}


def exactly(count: int, items: Schema) -> Schema:
    """Return the schema of a list of a given length."""
    return list_of(items, count, count)


def optional(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, NULL]}


def one_of(*words: str) -> Schema:
    """Return the schema of one of some words."""
    return {"type": "string", "enum": list(words)}


GREY = {"type": "integer", "minimum": 0, "maximum": 255}
IMAGE = exactly(PIXELS_OF_IMAGE, GREY) | {"title": "784 whole numbers 0 to 255"}
BOX = exactly(4, INTEGER) | {"title": "[x, y, width, height]"}
BASE64 = say(TEXT, "Bytes in base64.", title="base64", contentEncoding="base64", examples=["AAAA"])
