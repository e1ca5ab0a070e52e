"""Versions as the API and the pages show them."""

from typing import Any

from ml.errors import UnknownModelError, UnknownVersionError, WeightsError
from ml.predict import Reader
from ml.versions import (
    SHIPPED,
    Version,
    find_version,
    list_damaged,
    list_models,
    list_numbers,
    list_versions,
)
from webapp.hands.faults import may_know_the_server
from webapp.versions.watcher import Watcher

DISCREET = "it cannot be loaded; whoever started the server can read why"
GONE = "its files were deleted; this server reads with it until it is restarted"


def list_entries(
    watcher: Watcher, reader: Reader, model: str | None = None
) -> list[dict[str, Any]]:
    """Return the versions of a model, or of all, the newest of each model first.

    Raises UnknownModelError.
    """
    return [
        describe(version, is_served=is_served(watcher, reader, version))
        for name in choose_names(watcher, reader, model)
        for version in find_all(watcher, reader, name)
    ]


def list_broken(watcher: Watcher, reader: Reader, model: str | None = None) -> list[dict[str, Any]]:
    """Return the versions that cannot be used, with the reason."""
    return [
        {"model": name, "version": number, "reason": reason}
        for name in choose_names(watcher, reader, model)
        for number, reason in sorted(find_reasons(watcher, reader, name).items())
    ]


def find_reasons(watcher: Watcher, reader: Reader, model: str) -> dict[int, str]:
    """Return why versions of a model cannot be used, by their numbers.

    Files are named only to who runs the server, or uses the board alone.
    """
    if watcher.instance is None:
        return {}
    reasons = list_damaged(watcher.instance, model)
    number = watcher.number(model)
    known = list_numbers(watcher.instance, watcher.weights_dir, model)
    if model in reader.cards and number not in known:
        reasons[number] = GONE
    if broken := watcher.broken.get(model):
        reasons[broken.number] = broken.reason
    return reasons if may_know_the_server() else dict.fromkeys(reasons, DISCREET)


def choose_names(watcher: Watcher, reader: Reader, model: str | None) -> list[str]:
    """Return the models to list, the default first; raises UnknownModelError."""
    kept = list_models(watcher.instance) if watcher.instance is not None else []
    names = list(dict.fromkeys([*reader.models, *kept, *watcher.broken]))
    if model is not None and model not in names:
        raise UnknownModelError(model, names)
    return names if model is None else [model]


def find_all(watcher: Watcher, reader: Reader, model: str) -> list[Version]:
    """Return a model's versions that are whole, the newest first and what ships last."""
    if watcher.instance is None:
        return [Version(model, SHIPPED, watcher.weights_dir, reader.cards[model])]
    versions = list_versions(watcher.instance, model)[::-1]
    try:
        return [*versions, find_version(None, watcher.weights_dir, model, SHIPPED)]
    except (UnknownVersionError, WeightsError):
        return versions


def is_served(watcher: Watcher, reader: Reader, version: Version) -> bool:
    """Whether this process reads with the version."""
    return version.model in reader.cards and version.number == watcher.number(version.model)


def describe(version: Version, *, is_served: bool) -> dict[str, Any]:
    """Return a version for JSON."""
    card = version.card
    return {
        "model": version.model,
        "version": version.number,
        "served": is_served,
        "date": card.date,
        "parent": card.parent,
        "origin": card.origin,
        "test_accuracy": card.test_accuracy,
        "weights": version.weights,
        "data": card.data.get("name"),
    }
