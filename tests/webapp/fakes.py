"""Readers without networks, for tests of what is around them."""

import numpy as np

from ml.predict import Reading, UnknownModelError
from tests.cards import make_card


class FakeReader:
    """Has the Reader's interface; samples the ink at 28×28 points and always answers seven."""

    def __init__(self):
        self.models = ["first", "second"]
        self.default = "first"
        self.cards = {name: make_card(name) for name in self.models}

    def read(self, ink, model=None):
        return self.read_each(ink, [model or self.default])[0]

    def read_each(self, ink, models, memories=None):
        assert ink.dtype == np.uint8
        assert ink.ndim == 2
        for name in models:
            if name not in self.models:
                raise UnknownModelError(name, self.models)
        if not ink.any():
            return [Reading("blank", name) for name in models]
        rows = np.linspace(0, ink.shape[0] - 1, 28).astype(int)
        columns = np.linspace(0, ink.shape[1] - 1, 28).astype(int)
        seen = ink[rows][:, columns].ravel().tolist()
        odds = [0.01] * 7 + [0.91] + [0.01] * 2
        return [Reading("digit", name, 7, odds, seen) for name in models]


class BrokenReader(FakeReader):
    """Fails at every reading."""

    def read_each(self, ink, models, memories=None):
        raise RuntimeError("secret reason")
