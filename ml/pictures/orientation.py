"""Which way up a picture lies, as its EXIF says: the only thing that is read of that."""

import struct

import numpy as np

UPRIGHT = 1
TAG = 0x0112
SHORT = 3  # the type of its value
ENTRY = 12  # bytes
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
# Orientation -> is the picture transposed, then flipped up, then flipped left.
TURNS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def read_orientation(exif: bytes) -> int:
    """Return the orientation, 1 to 8, that EXIF's first directory has; 1 if it has none."""
    order = ORDERS.get(exif[:4])
    if order is None or len(exif) < 8:
        return UPRIGHT
    (start,) = struct.unpack(f"{order}I", exif[4:8])
    count = struct.unpack(f"{order}H", exif[start : start + 2].ljust(2, b"\0"))[0]
    for position in range(start + 2, start + 2 + count * ENTRY, ENTRY):
        entry = exif[position : position + ENTRY]
        if len(entry) < ENTRY:
            break
        tag, kind, _, value = struct.unpack(f"{order}HHIH", entry[:10])
        if (tag, kind) == (TAG, SHORT):
            return value if value in TURNS else UPRIGHT
    return UPRIGHT


def is_transposed(orientation: int) -> bool:
    """Whether rows of the file are columns of the picture."""
    return TURNS.get(orientation, (False,))[0]


def turn(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Return pixels (H, W, …) as they are to be seen, in rows that follow each other in memory."""
    has_swapped, is_upside_down, is_mirrored = TURNS.get(orientation, (False, False, False))
    turned = pixels.swapaxes(0, 1) if has_swapped else pixels
    turned = turned[::-1] if is_upside_down else turned
    return np.ascontiguousarray(turned[:, ::-1] if is_mirrored else turned)
