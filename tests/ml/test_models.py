"""Every model takes images and gives ten logits, with the parameters its source counts."""

import pytest
import torch
from torch import nn

from ml.errors import UnknownModelError
from ml.models import MODELS, build_model, count_parameters

PARAMETERS = {
    "linear_scratch": 7_850,
    "linear": 7_850,
    "small_cnn": 21_840,
    "mlp": 23_860,
    "board_cnn": 196_075,
    "quick_cnn": 215_506,
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
def test_folding_the_norms_changes_no_logit(sign):
    torch.manual_seed(0)
    model = build_model("board_cnn")
    with torch.no_grad():  # a channel of each norm may be turned over
        for norm in (model.norm1, model.norm2, model.norm3, model.norm4):
            norm.weight[0] = 0.7 * sign
    images = torch.randn(16, 1, 28, 28)
    model(images)  # moves the running means and variances away from 0 and 1
    model.eval()
    with torch.inference_mode():
        folded = model.fold()
        assert torch.allclose(folded(images), model(images), atol=1e-5)
    norms = (folded.norm1, folded.norm2, folded.norm3, folded.norm4)
    assert [isinstance(norm, nn.Identity) for norm in norms] == [sign > 0, sign > 0, True, True]
