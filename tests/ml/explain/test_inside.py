"""What the layers make of a drawing is what the network itself has there, down to its answer."""

from base64 import b64decode

import numpy as np
import pytest
import torch

from ml.errors import WeightsError
from ml.explain.layers import describe_layers, look_inside
from ml.networks.board_cnn import stretch
from ml.networks.plan import PLANS
from ml.networks.torch_classifier import TorchClassifier
from ml.preprocess import normalize
from tests.inside import OneLayer, load_old, load_shipped, make_digits

BLANK = np.zeros((28, 28), np.uint8)


def decode(layer):
    return np.frombuffer(b64decode(layer["maps"]), np.uint8).reshape(layer["shape"])


@pytest.fixture(params=PLANS)
def model(request):
    return request.param


def test_maps_are_the_networks_own_numbers(model):
    classifier, seen = load_shipped(model), make_digits()[0]
    outputs = classifier.layers(normalize(seen[None]))
    described = describe_layers(classifier, model, seen)
    checked = 0
    for plan, member in zip(PLANS[model].members, described["members"], strict=True):
        for layer in member["layers"][:-1]:
            own = outputs[plan.prefix + layer["name"]].reshape(layer["shape"])
            assert layer["highest"] == own.max()
            assert np.abs(decode(layer) / 255 * layer["highest"] - own).max() <= own.max() / 500
            checked += 1
    assert checked == max(len(outputs) - 2 - (len(described["members"]) - 1), 0)


def test_the_last_maps_are_the_features(model):
    found = look_inside(load_shipped(model), model, make_digits()[:3])
    features = load_shipped(model)(normalize(make_digits()[:3]))[1]
    last = [inside.given(len(inside.member.layers) - 1).reshape(3, -1) for inside in found]
    assert np.array_equal(np.concatenate(last, axis=1), features)


def test_each_member_is_shown_the_image_that_it_is_given():
    seen = make_digits()[0]
    members = describe_layers(load_shipped("board_cnn"), "board_cnn", seen)["members"]
    assert [(member["name"], member["title"]) for member in members] == [
        ("plain", "as drawn"),
        ("stretched", "stretched"),
    ]
    assert members[0]["image"] == seen.ravel().tolist()
    wide = stretch(torch.from_numpy(normalize(seen[None]))).numpy().ravel()
    assert np.abs(np.array(members[1]["image"]) - (wide * 0.3081 + 0.1307) * 255).max() < 0.51


def test_the_answer_is_that_of_a_reading(model):
    classifier = load_shipped(model)
    for seen in (*make_digits()[:4], BLANK):
        logits = classifier(normalize(seen[None]))[0]
        answer = describe_layers(classifier, model, seen)["answer"]
        assert answer["logits"] == pytest.approx(logits[0].tolist(), rel=1e-5, abs=1e-4)
        own = np.array([answer["logits"]])
        probabilities = classifier.calibration.probabilities(own)[0]
        assert answer["probabilities"] == pytest.approx(probabilities.tolist(), abs=1e-12)


def test_the_numbers_of_softmax_lead_to_one_another(model):
    answer = describe_layers(load_shipped(model), model, make_digits()[1])["answer"]
    scaled = np.array(answer["logits"][:10]) / answer["temperature"]
    assert answer["scaled"] == pytest.approx(scaled.tolist())
    assert answer["highest"] == max(answer["scaled"])
    assert answer["exponentials"] == pytest.approx(np.exp(scaled - scaled.max()).tolist())
    assert answer["sum"] == pytest.approx(sum(answer["exponentials"]))
    shares = [each / answer["sum"] for each in answer["exponentials"]]
    assert answer["probabilities"] == pytest.approx(shares)


def test_the_boards_network_gathers_what_is_no_digit_from_37_answers():
    described = describe_layers(load_shipped("board_cnn"), "board_cnn", make_digits()[2])
    answer = described["answer"]
    assert answer["gathered"] == {"from": 47, "others": 37}
    assert len(described["answers"]) == len(answer["mean"]) == 47
    members = [member["last"]["logits"] for member in described["members"]]
    assert answer["mean"] == pytest.approx(np.mean(members, axis=0).tolist())
    assert answer["logits"][10] == pytest.approx(np.log(np.exp(answer["mean"][10:]).sum()))
    assert answer["refusal"]["score"] == pytest.approx(
        answer["logits"][10] - np.log(np.exp(answer["logits"][:10]).sum())
    )


def test_networks_of_ten_answers_gather_and_refuse_nothing():
    answer = describe_layers(load_shipped("mlp"), "mlp", make_digits()[2])["answer"]
    assert answer["gathered"] is answer["refusal"] is None
    assert answer["mean"] == answer["logits"]


def test_a_layer_says_what_it_is():
    member = describe_layers(load_shipped("quick_cnn"), "quick_cnn", BLANK)["members"][0]
    assert [(layer["kind"], layer["shape"]) for layer in member["layers"]] == [
        ("5×5 convolution, pooling, batch normalization, ReLU", [24, 12, 12]),
        ("3×3 convolution, pooling, batch normalization, ReLU", [32, 5, 5]),
        ("linear, batch normalization, ReLU", [256]),
    ]
    assert member["last"]["inputs"] == [256, 1, 1]


def test_pytorch_gives_the_same_description(shipped_model):
    ours = describe_layers(load_shipped("board_cnn"), "board_cnn", make_digits()[3])
    torch_classifier = TorchClassifier(shipped_model, load_shipped("board_cnn").calibration)
    theirs = describe_layers(torch_classifier, "board_cnn", make_digits()[3])
    assert theirs["answer"]["probabilities"] == pytest.approx(
        ours["answer"]["probabilities"], abs=1e-5
    )
    for own, other in zip(ours["members"], theirs["members"], strict=True):
        for layer, same in zip(own["layers"], other["layers"], strict=True):
            assert np.abs(decode(layer).astype(int) - decode(same)).max() <= 1


@pytest.mark.parametrize("name", ["board_cnn", "tutorial_cnn", "quick_cnn", "small_cnn"])
def test_a_version_from_before_this_says_that_it_must_be_trained_again(name):
    with pytest.raises(WeightsError, match="before networks could be looked into; train it again"):
        describe_layers(load_old(name), name, BLANK)


def test_an_older_version_still_reads():
    images = normalize(make_digits())
    old, new = load_old("board_cnn")(images), load_shipped("board_cnn")(images)
    assert all(np.array_equal(*each) for each in zip(old, new, strict=True))


@pytest.mark.parametrize("name", ["linear", "linear_scratch", "mlp"])
def test_small_networks_of_any_age_can_be_looked_into(name):
    seen = make_digits()[0]
    assert describe_layers(load_old(name), name, seen) == describe_layers(
        load_shipped(name), name, seen
    )


def test_weights_of_another_network_are_refused():
    class Foreign(OneLayer):
        def weights(self):
            return {"hidden.weight": np.zeros((30, 784), np.float32)}

    with pytest.raises(WeightsError, match="not those of its network"):
        describe_layers(Foreign(np.zeros((10, 784), np.float32)), "linear", BLANK)


def test_outputs_of_another_network_are_refused():
    with pytest.raises(WeightsError, match="not those of its network"):
        describe_layers(OneLayer(np.zeros((10, 784), np.float32)), "mlp", BLANK)
