"""Disks that are really full, limited or read-only: the same writes as in the enumeration.

`python -m tests.faults.real_disks KIND FOLDER` prints what was tried, and what was lost. `full` and
`read-only` need a small file system of their own, mounted on FOLDER; `limited` needs nothing.
"""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.faults import files, stored
from tests.faults.enumeration import Write, check_words

WRITES = (*files.WRITES, stored.NewDrawing, stored.Served, stored.Import, stored.Export)
LEFT = (0, 1, 4, 12, 40)  # KiB that are free when the write begins
LIMITS = (0, 1, 100, 5_000, 70_000)  # bytes that a file may have


@contextlib.contextmanager
def fill(place: Path, left: int) -> Iterator[None]:
    """Take the disk's room but for so many KiB."""
    filler = place / "filler"
    try:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        with filler.open("rb+") as file:
            file.truncate(max(0, filler.stat().st_size - left * 1024))
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def limit(_place: Path, size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def close_to_writing(place: Path, _: int) -> Iterator[None]:
    """Mount the disk read-only."""
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)


KINDS = {"full": (fill, LEFT), "limited": (limit, LIMITS), "read-only": (close_to_writing, (0,))}


def try_write(write: Write, place: Path, kind: str, amount: int) -> Iterator[str]:
    """Write on such a disk, then on one that has room; yield what went wrong."""
    folder, clean, error = place / "try", place / "clean", None
    for each in (folder, clean):
        each.mkdir()
        write.prepare(each)
    old = write.look(clean)
    write.write(clean)
    new = write.look(clean)
    names = write.list_names(clean)
    shutil.rmtree(clean)
    try:
        with KINDS[kind][0](place, amount):
            try:
                write.write(folder)
            except Exception as failure:
                error = failure
    except Exception as failure:
        yield f"the disk itself failed: {failure!r}"
    if error is not None:
        yield from check_words(error, folder if write.names_path else None)
    state = write.look(folder)
    if not write.is_whole(state, old, new) or (error is None and state != new):
        yield f"what is left is {state!r:.200}"
    write.write(folder)
    if write.look(folder) != new:
        yield "a second try ends differently"
    if left := write.list_names(folder) - names:
        yield f"there is still {sorted(left)}"
    shutil.rmtree(folder)


def main() -> int:
    """Try all writes; return 1 if anything was lost."""
    kind, place = sys.argv[1], Path(sys.argv[2])
    tried, lost = 0, 0
    for write in WRITES:
        for amount in KINDS[kind][1]:
            for words in try_write(write(), place, kind, amount):
                print(f"{write.name}, {amount}: {words}")
                lost += 1
            tried += 1
    print(f"{kind}: {tried} tries, {lost} lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
