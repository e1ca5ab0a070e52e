"""IDX, the format of MNIST's files: http://yann.lecun.com/exdb/mnist."""

import math
import struct

from webapp.store.errors import ArchiveError

BYTES = 0x0800  # the magic number's upper half: the values are bytes


def write_header(*shape: int) -> bytes:
    """Return what comes before the values."""
    return struct.pack(f">{1 + len(shape)}I", BYTES + len(shape), *shape)


def read_idx(content: bytes, name: str, *inner: int) -> list[bytes]:
    """Return a file's items, each of the shape `inner`; raises ArchiveError."""
    header = struct.calcsize(f">{2 + len(inner)}I")
    if len(content) < header:
        raise ArchiveError(f"{name} in the ZIP is cut off.")
    magic, count, *shape = struct.unpack_from(f">{2 + len(inner)}I", content)
    if magic != BYTES + 1 + len(inner) or tuple(shape) != inner:
        raise ArchiveError(f"{name} in the ZIP must be an IDX file as MNIST's are.")
    size = math.prod(inner)
    if len(content) != header + count * size:
        raise ArchiveError(f"{name} in the ZIP must hold as many values as its header says.")
    return [content[start : start + size] for start in range(header, len(content), size)]
