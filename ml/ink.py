"""Pictures -> ink: what differs from the paper, whatever the colours of the two."""

import numpy as np
from PIL import ExifTags, Image, ImageOps

OPAQUE_ALPHA = np.array([0, 0, 0, 255], np.uint8)
OPAQUE = 128  # alpha from which a pixel counts as there
ALIKE = 32  # levels of a channel by which two colours of paper may differ
FRAME_DEPTH = 0.1  # of the shorter side: a frame, or the line of a grid, is thinner
LINE_DEPTH = 0.04  # of the shorter side: a line along one edge alone
FRAME_SHARE = 0.9  # of a ring's pixels that have the frame's colour, or the paper's inside it
LINE_SHARE = 0.98  # of an edge that a line covers: a stroke's round end leaves the corner
UPRIGHT = 1  # as EXIF says that a photo lies the right way up
SHEET_FILL = 0.7  # a disc fills 0.79 of its box; a stroke that fills more has one colour


def read_picture(image: Image.Image) -> np.ndarray:
    """Return the ink of a Pillow image of any mode, uint8 (H, W), 0 = paper and 255 = ink."""
    if image.getexif().get(ExifTags.Base.Orientation, UPRIGHT) != UPRIGHT:
        image = ImageOps.exif_transpose(image)
    if image.mode == "RGBA":
        alpha = np.asarray(image.getchannel("A"))
        if is_drawn_on_nothing(alpha):  # as the page's canvas is: its colours need no look
            return alpha.copy()
    return extract_ink(to_rgba(image))


def read_unchanged(image: Image.Image) -> np.ndarray:
    """Return the ink of a Pillow image of any mode pixel by pixel, uint8 (H, W).

    For a picture that a network is given as it is: where any pixel is transparent, ink is alpha;
    else it is the difference from the border's paper. Frames and lines along an edge are ink, too.
    """
    pixels = to_rgba(image)
    alpha = pixels[..., 3].copy()
    if alpha.min() < 255:
        return alpha
    channels = weight_by_alpha(pixels, alpha)
    return np.maximum.reduce([measure_difference(channel) for channel in channels])


def to_rgba(image: Image.Image) -> np.ndarray:
    """Return the pixels of a Pillow image of any mode as RGBA, uint8 (H, W, 4)."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I"):
        return widen_deep_grey(image)
    return np.asarray(image if image.mode == "RGBA" else image.convert("RGBA"))


def widen_deep_grey(image: Image.Image) -> np.ndarray:
    """Return 16-bit grey as RGBA; Pillow's own conversion clips it to white."""
    deep = np.asarray(image)
    grey = (deep >> 8).astype(np.uint8)
    alpha = np.where(deep == image.info.get("transparency", -1), 0, 255).astype(np.uint8)
    return np.stack([grey, grey, grey, alpha], axis=2)


def extract_ink(pixels: np.ndarray) -> np.ndarray:
    """Turn RGBA pixels, uint8 (H, W, 4), into ink, uint8 (H, W), 0 = paper and 255 = ink.

    Ink is the largest difference from the paper over red, green, blue and alpha, the colours
    weighted by alpha. So black on white, white on black and any colour on nothing at all give
    the same ink. The paper is the most usual colour along the border, which a stroke may cross,
    or inside a frame; a frame, and a line along the picture's edge, are not ink.
    """
    alpha = pixels[..., 3].copy()  # contiguous
    if is_drawn_on_nothing(alpha):
        return alpha
    pixels = lay_on_sheet(pixels, alpha)
    alpha = pixels[..., 3].copy()
    if find_paper(alpha) == 0:
        return alpha
    channels = weight_by_alpha(pixels, alpha)
    depth = find_frame(channels)
    inner = [channel[depth : -depth or None, depth : -depth or None] for channel in channels]
    ink = np.maximum.reduce([measure_difference(channel) for channel in inner])
    return np.pad(clear_lines(ink), depth)


def is_drawn_on_nothing(alpha: np.ndarray) -> bool:
    """Say whether a picture is strokes on transparency, by its alpha, uint8 (H, W).

    Then alpha is the ink: transparent paper is 0 in every channel, and no colour weighted by alpha
    exceeds it. What fills its box may be a sheet of paper, which takes a look at its colours.
    """
    there = alpha >= OPAQUE
    if find_paper(alpha) != 0 or not there.any():
        return False
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    box = (rows[-1] + 1 - rows[0]) * (columns[-1] + 1 - columns[0])
    return np.count_nonzero(there) < SHEET_FILL * box


def find_frame(channels: list[np.ndarray]) -> int:
    """Return how many pixels deep a frame around the picture is; 0 if there is none.

    A frame is rings of one colour around a ring of another, which most of the picture has: the
    paper. (Around a bold digit that nearly fills the picture lie rings of paper, too. But the
    first ring that meets ink is not all ink: a digit is round.)
    """
    small = np.stack([channel[::4, ::4].ravel() for channel in channels])  # a sixteenth tells
    border = np.array([find_paper(channel) for channel in channels], np.int16)
    paper = np.median(small, axis=1).astype(np.int16)
    if np.abs(border - paper).max() <= ALIKE:
        return 0
    picture = np.stack(channels).astype(np.int16)
    side = min(picture.shape[1:])
    deepest = min(max(2, int(FRAME_DEPTH * side)) + 1, (side - 1) // 2)  # as long as a ring is left
    for depth in range(1, deepest + 1):
        ring = _take_ring(picture, depth)
        if (np.abs(ring - paper[:, None]).max(axis=0) <= ALIKE).mean() >= FRAME_SHARE:
            return depth
    return 0


def _take_ring(picture: np.ndarray, depth: int) -> np.ndarray:
    """Return the pixels at a distance from the edge, (C, P), of a picture (C, H, W)."""
    inner = picture[:, depth : picture.shape[1] - depth, depth : picture.shape[2] - depth]
    sides = (inner[:, 0], inner[:, -1], inner[:, 1:-1, 0], inner[:, 1:-1, -1])
    return np.concatenate(sides, axis=1)


def clear_lines(ink: np.ndarray) -> np.ndarray:
    """Return the ink without lines that run along a whole edge, such as a cell's of a grid."""
    cleared, limit = ink.copy(), max(2, int(LINE_DEPTH * min(ink.shape)))
    faint = ink.max(initial=0) * 0.23  # as in ml.preprocess: less is the fringe of antialiasing
    for side in (cleared, cleared[::-1], cleared.T, cleared.T[::-1]):  # views: each edge on top
        inked = (side > faint).mean(axis=1)
        if inked[0] < LINE_SHARE:
            continue
        thickness = int((inked[: limit + 2] >= LINE_SHARE).sum())
        if thickness <= limit:
            side[: thickness + 1] = 0  # and its fringe
    return cleared if (cleared > faint).any() else ink  # a 1 may fill the picture's height


def measure_difference(channel: np.ndarray) -> np.ndarray:
    """Return how far each pixel of a channel, uint8 (H, W), is from the channel's paper."""
    paper = find_paper(channel)
    return np.maximum(channel, paper) - np.minimum(channel, paper)  # a plain - wraps around


def weight_by_alpha(pixels: np.ndarray, alpha: np.ndarray) -> list[np.ndarray]:
    """Return red, green, blue, scaled by alpha and rounded, and alpha: each uint8 (H, W).

    Each channel's numbers lie together in memory, which NumPy handles far faster.
    """
    colours = [pixels[..., channel].copy() for channel in range(3)]
    if alpha.min() == 255:
        return colours  # weighted by 1, and alpha differs nowhere
    products = (np.multiply(colour, alpha, dtype=np.uint16) + 128 for colour in colours)
    # Divided by 255, to the nearest.
    weighted = [((product + (product >> 8)) >> 8).astype(np.uint8) for product in products]
    return [*weighted, alpha]


def find_paper(channel: np.ndarray) -> np.uint8:
    """Return the median of a channel's border pixels."""
    edges = (channel[0], channel[-1], channel[1:-1, 0], channel[1:-1, -1])
    border = np.sort(np.concatenate(edges))
    return border[len(border) // 2]


def lay_on_sheet(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Where a sheet of paper lies on transparency, make the rest of the picture that paper.

    A sheet is told from ink on transparency by filling its box with more than one colour.
    """
    there = alpha >= OPAQUE
    count = np.count_nonzero(there)
    if count in (0, there.size):
        return pixels
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if count / there[box].size < SHEET_FILL:
        return pixels
    if np.ptp(pixels[there][:, :3], axis=0).max() < OPAQUE:
        return pixels
    sheet = find_sheet_colour(pixels[box], there[box])
    return np.where(there[..., None], pixels | OPAQUE_ALPHA, sheet)


def find_sheet_colour(pixels: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return the paper's colour, opaque, from those of the box's border pixels that are there."""
    ring = np.zeros(there.shape, bool)
    ring[[0, -1]] = ring[:, [0, -1]] = True
    border = np.sort(pixels[ring & there], axis=0)
    return border[len(border) // 2] | OPAQUE_ALPHA
