"""Where the picture of a command goes."""

import argparse
from pathlib import Path

from ml.files import PROJECT_DIR, from_here


def choose_picture(flags: argparse.Namespace, name: str) -> Path:
    """Return a picture's path: in the folder --out, made here, or --out itself, a .png.

    Without --out it is the project's folder.
    """
    out = flags.out or from_here(PROJECT_DIR)
    path = out if out.suffix == ".png" else out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
