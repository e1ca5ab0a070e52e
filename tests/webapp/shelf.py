"""A reader with many models and full cards, made here: no weights, no training."""

import base64

import numpy as np
from PIL import Image, ImageDraw

from ml.networks.card import SavedFile
from ml.networks.logits import Calibration
from ml.networks.plan import find_plan
from ml.predict import LoadedModel, Reading, UnknownModelError
from ml.preprocess import fit_ink, is_blank
from tests.cards import make_card

RECIPES = {
    "linear_scratch": ("Softmax from scratch", 7_850, "sgd", 1.0, [10]),
    "linear": ("Logistic regression", 7_850, "sgd", 0.1, [20]),
    "small_cnn": ("Small convolutional network", 21_840, "adam", 0.001, [15]),
    "mlp": ("One hidden layer", 23_860, "sgd", 0.001, [40]),
    "quick_cnn": ("Quick network", 311_594, "adam", 0.01, [1]),
    "tutorial_cnn": ("Two-session network", 1_199_882, "rmsprop", 0.001, [3, 3]),
}
SUMMARY = (
    "A convolution finds strokes and a linear layer weighs them. Softmax turns the logits into "
    "probabilities."
)
LAYERS = [
    {"layer": "conv 3×3, 1 → 32", "shape": [32, 26, 26], "parameters": 320},
    {"layer": "ReLU", "shape": [32, 26, 26], "parameters": 0},
    {"layer": "conv 3×3, 32 → 64", "shape": [64, 24, 24], "parameters": 18_496},
    {"layer": "max pooling 2×2", "shape": [64, 12, 12], "parameters": 0},
    {"layer": "dropout 0.25", "shape": [9216], "parameters": 0},
    {"layer": "linear 9216 → 128", "shape": [128], "parameters": 1_179_776},
    {"layer": "linear 128 → 10", "shape": [10], "parameters": 1_290},
]


class Shelf:
    """Keeps the Reader's contract; the models take turns to read a seven and a one."""

    def __init__(self, cards):
        self.cards = cards
        self.models = list(cards)
        self.default = self.models[0]

    def read(self, ink, model=None):
        return self.read_each(ink, [model or self.default])[0]

    def read_each(self, ink, models, memories=None, *, as_is=False):
        for name in models:
            if name not in self.models:
                raise UnknownModelError(name, self.models)
        if is_blank(ink):
            return [Reading("blank", name) for name in models]
        seen = fit_ink(ink).ravel().tolist()
        return [self.answer(name, seen) for name in models]

    def features(self, name, seen):
        return seen.reshape(len(seen), -1).astype(np.float16) / 255

    def find(self, name):
        if name not in self.models:
            raise UnknownModelError(name, self.models)
        return LoadedModel(self.cards[name], Untrained(name))

    def weights_version(self, name):
        return self.cards[name].weights.sha256[:12]

    def answer(self, name, seen):
        place = self.models.index(name)
        digit, sure = (7, 1)[place % 2], 0.9 - 0.1 * place
        odds = [(1 - sure) / 9] * 10
        odds[digit] = sure
        return Reading("digit", name, digit, odds, seen, milliseconds=0.84)


class Untrained:
    """A network with weights drawn by chance: a card shows those of its first layer.

    Every image is a seven to it, and has no features.
    """

    calibration = Calibration()

    def __init__(self, name):
        self.plan = find_plan(name)

    def __call__(self, images):
        return np.tile(9.0 * (np.arange(10) == 7), (len(images), 1)), np.zeros((len(images), 0))

    def weights(self):
        rng = np.random.default_rng(0)
        layers = [(member.prefix, layer) for member in self.plan.members for layer in member.layers]
        return {key: each for layer in layers for key, each in draw_weights(*layer, rng).items()}


def draw_weights(prefix, layer, rng):
    shape = (layer.channels, layer.inputs[0], *layer.kernel)
    key = prefix + (layer.key and f"{layer.key}.")  # linear_scratch has none
    weights = {f"{key}weight": rng.normal(size=shape), f"{key}bias": rng.random(shape[0])}
    if layer.norm_key:
        names = ("weight", "bias", "running_mean", "running_var")
        weights |= {f"{prefix}{layer.norm_key}.{each}": rng.random(shape[0]) for each in names}
    return weights


def make_shelf():
    """Return a reader of six models with full cards; the default is listed first."""
    names = sorted(RECIPES, key=lambda name: name != "tutorial_cnn")
    return Shelf({name: make_full_card(name) for name in names})


def make_full_card(name, **changes):
    """Return a card with everything that the pages show."""
    title, parameters, optimizer, rate, sessions = RECIPES[name]
    epochs = sum(sessions)
    values = {
        "title": title,
        "summary": SUMMARY,
        "layers": LAYERS,
        "parameters": parameters,
        "recipe": {
            "model": name,
            "source": "a tutorial about digits, second part",
            "optimizer": optimizer,
            "learning_rate": rate,
            "batch_size": 64,
            "sessions": sessions,
            "momentum": 0.0,
            "loss_reduction": "mean",
            "schedule": "one_cycle" if name == "quick_cnn" else None,
            "stop_at_accuracy": 0.995,
        },
        "epochs": epochs,
        "history": [make_epoch(epoch, epochs) for epoch in range(1, epochs + 1)],
        "marks": [sessions[0]] if len(sessions) > 1 else [],
        "test_accuracy": 0.9912,
        "test_interval": [0.9892, 0.9929],
        "confusion": make_confusion(),
        "mistakes": [make_mistake(number) for number in range(20)],
        "tutorial": {
            "figure": "0.9674" if name == "mlp" else None,
            "note": "The tutorial trains for as many epochs; its validation is ours.",
            "changed": None,
            "commands": {},
        },
        "weights": SavedFile.of(name, "safetensors", bytes(4 * parameters + 800)),
    }
    return make_card(name, **values | changes)


def make_epoch(epoch, epochs):
    left = 0.6 ** (epoch * 8 / epochs)
    return {
        "epoch": epoch,
        "training_loss": 0.02 + 0.4 * left,
        "training_accuracy": 0.995 - 0.1 * left,
        "validation_loss": 0.04 + 0.2 * left,
        "validation_accuracy": 0.99 - 0.04 * left,
        "seconds": 6.5,
        "images_per_second": 8_400.0,
    }


def make_confusion():
    counts = np.diag([975] * 10)
    counts[4, 9], counts[9, 4], counts[7, 2], counts[5, 3], counts[1, 7] = 30, 12, 6, 8, 1
    return counts.tolist()


def make_mistake(number):
    image = Image.new("L", (28, 28))
    draw = ImageDraw.Draw(image)
    draw.line([(8, 6), (20, 6 + number % 3), (10 + number % 5, 23)], 255, 2)
    return {
        "truth": 7,
        "read": (number * 3 + 1) % 7,
        "probability": 0.999 - 0.01 * number,
        "seen": base64.b64encode(image.tobytes()).decode(),
    }
