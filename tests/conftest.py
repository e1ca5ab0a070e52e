"""What all tests share: digits made once, and a data set in MNIST's layout."""

from pathlib import Path

import pytest
import torch
from torch import nn

from ml.data.examples import Examples
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.weights import load_weights
from ml.predict import DEFAULT_MODELS
from tests.digits import make_examples, write_mnist


@pytest.fixture(scope="session")
def made_digits() -> tuple[Examples, Examples]:
    """360 drawn digits to learn from and 100 others to report on."""
    return make_examples(360, seed=1), make_examples(100, seed=2)


@pytest.fixture(scope="session")
def made_mnist(made_digits, tmp_path_factory) -> Path:
    """A folder that looks like MNIST's and holds the made digits."""
    return write_mnist(tmp_path_factory.mktemp("made"), *made_digits)


@pytest.fixture(scope="session")
def shipped_model() -> nn.Module:
    """The network that the page asks unless told otherwise, with the weights that ship."""
    return load_weights(WEIGHTS_DIR, read_card(WEIGHTS_DIR, DEFAULT_MODELS[0]))


@pytest.fixture(autouse=True)
def _tiny_numbers_count():
    """Undo what a training in this process sets for the whole of it."""
    yield
    torch.set_flush_denormal(False)
