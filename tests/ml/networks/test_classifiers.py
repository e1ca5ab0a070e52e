"""ONNX Runtime, which serves, and PyTorch, which trains, give the same logits and features."""

import numpy as np
import pytest

from ml.data.mnist import load_mnist
from ml.errors import WeightsError
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.classifier import OnnxClassifier, load_onnx
from ml.networks.registry import MODELS
from ml.networks.torch_classifier import load_torch
from ml.preprocess import normalize
from tests.digits import find_mnist, make_examples


def assert_same(ours, theirs):
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype == np.float32
    assert (np.abs(ours - theirs) <= 1e-4 + 1e-6 * np.abs(theirs)).all()


@pytest.fixture(params=MODELS)
def both(request):
    card = read_card(WEIGHTS_DIR, request.param)
    return load_onnx(WEIGHTS_DIR, card), load_torch(WEIGHTS_DIR, card)


def test_both_give_the_same_answers_to_made_digits(both):
    images = normalize(make_examples(100, seed=5).images.numpy())
    for part in (images[:1], images[1:8], images):  # any number of images at once
        for ours, theirs in zip(both[0](part), both[1](part), strict=True):
            assert_same(ours, theirs)


def test_both_give_the_same_answers_to_noise_and_paper(both):
    noise = np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8)
    images = normalize(np.concatenate([noise, np.zeros((1, 28, 28), np.uint8)]))
    for ours, theirs in zip(both[0](images), both[1](images), strict=True):
        assert_same(ours, theirs)


@pytest.mark.slow
def test_both_give_the_same_answers_to_mnists_test_set(both):
    images = load_mnist(find_mnist(), train=False).images[:2000].numpy()
    assert_same(both[0](normalize(images))[0], both[1](normalize(images))[0])


def test_both_have_the_cards_calibration(both):
    assert both[0].calibration == both[1].calibration


def test_both_give_the_same_layers(both):
    images = normalize(make_examples(5, seed=5).images.numpy())
    ours, theirs = (each.layers(images) for each in both)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert_same(ours[name], theirs[name])
    for name, result in zip(("logits", "features"), both[0](images), strict=True):
        assert np.array_equal(ours[name], result)  # asked for together or alone


def test_both_have_the_same_weights(both):
    ours, theirs = (each.weights() for each in both)
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_layers_are_listed_by_their_names():
    card = read_card(WEIGHTS_DIR, "board_cnn")
    images = normalize(np.zeros((1, 28, 28), np.uint8))
    layers = [f"conv{number}" for number in range(1, 6)]
    assert list(load_onnx(WEIGHTS_DIR, card).layers(images)) == [
        *("logits", "features"),
        *(f"plain.{name}" for name in layers),
        *(f"stretched.{name}" for name in ("image", *layers)),
    ]


def test_a_network_without_its_file_of_weights_says_so():
    card = read_card(WEIGHTS_DIR, "linear")
    classifier = OnnxClassifier(card.onnx.read(WEIGHTS_DIR), card.calibration)
    with pytest.raises(WeightsError, match="without the file of its weights"):
        classifier.weights()
