"""`/api/openapi.json` has every route and nothing else, and is OpenAPI 3.1 itself.

That every answer is described is checked beside: by each test of tests/webapp, see described.py.
"""

from urllib.parse import urljoin

import pytest
from openapi_spec_validator import validate

from tests.webapp.described import check_answer, description, write_template
from webapp.addresses import OUTSIDE
from webapp.serving.limits import HANDS, LIMITS

METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}


@pytest.fixture
def served(client):
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def list_operations(served):
    return {
        (method.upper(), path): operation
        for path, operations in served["paths"].items()
        for method, operation in operations.items()
    }


def test_it_is_valid(served):
    validate(served)


def test_every_route_is_described_and_nothing_else(app, served):
    routes = {
        (method, write_template(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods & METHODS
    }
    assert routes == set(list_operations(served))


def test_every_parameter_of_an_address_is_described(served):
    for (_, path), operation in list_operations(served).items():
        named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}


def test_operations_have_names_of_their_own(served):
    names = [operation["operationId"] for operation in list_operations(served).values()]
    assert len(set(names)) == len(names)


def test_every_error_is_a_problem(served):
    for operation in list_operations(served).values():
        errors = {k: v for k, v in operation["responses"].items() if k >= "400"}
        assert {"400", "408", "413", "431", "500", "501", "503"} <= errors.keys()
        assert all([*each["content"]] == ["application/problem+json"] for each in errors.values())


def test_what_changes_something_says_who_is_refused(served):
    for (method, _), operation in list_operations(served).items():
        assert method == "GET" or "403" in operation["responses"]
        assert "requestBody" not in operation or "415" in operation["responses"]


def test_exactly_what_is_limited_may_be_asked_too_often(app, served):
    limited = {view for _, views in (*LIMITS.values(), HANDS) for view in views}
    routes = {
        (method, write_template(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint in limited
        for method in rule.methods & METHODS
    }
    operations = list_operations(served).items()
    assert {route for route, each in operations if "429" in each["responses"]} == routes


def list_objects(schema):
    """Every schema of an object in a schema, at any depth."""
    if isinstance(schema, list):
        for each in schema:
            yield from list_objects(each)
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for each in schema.values():
            yield from list_objects(each)


def test_every_schema_is_used(served):
    text = str(served)
    for name in served["components"]["schemas"]:
        assert f"'#/components/schemas/{name}'" in text, name


def test_fields_that_are_required_are_described(served):
    for schema in list_objects(served):
        assert set(schema.get("required", [])) <= schema["properties"].keys()


@pytest.mark.parametrize(
    ("path", "environment"),
    [
        ("/api/openapi.json", {}),
        ("/board/api/openapi.json", {"SCRIPT_NAME": "/board"}),
        ("/api/openapi.json", {OUTSIDE: None}),
    ],
)
def test_the_address_of_the_api_holds_under_any_prefix(app, path, environment):
    answer = app.test_client().get("/api/openapi.json", environ_overrides=environment)
    (server,) = answer.get_json()["servers"]
    address = urljoin(f"https://class.example{path}", server["url"])
    assert address == f"https://class.example{path.removesuffix('/openapi.json')}"


def test_the_description_under_a_prefix_leads_to_the_api(make_app):
    client = make_app(PREFIX="/board").test_client()
    (server,) = client.get("/board/api/openapi.json").get_json()["servers"]
    address = urljoin("/board/api/openapi.json", server["url"])
    assert client.get(f"{address}/health").status_code == 200


READING = {
    "status": "blank",
    "model": "first",
    **dict.fromkeys(("digit", "probabilities", "seen", "unsure", "no_digit", "milliseconds")),
    "because": None,
}
HEADERS = {"Cache-Control": "no-store", "Content-Type": "application/json"}


def check(app, value, status=200, **headers):
    import json

    check_answer(app, "POST", "/api/predict", status, HEADERS | headers, json.dumps(value))


def test_a_reading_is_described(app):
    check(app, READING)


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"digit": 10},
        {"digit": 7.5},
        {"status": "number"},
        {"seen": [0] * 783},
        {"seen": [256] * 784},
        {"probabilities": [0.1] * 9},
        {"unsure": [1]},
        {"because": {}},
        {"model": None},
    ],
    ids=str,
)
def test_an_answer_that_changes_its_shape_is_noticed(app, change):
    with pytest.raises(AssertionError, match="POST /api/predict answers"):
        check(app, READING | change)


@pytest.mark.parametrize("name", READING)
def test_a_field_that_goes_away_is_noticed(app, name):
    with pytest.raises(AssertionError, match="POST /api/predict answers"):
        check(app, {key: value for key, value in READING.items() if key != name})


def test_a_status_and_a_type_that_are_not_described_are_noticed(app):
    with pytest.raises(AssertionError, match="answers 418"):
        check(app, {}, 418)
    with pytest.raises(AssertionError, match="text/html"):
        check(app, READING, **{"Content-Type": "text/html"})


def test_the_description_is_made_once():
    assert description() is description()
