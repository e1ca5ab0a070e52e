"""Every model takes images and gives ten logits, with the parameters its source counts."""

import pytest
import torch

from ml.errors import UnknownModelError
from ml.models import MODELS, build_model, count_parameters

PARAMETERS = {
    "linear_scratch": 7_850,
    "linear": 7_850,
    "small_cnn": 21_840,
    "mlp": 23_860,
    "quick_cnn": 215_506,
    "board_cnn": 543_179,
    "tutorial_cnn": 1_199_882,
}


def test_every_model_has_its_parameters_counted_here():
    assert set(PARAMETERS) == set(MODELS)


@pytest.mark.parametrize(("name", "count"), PARAMETERS.items())
def test_a_model_has_the_parameters_that_its_source_counts(name, count):
    assert count_parameters(build_model(name)) == count


@pytest.mark.parametrize("name", MODELS)
def test_a_model_gives_raw_logits_for_each_image_ten_or_one_more_to_refuse(name):
    torch.manual_seed(0)
    with torch.inference_mode():
        logits = build_model(name).eval()(torch.randn(3, 1, 28, 28) * 3)
    assert logits.shape == (3, 11 if name == "board_cnn" else 10)
    assert logits.dtype == torch.float32
    assert not torch.allclose(logits.sum(dim=1), torch.ones(3))


def test_models_stand_smallest_first():
    counts = [count_parameters(build_model(name)) for name in MODELS]
    assert counts == sorted(counts)


def test_an_unknown_model_is_refused_with_the_known_names():
    with pytest.raises(UnknownModelError, match="tutorial_cnn"):
        build_model("resnet")


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("count", [1, 16])
def test_folding_the_norms_changes_no_logit_and_not_the_network(sign, count):
    torch.manual_seed(0)
    model = build_model("board_cnn")
    with torch.no_grad():  # a channel of each norm may be turned over
        for norm in (getattr(model, f"norm{number}") for number in range(1, 7)):
            norm.weight[0] = 0.7 * sign
            norm.bias.normal_()
    model(torch.randn(16, 1, 28, 28))  # moves the running means and variances away from 0 and 1
    model.eval()
    images = torch.randn(count, 1, 28, 28)
    with torch.inference_mode():
        before = model(images)
        folded = model.fold()
        assert torch.allclose(folded(images), before, atol=1e-5)
        assert torch.equal(folded(images), folded(images))  # nothing in it is changed by reading
        assert torch.equal(model(images), before)
