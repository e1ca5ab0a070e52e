"""The description as the page shows it: in tables and words, with an example of each answer."""

import json
import re
from dataclasses import dataclass
from typing import Any

from webapp.openapi.description import NOUNS, describe_paths, describe_schemas
from webapp.openapi.operations import ALWAYS, CHANGING, WITH_BODY
from webapp.openapi.shapes import Schema
from webapp.openapi.snippets import (
    make_example,
    needs_token,
    write_curl,
    write_javascript,
    write_python,
)

REFERENCE = "#/components/schemas/"
SHOWN = 5  # numbers of a long list in an example
WORDS = {"string": "text", "boolean": "true or false", "integer": "whole number"}
DEEPEST = 6  # levels of an example
LONG_LIST = re.compile(r"\[\s*((?:-?[\d.e-]+,\s*)+-?[\d.e-]+)\s*\]")


@dataclass(frozen=True)
class Row:
    """A field or a parameter: its name, what it may be, what it means."""

    name: str
    kind: str
    about: str
    is_required: bool
    refers: tuple[str, ...]  # schemas that its kind names


@dataclass(frozen=True)
class Trial:
    """A request that the page itself can send, since it stores and starts nothing."""

    address: str  # from the board's root
    body: str | None  # JSON


@dataclass(frozen=True)
class ShownOperation:
    """A route with one method."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    who: str
    parameters: list[Row]
    bodies: list[tuple[str, list[Row]]]  # media type, fields
    answers: list[tuple[str, str, list[str]]]  # status, words, names of schemas
    errors: list[tuple[str, str]]  # its own: status, words
    examples: list[tuple[str, str]]  # language, text
    other_bodies: list[str]  # JSON, beside the examples' one
    trial: Trial | None
    answer: str | None  # an example


def show_nouns(url: str) -> list[tuple[str, list[ShownOperation]]]:
    """Return every route by its noun; `url` is the API's address for the examples."""
    shown: dict[str, list[ShownOperation]] = {tag: [] for tag in NOUNS}
    for path, operations in describe_paths().items():
        for method, operation in operations.items():
            tag = operation["tags"][0]
            shown[tag].append(show_operation(url, path, method, operation))
    return list(shown.items())


def show_operation(url: str, path: str, method: str, operation: dict[str, Any]) -> ShownOperation:
    """Return one route for the page."""
    example = make_example(url, path, method, operation)
    content = operation.get("requestBody", {}).get("content", {})
    responses = operation["responses"].items()
    good = [(status, each) for status, each in responses if status < "400"]
    return ShownOperation(
        operation["operationId"],
        method.upper(),
        f"/api{path}",
        operation["summary"],
        operation.get("description", ""),
        tell_who(operation.get("security", [])),
        [show_parameter(each) for each in operation["parameters"]],
        [(kind, show_fields(each["schema"])) for kind, each in content.items()],
        [(status, each["description"], list_schemas(each)) for status, each in good],
        [
            (status, each["description"])
            for status, each in responses
            if status >= "400" and not is_common(int(status), each["description"])
        ],
        [
            ("curl", write_curl(example)),
            ("JavaScript", write_javascript(example)),
            ("Python", write_python(example)),
        ],
        list_other_bodies(content),
        make_trial(path, method, operation),
        write_answer(good[0][1]),
    )


def list_other_bodies(content: dict[str, Any]) -> list[str]:
    """Return the examples of a JSON body after the first."""
    examples = content.get("application/json", {}).get("examples", {})
    return [json.dumps(example["value"]) for example in examples.values()][1:]


def make_trial(path: str, method: str, operation: dict[str, Any]) -> Trial | None:
    """Return what the page can send; None of what changes something, and of an invented run."""
    reads = method == "get" or operation.get("x-example", {}).get("reads", False)
    if not reads or needs_token(operation) or "{run_id}" in path:
        return None
    example = make_example("api", path, method, operation)
    if example.save:
        return None
    return Trial(example.url, None if example.json is None else json.dumps(example.json))


def is_common(status: int, words: str) -> bool:
    """Whether an error is the same at every route, and so is said once."""
    return (ALWAYS | WITH_BODY | CHANGING).get(status) == words


def list_common() -> list[tuple[int, str]]:
    """Return the errors that every route may answer."""
    known = ALWAYS | WITH_BODY | CHANGING
    known[404] = "There is nothing at this address."
    known[405] = "The address does not have this method; the header Allow names those it has."
    return sorted(known.items())


def show_schemas() -> list[tuple[str, str, list[Row]]]:
    """Return every schema with fields: its name, its words, its fields."""
    shown = [
        (name, schema.get("description", ""), show_fields(schema))
        for name, schema in describe_schemas().items()
    ]
    return sorted(each for each in shown if each[2])


def tell_who(security: list[dict[str, Any]]) -> str:
    """Return who may ask, in words."""
    if not security:
        return "Anyone may ask."
    needs = [" and ".join(each) for each in security if each]
    named = " or ".join({"token": "the token", "hand": "a hand’s cookie"}[name] for name in needs)
    if {} in security:
        return f"Anyone may ask; with {named}, the answer knows more."
    return f"Needs {named}."


def show_parameter(parameter: dict[str, Any]) -> Row:
    """Return a parameter for the page."""
    schema = parameter["schema"]
    place = {"path": "in the path", "query": "in the query", "header": "a header"}
    kind = f"{describe_kind(schema)}, {place[parameter['in']]}"
    return Row(
        parameter["name"], kind, parameter["description"], parameter.get("required", False), ()
    )


def show_fields(schema: Schema) -> list[Row]:
    """Return an object's fields for the page, none of anything else."""
    whole = resolve(schema)
    required = whole.get("required", [])
    return [
        Row(
            name,
            describe_kind(each),
            each.get("description") or resolve(each).get("description", ""),
            name in required,
            tuple(find_references(each)),
        )
        for name, each in whole.get("properties", {}).items()
    ]


def resolve(schema: Schema) -> Schema:
    """Return the schema that one refers to."""
    if "$ref" in schema:
        return describe_schemas()[schema["$ref"].removeprefix(REFERENCE)]
    return schema


def find_references(schema: Schema) -> list[str]:
    """Return the names of objects that a schema is made of."""
    found = []
    if "$ref" in schema and "properties" in resolve(schema):
        found.append(schema["$ref"].removeprefix(REFERENCE))
    for each in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])):
        found += find_references(each)
    return list(dict.fromkeys(found))


def list_schemas(response: dict[str, Any]) -> list[str]:
    """Return the names of objects that an answer may be."""
    content = response.get("content", {}).values()
    return [name for each in content for name in find_references(each.get("schema", {}))]


def describe_kind(schema: Schema) -> str:
    """Return what a value may be, in a few words."""
    if "title" in schema:
        return schema["title"]
    if "$ref" in schema:
        whole, name = resolve(schema), schema["$ref"].removeprefix(REFERENCE)
        return name if "properties" in whole else describe_kind(whole)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(describe_kind(each) for each in schema["anyOf"]))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    kinds = schema.get("type", "anything")
    if isinstance(kinds, list):
        return f"{describe_kind(schema | {'type': kinds[0]})} or null"
    return describe_simple(schema, kinds)


def describe_simple(schema: Schema, kind: str) -> str:
    """Return what a value of one type may be."""
    if kind == "array":
        least, most = schema.get("minItems"), schema.get("maxItems")
        inner = describe_kind(schema.get("items", {}))
        if least is not None and least == most:
            return f"{least} times {inner}"
        return f"list of {inner}" if inner != "anything" else "list"
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = f" {low:,g} to {high:,g}" if None not in (low, high) else ""
    return WORDS.get(kind, kind) + bounds


def write_answer(response: dict[str, Any]) -> str | None:
    """Return an example of an answer as the page shows it, None of a file and of nothing."""
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    text = json.dumps(invent(schema), indent=2, ensure_ascii=False)
    return LONG_LIST.sub(shorten, text)


def shorten(match: re.Match[str]) -> str:
    """Return a list of numbers in one line, a long one by its beginning."""
    numbers = [each.strip() for each in match[1].split(",")]
    if len(numbers) <= SHOWN * 2:
        return f"[{', '.join(numbers)}]"
    return f"[{', '.join(numbers[:SHOWN])}, … {len(numbers)} numbers]"


def invent(schema: Schema, depth: int = 0) -> object:
    """Return a value that fits a schema of an answer: its example, or one made of its parts."""
    if schema.get("examples"):
        return schema["examples"][0]
    for key in ("const", "enum"):
        if key in schema:
            return schema[key] if key == "const" else schema[key][0]
    if "$ref" in schema:
        return invent(resolve(schema), depth)
    if "anyOf" in schema:
        is_deep = depth >= DEEPEST and {"type": "null"} in schema["anyOf"]
        return None if is_deep else invent(schema["anyOf"][0], depth)
    kind = schema.get("type", "object")
    return invent_of(schema, kind if isinstance(kind, str) else kind[0], depth)


def invent_of(schema: Schema, kind: str, depth: int) -> object:
    """Return a value of one type."""
    if kind == "array":
        count = schema.get("minItems", 1) if depth < DEEPEST else schema.get("minItems", 0)
        return [invent(schema.get("items", {}), depth + 1) for _ in range(count)]
    if kind == "object":
        properties = schema.get("properties", {})
        names = schema.get("required", [])
        return {name: invent(properties[name], depth + 1) for name in names}
    plain = {"string": "…", "boolean": False, "null": None}
    return plain[kind] if kind in plain else schema.get("minimum", 0)
