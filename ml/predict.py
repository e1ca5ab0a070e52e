"""Reader: models loaded once, then ink in, a reading out. The public door; no PyTorch behind it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import IO, Any

import numpy as np
from PIL import Image

from ml.adaptation.adapting import adapt
from ml.adaptation.memory import Memory, to_unit_length
from ml.errors import UnknownModelError, WeightsError
from ml.ink import read_picture
from ml.networks.card import WEIGHTS_DIR, ModelCard, by_size, find_cards, read_card
from ml.networks.classifier import Classifier, load_onnx
from ml.preprocess import IMAGE_SIDE, fit_ink, is_blank, normalize

__all__ = ["WEIGHTS_DIR", "Memory", "Reader", "Reading", "UnknownModelError", "WeightsError"]

log = logging.getLogger(__name__)

DEFAULT_MODELS = ("board_cnn", "tutorial_cnn")  # the first of them that is served answers
CLOSE = 0.4  # two probabilities nearer than this are a doubt worth reporting: 70% against 30%
ENGINES = ("onnx", "torch")


@dataclass(frozen=True)
class Reading:
    """One model's answer to one drawing; only `model` and `status` are set if it is blank.

    If the status is "not_a_digit", the probabilities still say which digit it would be if it had
    to be one.
    """

    status: str  # "digit", "blank" or "not_a_digit"
    model: str
    digit: int | None = None  # the most probable one
    probabilities: list[float] | None = None  # of 0 to 9; they sum to 1
    seen: list[int] | None = None  # the 28×28 image that the network was given, row by row
    unsure: list[int] | None = None  # two digits that are too close, the more probable first
    no_digit: float | None = None  # 0-1, above 0.5 if refused; None if it cannot refuse
    milliseconds: float | None = field(default=None, compare=False)  # the network's own time
    because: str | None = None  # the confirmed drawing without which the answer would be another

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as plain values for JSON."""
        return dict(vars(self))  # not asdict, which copies each of the 784 pixels


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to read: its card, and the network with its calibration."""

    card: ModelCard
    classifier: Classifier


class Reader:
    """Every model of a folder, ready to read; safe to share between threads.

    `served` names folders of models that are served from elsewhere, as versions of them are. If
    one of these cannot be loaded, the model is that of `weights_dir`, and `replaced` says why.
    Models that are damaged or incomplete are left out; `broken` says why, by their names.
    """

    def __init__(
        self,
        weights_dir: Path | str = WEIGHTS_DIR,
        engine: str = "onnx",
        served: Mapping[str, Path] | None = None,
    ) -> None:
        folder, self._load = Path(weights_dir), _find_loader(engine)
        self.broken: dict[str, str] = {}
        self.replaced: dict[str, str] = {}
        self._loaded: dict[str, LoadedModel] = {}
        for name, place in (served or {}).items():
            self._try(name, place, self.replaced)
        for name in find_cards(folder):
            if name not in self._loaded:
                self._try(name, folder, self.broken)
        if not self._loaded:
            nothing = f"there are no models in {folder}; make one with: python run.py --train"
            raise WeightsError(next(iter((self.broken | self.replaced).values()), nothing))
        for name, reason in self.broken.items():
            log.warning("%s is not served: %s", name, reason)
        for name, reason in self.replaced.items():
            log.warning("the version of %s that should be served is not: %s", name, reason)
        self._replacing = Lock()
        self._sort()

    def load(self, name: str, folder: Path) -> LoadedModel:
        """Return a model of a folder without serving it; raises WeightsError."""
        return _load_model(folder, name, self._load)

    def replace(self, loaded: LoadedModel) -> None:
        """Serve a model in the place of its former version, from the next reading on.

        A reading under way ends with the version that it began with.
        """
        with self._replacing:
            # New dicts, and never a changed one: other threads may be looking at the old.
            self._loaded = self._loaded | {loaded.card.model: loaded}
            self._sort()

    def _try(self, name: str, folder: Path, broken: dict[str, str]) -> None:
        try:
            self._loaded[name] = self.load(name, folder)
        except WeightsError as error:
            broken[name] = str(error)

    def _sort(self) -> None:
        self.cards = {name: loaded.card for name, loaded in self._loaded.items()}
        self.default = pick_default(sorted(self.cards))
        self.models = sort_models(self.cards, self.default)

    def read(
        self,
        ink: np.ndarray,
        model: str | None = None,
        memory: Memory | None = None,
        *,
        as_is: bool = False,
    ) -> Reading:
        """Read ink, uint8 (H, W) with 0 = paper and 255 = ink, with one model.

        `memory` is what a hand has confirmed, as this model sees it. Raises UnknownModelError for
        a name that is not served.
        """
        name = model or self.default
        memories = {} if memory is None else {name: memory}
        return self.read_each(ink, [name], memories, as_is=as_is)[0]

    def read_image(
        self, picture: Image.Image | Path | str | IO[bytes], model: str | None = None
    ) -> Reading:
        """Read a picture: a Pillow image of any mode, or a file that Pillow can open.

        It goes the same way as the page's drawings: dark on light, light on dark and ink on
        transparent all give the same ink. Raises UnknownModelError for a name that is not served,
        and OSError for a file that cannot be read.
        """
        if isinstance(picture, Image.Image):
            return self.read(read_picture(picture), model)
        with Image.open(picture) as image:
            return self.read(read_picture(image), model)

    def read_each(
        self,
        ink: np.ndarray,
        models: list[str],
        memories: Mapping[str, Memory] | None = None,
        *,
        as_is: bool = False,
    ) -> list[Reading]:
        """Read one drawing with several models; it is preprocessed once.

        `memories` holds, by a model's name, what a hand has confirmed as that model sees it; what
        other weights of the model have seen does not count. With `as_is` the ink, which must be
        (28, 28), is what the networks are given: neither cropped, scaled, stretched nor centred.
        Raises ValueError for ink of another size.
        """
        if as_is and ink.shape != (IMAGE_SIDE, IMAGE_SIDE):
            raise ValueError(f"ink that is read as it is must be (28, 28), not {ink.shape}")
        asked = [(name, self.find(name)) for name in models]
        memories = memories or {}
        if is_blank(ink):
            return [Reading("blank", name) for name in models]
        seen = ink if as_is else fit_ink(ink)
        image = normalize(seen[None])  # 1, 1, 28, 28
        pixels = seen.ravel().tolist()
        return [
            self._answer(name, loaded, image, pixels, memories.get(name)) for name, loaded in asked
        ]

    def features(self, name: str, seen: np.ndarray) -> np.ndarray:
        """Return what a Memory is made of, float16 (N, D), for images uint8 (N, 28, 28).

        It is what the model's last layer is given, at length 1; another model's, or that of other
        weights (`weights_version`), is of no use. Raises UnknownModelError for a name that is not
        served.
        """
        _, features = self.find(name).classifier(normalize(seen))
        return to_unit_length(features).astype(np.float16)

    def weights_version(self, name: str) -> str:
        """Return the first 12 hexadecimal digits of the SHA-256 of the weights that are served.

        Raises UnknownModelError for a name that is not served.
        """
        return self.find(name).card.weights_version

    def find(self, name: str) -> LoadedModel:
        """Return a served model with its network; raises UnknownModelError for another name."""
        loaded = self._loaded.get(name)
        if loaded is None:
            raise UnknownModelError(name, self.models)
        return loaded

    def _answer(
        self,
        name: str,
        loaded: LoadedModel,
        image: np.ndarray,
        pixels: list[int],
        memory: Memory | None,
    ) -> Reading:
        classifier = loaded.classifier
        started = perf_counter()
        logits, features = classifier(image)
        milliseconds = round((perf_counter() - started) * 1000, 3)
        calibration, because = classifier.calibration, None
        # What other weights have seen means nothing to these, which have just replaced them.
        if memory and memory.weights in (None, loaded.card.weights_version):
            adapted = adapt(memory, logits, features, calibration)
            logits, calibration, because = adapted.logits, adapted.calibration, adapted.because
        probabilities = calibration.probabilities(logits)[0].tolist()
        first, second = find_first_two(probabilities)
        is_close = probabilities[first] - probabilities[second] < CLOSE
        no_digit = calibration.no_digit(logits)
        is_refused = no_digit is not None and no_digit[0] > 0.5
        return Reading(
            "not_a_digit" if is_refused else "digit",
            name,
            None if is_refused else first,
            probabilities,
            pixels,
            [first, second] if is_close else None,
            None if no_digit is None else float(no_digit[0]),
            milliseconds,
            because,
        )


def find_first_two(probabilities: list[float]) -> tuple[int, int]:
    """Return the most probable digit and the runner-up, of ten probabilities."""
    first, second = sorted(range(10), key=probabilities.__getitem__, reverse=True)[:2]
    return first, second


def pick_default(names: list[str]) -> str:
    """Return which of the models answers unless another is asked for."""
    return next((name for name in DEFAULT_MODELS if name in names), names[-1])


def sort_models(cards: dict[str, ModelCard], default: str) -> list[str]:
    """Return the models' names, the default first, then the smallest first."""
    return sorted(cards, key=lambda name: (name != default, by_size(cards[name])))


Loader = Callable[[Path, ModelCard], Classifier]


def _find_loader(engine: str) -> Loader:
    if engine == "onnx":
        return load_onnx
    from ml.networks.torch_classifier import load_torch  # PyTorch, only where it is asked for

    return load_torch


def _load_model(folder: Path, name: str, load: Loader) -> LoadedModel:
    """Return a model of a folder; its files may be replaced while they are being read."""
    card = read_card(folder, name)
    try:
        return LoadedModel(card, load(folder, card))
    except WeightsError:
        newer = read_card(folder, name)
        if newer == card:
            raise
        return LoadedModel(newer, load(folder, newer))
