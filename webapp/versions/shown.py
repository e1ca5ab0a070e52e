"""A model's versions as the models page shows them: each in words, with what it changed."""

from dataclasses import dataclass
from datetime import date

from ml.predict import Reader
from ml.versions import SHIPPED, Version
from webapp.cards import format_share
from webapp.versions.entries import find_all, find_reasons, is_served
from webapp.versions.watcher import Watcher

KINDS = {
    "trained": "Trained on {data}",
    "drawings": "Learned from drawings",
    "imported": "From another machine, trained on {data}",
}
FIGURES = {
    "test_accuracy": "of the test images",
    "drawings": "of the drawings",
    "mnist": "of MNIST",
    "generated": "of the generated digits",
}


@dataclass(frozen=True)
class ShownVersion:
    """A version in words: where it comes from, and what it read rightly before and after."""

    number: int
    is_served: bool
    about: str
    changes: list[str]


@dataclass(frozen=True)
class ShownVersions:
    """A model's versions, the newest first, and in words those that cannot be used."""

    versions: list[ShownVersion]
    broken: list[str]

    def __bool__(self) -> bool:
        """Whether there is anything besides what ships."""
        return len(self.versions) > 1 or bool(self.broken) or not self.has_shipped

    @property
    def has_shipped(self) -> bool:
        """Whether what ships is there."""
        return any(version.number == SHIPPED for version in self.versions)


def show_versions(watcher: Watcher, reader: Reader, model: str) -> ShownVersions:
    """Return a model's versions for the page."""
    versions = [
        show_version(version, is_served(watcher, reader, version))
        for version in find_all(watcher, reader, model)
    ]
    reasons = sorted(find_reasons(watcher, reader, model).items(), reverse=True)
    return ShownVersions(versions, [f"Version {n} cannot be used: {why}." for n, why in reasons])


def show_version(version: Version, served: bool) -> ShownVersion:
    """Return a version in words."""
    card, origin = version.card, version.card.origin or {}
    data = card.data.get("name") or "digits"
    kind = KINDS.get(origin.get("kind"), "Kept").format(data=data)
    about = "As it ships" if version.number == SHIPPED else f"{kind}, {write_date(card.date)}"
    changes = describe_changes(origin.get("before") or {}, origin.get("after") or {})
    if not changes:
        changes = [f"{format_share(card.test_accuracy)} {FIGURES['test_accuracy']}"]
    reason = origin.get("reason")
    return ShownVersion(version.number, served, about, changes + ([reason] if reason else []))


def describe_changes(before: dict[str, float | None], after: dict[str, float | None]) -> list[str]:
    """Return each figure in words: what was before, where that is known, and what is now."""
    changes = []
    for name, value in after.items():
        if value is None:
            continue
        figure = f"{format_figure(value)} {FIGURES.get(name, f'({name})')}"
        former = before.get(name)
        changes.append(figure if former is None else f"{figure}, {format_figure(former)} before")
    return changes


def format_figure(figure: float) -> str:
    """Return a share in percent, and a count as it is."""
    return format_share(figure) if 0 <= figure <= 1 else f"{figure:,}"


def write_date(text: str) -> str:
    """Return a card's date as people write it: 29 November 2026."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%B %Y}"
