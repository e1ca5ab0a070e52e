"""An exported network comes with the contract that another program needs to use it."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import run
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.preprocess import normalize


@pytest.mark.parametrize(("name", "answers"), [("tutorial_cnn", 10), ("board_cnn", 11)])
def test_an_export_is_the_served_network_and_its_contract(
    name, answers, made_digits, tmp_path, capsys
):
    flags = ["--model", name, "--weights", str(WEIGHTS_DIR), "--out", str(tmp_path)]
    assert run.main(["--export", "onnx", *flags]) == 0
    network, contract = capsys.readouterr().out.split()
    images = normalize(made_digits[1].images[:7].numpy())
    logits, features = onnxruntime.InferenceSession(network).run(None, {"images": images})
    assert logits.shape == (7, answers)
    assert features.shape[0] == 7
    assert np.mean(logits[:, :10].argmax(axis=1) == made_digits[1].labels[:7].numpy()) > 0.5
    written = json.loads(Path(contract).read_text())
    assert written["weights_sha256"] == read_card(WEIGHTS_DIR, name).weights.sha256
    assert written["input"]["shape"] == ["N", 1, 28, 28]
    assert written["output"]["shape"] == ["N", answers]
    assert len(written["postprocessing"]) == answers - 9


def test_a_model_that_is_not_there_cannot_be_exported(tmp_path, capsys):
    assert run.main(["--export", "onnx", "--weights", str(tmp_path)]) == 1
    assert run.main(["--export", "onnx", "--model", "resnet", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 2
