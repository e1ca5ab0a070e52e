"""What can go wrong and be explained: each message is one clear line for a person."""

from ml.installation import advise


class ExplainedError(Exception):
    """Something a person can put right; the message says what happened and what to do next."""


class MissingPackageError(ExplainedError):
    """A package is not installed, or not in the Python that runs."""

    def __init__(self, name: str) -> None:
        self.package = name
        super().__init__(f"this needs the package {name}; {advise(name)}")


class DataError(ExplainedError):
    """MNIST, or a file of strokes, is missing, truncated or foreign."""


class PictureError(ExplainedError):
    """A picture's file is damaged, or too small; the message goes on after "it"."""


class ForeignPictureError(PictureError):
    """A file is no picture of a kind that is read here."""


class LargePictureError(PictureError):
    """A picture has too many bytes or pixels."""


class DeviceError(ExplainedError):
    """There is no such device on this machine."""


class CheckpointError(ExplainedError):
    """A checkpoint is missing, damaged, or belongs to another recipe."""


class WeightsError(ExplainedError):
    """Served weights are missing, damaged, or do not match their card."""


class UnknownUnitError(ExplainedError):
    """There is no such member, layer, channel or place in a network."""


class RecipeError(ExplainedError):
    """A recipe asks for what cannot be trained."""


class TrainingError(ExplainedError):
    """A run went wrong: its loss is not finite, or the reloaded model differs."""


class DivergedError(TrainingError):
    """The loss grew until it was no number."""


class StoppedError(ExplainedError):
    """A run was asked to stop; the checkpoint of its last finished epoch stays."""

    def __init__(self, epochs: int) -> None:
        super().__init__(f"stopped after {epochs} epoch{'' if epochs == 1 else 's'}")
        self.epochs = epochs


class UnknownModelError(ExplainedError):
    """There is no model of that name; `known` lists the names there are."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"there is no model {name!r}; the models are {', '.join(known)}")
        self.known = known


class UnknownVersionError(ExplainedError):
    """There is no version of that number of a model; `known` lists the numbers there are."""

    def __init__(self, model: str, number: int, known: list[int]) -> None:
        there = f"the versions are {', '.join(map(str, known))}" if known else "it has none"
        super().__init__(f"there is no version {number} of {model}; {there}")
        self.known = known
