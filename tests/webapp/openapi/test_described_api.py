"""Requests that the description makes: what it allows is answered, what it forbids is refused.

Every check of schemathesis looks at each answer: no failure of the server, a status, a type and a
body that are described, and no invalid request that is taken.
"""

import pytest
from schemathesis import GenerationMode

from ml.predict import Reader
from tests.fuzzing.described_api import ask, can_be_wrong, load, make_config
from webapp import create_app
from webapp.openapi.description import describe_paths

COUNT = 4  # requests of each route; `make fuzz` sends more
LABELS = [f"{method.upper()} {path}" for path, each in describe_paths().items() for method in each]


@pytest.fixture(scope="module")
def operations(tmp_path_factory):
    folder = tmp_path_factory.mktemp("described") / "instance"
    app = create_app({"READER": Reader(), **make_config(folder)})
    yield load(app)
    app.extensions["keeping"].close()


@pytest.mark.parametrize("label", LABELS)
def test_what_the_description_allows_is_answered(operations, label):
    ask(operations[label], GenerationMode.POSITIVE, COUNT)


@pytest.mark.parametrize("label", LABELS)
def test_what_the_description_forbids_is_refused(operations, label):
    if not can_be_wrong(operations[label]):
        pytest.skip("nothing that is sent to it can be wrong")
    ask(operations[label], GenerationMode.NEGATIVE, COUNT)
