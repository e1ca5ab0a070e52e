"""A model's card -> what the pages show of it. An older card may lack any key: nothing is shown."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ml.predict import Reader
from webapp.charts import Chart, draw_charts
from webapp.confusion import Confusion
from webapp.glossary import Linker
from webapp.mistakes import Mistake, show_mistake
from webapp.recipe_words import describe_recipe


@dataclass(frozen=True)
class ModelEntry:
    """One model as the pages show it; what its card lacks is None or empty."""

    name: str
    card: dict[str, Any]

    @property
    def title(self) -> str:
        """The name that people read."""
        return self.card.get("title") or self.name

    @cached_property
    def link(self) -> Linker:
        """What links the card's words to the glossary, each once."""
        return Linker()

    @property
    def accuracy(self) -> str | None:
        """Test accuracy, such as 99.12%."""
        return format_share(self.card.get("test_accuracy"))

    @property
    def interval(self) -> str | None:
        """The 95% interval of the test accuracy, such as 98.94–99.29%."""
        bounds = self.card.get("test_interval")
        return "–".join(f"{100 * bound:.2f}" for bound in bounds) + "%" if bounds else None

    @property
    def parameters(self) -> str | None:
        """How many numbers the model holds."""
        count = self.card.get("parameters")
        return None if count is None else f"{count:,}"

    @property
    def size(self) -> str | None:
        """The size of the weights' file."""
        size = self.card.get("weights_bytes")
        return None if size is None else f"{round(size / 1000):,} kB"

    @property
    def tutorial(self) -> dict[str, Any]:
        """Where the recipe comes from; `figure` is in our own unit where it is a plain share."""
        told = self.card.get("tutorial") or {}
        return told | {"figure": format_figure(told.get("figure"))}

    @property
    def recipe(self) -> list[str]:
        """How the model was trained, in sentences."""
        return describe_recipe(self.card.get("recipe") or {}, self.card.get("data") or {})

    @property
    def commands(self) -> list[tuple[str, str]]:
        """What trains the model: again as it was, or as its tutorial does."""
        again = self.card.get("command")
        others = (self.card.get("tutorial") or {}).get("commands") or {}
        return ([("again", again)] if again else []) + list(others.items())

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The run's further facts: a name and a value each."""
        values = {name: self.card.get(name.lower()) for name in ("Seed", "Epochs", "Date")}
        values["Time"] = describe_time(self.card.get("history") or [])
        return [(name, str(value)) for name, value in values.items() if value is not None]

    @property
    def charts(self) -> list[Chart]:
        """The curves of loss and of accuracy."""
        return draw_charts(self.card.get("history") or [], self.card.get("marks") or [])

    @property
    def confusion(self) -> Confusion | None:
        """Which digit was read as which."""
        counts = self.card.get("confusion")
        return Confusion(counts) if counts else None

    @property
    def mistakes(self) -> list[Mistake]:
        """The mistakes that the model was most sure of."""
        return [show_mistake(mistake) for mistake in self.card.get("mistakes") or []]


def describe_models(reader: Reader) -> list[ModelEntry]:
    """Return an entry for every model that the reader serves, the default first."""
    return [ModelEntry(name, reader.cards[name]) for name in reader.models]


def format_share(share: float | None) -> str | None:
    """Return a share, 0 to 1, in percent with two digits after the point."""
    return None if share is None else f"{100 * share:.2f}%"


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
