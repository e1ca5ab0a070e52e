"""Where to compute, what the processor is fast at, and how a process is set up for training."""

import ctypes
import sys
from functools import cache

import numpy as np
import torch

from ml.errors import DeviceError

AMPERE = (8, 0)  # as CUDA numbers what a GPU is capable of
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # as glibc's malloc.h numbers them
_LARGEST_THRESHOLD = 32 << 20  # bytes: glibc takes no more


def pick_device(name: str = "auto") -> torch.device:
    """Return the named device, or the best one here: cuda, then mps, then cpu.

    Raises DeviceError for one that is not here.
    """
    is_here = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return torch.device(next(device for device in is_here if is_here[device]))
    if not is_here[name]:
        raise DeviceError(f"there is no device {name} here; --device auto takes the best there is")
    return torch.device(name)


@cache
def has_fast_bfloat16(device: torch.device) -> bool:
    """Say whether the device has bfloat16 instructions, which double speed.

    CPUs have them with AMX or AVX-512-BF16, NVIDIA's GPUs since Ampere (2020).
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= AMPERE
    found = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return bool(found.get("amx_bf16") or found.get("avx512_bf16"))


def prepare_process() -> None:
    """Set this process up for training; called once, where a run starts.

    Numbers below 1e-38 count as 0: momentum leaves many of them behind, and a CPU takes many times
    as long for each. Memory that a step frees is kept for the next one.
    """
    np.finfo(np.float32)  # NumPy looks at its smallest numbers once, and warns where they are gone
    np.finfo(np.float64)
    torch.set_flush_denormal(True)
    keep_freed_memory()


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
