"""Whether an answer of the API is one that its description knows: status, headers, type and shape.

Every answer that a test of this folder gets goes through here; see conftest.py.
"""

import json
import re
from functools import cache

import jsonschema_rs
from flask.testing import FlaskClient
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from webapp.openapi.description import describe_api

PROBLEM = "application/problem+json"
CONVERTED = re.compile(r"<(?:[^<>:]+:)?(\w+)>")


@cache
def description():
    return describe_api("../api")


@cache
def make_validator(pointer):
    """What tells whether a value fits the schema at a place of the description."""
    components = {"components": description()["components"]}
    return jsonschema_rs.Draft202012Validator(resolve(pointer) | components)


def write_template(rule):
    """A rule of the url_map as OpenAPI writes it: <int:number> is {number}; without /api."""
    return CONVERTED.sub(r"{\1}", rule).removeprefix("/api")


def find_responses(app, method, path):
    """Where the description has the answers to a request, as pointers by status.

    None of a page, and of a route that a test has added.
    """
    prefix = app.config["PREFIX"]
    is_outside = not path.startswith(f"{prefix}/")
    path = path.removeprefix(prefix)
    if not path.startswith("/api/") or method == "OPTIONS":
        return None
    if is_outside:
        return {"404": "/components/responses/NotFound"}
    try:
        rule, _ = app.url_map.bind("").match(path, method, return_rule=True)
    except (NotFound, RequestRedirect):
        return dict.fromkeys(("403", "404"), "/components/responses/NotFound")
    except MethodNotAllowed:
        return dict.fromkeys(("403", "405"), "/components/responses/MethodNotAllowed")
    if not app.view_functions[rule.endpoint].__module__.startswith("webapp."):
        return None
    template, method = write_template(rule.rule), "get" if method == "HEAD" else method.lower()
    found = description()["paths"][template][method]["responses"]
    escaped = template.replace("~", "~0").replace("/", "~1")
    return {status: f"/paths/{escaped}/{method}/responses/{status}" for status in found}


def resolve(pointer):
    place = description()
    for part in pointer.split("/")[1:]:
        place = place[part.replace("~1", "/").replace("~0", "~")]
    return place


def check_answer(app, method, path, status, headers, content):
    """Fail unless the description has this answer to this request.

    `content` is None for what is not looked at, such as a file that is sent in pieces.
    """
    responses = find_responses(app, method, path)
    if responses is None:
        return
    asked = f"{method} {path}"
    assert str(status) in responses, (
        f"{asked} answers {status}, which its description does not have: {content}"
    )
    pointer = responses[str(status)]
    check_headers(asked, resolve(pointer), headers)
    check_content(asked, method, pointer, headers, content)


def check_headers(asked, response, headers):
    known = response["headers"]
    for name in ("Retry-After", "ETag", "Set-Cookie"):
        is_file = "content" in response and PROBLEM not in response["content"] and name == "ETag"
        assert name not in headers or name in known or is_file, f"{asked} answers {name}"
    if "Cache-Control" in known:
        assert headers["Cache-Control"] == "no-store", asked
    if "Retry-After" in headers:
        assert int(headers["Retry-After"]) >= 1, asked


def check_content(asked, method, pointer, headers, content):
    kinds = resolve(pointer).get("content")
    if kinds is None:
        assert not content, f"{asked} answers something, and its description nothing"
        return
    kind = headers["Content-Type"].partition(";")[0]
    assert kind in kinds, f"{asked} answers {kind}, its description {list(kinds)}"
    if "schema" not in kinds[kind] or content is None or method == "HEAD":
        return
    escaped = kind.replace("/", "~1")
    validator = make_validator(f"{pointer}/content/{escaped}/schema")
    value = json.loads(content)
    if not validator.is_valid(value):
        errors = "; ".join(str(error) for error in validator.iter_errors(value))
        raise AssertionError(f"{asked} answers {str(value)[:500]}: {errors[:3000]}")


class DescribedClient(FlaskClient):
    """A test client whose every answer must be described."""

    def open(self, *args, **options):
        answer = super().open(*args, **options)
        request = answer.request
        content = None if answer.is_streamed else answer.get_data()
        check_answer(
            self.application,
            *(request.method, request.path, answer.status_code, answer.headers, content),
        )
        return answer
