"""A plan says of each network what its PyTorch module is."""

import pytest

from ml.errors import WeightsError
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.layers import name_noted
from ml.networks.plan import OTHER_NAMES, PLANS, find_plan
from ml.networks.registry import MODELS, build_model
from ml.synthetic.non_digits import NAMED


def test_every_network_has_a_plan():
    assert PLANS.keys() == MODELS.keys()


def test_of_a_network_that_the_code_does_not_know_nothing_is_known():
    with pytest.raises(WeightsError, match="nothing is known of the inside of resnet"):
        find_plan("resnet")


@pytest.mark.parametrize("model", MODELS)
def test_a_plan_names_the_layers_whose_numbers_are_noted(model):
    planned = []
    for number, member in enumerate(PLANS[model].members):
        planned += [f"{member.prefix}image"] if number else []
        # What the last hidden layer gives are the features.
        planned += [member.prefix + layer.name for layer in member.layers[:-2]]
    assert planned == name_noted(build_model(model))


@pytest.mark.parametrize("model", MODELS)
def test_a_plan_has_the_networks_weights(model):
    state = build_model(model).state_dict()
    for member in PLANS[model].members:
        for layer in member.layers:
            key = member.prefix + (f"{layer.key}.weight" if layer.key else "weight")
            count = layer.channels * layer.inputs[0] * layer.kernel[0] * layer.kernel[1]
            assert state.pop(key).numel() == count
            if "bias" in layer.operations:
                assert state.pop(key.replace("weight", "bias")).numel() == layer.channels
            if layer.norm_key:
                for name in ("weight", "bias", "running_mean", "running_var"):
                    assert len(state.pop(f"{member.prefix}{layer.norm_key}.{name}")) == (
                        layer.channels
                    )
    assert {name.rpartition(".")[2] for name in state} <= {"num_batches_tracked"}


@pytest.mark.parametrize("model", MODELS)
def test_a_plan_gives_the_shapes_on_the_card(model):
    shapes = [row["shape"] for row in read_card(WEIGHTS_DIR, model).layers]
    for layer in PLANS[model].members[0].layers:
        assert list(layer.shape) in shapes


def test_the_answers_are_named_in_the_order_in_which_they_are_taught():
    assert ("anything else", *NAMED) == OTHER_NAMES
    assert len(PLANS["board_cnn"].answers) == build_model("board_cnn").plain.fc.out_features


def test_a_layer_says_what_it_does():
    kinds = [layer.kind for layer in PLANS["small_cnn"].members[0].layers]
    assert kinds == ["5×5 convolution, pooling, ReLU"] * 2 + ["linear, ReLU", "linear"]
