"""Where to compute, and what the processor is fast at."""

from functools import cache

import torch


def pick_device(name: str = "auto") -> torch.device:
    """Return the named device, or the best one here: cuda, then mps, then cpu."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@cache
def has_fast_bfloat16(device: torch.device) -> bool:
    """Say whether this is a CPU with bfloat16 instructions (AMX or AVX-512), which double speed."""
    found = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return bool(found.get("amx_bf16") or found.get("avx512_bf16"))
