"""Where to compute, and what the processor is fast at."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

from ml.errors import DeviceError


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
    """Say whether this is a CPU with bfloat16 instructions (AMX or AVX-512), which double speed."""
    found = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return bool(found.get("amx_bf16") or found.get("avx512_bf16"))


@contextmanager
def flushing_tiny_numbers() -> Iterator[None]:
    """Count numbers below 1e-38 as 0 in this thread, for which a CPU takes many times as long.

    Only in here: NumPy and others warn where a whole process does without such numbers.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
