"""A model's card -> what the pages show of it."""

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from PIL import Image

from ml.networks.card import ModelCard
from ml.pictures.data_url import write_data_url
from ml.predict import Reader
from webapp.charts import Chart, draw_charts
from webapp.glossary import Linker
from webapp.recipe_table import tabulate_recipe

STRONG = (0.005, 0.01, 0.025)  # shares of a digit's images from which a mistake is darker
SIDE = 28  # pixels of a mistake's picture
# With these, training's images are harder than validation's.
HARDER = (
    "distorted",
    "retraced_digits",
    "generated_digits",
    "generated_non_digits",
    "spoilt_digits",
)


@dataclass(frozen=True)
class ModelEntry:
    """One model as the pages show it."""

    card: ModelCard

    @property
    def name(self) -> str:
        """The name that the API knows it by."""
        return self.card.model

    @property
    def title(self) -> str:
        """The name that people read."""
        return self.card.title

    @cached_property
    def link(self) -> Linker:
        """What links the card's words to the glossary, each once."""
        return Linker()

    @property
    def accuracy(self) -> str:
        """Test accuracy, such as 99.12%."""
        return format_share(self.card.test_accuracy)

    @property
    def interval(self) -> str:
        """The 95% interval of the test accuracy, such as 98.94–99.29%."""
        return "–".join(f"{100 * bound:.2f}" for bound in self.card.test_interval) + "%"

    @property
    def parameters(self) -> str:
        """The number of parameters, such as 21,840."""
        return f"{self.card.parameters:,}"

    @property
    def size(self) -> str:
        """The size of the weights' file."""
        return f"{round(self.card.weights.size / 1000):,} kB"

    @property
    def tutorial(self) -> dict[str, Any]:
        """Where the recipe comes from; `figure` is in our own unit where it is a plain share."""
        told = self.card.tutorial
        return told | {"figure": format_figure(told.get("figure"))}

    @property
    def recipe(self) -> list[tuple[str, str]]:
        """How the model was trained: a label and a value each."""
        return tabulate_recipe(self.card.recipe, self.card.data)

    @property
    def source(self) -> str | None:
        """Where the recipe comes from, in words or as an address."""
        return self.card.recipe.get("source")

    @property
    def trains_on_harder_images(self) -> bool:
        """Whether training accuracy may be below validation accuracy."""
        values = (self.card.recipe.get(field) for field in HARDER)
        return any(any(value) if isinstance(value, list | tuple) else value for value in values)

    @property
    def commands(self) -> list[tuple[str, str]]:
        """What trains the model: again as it was, or as its tutorial does."""
        return [("again", self.card.command), *self.card.tutorial.get("commands", {}).items()]

    @property
    def run(self) -> list[tuple[str, str]]:
        """The facts of the run: a label and a value each."""
        facts = {
            "Seed": self.card.seed,
            "Epochs trained": self.card.epochs,
            "Training time": describe_time(self.card.history),
            "Date": self.card.date,
        }
        return [(label, str(value)) for label, value in facts.items() if value is not None]

    @property
    def charts(self) -> list[Chart]:
        """The curves of loss and of accuracy."""
        return draw_charts(self.card.history, self.card.marks)

    @property
    def confusion(self) -> "Confusion | None":
        """Which digit was read as which."""
        return Confusion(self.card.confusion) if self.card.confusion else None

    @property
    def mistakes(self) -> "list[Mistake]":
        """The mistakes with the highest probabilities."""
        return [show_mistake(mistake) for mistake in self.card.mistakes]


@dataclass(frozen=True)
class Cell:
    """How often one digit was read as one digit."""

    count: int
    kind: str  # "right", "none" or "wrong-1" (rare) to "wrong-4" (frequent)


@dataclass(frozen=True)
class Confusion:
    """Counts of test images, 10 × 10: a row for each true digit, a column for each prediction."""

    counts: list[list[int]]

    @property
    def rows(self) -> list[list[Cell]]:
        """The cells, row by row."""
        return [
            [
                Cell(count, name_kind(count, sum(row), read == truth))
                for read, count in enumerate(row)
            ]
            for truth, row in enumerate(self.counts)
        ]

    @property
    def worst(self) -> tuple[int, int, int] | None:
        """The most frequent mistake: how often, the true digit, the predicted one. Or None."""
        wrong = [
            (count, truth, read)
            for truth, row in enumerate(self.counts)
            for read, count in enumerate(row)
            if count and truth != read
        ]
        return max(wrong, key=lambda mistake: mistake[0], default=None)


@dataclass(frozen=True)
class Mistake:
    """One image that was misread."""

    truth: int
    read: int
    probability: str
    picture: str | None  # a data URL; None if the card has no pixels


def describe_models(reader: Reader) -> list[ModelEntry]:
    """Return an entry for every model that the reader serves, the default first."""
    return [ModelEntry(reader.cards[name]) for name in reader.models]


def format_share(share: float) -> str:
    """Return a share, 0 to 1, in percent with two digits after the point."""
    return f"{100 * share:.2f}%"


def format_probability(probability: float) -> str:
    """Return a probability in percent with one digit; it is never rounded to 100% or 0%."""
    rounded = f"{100 * probability:.1f}"
    return {"100.0": "> 99.9%", "0.0": "< 0.1%"}.get(rounded, f"{rounded}%")


def format_figure(figure: str | float | None) -> str | None:
    """Return a tutorial's figure: a share in percent, anything else in the tutorial's own words."""
    try:
        share = float(figure or "")
    except ValueError:
        return figure or None
    return format_share(share) if 0 <= share <= 1 else str(figure)


def describe_time(history: list[dict[str, Any]]) -> str | None:
    """Return how long training took, and how many images a second it saw."""
    seconds = [epoch["seconds"] for epoch in history if epoch.get("seconds")]
    speeds = [epoch["images_per_second"] for epoch in history if epoch.get("images_per_second")]
    if not seconds:
        return None
    time = f"{sum(seconds):,.0f} s" if sum(seconds) >= 10 else f"{sum(seconds):.1f} s"
    return f"{time}, {sum(speeds) / len(speeds):,.0f} images a second" if speeds else time


def name_kind(count: int, total: int, is_right: bool) -> str:
    """Return the kind of a cell with `count` of a row's `total` images."""
    if is_right:
        return "right"
    if not count:
        return "none"
    return f"wrong-{1 + sum(count / total >= share for share in STRONG)}"


def show_mistake(mistake: dict[str, Any]) -> Mistake:
    """Return a card's mistake as the page shows it."""
    pixels = base64.b64decode(mistake.get("seen") or "")
    return Mistake(
        truth=mistake["truth"],
        read=mistake["read"],
        probability=format_probability(mistake["probability"]),
        picture=make_data_url(pixels) if len(pixels) == SIDE * SIDE else None,
    )


def make_data_url(pixels: bytes) -> str:
    """Return 28×28 grey levels, row by row, as a PNG data URL."""
    return write_data_url(Image.frombytes("L", (SIDE, SIDE), pixels))
