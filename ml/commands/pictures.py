"""Where the picture of a command goes."""

import argparse
from pathlib import Path


def choose_picture(flags: argparse.Namespace, name: str) -> Path:
    """Return a picture's path: in the folder --out, made here, or --out itself, a .png."""
    out = flags.out or Path()
    path = out if out.suffix == ".png" else out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
