"""The arithmetic of a unit leads, number by number, to the value that the network has there."""

import json

import numpy as np
import pytest

from ml.errors import UnknownUnitError, WeightsError
from ml.explain.arithmetic import describe_unit
from ml.explain.layers import describe_layers, look_inside
from tests.inside import LAYERS, OneLayer, find_layer, load_old, load_shipped, make_digits


def draw_units(model, member, name, count=3):
    """Yield units of a layer, among them the first and the last one."""
    shape = find_layer(model, member, name)[1].maps
    drawn = np.random.default_rng(0).integers(shape, size=(count, 3))
    for place in [[0, 0, 0], [each - 1 for each in shape], *drawn.tolist()]:
        channel, row, column = place
        yield {
            "member": member,
            "layer": name,
            "channel": channel,
            "row": row,
            "column": column,
        }


@pytest.mark.parametrize(("model", "member", "name"), LAYERS)
def test_a_value_is_what_the_network_has_there(model, member, name):
    classifier, seen = load_shipped(model), make_digits()[1]
    inside = look_inside(classifier, model, seen[None])[member]
    logits = describe_layers(classifier, model, seen)["members"][member]["last"]["logits"]
    _, _, index = find_layer(model, member, name)
    for unit in draw_units(model, member, name):
        described = describe_unit(classifier, model, seen, unit)
        if index < len(inside.maps):
            own = float(inside.maps[index][0, unit["channel"], unit["row"], unit["column"]])
        else:
            own = logits[unit["channel"]]
        assert described["map"] == own
        assert described["value"] == pytest.approx(own, rel=1e-4, abs=1e-4)
        assert described["value"] == described["steps"][-1]["value"]
        json.dumps(described, allow_nan=False)


@pytest.mark.parametrize(("model", "member", "name"), LAYERS)
def test_products_add_up_to_the_sum_that_is_shown(model, member, name):
    for unit in draw_units(model, member, name):
        described = describe_unit(load_shipped(model), model, make_digits()[2], unit)
        for part in described["strongest"]:
            products = np.array(part["patch"]) * np.array(part["kernel"])
            assert products.tolist() == part["products"]
            assert part["sum"] == pytest.approx(products.sum(), abs=1e-12)
            assert part["sum"] == described["partial_sums"][part["channel"]]
        shown = sum(part["sum"] for part in described["strongest"]) + described["rest"]
        total = described["places"][described["chosen"]]["sum"]
        assert total == pytest.approx(shown, rel=1e-12, abs=1e-9)
        assert total == pytest.approx(sum(described["partial_sums"]), rel=1e-12, abs=1e-9)
        assert total == described["steps"][0]["value"]


def follow(step, value):
    """Do what a step says it does."""
    match step["operation"]:
        case "bias" | "residual connection":
            return value + step["add"]
        case "batch normalization":
            return value * step["scale"] + step["shift"]
        case "pooling":
            assert value in step["of"]
            assert len(step["of"]) == 4
            return max(step["of"])
        case "ReLU":
            return max(value, 0)


@pytest.mark.parametrize(("model", "member", "name"), LAYERS)
def test_each_step_follows_from_the_one_before(model, member, name):
    for unit in draw_units(model, member, name):
        described = describe_unit(load_shipped(model), model, make_digits()[3], unit)
        first, *others = described["steps"]
        assert [step["operation"] for step in described["steps"]] == described["operations"]
        value = first["value"]
        for step in others:
            value = follow(step, value)
            assert step["value"] == pytest.approx(value, rel=1e-12, abs=1e-12)


def test_pooling_takes_the_largest_of_four_places():
    unit = {"layer": "conv1", "channel": 4, "row": 5, "column": 6}
    described = describe_unit(load_shipped("small_cnn"), "small_cnn", make_digits()[0], unit)
    places = described["places"]
    assert [(each["row"], each["column"]) for each in places] == [
        (10, 12),
        (10, 13),
        (11, 12),
        (11, 13),
    ]
    values = [each["value"] for each in places]
    pooling = described["steps"][described["operations"].index("pooling")]
    assert pooling["of"] == values
    assert described["chosen"] == values.index(max(values))


def test_a_patch_lies_where_it_is_said_to_lie():
    classifier, seen = load_shipped("board_cnn"), make_digits()[0]
    unit = {"layer": "conv3", "channel": 7, "row": 0, "column": 5}
    described = describe_unit(classifier, "board_cnn", seen, unit)
    (place,) = described["places"]
    assert (place["top"], place["left"]) == (-1, 4)
    given = look_inside(classifier, "board_cnn", seen[None])[0].maps[1][0]
    for part in described["strongest"]:
        patch = np.array(part["patch"])
        assert not patch[0].any()  # padding: above the map
        assert not patch[:, 2].any()  # and right of it
        assert patch[1:, :2].tolist() == given[part["channel"], 0:2, 4:6].tolist()


def test_the_strongest_input_channels_are_shown_whole():
    unit = {"layer": "conv2", "channel": 3, "row": 2, "column": 2}
    described = describe_unit(load_shipped("small_cnn"), "small_cnn", make_digits()[0], unit)
    order = sorted(range(10), key=lambda channel: -abs(described["partial_sums"][channel]))
    assert [part["channel"] for part in described["strongest"]] == order[:3]
    others = sum(described["partial_sums"][channel] for channel in order[3:])
    assert described["rest"] == pytest.approx(others)


@pytest.mark.parametrize(
    ("model", "layer"), [("linear", "linear"), ("linear_scratch", "linear"), ("mlp", "hidden")]
)
def test_weights_times_ink_and_what_paper_gives_are_the_sum_over_all_pixels(model, layer):
    seen = make_digits()[4]
    for channel in range(10):
        unit = {"layer": layer, "channel": channel}
        described = describe_unit(load_shipped(model), model, seen, unit)
        ink = described["ink"]
        assert ink["ink"] == pytest.approx((seen.ravel() / 255).tolist(), abs=1e-6)
        assert not np.array(ink["products"])[seen.ravel() == 0].any()
        assert ink["sum"] == pytest.approx(sum(ink["products"]))
        before = described["steps"][1]["value"]  # with the bias
        assert ink["sum"] + ink["paper"] == pytest.approx(before, rel=1e-5, abs=1e-5)


def test_a_blank_sheet_gives_what_paper_gives():
    blank, unit = np.zeros((28, 28), np.uint8), {"layer": "linear", "channel": 3}
    described = describe_unit(load_shipped("linear"), "linear", blank, unit)
    assert described["ink"]["sum"] == 0
    assert described["ink"]["paper"] == pytest.approx(described["value"], abs=1e-5)


def test_a_network_that_looks_at_the_top_row_only_weighs_ink_there_alone():
    weights = np.zeros((10, 28, 28), np.float32)
    weights[4, 0] = 1
    seen = np.full((28, 28), 255, np.uint8)
    unit = {"layer": "linear", "channel": 4}
    described = describe_unit(OneLayer(weights.reshape(10, 784)), "linear", seen, unit)
    products = np.array(described["ink"]["products"]).reshape(28, 28)
    assert products[0] == pytest.approx(1 / 0.3081)
    assert not products[1:].any()


def test_a_hidden_unit_says_what_it_adds_to_each_answer():
    classifier, seen = load_shipped("mlp"), make_digits()[5]
    added = np.array(classifier.weights()["output.bias"], np.float64)
    for channel in range(30):
        unit = {"layer": "hidden", "channel": channel}
        described = describe_unit(classifier, "mlp", seen, unit)
        outgoing = described["outgoing"]
        assert outgoing["layer"] == "output"
        own = classifier.weights()["output.weight"][:, channel]
        assert outgoing["weights"] == own.tolist()
        added += outgoing["products"]
    logits = describe_layers(classifier, "mlp", seen)["answer"]["logits"]
    assert added.tolist() == pytest.approx(logits, abs=1e-5)


def test_only_the_layer_before_the_last_adds_to_answers():
    for layer, has in (("conv5", False), ("conv6", True), ("fc", False)):
        unit = {"member": 1, "layer": layer, "channel": 1}
        described = describe_unit(load_shipped("board_cnn"), "board_cnn", make_digits()[0], unit)
        assert (described["outgoing"] is not None) == has
        assert not has or len(described["outgoing"]["products"]) == 47


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        (None, "must be an object"),
        ([], "must be an object"),
        ({}, "unit.layer must be one of conv1, conv2, fc1, fc2"),
        ({"layer": ["conv1"]}, "unit.layer must be one of"),
        ({"layer": "conv3"}, "unit.layer must be one of"),
        ({"layer": "conv1", "member": 1}, "unit.member must be an integer from 0 to 0"),
        ({"layer": "conv1", "member": "plain"}, "unit.member"),
        ({"layer": "conv1", "channel": 10}, "unit.channel must be an integer from 0 to 9"),
        ({"layer": "conv1", "channel": -1}, "unit.channel"),
        ({"layer": "conv1", "channel": True}, "unit.channel"),
        ({"layer": "conv1", "channel": 1.0}, "unit.channel"),
        ({"layer": "conv1", "row": 12}, "unit.row must be an integer from 0 to 11"),
        ({"layer": "conv2", "column": 10**30}, "unit.column must be an integer from 0 to 3"),
        ({"layer": "fc1", "row": 1}, "unit.row must be an integer from 0 to 0"),
    ],
)
def test_a_unit_that_there_is_not_is_refused_with_what_there_is(unit, reason):
    with pytest.raises(UnknownUnitError, match=reason):
        describe_unit(load_shipped("small_cnn"), "small_cnn", make_digits()[0], unit)


def test_a_unit_of_an_older_version_says_that_it_must_be_trained_again():
    with pytest.raises(WeightsError, match="train it again"):
        describe_unit(load_old("quick_cnn"), "quick_cnn", make_digits()[0], {"layer": "conv1"})
