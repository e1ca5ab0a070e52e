"""--read: the digits and numbers in photos and scans. Needs no PyTorch."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from ml.commands import console
from ml.commands.reading.printing import Outcome, choose_writer
from ml.commands.reading.progress import follow, stepping_aside
from ml.commands.served import choose_served, find_served
from ml.errors import DataError, PictureError
from ml.pictures.decoding import check_bytes
from ml.predict import Reader
from ml.segmentation.photo_files import decode_photo, read_picture
from ml.segmentation.photo_reading import PhotoReading

ENDINGS = (".png", ".jpg", ".jpeg", ".webp")  # what is read of a folder


def run(flags: argparse.Namespace) -> None:
    """Read every file and print what they say; raises DataError if one cannot be read."""
    files = list_files(flags.read)
    name = choose_served(flags)
    # The default model finds the digits, whichever one reads them.
    names = {name, choose_served(argparse.Namespace(**vars(flags) | {"model": None}))}
    served = {each: find_served(flags, each).folder for each in names}
    reader = Reader(flags.weights, served=served)
    write = choose_writer(as_json=flags.json, as_csv=flags.csv, model=name)
    failures = []
    with write:
        for outcome in read_files(reader, files, name):
            with stepping_aside():
                write.add(outcome)
                if outcome.photo is None:
                    failures.append(f"{outcome.file} {outcome.problem}")
                    if len(files) > 1:
                        console.complain(failures[-1])
    if failures:
        several = f"{len(failures)} of {len(files)} files could not be read"
        raise DataError(several if len(files) > 1 else failures[0])


def read_files(reader: Reader, files: list[Path], model: str) -> Iterator[Outcome]:
    """Yield what each file gives, while the progress is shown."""
    for file in follow(files):
        try:
            yield Outcome(file, read_file(reader, file, model))
        except PictureError as error:
            yield Outcome(file, problem=str(error))


def read_file(reader: Reader, file: Path, model: str) -> PhotoReading:
    """Return what a file's picture says; raises PictureError."""
    try:
        check_bytes(file.stat().st_size)
        data = file.read_bytes()
    except OSError as error:
        raise PictureError(f"cannot be read: {error.strerror or error}") from error
    return read_picture(reader, decode_photo(data), model)


def list_files(named: list[Path]) -> list[Path]:
    """Return the files that are named, and the pictures of folders; raises DataError if none is."""
    files = [file for path in named for file in (list_folder(path) if path.is_dir() else [path])]
    if not files:
        names = ", ".join(str(path) for path in named)
        raise DataError(f"there is no picture in {names} ({' '.join(ENDINGS)})")
    return list(dict.fromkeys(files))


def list_folder(folder: Path) -> list[Path]:
    """Return the pictures in a folder and its own folders, in the order of their names."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS and not is_hidden(path, folder) and path.is_file()
    )


def is_hidden(path: Path, folder: Path) -> bool:
    """Return whether a file, or a folder between it and `folder`, is hidden."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
