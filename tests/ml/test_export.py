"""A model exported as ONNX answers as the one that is served."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

from ml.checkpoint import WEIGHTS_DIR, load_weights
from ml.errors import WeightsError
from ml.export import export_onnx
from ml.preprocess import normalize


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize(("name", "answers"), [("tutorial_cnn", 10), ("board_cnn", 11)])
def test_an_exported_model_gives_the_same_logits_for_any_number_of_images(
    name, answers, made_digits, tmp_path
):
    network, contract = export_onnx(WEIGHTS_DIR, name, tmp_path)
    session = onnxruntime.InferenceSession(network)
    model, card = load_weights(WEIGHTS_DIR, name)
    for count in (1, 7):
        images = normalize(made_digits[1].images[:count])
        with torch.inference_mode():
            expected = model(images).numpy()
        (logits,) = session.run(["logits"], {"images": images.numpy()})
        assert np.allclose(logits, expected, atol=1e-3)
    written = json.loads(contract.read_text())
    assert written["weights_sha256"] == card["weights_sha256"]
    assert written["input"]["shape"] == ["N", 1, 28, 28]
    assert written["output"]["shape"] == ["N", answers]
    assert len(written["postprocessing"]) == answers - 9


def test_a_model_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(WeightsError):
        export_onnx(tmp_path, "tutorial_cnn", tmp_path)
