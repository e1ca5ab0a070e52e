"""The API's own description asks the API: what it allows must be answered, what it forbids refused.

`make test` asks a little of each route, always the same; `make fuzz` asks on.
"""

import io
import sys
import zipfile
from contextlib import closing
from functools import cache

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.webapp.pictures import draw_seven, on_paper, on_transparent, to_url

TOKEN = "the-token-of-the-fuzzer"
NOTHING = (sys.executable, "-S", "-c", "")  # in place of a training: it ends at once
# What JSON Schema cannot say: strokes too wide or too long together, a rival that is the answer
# itself, a picture that is not 28×28 for `as_is`, a file that is no photo and no archive.
MAY_BE_REFUSED = (
    *("POST /predict", "POST /explain", "POST /read-photo", "POST /drawings"),
    *("PUT /runs/{run_id}/probe", "POST /drawings/import", "POST /versions/import"),
)
# The bytes of a ZIP are never wrong by their schema, and JSON needs no X-Board: whatever it says.
NEVER_WRONG = ("POST /drawings/import", "POST /versions/import", "POST /read-photo")


def make_config(instance):
    """Settings for an app that may be asked for anything."""
    return {"INSTANCE_DIR": instance, "TOKEN": TOKEN, "TRAIN_COMMAND": NOTHING, "LIMITS": False}


@cache
def register_formats():
    """Teach schemathesis what is behind the names of formats and media types."""
    small = draw_seven((40, 40), ((8, 8), (30, 8), (14, 34)), 4)
    pictures = st.sampled_from([to_url(on_transparent(small)), to_url(on_paper(small))])
    schemathesis.openapi.format("png-data-url", pictures)
    schemathesis.openapi.format("photo-data-url", pictures)
    schemathesis.openapi.format("json-box", st.just("[0, 0, 30, 30]"))
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    archives = st.just(empty.getvalue()) | st.binary(max_size=200)
    schemathesis.openapi.media_type("application/zip", archives)
    schemathesis.serializer("application/zip")(lambda ctx, value: {"data": value})


def read_whole(app):
    """An app whose files are closed when they are answered; schemathesis leaves that out."""

    def answer(environment, start_response):
        with closing(app.wsgi_app(environment, start_response)) as parts:
            return [b"".join(parts)]

    return answer


def load(app):
    """The operations of an app's API, by their labels: GET /models."""
    register_formats()
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", read_whole(app))
    return {each.ok().label: each.ok() for each in schema.get_all_operations()}


def can_be_wrong(operation):
    """Whether anything that is sent to it can be against its description."""
    described = operation.definition.raw
    places = {each["in"] for each in described["parameters"]}
    is_checked = "requestBody" in described or places - {"path"}
    return bool(is_checked) and operation.label not in NEVER_WRONG[:2]


def to_integers(value):
    """A value with whole numbers written as such: this API takes 7.0 for no digit."""
    if isinstance(value, list):
        return [to_integers(each) for each in value]
    if isinstance(value, dict):
        return {key: to_integers(each) for key, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def ask(operation, mode, count, start=0):
    """Send so many requests that the description allows, or forbids; fail for a wrong answer."""
    excluded = []
    if operation.label in MAY_BE_REFUSED:
        excluded.append(positive_data_acceptance)
    if operation.label in NEVER_WRONG:
        excluded.append(negative_data_rejection)

    @seed(start)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(mode))
    def send(case):
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict | list):
            case.body = to_integers(case.body)
        case.headers["X-Board-Token"] = TOKEN
        case.validate_response(case.call(), excluded_checks=excluded)

    send()
