"""Explainer: a drawing in, what its reading rests on out. The door to the methods of this room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ml.errors import ExplainedError
from ml.explain.arithmetic import describe_unit
from ml.explain.counterfactual import Counterfactual, find_counterfactual
from ml.explain.evidence import Evidence, find_evidence
from ml.explain.examples import ExampleFeatures, load_examples
from ml.explain.layers import describe_layers
from ml.explain.nearest import Neighbour, find_nearest
from ml.explain.strokes import leave_out_each
from ml.explain.units import FavouriteUnits
from ml.networks.classifier import Classifier
from ml.networks.logits import NOT_A_DIGIT
from ml.predict import LoadedModel, Memory, Reader, Reading, find_first_two
from ml.preprocess import IMAGE_SIDE

AT_A_GLANCE = ("evidence", "strokes", "nearest", "counterfactual")
METHODS = (*AT_A_GLANCE, "layers", "unit")
NEIGHBOURS = 5


class DroppedError(Exception):
    """Nobody waits for the explanation any more."""


class RivalError(ExplainedError):
    """The rival is the answer itself."""

    def __init__(self, answer: int) -> None:
        super().__init__(f"the answer is {answer} itself; the rival must be another digit")


@dataclass(frozen=True)
class Found:
    """What each method found; None for one that was not asked for."""

    evidence: Evidence | None = None
    strokes: list[Reading] | None = None  # the first is without the first stroke
    nearest: list[Neighbour] | None = None
    nearest_rival: Neighbour | None = None
    counterfactual: Counterfactual | None = None
    layers: dict[str, Any] | None = None
    unit: dict[str, Any] | None = None


@dataclass(frozen=True)
class Explanation:
    """A reading, and what it rests on.

    The methods look at the network alone; the reading counts what a hand has taught, too.
    """

    reading: Reading
    methods: tuple[str, ...]  # those that were asked for
    answer: int | None = None  # the most probable digit, of a refused drawing too; None if blank
    rival: int | None = None
    found: Found = field(default_factory=Found)

    def to_dict(
        self, describe: Callable[[Reading], dict[str, Any]] = Reading.to_dict
    ) -> dict[str, Any]:
        """Return plain values for JSON, only what was asked for; `describe` does it for readings.

        Nothing is found in a blank drawing: each method has null or an empty list.
        """
        writers = {
            "evidence": self._write_evidence,
            "strokes": lambda: {"strokes": self._write_strokes(describe)},
            "nearest": self._write_nearest,
            "counterfactual": lambda: {"counterfactual": _write_change(self.found.counterfactual)},
            "layers": lambda: {"layers": self.found.layers},
            "unit": lambda: {"unit": self.found.unit},
        }
        taught = {} if self.reading.because is None else {"taught": True}
        answer = {"reading": describe(self.reading)} | taught
        for method in self.methods:
            answer |= writers[method]()
        return answer

    def _write_evidence(self) -> dict[str, Any]:
        evidence = self.found.evidence
        if evidence is None:
            return {"evidence": None}
        without = "not_a_digit" if evidence.without == NOT_A_DIGIT else evidence.without
        described = {
            "for": self.answer,
            "against": self.rival,
            "map": _round(evidence.map),
            "place": evidence.place,
            "without": None if evidence.place is None else without,
        }
        return {"evidence": described}

    def _write_strokes(self, describe: Callable[[Reading], dict[str, Any]]) -> list[dict[str, Any]]:
        readings = enumerate(self.found.strokes or [])
        return [{"left_out": number} | describe(reading) for number, reading in readings]

    def _write_nearest(self) -> dict[str, Any]:
        rival = self.found.nearest_rival
        return {
            "nearest": [_write_neighbour(each) for each in self.found.nearest or []],
            "nearest_rival": None if rival is None else _write_neighbour(rival),
        }


@dataclass(frozen=True)
class Question:
    """A drawing that was read, and what is asked about it."""

    loaded: LoadedModel
    classifier: Classifier  # asks before each batch whether anybody still waits
    seen: np.ndarray  # uint8 (28, 28)
    answer: int
    rival: int
    strokes: Sequence[np.ndarray]
    memory: Memory | None
    unit: object

    @property
    def model(self) -> str:
        """The model's name."""
        return self.loaded.card.model


class Explainer:
    """Answers why for every model of a reader; safe to share between threads.

    What the networks see in the training images is computed when it is first needed and kept.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._examples = load_examples()
        self._features = ExampleFeatures(self._examples)
        self._favourites = FavouriteUnits(self._examples)

    def explain(
        self,
        ink: np.ndarray,
        strokes: Sequence[np.ndarray] = (),
        model: str | None = None,
        methods: Sequence[str] = AT_A_GLANCE,
        rival: int | None = None,
        *,
        as_is: bool = False,
        memory: Memory | None = None,
        unit: object = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Explanation:
        """Explain the reading of ink, uint8 (H, W), by one model, the default unless named.

        `strokes`, float (P, 2) in board px, are those that the ink was drawn with, if they are
        known. `rival` is a digit 0-9, the runner-up unless named; `unit` says which one the
        method of that name is about. `should_stop` is asked between batches of images.

        Raises UnknownModelError; RivalError if the rival is the answer; DroppedError once
        `should_stop` says so; UnknownUnitError, and WeightsError for a network whose layers cannot
        be looked into.
        """
        loaded = self._reader.find(model or self._reader.default)
        name, asked = loaded.card.model, tuple(methods)
        reading = self._reader.read(ink, name, memory, as_is=as_is)
        if reading.status == "blank":
            return Explanation(reading, asked)
        answer, runner_up = find_first_two(reading.probabilities)
        if rival == answer:
            raise RivalError(answer)
        question = Question(
            loaded,
            _Watched(loaded.classifier, should_stop),
            np.array(reading.seen, np.uint8).reshape(IMAGE_SIDE, IMAGE_SIDE),
            answer,
            runner_up if rival is None else rival,
            strokes,
            memory,
            unit,
        )
        return Explanation(reading, asked, answer, question.rival, self._find(question, asked))

    def _find(self, question: Question, methods: tuple[str, ...]) -> Found:
        finders = {
            "evidence": self._find_evidence,
            "strokes": self._leave_out_strokes,
            "nearest": self._find_nearest,
            "counterfactual": self._find_counterfactual,
            "layers": self._describe_layers,
            "unit": self._describe_unit,
        }
        found = {}
        for method in methods:
            found |= finders[method](question)
        return Found(**found)

    def _find_evidence(self, question: Question) -> dict[str, Any]:
        asked = question.classifier, question.seen, question.answer, question.rival
        return {"evidence": find_evidence(*asked)}

    def _leave_out_strokes(self, question: Question) -> dict[str, Any]:
        asked = self._reader, question.strokes, question.model, question.memory
        return {"strokes": leave_out_each(*asked)}

    def _find_nearest(self, question: Question) -> dict[str, Any]:
        seen, examples = question.seen, self._examples
        pool = self._features.find(self._reader, question.model)
        features = self._reader.features(question.model, seen[None])[0]
        nearest = find_nearest(examples, pool, features, seen, None, NEIGHBOURS)
        of_rival = find_nearest(examples, pool, features, seen, question.rival, 1)
        return {"nearest": nearest, "nearest_rival": next(iter(of_rival), None)}

    def _find_counterfactual(self, question: Question) -> dict[str, Any]:
        asked = question.classifier, question.seen, question.rival
        return {"counterfactual": find_counterfactual(*asked)}

    def _describe_layers(self, question: Question) -> dict[str, Any]:
        asked = question.classifier, question.model, question.seen
        return {"layers": describe_layers(*asked)}

    def _describe_unit(self, question: Question) -> dict[str, Any]:
        classifier, model, unit = question.classifier, question.model, question.unit
        described = describe_unit(classifier, model, question.seen, unit)
        version = question.loaded.card.weights_version
        favourites = self._favourites.describe(classifier, model, version, unit)
        return {"unit": described | {"favourites": favourites}}


class _Watched:
    """A classifier that stops working as soon as nobody waits for the answer."""

    def __init__(self, classifier: Classifier, should_stop: Callable[[], bool]) -> None:
        self._classifier = classifier
        self._should_stop = should_stop

    def __call__(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self._should_stop():
            raise DroppedError
        return self._classifier(images)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  calibration, layers, weights
        return getattr(self._classifier, name)


def _write_neighbour(neighbour: Neighbour) -> dict[str, Any]:
    return {
        "label": neighbour.label,
        "image": neighbour.image.ravel().tolist(),
        "distance": round(neighbour.distance, 4),
        "shared": _round(neighbour.shared),
    }


def _write_change(counterfactual: Counterfactual | None) -> dict[str, Any] | None:
    if counterfactual is None:
        return None
    return {
        "digit": counterfactual.digit,
        "image": counterfactual.image.ravel().tolist(),
        "changed": counterfactual.changed,
    }


def _round(values: np.ndarray) -> list[float]:
    """Return an array's values, row by row, as short as a picture needs them."""
    return np.round(values.astype(np.float64), 3).ravel().tolist()
