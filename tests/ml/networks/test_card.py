"""A card is read whole and valid, or refused with what is wrong and what mends it."""

import json

import pytest

from ml.errors import WeightsError
from ml.networks.card import ModelCard, card_path, find_cards, read_card
from tests.cards import make_card

NAME = "mlp"


def write_card(folder, **changes):
    values = json.loads(json.dumps(make_card(NAME).to_dict()))
    card_path(folder, NAME).write_text(json.dumps(values | changes))


def test_a_card_comes_back_as_it_was(tmp_path):
    write_card(tmp_path)
    assert read_card(tmp_path, NAME).to_dict() == json.loads(json.dumps(make_card(NAME).to_dict()))


def test_unknown_keys_are_ignored(tmp_path):
    write_card(tmp_path, mood="good")
    assert read_card(tmp_path, NAME).model == NAME


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", "null", '{"model": "mlp"}', "\x00", "[" * 9999]
)
def test_what_is_not_a_card_is_refused_with_the_command_that_mends_it(tmp_path, text):
    card_path(tmp_path, NAME).write_text(text)
    with pytest.raises(WeightsError, match="--train --model mlp"):
        read_card(tmp_path, NAME)


@pytest.mark.parametrize("key", ["parameters", "onnx", "calibration", "contract_sha256"])
def test_a_card_that_lacks_something_says_what(tmp_path, key):
    values = make_card(NAME).to_dict()
    values.pop(key)
    card_path(tmp_path, NAME).write_text(json.dumps(values))
    with pytest.raises(WeightsError, match=f"lacks {key}"):
        read_card(tmp_path, NAME)


SAVED = {"name": "mlp-000000000000.onnx", "size": 3, "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", 7),
        ("parameters", "many"),
        ("parameters", True),
        ("parameters", 7.0),
        ("test_accuracy", float("nan")),
        ("test_accuracy", 99.1),
        ("test_accuracy", None),
        ("test_interval", [0.9]),
        ("history", ["first"]),
        ("layers", {}),
        ("recipe", []),
        ("calibration", {"temperature": 0, "refusal_threshold": None}),
        ("calibration", {"temperature": float("nan"), "refusal_threshold": None}),
        ("calibration", {"temperature": 1, "refusal_threshold": "high"}),
        ("calibration", {"heat": 1}),
        ("calibration", None),
        ("onnx", None),
        ("onnx", SAVED | {"sha256": "0"}),
        ("onnx", SAVED | {"name": "../mlp-000000000000.onnx"}),
        ("onnx", SAVED | {"name": "linear-000000000000.onnx"}),
        ("onnx", SAVED | {"size": "3"}),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused(tmp_path, key, value):
    write_card(tmp_path, **{key: value})
    with pytest.raises(WeightsError, match="is damaged: its"):
        read_card(tmp_path, NAME)


def test_the_card_of_another_model_is_refused(tmp_path):
    write_card(tmp_path)
    card_path(tmp_path, NAME).rename(card_path(tmp_path, "linear"))
    with pytest.raises(WeightsError, match="is of the model mlp"):
        read_card(tmp_path, "linear")


def test_a_model_made_for_other_preprocessing_is_refused(tmp_path):
    write_card(tmp_path, contract_sha256="0" * 64)
    with pytest.raises(WeightsError, match="other preprocessing"):
        read_card(tmp_path, NAME)


def test_a_missing_card_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="cannot be read"):
        read_card(tmp_path, NAME)


def test_cards_are_found_by_their_names(tmp_path):
    write_card(tmp_path)
    (tmp_path / "mlp-0123456789ab.onnx").touch()
    (tmp_path / "Notes.json").touch()
    assert find_cards(tmp_path) == [NAME]
    assert find_cards(tmp_path / "nowhere") == []


def test_a_card_cannot_be_changed():
    with pytest.raises(AttributeError):
        make_card(NAME).seed = 5


def test_without_a_temperature_a_model_is_read_with_1():
    values = make_card(NAME).to_dict() | {"calibration": {}}
    assert ModelCard.from_dict(values).calibration.temperature == 1
