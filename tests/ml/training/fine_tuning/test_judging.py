"""Whether what was learned is served: more of the hand is read, and little else is lost."""

import json

import numpy as np
import pytest
import torch

from ml.data.drawings import Drawings
from ml.data.examples import Examples
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.logits import Calibration
from ml.networks.weights import load_weights
from ml.training.fine_tuning.judging import (
    FOLDS,
    FOLDS_FILE,
    MOST_LOST,
    collect_answers,
    cross_validate,
    deal_folds,
    judge,
    measure_replay,
)
from ml.training.fine_tuning.learning import FineTuning, find_fine_tuning
from ml.training.fine_tuning.replay import GENERATED, make_judged, make_replay
from tests.hands import BARS, write_by_hand

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
RECIPE = find_fine_tuning("quick_cnn", sessions=(1,), batch_size=32, learning_rate=1e-3)
KEPT = {"replay": 0.98, "generated": 0.97, "mnist": 0.99, "non_digits": None}


@pytest.fixture(scope="module")
def network():
    return load_weights(WEIGHTS_DIR, read_card(WEIGHTS_DIR, "quick_cnn"))


@pytest.fixture(scope="module")
def tuning(network):
    drawings = write_by_hand(3, habits=BARS)
    return FineTuning(network.state_dict(), drawings, make_replay(network, None, 0, each=100))


def validate(tuning, folder, calibration=Calibration()):  # noqa: B008
    return list(cross_validate(tuning, RECIPE, calibration, folder, seed=0, device=CPU))


def make_drawings(count):
    images = torch.arange(count, dtype=torch.uint8)[:, None, None].expand(count, 28, 28)
    examples = Examples(images.contiguous(), torch.arange(count) % 10)
    return Drawings(examples, (None,) * count)


def decide(right_before, right_after, *, lost=0.0, count=20):
    """Judge drawings of which so many were read rightly, with a share of the rest lost."""
    drawings = make_drawings(count)
    answers = [
        np.where(np.arange(count) < right, drawings.labels, (drawings.labels + 1) % 10)
        for right in (right_before, right_after)
    ]
    return judge(drawings, *answers, KEPT, KEPT | {"replay": KEPT["replay"] - lost})


def test_every_drawing_is_in_one_fold_and_labels_are_spread():
    drawings = write_by_hand(6)
    folds = deal_folds(drawings)
    assert len(folds) == FOLDS
    assert sorted(np.concatenate(folds)) == list(range(60))
    for fold in folds:
        assert np.bincount(drawings.labels[fold], minlength=10).tolist() == [2] * 10


def test_equal_drawings_are_in_one_fold():
    drawings = write_by_hand(3)
    folds = deal_folds(drawings[np.concatenate([np.arange(30), np.arange(30)])])
    assert all(set(fold % 30) == set(fold[fold < 30]) for fold in folds)


def test_each_drawing_is_judged_by_a_network_that_did_not_learn_it(tuning, tmp_path):
    assert validate(tuning, tmp_path) == [(1, 3), (2, 3), (3, 3)]
    answers = collect_answers(tuning, tmp_path)
    assert (answers == tuning.drawings.labels).mean() > 0.8
    for fold in deal_folds(tuning.drawings):
        learned = tuning.without(fold).drawings.examples
        known = {image.numpy().tobytes() for image in learned.images}
        assert len(learned) == 30 - len(fold)
        for image in tuning.drawings[fold].examples.images:
            assert image.numpy().tobytes() not in known


def test_folds_that_were_judged_before_an_interruption_are_not_judged_again(tuning, tmp_path):
    steps = cross_validate(tuning, RECIPE, Calibration(), tmp_path, seed=0, device=CPU)
    next(steps)
    steps.close()
    kept = json.loads((tmp_path / FOLDS_FILE).read_text())
    kept["answers"]["0"] = [5] * len(kept["answers"]["0"])  # as nothing would answer again
    (tmp_path / FOLDS_FILE).write_text(json.dumps(kept))
    validate(tuning, tmp_path)
    assert (collect_answers(tuning, tmp_path)[deal_folds(tuning.drawings)[0]] == 5).all()


@pytest.mark.parametrize(
    "content",
    [
        '{"of": "others", "answers": {"0": [1]}}',
        pytest.param("", marks=pytest.mark.slow),
        pytest.param("[]", marks=pytest.mark.slow),
    ],
)
def test_answers_of_other_drawings_and_torn_files_do_not_count(content, tuning, tmp_path):
    (tmp_path / FOLDS_FILE).write_text(content)
    validate(tuning, tmp_path)
    assert len(collect_answers(tuning, tmp_path)) == 30


def test_it_is_served_if_more_of_the_drawings_are_read_and_the_rest_is_kept():
    judgement = decide(12, 18, lost=MOST_LOST)
    assert judgement.served
    assert "of 20 drawings it read 12 rightly before and 18 after" in judgement.reason
    assert judgement.before["drawings"] == 0.6
    assert judgement.after["drawings"] == 0.9
    assert judgement.before["count"] == 20


@pytest.mark.parametrize(("before", "after"), [(18, 18), (18, 12), (20, 20)])
def test_it_is_not_served_if_not_more_of_the_drawings_are_read(before, after):
    judgement = decide(before, after)
    assert not judgement.served
    assert judgement.reason.startswith("It does not read more of the drawings rightly")


def test_it_is_not_served_if_it_forgets_and_the_reason_has_the_numbers():
    judgement = decide(12, 20, lost=0.003)
    assert not judgement.served
    assert judgement.reason.startswith("It forgets too much")
    assert "98.00% before and 97.70% after" in judgement.reason
    assert "0.2 points" in judgement.reason


def test_figures_are_plain_numbers_for_a_card():
    for figures in (decide(12, 18).before, decide(12, 18).after):
        assert all(each is None or type(each) in (int, float) for each in figures.values())


def test_what_is_held_back_is_measured_by_kind_and_together(network, made_digits):
    judged = make_judged(network, made_digits[1], each=100)
    figures = measure_replay(network, judged, Calibration())
    assert figures["non_digits"] is None
    assert figures["replay"] == pytest.approx(
        (figures["generated"] + figures["mnist"]) / 2, abs=1e-4
    )


def test_nothing_that_is_judged_is_learned(network):
    learned = {image.numpy().tobytes() for image in make_replay(network, None, 0, each=300).images}
    judged = make_judged(network, None, each=300)[GENERATED].images
    assert not any(image.numpy().tobytes() in learned for image in judged)
