"""MNIST's four files from the places that torchvision knows, with progress. No PyTorch."""

import gzip
import hashlib
import http.client
import os
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from ml.errors import DataError
from ml.files import write_atomically
from ml.mnist_files import FILES, PLACES, find_files

# Bytes of each file as it is downloaded, compressed: what a bar of progress ends at.
SIZES = {
    "train-images-idx3-ubyte": 9_912_422,
    "train-labels-idx1-ubyte": 28_881,
    "t10k-images-idx3-ubyte": 1_648_877,
    "t10k-labels-idx1-ubyte": 4_542,
}
LARGEST = 2 * max(SIZES.values())  # more than that is another file
CHUNK = 65_536  # bytes
PATIENCE = 30.0  # seconds without a byte

Report = Callable[[int, int], None]  # of bytes so far, of how many


def find_mirrors() -> Sequence[str]:
    """Return the addresses that the files' names follow: MNIST_URL, or torchvision's own."""
    if named := os.environ.get("MNIST_URL"):
        return [named]
    from torchvision.datasets import MNIST  # takes a second

    return [mirror for mirror in MNIST.mirrors if mirror.startswith("https:")]


def download_mnist(data_dir: Path, mirrors: Sequence[str], report: Report) -> None:
    """Download what a folder lacks of MNIST, each file checked and then moved into its place.

    Raises DataError, with what to do, if that is impossible.
    """
    raw = data_dir / PLACES[0]
    missing = check_place(data_dir)
    total, done = sum(SIZES[name] for name in missing), 0
    report(0, total)
    for name in missing:
        packed = _fetch(name, mirrors, lambda count, done=done: report(done + count, total))
        content = _unpack(name, packed)
        try:
            raw.mkdir(parents=True, exist_ok=True)
            write_atomically(raw / name, lambda path, content=content: path.write_bytes(content))
        except OSError as error:
            raise DataError(
                f"MNIST cannot be written to {raw}: {error.strerror or error}; make room there, or "
                "name another folder with --data or MNIST_DIR"
            ) from error
        done += SIZES[name]
        report(done, total)


def check_place(data_dir: Path) -> list[str]:
    """Return which files a download would add; raises DataError where they don't belong."""
    raw, found = data_dir / PLACES[0], find_files(data_dir)
    missing = [name for name in FILES if name not in found]
    folder = next(iter(found.values())).parent if found else raw
    if missing and folder != raw:  # somebody's own files: others do not belong to them
        raise DataError(f"{folder} lacks {', '.join(missing)}; put it there, or name an empty one")
    return missing


def _fetch(name: str, mirrors: Sequence[str], report: Callable[[int], None]) -> bytes:
    """Return a file's compressed content from the first mirror that has it."""
    reason = "no address is known"
    for mirror in mirrors:
        try:
            return _fetch_from(f"{mirror.rstrip('/')}/{name}.gz", report)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = str(getattr(error, "reason", None) or error)
    raise DataError(
        f"{name} could not be downloaded ({reason}); check the connection to the internet and try "
        f"again, or put the four files {', '.join(FILES)} into the folder"
    )


def _fetch_from(address: str, report: Callable[[int], None]) -> bytes:
    chunks, count = [], 0
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        expected = answer.length
        while chunk := answer.read(CHUNK):
            chunks.append(chunk)
            count += len(chunk)
            if count > LARGEST:
                raise ValueError("it is too long")
            report(count)
    if expected is not None and count < expected:
        raise urllib.error.URLError("the connection broke off")
    return b"".join(chunks)


def _unpack(name: str, packed: bytes) -> bytes:
    try:
        content = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        content = b""
    if hashlib.sha256(content).hexdigest() != FILES[name]:
        raise DataError(
            f"what was downloaded as {name} is not MNIST's, by its checksum: something on the way "
            "answered in its place, such as a login page; try again in another network"
        )
    return content
