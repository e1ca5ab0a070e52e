"""The printed sheet in a photo: its marks, where its boxes lie, and what was written in them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ml.predict import Memory, Reader
from ml.segmentation.photo_reading import PhotoReading, SheetResult


@dataclass(frozen=True)
class FoundSheet:
    """A printed sheet that was found in a photo."""

    layout: str  # "A4" or "Letter"
    homography: np.ndarray  # float64 (3, 3): millimetres of the page -> pixels of the photo


def find_sheet(grey: np.ndarray) -> FoundSheet | None:
    """Return the printed sheet that a photo, uint8 (H, W), shows; None if it shows none."""
    return None


def read_sheet(
    reader: Reader,
    picture: np.ndarray,
    found: FoundSheet,
    model: str | None = None,
    memories: Mapping[str, Memory] | None = None,
) -> PhotoReading:
    """Read every box of a sheet in a photo, uint8 (H, W) or (H, W, 3)."""
    height, width = picture.shape[:2]
    return PhotoReading([], [], width, height, SheetResult(found.layout, 0, 0, 0))
