"""Every model is explained, and its layers are what the network really does."""

import itertools

import pytest
from torch import nn

from ml.networks.board_cnn import NAMED
from ml.networks.layers import describe_layers
from ml.networks.registry import MODELS, build_model, count_parameters


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_explained_in_two_sentences(name):
    assert MODELS[name].title
    assert MODELS[name].summary.count(".") == 2


@pytest.mark.parametrize("name", MODELS)
def test_the_layers_hold_all_parameters_and_end_in_ten_logits(name):
    model = build_model(name).train()
    layers = describe_layers(model)
    assert sum(layer["parameters"] for layer in layers) == count_parameters(model)
    assert layers[-1]["shape"] in ([10], [11 + NAMED])
    assert model.training


def test_the_tutorials_layers_are_those_of_its_diagram():
    layers = describe_layers(build_model("tutorial_cnn"))
    assert layers[0] == {
        "layer": "convolution 3×3, 1 → 32",
        "shape": [32, 26, 26],
        "parameters": 320,
    }
    assert [(layer["layer"], layer["shape"]) for layer in layers][1:6] == [
        ("ReLU", [32, 26, 26]),
        ("convolution 3×3, 32 → 64", [64, 24, 24]),
        ("ReLU", [64, 24, 24]),
        ("pooling, 2×2", [64, 12, 12]),
        ("flatten", [9216]),
    ]


@pytest.mark.parametrize("name", MODELS)
def test_no_layer_is_given_another_shape_than_the_one_before_it_made(name):
    layers = describe_layers(build_model(name))
    for before, layer in itertools.pairwise(layers):
        if layer["layer"].startswith("linear"):
            assert before["shape"] == [int(layer["layer"].split()[-3].rstrip(","))]
        if layer["layer"] in ("ReLU", "batch normalization", "residual connection"):
            assert layer["shape"] == before["shape"]


def test_a_sum_of_two_layers_is_a_layer_and_the_sum_with_a_bias_is_not():
    names = {name: [row["layer"] for row in describe_layers(build_model(name))] for name in MODELS}
    assert [name for name in MODELS if "residual connection" in names[name]] == ["board_cnn"]
    assert names["board_cnn"][-6:] == [
        "batch normalization",
        "residual connection",
        "ReLU",
        "flatten",
        "linear, 1152 → 47",
        "average with a second network like this one, which sees the drawing stretched",
    ]
    assert names["linear_scratch"] == ["flatten", "linear by hand, 784 → 10"]


def test_a_sum_with_a_number_is_not_listed_as_a_layer():
    class Shifted(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(784, 10)

        def forward(self, images):
            return self.fc(images.flatten(1)) + 1

    assert [row["layer"] for row in describe_layers(Shifted())] == ["flatten", "linear, 784 → 10"]
