"""An exported network comes with the contract that another program needs to use it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import run
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.classifier import load_onnx
from ml.networks.weights import save_files
from ml.preprocess import normalize
from tests.cards import names_of


@pytest.mark.parametrize(("name", "answers"), [("tutorial_cnn", 10), ("board_cnn", 11)])
def test_an_export_is_the_served_network_and_its_contract(
    name, answers, made_digits, tmp_path, capsys
):
    flags = ["--model", name, "--weights", str(WEIGHTS_DIR), "--out", str(tmp_path)]
    assert run.main(["--export", "onnx", *flags]) == 0
    network, contract = capsys.readouterr().out.split()
    images = normalize(made_digits[1].images[:7].numpy())
    names = ["logits", "features"]
    logits, features = onnxruntime.InferenceSession(network).run(names, {"images": images})
    assert logits.shape == (7, answers)
    assert features.shape[0] == 7
    assert np.mean(logits[:, :10].argmax(axis=1) == made_digits[1].labels[:7].numpy()) > 0.5
    written = json.loads(Path(contract).read_text())
    assert written["weights_sha256"] == read_card(WEIGHTS_DIR, name).weights.sha256
    assert written["input"]["shape"] == ["N", 1, 28, 28]
    assert written["output"]["shape"] == ["N", answers]
    assert len(written["postprocessing"]) == answers - 9


def copy_shipped(name, folder):
    """Copy a model that ships; return its card."""
    card = read_card(WEIGHTS_DIR, name)
    for path in (f"{name}.json", card.weights.name, card.onnx.name):
        shutil.copy(WEIGHTS_DIR / path, folder)
    return card


def test_what_ships_is_exported_again_from_its_weights(tmp_path, capsys):
    shipped = copy_shipped("small_cnn", tmp_path)
    weights = shipped.weights.read(tmp_path)
    old = save_files(tmp_path, shipped, weights, b"of an older exporter")
    assert run.main(["--export", "onnx", "--ship", "--weights", str(tmp_path)]) == 0
    card = read_card(tmp_path, "small_cnn")
    assert capsys.readouterr().out.split() == [str(tmp_path / card.onnx.name)]
    assert card.weights == shipped.weights
    assert replace(card, onnx=old.onnx) == old  # nothing else on the card has changed
    assert names_of(tmp_path) == {"small_cnn.json", card.weights.name, card.onnx.name}
    images = normalize(np.zeros((2, 28, 28), np.uint8))
    again, before = load_onnx(tmp_path, card), load_onnx(WEIGHTS_DIR, shipped)
    assert np.array_equal(again(images)[0], before(images)[0])
    assert again.layers(images).keys() == before.layers(images).keys()


def test_exporting_again_what_would_not_change_writes_nothing(tmp_path):
    copy_shipped("mlp", tmp_path)
    flags = ["--ship", "--weights", str(tmp_path), "--model", "mlp"]
    assert run.main(["--export", "onnx", *flags]) == 0
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert run.main(["--export", "onnx", *flags]) == 0
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written


def test_what_ships_is_not_exported_to_another_folder(tmp_path, capsys):
    assert run.main(["--export", "onnx", "--ship", "--out", str(tmp_path)]) == 2
    assert "leave out --ship or --out" in capsys.readouterr().err


def test_a_model_that_is_not_there_cannot_be_exported(tmp_path, capsys):
    assert run.main(["--export", "onnx", "--weights", str(tmp_path)]) == 1
    assert run.main(["--export", "onnx", "--model", "resnet", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 2
