"""IDX, the format of MNIST's files: a header of big-endian numbers, then one byte for each value.

The header is the magic number 0x00000800 + the number of dimensions (08 means bytes), then each
dimension as 4 bytes: http://yann.lecun.com/exdb/mnist. A file may be compressed by gzip.
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from ml.errors import DataError

GZIP = b"\x1f\x8b"  # how a compressed file begins; browsers unpack some and keep the name


def read_content(path: Path) -> bytes:
    """Return what a file holds, unpacked; raises DataError if its compression is damaged."""
    content = path.read_bytes()
    if not content.startswith(GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError("it is compressed, and its end is missing or damaged") from error


def parse_idx(content: bytes, dimensions: int) -> np.ndarray:
    """Return the values of an IDX file, uint8 with so many dimensions, read-only.

    Raises DataError, which says what is wrong, unless the header and the length fit.
    """
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DataError(f"its {len(content)} bytes are too few for a header")
    magic, *shape = np.frombuffer(content[:start], dtype=">u4").tolist()
    if magic != 0x0800 + dimensions:
        raise DataError(f"it begins with {magic:#010x}, not with {0x0800 + dimensions:#010x}")
    expected, found = math.prod(shape), len(content) - start
    if found != expected:
        sizes = "×".join(map(str, shape))
        kind = "truncated" if found < expected else "too long"
        raise DataError(f"it is {kind}: {sizes} values need {expected:,} bytes, and {found:,} came")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
