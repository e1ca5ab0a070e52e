"""What a unit answers most to among the training images."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from ml.explain.arithmetic import Unit, parse_unit
from ml.explain.batches import LARGEST
from ml.explain.examples import Examples, load_examples
from ml.explain.layers import Inside, find_logits, look_inside, to_grey
from ml.networks.classifier import Classifier
from ml.networks.plan import POOL, POOLING, Layer, find_plan

COUNT = 9  # favourites of a unit


@dataclass(frozen=True)
class Favourite:
    """A training image that a unit answers strongly to, and where in it."""

    image: np.ndarray  # uint8 (28, 28), as the member sees it
    label: int
    value: float
    row: int  # of the unit's map, where its value is highest
    column: int
    box: tuple[int, int, int, int]  # of the image: top, left, height, width of what counts there


@dataclass(frozen=True)
class Ranking:
    """The images that each channel of a layer answers most to, the strongest first.

    All are (channels, COUNT), or fewer if there are fewer images.
    """

    images: np.ndarray  # numbers of images
    values: np.ndarray  # float32
    places: np.ndarray  # numbers of places in the map, row by row


Rankings = dict[tuple[int, int], Ranking]  # by member and layer


def rank_images(examples: Examples, classifier: Classifier, model: str) -> Rankings:
    """Return which of the examples each channel of each layer answers most to.

    Of a map, only the highest value counts. Raises WeightsError as `look_inside` does.
    """
    highest: dict[tuple[int, int], list[tuple[np.ndarray, np.ndarray]]] = {}
    for start in range(0, len(examples.labels), LARGEST):
        found = look_inside(classifier, model, examples.images[start : start + LARGEST])
        for member, inside in enumerate(found):
            for index, maps in enumerate(_list_maps(classifier, inside)):
                highest.setdefault((member, index), []).append(_find_highest(maps))
    return {key: _rank(parts) for key, parts in highest.items()}


def find_favourites(
    examples: Examples,
    classifier: Classifier,
    model: str,
    unit: Unit,
    rankings: Rankings | None = None,
    count: int = COUNT,
) -> list[Favourite]:
    """Return the examples that a unit's channel answers most to, the strongest first.

    The channel's unit at any place counts; where it is, each favourite says. What a hidden unit
    answers 0 to is no favourite: some answer to nothing. `rankings` are those of the same examples
    and network, if they are there already.
    """
    rankings = rankings or rank_images(examples, classifier, model)
    ranking = rankings[unit.member, unit.index]
    numbers = ranking.images[unit.channel][:count]
    seen = look_inside(classifier, model, examples.images[numbers])[unit.member]
    images = to_grey(seen.image[:, 0])
    layers = seen.member.layers[: unit.index + 1]
    width = layers[-1].maps[2]
    favourites = []
    for rank, number in enumerate(numbers):
        row, column = divmod(int(ranking.places[unit.channel, rank]), width)
        value = float(ranking.values[unit.channel, rank])
        if value <= 0 and unit.index < len(seen.member.layers) - 1:
            break
        label = int(examples.labels[number])
        box = find_box(layers, row, column)
        favourites.append(Favourite(images[rank], label, value, row, column, box))
    return favourites


class FavouriteUnits:
    """The favourites of every unit of the served networks; safe to share by threads.

    A network's rankings are computed at the first question about it, and anew for other weights:
    0.1 MB for the largest.
    """

    def __init__(self, examples: Examples | None = None) -> None:
        self.examples = load_examples() if examples is None else examples
        self._kept: dict[str, tuple[str, Rankings]] = {}  # by model: weights' version, rankings
        self._lock = Lock()

    def find(
        self, classifier: Classifier, model: str, version: str, unit: Unit, count: int = COUNT
    ) -> list[Favourite]:
        """Return a unit's favourites; `version` names the weights of `classifier`."""
        with self._lock:
            kept, rankings = self._kept.get(model, ("", None))
            if kept != version:
                rankings = rank_images(self.examples, classifier, model)
                self._kept[model] = version, rankings
        return find_favourites(self.examples, classifier, model, unit, rankings, count)

    def describe(
        self, classifier: Classifier, model: str, version: str, value: object
    ) -> list[dict[str, Any]]:
        """Return the favourites of the unit that a JSON object names, as plain values for JSON.

        Raises UnknownUnitError, and WeightsError as `look_inside` does.
        """
        unit = parse_unit(find_plan(model), value)
        favourites = self.find(classifier, model, version, unit)
        return [
            {**vars(each), "image": each.image.ravel().tolist(), "box": list(each.box)}
            for each in favourites
        ]


def find_box(layers: tuple[Layer, ...], row: int, column: int) -> tuple[int, int, int, int]:
    """Return what the last of `layers` sees of the image at a place: top, left, height, width."""
    top, bottom, left, right = row, row, column, column
    for layer in reversed(layers):
        if POOLING in layer.operations:
            top, left = top * POOL, left * POOL
            bottom, right = bottom * POOL + POOL - 1, right * POOL + POOL - 1
        height, width = layer.kernel
        top, left = top - layer.padding, left - layer.padding
        bottom, right = bottom - layer.padding + height - 1, right - layer.padding + width - 1
        rows, columns = layer.inputs[1:]
        top, left = max(top, 0), max(left, 0)
        bottom, right = min(bottom, rows - 1), min(right, columns - 1)
    return top, left, bottom - top + 1, right - left + 1


def _list_maps(classifier: Classifier, inside: Inside) -> Iterator[np.ndarray]:
    """Yield what each layer gives, (N, channels, rows, columns); the last one gives the logits."""
    yield from inside.maps
    yield find_logits(classifier, inside)[:, :, None, None]


def _find_highest(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each map's highest value, float32 (N, channels), and the number of its place."""
    flat = maps.reshape(*maps.shape[:2], -1)
    return flat.max(axis=2).astype(np.float32), flat.argmax(axis=2).astype(np.int16)


def _rank(parts: list[tuple[np.ndarray, np.ndarray]]) -> Ranking:
    values, places = (np.concatenate(each) for each in zip(*parts, strict=True))  # N, channels
    images = np.argsort(-values, axis=0, kind="stable")[:COUNT]
    strongest = (np.take_along_axis(each, images, axis=0).T.copy() for each in (values, places))
    return Ranking(images.T.astype(np.int32), *strongest)
