"""A version <-> a ZIP of its three files, which another machine checks before it lists it."""

import hashlib
import json
import zipfile
from dataclasses import replace
from typing import BinaryIO, NoReturn

from ml.errors import WeightsError
from ml.networks.card import ModelCard, SavedFile
from ml.networks.trial import try_onnx
from ml.preprocess import contract_sha256
from ml.versions import LONGEST_NAME, Version
from webapp.cards import ModelEntry
from webapp.store.archive import MIB, UNREADABLE, check_size
from webapp.store.errors import ArchiveError

MAX_CARD = 4 * MIB
MAX_NETWORK = 64 * MIB  # of the weights and of the ONNX file; the largest that ships has 5
DAMAGED = "The ZIP is damaged. Download it again."
THREE = "The ZIP must hold the three files of a version: its card, weights and ONNX."
FOREIGN = "The card in the ZIP is not one of this program's: {reason}."


def write_zip(version: Version, file: BinaryIO) -> None:
    """Write a version's files; raises WeightsError if they are damaged."""
    card = version.card
    contents = {saved.name: saved.read(version.folder) for saved in (card.weights, card.onnx)}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{card.model}.json", json.dumps(card.to_dict(), indent=1) + "\n")
        for name, content in contents.items():
            archive.writestr(name, content)


def read_zip(file: BinaryIO) -> tuple[ModelCard, bytes, bytes]:
    """Return the card, the weights and the ONNX of a version's ZIP; raises ArchiveError.

    Nothing is unpacked to the disk. All three belong together by the card's SHA-256, and the
    network has run. The card says that it was imported; the version that it came from, which has
    another number here, is not its parent.
    """
    check_size(file)
    try:
        with zipfile.ZipFile(file) as archive:
            card = read_card(archive)
            weights, onnx = (read_saved(archive, saved) for saved in (card.weights, card.onnx))
    except UNREADABLE as error:
        raise ArchiveError(DAMAGED) from error
    check_network(card, onnx)
    return mark_imported(card), weights, onnx


def read_card(archive: zipfile.ZipFile) -> ModelCard:
    """Return the card, which names the other two files of the ZIP; raises ArchiveError."""
    names = [entry.filename for entry in archive.infolist()]
    cards = [name for name in names if name.endswith(".json")]
    if len(names) != 3 or len(cards) != 1:
        raise ArchiveError(THREE)
    card = parse_card(read_entry(archive, cards[0], MAX_CARD))
    if {f"{card.model}.json", card.weights.name, card.onnx.name} != set(names):
        raise ArchiveError("The files in the ZIP must be those that its card names.")
    return card


def parse_card(content: bytes) -> ModelCard:
    """Return the card of this JSON; raises ArchiveError."""
    try:
        card = ModelCard.from_dict(json.loads(content, parse_constant=refuse_constant))
        show_all(card)
    except (ValueError, RecursionError) as error:  # JSON's own error is a ValueError, too
        reason = str(error).partition("\n")[0].rstrip(".") or "it is nested too deeply"
        raise ArchiveError(FOREIGN.format(reason=reason)) from error
    if len(card.model) > LONGEST_NAME:
        raise ArchiveError(f"A model's name must have at most {LONGEST_NAME} letters.")
    if card.contract_sha256 != contract_sha256():
        raise ArchiveError("The model in the ZIP was trained for other preprocessing.")
    return card


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which no card of ours has."""
    raise ValueError(f"{name} is not a number of JSON")


def show_all(card: ModelCard) -> None:
    """Raise ValueError if the pages could not show the card."""
    entry = ModelEntry(card)
    try:
        for layer in card.layers:
            entry.link(layer["layer"]), list(layer["shape"]), f"{layer['parameters'] or 0:,}"
        for words in (card.summary, *map(entry.tutorial.get, ("note", "changed")), entry.source):
            entry.link(words or "")
        for parts in (*entry.recipe, *entry.run):
            list(map(entry.link, parts))
        for _, command in entry.commands:
            command.split()
        _ = entry.charts, entry.mistakes, entry.interval, entry.trains_on_harder_images
        _ = entry.confusion and entry.confusion.rows
    except Exception as error:  # whatever is missing or of another kind: each page has its own
        raise ValueError("a page could not show it") from error


def read_saved(archive: zipfile.ZipFile, saved: SavedFile) -> bytes:
    """Return a file's content; raises ArchiveError unless it is the one on the card."""
    content = read_entry(archive, saved.name, MAX_NETWORK)
    if (len(content), hashlib.sha256(content).hexdigest()) != (saved.size, saved.sha256):
        raise ArchiveError(
            f"{saved.name} in the ZIP is not the file that the card was written for."
        )
    return content


def read_entry(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Return what an entry holds; raises ArchiveError if that is too much.

    zipfile unpacks no more than the size that an entry states.
    """
    entry = archive.getinfo(name)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(DAMAGED)
    if entry.file_size > limit:
        raise ArchiveError(f"{name} in the ZIP must have at most {limit // MIB} MiB.")
    return archive.read(entry)


def check_network(card: ModelCard, onnx: bytes) -> None:
    """Raise ArchiveError unless the network runs, by what the ZIP holds alone."""
    if b"location" in onnx:  # of initializers in other files
        raise ArchiveError("The ONNX file in the ZIP must not read other files.")
    try:
        try_onnx(onnx, card)
    except WeightsError as error:
        raise ArchiveError("The ONNX file in the ZIP is not a network of ours.") from error


def mark_imported(card: ModelCard) -> ModelCard:
    """Return the card of a version that comes from another machine."""
    told = card.origin or {}
    kept = {key: told.get(key) for key in ("before", "after", "reason")}
    return replace(card, parent=None, origin={"kind": "imported", "run": None, **kept})
