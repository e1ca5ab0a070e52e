"""What would change its mind: the smallest change of a drawing found that makes a rival win.

Where the ink of the closest training images of the rival differs from the drawing's, it is added or
taken away, one round window at a time. The windows that help most for the pixels they change are
combined until the rival wins; then whatever is not needed is put back. It takes forward passes
only, so it works for every network. Source: Y. Goyal and others, Counterfactual visual
explanations, 2019, which replaces parts of one image by those of another, but in feature maps.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

import numpy as np

from ml.explain.batches import LARGEST, run_batches
from ml.explain.examples import Examples, load_examples
from ml.networks.classifier import Classifier
from ml.networks.logits import DIGITS, Calibration, can_refuse, log_sum_exp
from ml.preprocess import IMAGE_SIDE

VISIBLE = 32  # grey levels of 255: a pixel that differs by more counts as changed
BUDGET = 250  # images given to the network
CLOSEST = 2  # training images whose ink is tried
SHIFTS = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]  # px
SPACING, RADIUS = 3, 2.5  # px, of the windows: a little wider than a pen
LEAST_STEP = 1.5 * 255  # grey levels in all: a smaller step changes nothing that is seen
BEST = 20  # steps that are tried in combination
ROUNDS = 8
SPACING_BACK, RADIUS_BACK = 2, 1.5  # px, of what is put back
LEAST_BACK = 64  # grey levels in all
MOST_BACK, TURNS_BACK = 12, 2  # windows put back in a turn, and turns

ROWS, COLUMNS = np.mgrid[:IMAGE_SIDE, :IMAGE_SIDE].astype(np.float32)


@dataclass(frozen=True)
class Counterfactual:
    """A drawing changed a little, which the network reads as another digit."""

    image: np.ndarray  # uint8 (28, 28)
    changed: int  # pixels that differ from the drawing's by more than VISIBLE
    digit: int  # that the network reads now


@dataclass(frozen=True)
class Step:
    """A change in one window: the share of its ink that a pixel keeps, and the ink it gets."""

    kept: np.ndarray  # float32 (28, 28), 0-1
    ink: np.ndarray  # float32 (28, 28), 0-255


class _GivenUpError(Exception):
    """The budget is spent, or the answer is no longer wanted."""


def find_counterfactual(
    classifier: Classifier,
    seen: np.ndarray,
    rival: int,
    examples: Examples | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Counterfactual | None:
    """Return the smallest change found that makes the classifier read `rival`, 0-9.

    `seen` is the drawing, uint8 (28, 28), and `examples` are the training images to learn from,
    those that ship unless others are given. None if it is read as the rival already, or if no
    change is found within BUDGET images, or when `should_stop`, which is asked before each batch,
    says so. A drawing that is refused becomes one that is read as the rival.
    """
    search = _Search(classifier, seen, rival, should_stop or (lambda: False))
    pool = (load_examples() if examples is None else examples).of(rival)
    with suppress(_GivenUpError):
        search.run(list_steps(seen, find_closest(seen, pool)))
    if search.found is None or search.is_stopped:
        return None
    return Counterfactual(search.found, int(count_changed(search.found[None], seen)[0]), rival)


class _Search:
    """Changes of one drawing tried on a network; `found` is the smallest that made it win."""

    def __init__(
        self,
        classifier: Classifier,
        seen: np.ndarray,
        rival: int,
        should_stop: Callable[[], bool],
    ) -> None:
        self.found: np.ndarray | None = None
        self.is_stopped = False
        self._classifier, self._seen, self._rival = classifier, seen, rival
        self._should_stop = should_stop
        self._left = BUDGET
        self._fewest = (np.inf, np.inf)  # pixels changed, and grey levels in all

    def run(self, steps: list[Step]) -> None:
        """Combine steps until the rival wins, then put back what is not needed."""
        taken = self._combine(steps)
        while len(taken) > 1:
            shorter = [[*taken[:n], *taken[n + 1 :]] for n in range(len(taken))]
            _, wins = self._score(np.stack([take_steps(self._seen, some) for some in shorter]))
            if not wins.any():
                break
            taken = shorter[int(wins.argmax())]
        for _ in range(TURNS_BACK):
            before = self.found
            if before is not None:
                self._put_back(before)
            if self.found is before:
                break
        if self.found is not None:
            is_seen = np.abs(self.found.astype(np.int16) - self._seen) > VISIBLE
            self._score(np.where(is_seen, self.found, self._seen)[None])

    def _combine(self, steps: list[Step]) -> list[Step]:
        """Take the steps that gain most for the pixels they change; [] if they don't suffice."""
        odds, wins = self._score(self._seen[None])
        if wins[0]:
            self.found = None  # nothing needs to be changed
            return []
        taken, before, changed = [], odds[0], 0
        for _ in range(ROUNDS):
            if not steps:
                break
            images = np.stack([take_steps(self._seen, [*taken, step]) for step in steps])
            odds, wins = self._score(images)
            changes = count_changed(images, self._seen)
            # By the root of the pixels: by the pixels themselves, many tiny steps would be taken.
            gains = (odds - before) / np.sqrt(np.maximum(changes - changed, 1))
            best = int(np.where(wins, -changes, -np.inf).argmax() if wins.any() else gains.argmax())
            if not wins.any() and gains[best] <= 0:
                break
            taken.append(steps[best])
            if wins.any():
                return taken
            before, changed = odds[best], changes[best]
            order = np.argsort(-gains, kind="stable")
            steps = [steps[n] for n in order[: BEST + 1] if n != best]
        return []

    def _put_back(self, image: np.ndarray) -> None:
        """Undo the change in small windows, first where the rival's odds suffer least."""
        change = image.astype(np.float32) - self._seen
        windows = list_windows(SPACING_BACK, RADIUS_BACK)
        windows = windows[np.abs(windows * change).sum(axis=(1, 2)) > LEAST_BACK]
        odds, wins = self._score(to_grey(image - windows * change))
        order = [n for n in np.argsort(-odds, kind="stable") if wins[n]][:MOST_BACK]
        if len(order) > 1:
            together = np.maximum.accumulate(windows[order], axis=0)[1:]
            self._score(to_grey(image - together * change))

    def _score(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the log odds of the rival, float64 (N,), and where it wins, bool (N,).

        Remembers the one of uint8 (N, 28, 28) images that wins by the smallest change.
        """
        parts = []
        for start in range(0, len(images), LARGEST):
            batch = images[start : start + LARGEST]
            self._left -= len(batch)
            self.is_stopped = self.is_stopped or self._should_stop()
            if self.is_stopped or self._left < 0:
                raise _GivenUpError
            parts.append(run_batches(self._classifier, batch)[0])
        if not parts:
            return np.empty(0), np.empty(0, bool)
        logits, calibration = np.concatenate(parts), self._classifier.calibration
        wins = calibration.answers(logits) == self._rival
        for image in images[wins]:
            self._remember(image)
        return find_log_odds(logits, self._rival, calibration), wins

    def _remember(self, image: np.ndarray) -> None:
        in_all = float(np.abs(image.astype(np.float32) - self._seen).sum())
        size = (int(count_changed(image[None], self._seen)[0]), in_all)
        if size < self._fewest:
            self.found, self._fewest = image, size


def find_log_odds(logits: np.ndarray, rival: int, calibration: Calibration) -> np.ndarray:
    """Return the log odds of a digit against all other answers, refusal included: float64 (N,)."""
    exact = logits.astype(np.float64)
    if can_refuse(logits) and calibration.refusal_threshold is not None:
        exact[:, DIGITS] -= calibration.refusal_threshold
    return exact[:, rival] - log_sum_exp(np.delete(exact, rival, axis=1))


def find_closest(seen: np.ndarray, pool: np.ndarray) -> np.ndarray:
    """Return the CLOSEST images of a pool, each moved to where it covers the drawing best.

    Images are uint8 (N, 28, 28). They are compared blurred: strokes that run side by side are near.
    """
    moved = np.stack([np.roll(seen, shift, (0, 1)) for shift in SHIFTS])
    ours, theirs = (blur(images).reshape(-1, IMAGE_SIDE**2) for images in (moved, pool))
    distances = (theirs**2).sum(axis=1) - 2 * ours @ theirs.T  # less |ours|², the same for all
    shifts = distances.argmin(axis=0)
    order = distances.min(axis=0).argsort(kind="stable")[:CLOSEST]
    back = [(-down, -right) for down, right in SHIFTS]
    closest = [np.roll(pool[n], back[shifts[n]], (0, 1)) for n in order]
    return np.stack(closest) if closest else pool


def blur(images: np.ndarray) -> np.ndarray:
    """Return images (N, 28, 28) averaged over 5×5 pixels with weights 1 4 6 4 1: float32."""
    soft = images.astype(np.float32)
    for axis in (1, 2):
        for _ in range(2):
            soft = (np.roll(soft, 1, axis) + 2 * soft + np.roll(soft, -1, axis)) / 4
    return soft


def list_steps(seen: np.ndarray, targets: np.ndarray) -> list[Step]:
    """Return the steps from a drawing, uint8 (28, 28), towards target images (N, 28, 28).

    In each window one step adds the ink that a target has there, and one takes away what it lacks.
    """
    steps, nothing, everything = [], np.zeros_like(ROWS), np.ones_like(ROWS)
    windows = list_windows(SPACING, RADIUS)
    for target in targets.astype(np.float32):
        inks, losses = windows * target, windows * (1 - target / 255)
        adds = (inks - seen).clip(0).sum(axis=(1, 2)) > LEAST_STEP
        takes = (losses * seen).sum(axis=(1, 2)) > LEAST_STEP
        steps += [Step(everything, ink) for ink in inks[adds]]
        steps += [Step(1 - loss, nothing) for loss in losses[takes]]
    return steps


@cache
def list_windows(spacing: int, radius: float) -> np.ndarray:
    """Return round windows with soft edges all over the image: float32 (N, 28, 28), 0-1."""
    centres = range(spacing // 2, IMAGE_SIDE, spacing)
    distances = [np.hypot(ROWS - row, COLUMNS - column) for row in centres for column in centres]
    return np.clip(radius + 0.5 - np.stack(distances), 0, 1)


def take_steps(seen: np.ndarray, steps: Sequence[Step]) -> np.ndarray:
    """Return a drawing, uint8 (28, 28), after some steps; their order makes no difference."""
    kept = np.prod([step.kept for step in steps], axis=0)
    return to_grey(np.maximum(seen * kept, np.max([step.ink for step in steps], axis=0)))


def to_grey(images: np.ndarray) -> np.ndarray:
    """Return images of any float type as uint8, rounded: what is scored is what is shown."""
    return np.rint(images).clip(0, 255).astype(np.uint8)


def count_changed(images: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return how many pixels of images, uint8 (N, 28, 28), differ visibly from a drawing: (N,)."""
    return (np.abs(images.astype(np.int16) - seen) > VISIBLE).sum(axis=(1, 2))
