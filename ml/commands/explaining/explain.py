"""--explain: one picture that shows why a drawing is read as it is. Needs no PyTorch."""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from ml.commands.explaining import picture
from ml.commands.served import choose_served, find_served
from ml.errors import DataError, RecipeError
from ml.explain.explainer import Explainer, RivalError
from ml.files import choose_picture, write_atomically
from ml.ink import read_picture
from ml.predict import Reader

LARGEST = 4096  # px a side


def run(flags: argparse.Namespace) -> None:
    """Write <drawing>-why.png into the folder --out, or the .png --out, and say what it shows."""
    ink = read_ink(flags.explain)
    name = choose_served(flags)
    version = find_served(flags, name)
    explainer = Explainer(Reader(flags.weights, served={name: version.folder}))
    try:
        explanation = explainer.explain(ink, model=name, rival=flags.rival)
    except RivalError as error:
        raise RecipeError(f"--rival {flags.rival}: {error}") from error
    if explanation.reading.status == "blank":
        raise DataError(f"{flags.explain}: there is too little ink to read")
    path = choose_picture(flags.out, f"{flags.explain.stem}-why.png")
    page = picture.draw(ink, explanation)
    write_atomically(path, lambda place: page.save(place, "PNG"))
    print(*picture.tell(explanation), path, sep="\n")


def read_ink(path: Path) -> np.ndarray:
    """Return the ink of a picture's file, uint8 (H, W); raises DataError."""
    try:
        with Image.open(path) as image:
            if max(image.size) > LARGEST:
                raise DataError(f"{path}: a drawing must be at most {LARGEST:,} px a side")
            return read_picture(image)
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read as a picture") from error
