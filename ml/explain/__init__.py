"""Why a network answers as it does: one file a method, (network, image) -> arrays. No PyTorch."""
