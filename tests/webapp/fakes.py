"""Readers without networks, for tests of what is around them."""

import numpy as np

from ml.predict import LoadedModel, Reading, UnknownModelError
from tests.cards import make_card


class FakeReader:
    """Has the Reader's interface; samples the ink at 28×28 points and always answers seven."""

    def __init__(self):
        self.models = ["first", "second"]
        self.default = "first"
        self.cards = {name: make_card(name) for name in self.models}

    def read(self, ink, model=None, memory=None, *, as_is=False):
        memories = {} if memory is None else {model: memory}
        return self.read_each(ink, [model or self.default], memories, as_is=as_is)[0]

    def read_each(self, ink, models, memories=None, *, as_is=False):
        assert ink.dtype == np.uint8
        assert ink.ndim == 2
        for name in models:
            if name not in self.models:
                raise UnknownModelError(name, self.models)
        if not ink.any():
            return [Reading("blank", name) for name in models]
        assert not as_is or ink.shape == (28, 28)
        rows = np.linspace(0, ink.shape[0] - 1, 28).astype(int)
        columns = np.linspace(0, ink.shape[1] - 1, 28).astype(int)
        seen = ink[rows][:, columns]
        return [self.answer(name, seen, (memories or {}).get(name)) for name in models]

    def answer(self, name, seen, memory):
        """Seven, or what the nearest confirmed drawing says."""
        label, because = 7, None
        if memory:
            features = self.features(name, seen[None])
            bonus = memory.bonus(features)[0]
            if bonus.max() > 8:
                label = int(bonus.argmax())
                because = memory.find_nearest(features[0], label)
        odds = [0.01] * 10
        odds[label % 10] = 0.91
        status, digit = ("not_a_digit", None) if label == 10 else ("digit", label)
        because = None if label == 7 else because
        return Reading(status, name, digit, odds, seen.ravel().tolist(), because=because)

    def features(self, name, seen):
        """The image itself; another one for each model, so that nobody mixes them up."""
        flat = seen.reshape(len(seen), -1).astype(np.float16) / 255
        return flat if name == "first" else flat[:, ::2]

    def find(self, name):
        if name not in self.models:
            raise UnknownModelError(name, self.models)
        return LoadedModel(self.cards[name], self.classify)

    def classify(self, images):
        """Seven, whatever the images are."""
        return np.tile(np.eye(10, dtype=np.float32)[7], (len(images), 1)), images.reshape(-1, 784)

    def weights_version(self, name):
        return self.find(name).card.weights.sha256[:12]


class BrokenReader(FakeReader):
    """Fails at every reading."""

    def read_each(self, ink, models, memories=None, *, as_is=False):
        raise RuntimeError("secret reason")
