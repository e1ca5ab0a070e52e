"""The API's own description asks the API: what it allows must be answered, what it forbids refused.

`make test` asks a little of each route, always the same; `make fuzz` asks on.
"""

import json
import sys
from functools import cache

import schemathesis
from hypothesis import strategies as st

from tests.webapp.pictures import draw_seven, on_paper, on_transparent, to_url

TOKEN = "the-token-of-the-fuzzer"
NOTHING = (sys.executable, "-S", "-c", "")  # in place of a training: it ends at once
# What the description cannot say: strokes too long together, a rival that is the answer itself,
# a unit that a network has not, a picture that is not 28×28 for `as_is`.
MAY_BE_REFUSED = {"readDrawing", "explainReading", "keepDrawing", "setProbe", "readPhoto"}


def make_config(instance):
    """Settings for an app that may be asked for anything."""
    return {"INSTANCE_DIR": instance, "TOKEN": TOKEN, "TRAIN_COMMAND": NOTHING}


@cache
def register_formats():
    """Teach schemathesis what is behind the names of formats: pictures, archives."""
    picture = to_url(on_transparent(draw_seven()))
    small = to_url(on_paper(draw_seven((40, 40), ((8, 8), (30, 8), (14, 34)), 4)))
    schemathesis.openapi.format("png-data-url", st.sampled_from([picture, small]))
    schemathesis.openapi.format("photo-data-url", st.sampled_from([picture, small]))
    schemathesis.openapi.format("json-box", st.just(json.dumps([0, 0, 30, 30])))


def load(app):
    """The API as its description says."""
    register_formats()
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app)
