"""A photo's light divided away: how much darker than its paper each pixel is."""

import cv2
import numpy as np

MOST_SIDE = 2000  # px of the longer side that is worked on: more shows no more of a digit
LEAST_SIDE = 320  # px: smaller pictures are enlarged, so that a pen is some pixels wide
SMALL_SIDE = 256  # px of the copy that the paper's brightness is measured on
FIRST_REACH = 0.3  # of the shorter side: no pen is wider, before more is known of the pen
PENS = 4.0  # widths of the pen that the paper's brightness is looked for around
LEAST_REACH = 0.06  # of the shorter side
FAINTEST = 0.05  # of the paper's brightness: what differs less is grain
PALE = 0.6  # of Otsu's threshold: ink that goes on from darker ink
NOISES = 5.0  # standard deviations of the paper's noise that ink exceeds


def scale_picture(picture: np.ndarray) -> tuple[np.ndarray, float]:
    """Return a picture, uint8 (H, W) or (H, W, 3), at the size that is worked on, and its scale."""
    longest = max(picture.shape[:2])
    scale = min(1.0, MOST_SIDE / longest) if longest > LEAST_SIDE else LEAST_SIDE / longest
    if scale == 1:
        return picture, 1.0
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, size, interpolation=method), scale


def measure_darkness(picture: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from its paper towards ink, float32 (H, W), 0-1.

    Takes uint8 (H, W) or (H, W, 3). Light ink on a dark board is turned round first. With colours,
    it is the channel that differs most.
    """
    channels = [picture] if picture.ndim == 2 else [picture[..., n] for n in range(3)]
    grey = channels[0] if picture.ndim == 2 else _to_grey(picture)
    if is_light_on_dark(grey):
        channels, grey = [255 - channel for channel in channels], 255 - grey
    reach = _find_reach(grey)
    darkness = _divide(channels[0], reach)
    for channel in channels[1:]:
        np.maximum(darkness, _divide(channel, reach), out=darkness)
    return darkness


def _to_grey(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def is_light_on_dark(grey: np.ndarray) -> bool:
    """Say whether what stands out of uint8 (H, W) is lighter than what is around it.

    Ink is little and differs much: the third power of the differences from the local median, whose
    steps follow those of light, has its sign.
    """
    small = _shrink(grey)
    reach = _odd(0.5 * min(small.shape))
    difference = small.astype(np.float32) - cv2.medianBlur(small, reach)
    return bool((difference**3).sum() > 0)


def _shrink(grey: np.ndarray) -> np.ndarray:
    scale = min(1.0, SMALL_SIDE / max(grey.shape))
    size = tuple(max(1, round(side * scale)) for side in grey.shape[::-1])
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)


def _odd(length: float) -> int:
    return max(3, int(length) | 1)


def _find_reach(grey: np.ndarray) -> float:
    """Return how far around a pixel there is paper, as a share of the shorter side.

    It is a few widths of the pen: less would take a bold line for paper, and more would take the
    edge of a shadow for ink.
    """
    small = _shrink(grey)
    darkness = _divide(small, FIRST_REACH)
    ink = select_ink(darkness)
    if not ink.any():
        return LEAST_REACH
    # Along the middle of a line, the distance to paper is half of its width.
    depth = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 3)
    ridge = depth[(depth == cv2.dilate(depth, np.ones((3, 3)))) & ink]
    pen = 2 * float(np.quantile(ridge, 0.9))
    return float(np.clip(PENS * pen / min(small.shape), LEAST_REACH, FIRST_REACH))


def _divide(channel: np.ndarray, reach: float) -> np.ndarray:
    """Return 1 - channel / paper, 0-1; the paper is what closing by `reach` leaves."""
    small = cv2.GaussianBlur(_shrink(channel), (0, 0), 1)
    side = _odd(reach * min(small.shape))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel)
    paper = cv2.GaussianBlur(paper, (0, 0), side / 4).astype(np.float32)
    paper = cv2.resize(paper, channel.shape[::-1], interpolation=cv2.INTER_LINEAR)
    darkness = 1 - channel / np.maximum(paper, 1)
    # Closing takes the brightest grains for the paper: its middle lies a little lower.
    return np.clip(darkness - max(0.0, float(np.median(darkness[::4, ::4]))), 0, 1)


def select_ink(darkness: np.ndarray) -> np.ndarray:
    """Return which pixels are ink, bool (H, W), by Otsu's threshold near what stands out.

    Most of a photo is paper, which would hide the ink in a histogram of all pixels. What is paler
    than the threshold is ink if it goes on from darker ink: pens run dry within a stroke.
    """
    floor = find_floor(darkness)
    outstanding = (darkness > floor).astype(np.uint8)
    if not outstanding.any():
        return outstanding.astype(bool)
    near = cv2.dilate(outstanding, np.ones((7, 7))).astype(bool)
    levels = np.rint(darkness[near] * 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels[None], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    strong = max(floor, threshold / 255)
    weak = (darkness > max(floor, PALE * strong)).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    is_kept = np.zeros(count, bool)
    is_kept[labels[darkness > strong]] = True
    is_kept[0] = False
    return is_kept[labels]


def find_floor(darkness: np.ndarray) -> float:
    """Return the darkness that the paper's own grain stays below."""
    sample = darkness[::2, ::2]
    # Half of the paper is below 0 and was clipped: the spread is measured on the other half.
    above = sample[sample > 0]
    noise = float(np.median(above)) / 0.6745 if above.size else 0.0
    return max(FAINTEST, min(NOISES * noise, 0.25))
