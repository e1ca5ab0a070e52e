"""How far the reading of many files is: a bar where it can be drawn, else a line for each."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path


def follow(files: list[Path]) -> Iterator[Path]:
    """Yield files, and say on stderr how many there are and which one is read."""
    if len(files) == 1:
        yield from files
        return
    try:
        from tqdm import tqdm  # comes with what training needs
    except ModuleNotFoundError:
        yield from follow_by_lines(files)
        return
    # disable=None: no bar where nobody watches (a pipe, a log file).
    yield from tqdm(files, unit=" files", disable=None, leave=False, file=sys.stderr)


def follow_by_lines(files: list[Path]) -> Iterator[Path]:
    """Yield files, each after a line."""
    for number, file in enumerate(files, 1):
        print(f"{number} of {len(files)}: {file}", file=sys.stderr, flush=True)
        yield file


def stepping_aside() -> AbstractContextManager:
    """Take the bar, if there is one, off the terminal while something else is printed."""
    tqdm = sys.modules.get("tqdm")
    return nullcontext() if tqdm is None else tqdm.tqdm.external_write_mode(file=sys.stdout)
