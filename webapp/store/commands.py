"""What the command line does with drawings: a ZIP out and in, and what training learns from."""

from pathlib import Path

from ml.files import write_atomically
from webapp.store.archive import read_archive, write_archive
from webapp.store.drawings import Imported, Strokes
from webapp.store.store import Store


def export_drawings(store: Store, path: Path) -> int:
    """Write the machine's drawings to a ZIP; return how many there are.

    Raises StoreError, and OSError if the file cannot be written; an old one is kept then.
    """
    hand, counted = store.machine_hand(), []

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            counted.append(write_archive(store.each(hand), file))

    write_atomically(path, write)
    return counted[0]


def import_drawings(store: Store, path: Path) -> Imported:
    """Add a ZIP's drawings to the machine's, all or none; return how many are new.

    Raises StoreError, ArchiveError, and OSError if the file cannot be read.
    """
    with path.open("rb") as file:
        return store.put_all(store.machine_hand(), read_archive(file))


def list_confirmed(
    store: Store, *, all_hands: bool
) -> tuple[list[bytes], list[int], list[Strokes | None]]:
    """Return what training takes of the machine's drawings, or of all hands' together.

    For each drawing these are its 784 bytes, its label, 10 for what is not a digit, and its
    strokes in board px. Raises StoreError.
    """
    drawings = list(store.each(None if all_hands else store.machine_hand()))
    return (
        [drawing.seen for drawing in drawings],
        [drawing.label for drawing in drawings],
        [drawing.strokes for drawing in drawings],
    )
