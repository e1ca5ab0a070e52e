"""Every model takes images and gives ten logits, with the parameters its source counts."""

import pytest
import torch

from ml.errors import UnknownModelError
from ml.networks.registry import MODELS, build_model, count_parameters

PARAMETERS = {
    "linear_scratch": 7_850,
    "linear": 7_850,
    "small_cnn": 21_840,
    "mlp": 23_860,
    "quick_cnn": 215_506,
    "board_cnn": 795_822,
    "tutorial_cnn": 1_199_882,
}
FEATURES = {
    "linear_scratch": 784,
    "linear": 784,
    "small_cnn": 50,
    "mlp": 30,
    "quick_cnn": 256,
    "board_cnn": 2304,
    "tutorial_cnn": 128,
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


@pytest.mark.parametrize("name", MODELS)
def test_the_last_layer_makes_logits_of_the_features(name):
    torch.manual_seed(0)
    model = build_model(name).eval()
    with torch.inference_mode():
        images = torch.randn(3, 1, 28, 28)
        features = model.features(images)
        assert features.shape == (3, FEATURES[name])
        assert torch.allclose(model.classify(features), model(images), atol=1e-6)
