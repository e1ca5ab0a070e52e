"""What --export-drawings and --import-drawings do, with the drawings of this machine's hand."""

from pathlib import Path

from ml.files import write_atomically
from webapp.store.archive import read_archive, write_archive
from webapp.store.drawings import Imported
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
