"""What --versions, --serve-version, --export-version and --import-version do."""

import json
from pathlib import Path

from ml.errors import RecipeError, UnknownModelError
from ml.files import from_here, write_atomically
from ml.networks.card import find_cards
from ml.networks.classifier import load_onnx
from ml.versions import (
    SHIPPED,
    Shelf,
    Version,
    add_version,
    find_version,
    list_damaged,
    list_models,
    list_versions,
    say_how_to_serve,
)
from webapp.cards import format_share
from webapp.versions.archive import read_zip, write_zip
from webapp.versions.entries import describe


def print_versions(shelf: Shelf, model: str | None, *, as_json: bool = False) -> None:
    """Print every version of a model, or of all, with a star at what is served.

    Raises UnknownModelError.
    """
    names = sorted({*find_cards(shelf.weights_dir), *list_models(shelf.instance)})
    if model is not None and model not in names:
        raise UnknownModelError(model, names)
    chosen, served = names if model is None else [model], shelf.ask()
    found = [version for name in chosen for version in find_all(shelf, name)]
    if as_json:
        listed = [describe(each, is_served=is_served(each, served)) for each in found]
        print(json.dumps(listed))
        return
    for version in found:
        print(write_line(version, is_served(version, served)))
    for name in chosen:
        for reason in list_damaged(shelf.instance, name).values():
            print(f"not listed: {reason}")


def serve_version(shelf: Shelf, model: str, number: str) -> None:
    """Serve a version from now on, after it has been loaded.

    Raises UnknownVersionError, WeightsError and StoreError; then nothing has changed.
    """
    version = find_version(shelf.instance, shelf.weights_dir, model, parse_number(number))
    load_onnx(version.folder, version.card)
    shelf.serve(model, version.number)
    print(f"Served from now on: version {version.number} of {model}")


def export_version(shelf: Shelf, model: str, number: str, path: Path) -> None:
    """Write a version to a ZIP; raises UnknownVersionError, WeightsError and OSError."""
    version = find_version(shelf.instance, shelf.weights_dir, model, parse_number(number))

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            write_zip(version, file)

    write_atomically(path, write)
    print(f"{path}: version {version.number} of {model}")


def import_version(shelf: Shelf, path: Path) -> None:
    """Keep the version in a ZIP; raises ArchiveError and OSError."""
    with path.open("rb") as file:
        card, weights, onnx = read_zip(file)
    version = add_version(shelf.instance, card, weights, onnx)
    print(f"Version {version.number} of {version.model}, in {from_here(version.folder)}")
    print(f"To serve it: {say_how_to_serve(shelf.instance, version.model, version.number)}")


def find_all(shelf: Shelf, model: str) -> list[Version]:
    """Return a model's versions that are whole, what ships first."""
    shipped = []
    if model in find_cards(shelf.weights_dir):
        shipped = [find_version(None, shelf.weights_dir, model, SHIPPED)]
    return shipped + list_versions(shelf.instance, model)


def is_served(version: Version, served: dict[str, int]) -> bool:
    """Whether the database says that the version is served."""
    return version.number == served.get(version.model, SHIPPED)


def write_line(version: Version, served: bool) -> str:
    """Return a version in one line: number, date, accuracy, and where it comes from."""
    origin = version.card.origin or {}
    before, after = origin.get("before") or {}, origin.get("after") or {}
    changes = [
        f"{name.replace('_', ' ')} {format_share(before[name])} before, {format_share(value)} after"
        for name, value in after.items()
        if value is not None and before.get(name) is not None
    ]
    kind = origin.get("kind", "ships" if version.number == SHIPPED else "kept")
    figures = f"{kind}, test accuracy {format_share(version.card.test_accuracy)}"
    data = version.card.data.get("name", "")
    mark = "*" if served else " "
    start = f"{mark} {version.model:15} {version.number:>4}  {version.card.date}  "
    return start + "; ".join([f"{figures} on {data}", *changes])


def parse_number(text: str) -> int:
    """Return a version's number; raises RecipeError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise RecipeError(f"a version is a whole number, 0 for what ships, not {text!r}")
    return int(text)
