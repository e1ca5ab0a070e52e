"""One door to every method: what was asked for, and only while somebody wants it."""

import numpy as np
import pytest

from ml.errors import UnknownModelError
from ml.explain.explainer import DroppedError, Explainer, RivalError
from ml.predict import Reader
from ml.preprocess import fit_ink
from ml.strokes import draw_freely
from tests.shapes import DIGITS

FOUR = [np.array(stroke, np.float32) * 280 for stroke in DIGITS[4]]
INK = draw_freely(FOUR)


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture(scope="module")
def explainer(reader):
    return Explainer(reader)


@pytest.fixture(scope="module")
def four(explainer):
    return explainer.explain(INK, FOUR)


def test_the_answer_is_held_against_the_runner_up(reader, four):
    ranked = np.argsort(reader.read(INK).probabilities)[::-1]
    assert (four.answer, four.rival) == tuple(ranked[:2])


def test_at_a_glance_are_four_methods(four):
    assert four.methods == ("evidence", "strokes", "nearest", "counterfactual")
    assert four.found.evidence is not None
    assert len(four.found.strokes) == len(FOUR)
    assert len(four.found.nearest) == 5
    assert four.found.nearest_rival.label == four.rival
    assert four.found.layers is four.found.unit is None


def test_what_was_not_asked_for_is_neither_computed_nor_written(explainer):
    explanation = explainer.explain(INK, methods=["nearest"], model="linear")
    assert explanation.found.evidence is explanation.found.counterfactual is None
    assert list(explanation.to_dict()) == ["reading", "nearest", "nearest_rival"]


def test_evidence_lies_on_what_the_network_sees(four):
    assert not four.found.evidence.map[fit_ink(INK) == 0].any()


def test_the_counterfactual_is_read_as_the_rival(explainer, reader):
    explanation = explainer.explain(INK, methods=["counterfactual"])
    found = explanation.found.counterfactual
    if found is None:
        pytest.skip("nothing small makes this 4 another digit")
    again = reader.read(found.image, as_is=True)
    assert np.argmax(again.probabilities) == explanation.rival == found.digit
    assert 0 < found.changed <= np.count_nonzero(found.image != fit_ink(INK))


def test_the_rival_is_another_digit(explainer, four):
    with pytest.raises(RivalError, match=f"the answer is {four.answer} itself"):
        explainer.explain(INK, rival=four.answer)


def test_a_blank_drawing_is_only_read(explainer):
    explanation = explainer.explain(np.zeros((280, 280), np.uint8), rival=3)
    assert explanation.reading.status == "blank"
    assert explanation.answer is explanation.rival is None
    assert explanation.to_dict()["evidence"] is None


def test_a_picture_can_be_explained_as_it_is(explainer):
    corner = np.zeros((28, 28), np.uint8)
    corner[:20, :20] = fit_ink(INK)[4:24, 4:24]
    explanation = explainer.explain(corner, methods=["evidence"], as_is=True)
    assert explanation.reading.seen == corner.ravel().tolist()
    assert not explanation.found.evidence.map[corner == 0].any()


def test_ink_as_it_is_has_the_networks_size(explainer):
    with pytest.raises(ValueError, match=r"\(28, 28\)"):
        explainer.explain(INK, as_is=True)


def test_an_unknown_model_is_named(explainer):
    with pytest.raises(UnknownModelError):
        explainer.explain(INK, model="gone")


@pytest.mark.parametrize("method", ["evidence", "counterfactual"])
def test_it_stops_before_the_next_batch_once_nobody_waits(explainer, method):
    with pytest.raises(DroppedError):
        explainer.explain(INK, methods=[method], should_stop=lambda: True)


def test_it_asks_again_and_again_whether_anybody_waits(explainer):
    asked = []

    def is_enough():
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(DroppedError):
        explainer.explain(INK, should_stop=is_enough)
    assert len(asked) == 4


def test_the_same_drawing_is_explained_alike(explainer, four):
    again = explainer.explain(INK, FOUR).to_dict()
    first = four.to_dict()
    for answer in (again, first):
        answer["reading"].pop("milliseconds")
        for reading in answer["strokes"]:
            reading.pop("milliseconds")
    assert again == first
