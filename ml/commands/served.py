"""Which of the served models a command is about, and which version of it is served."""

import argparse

from ml.commands import console
from ml.errors import UnknownModelError, UnknownVersionError, WeightsError
from ml.files import make_command_line
from ml.predict import pick_default
from ml.versions import SHIPPED, Version


def list_served(flags: argparse.Namespace) -> list[str]:
    """Return the names of the models that are served; raises WeightsError if there are none."""
    names = flags.shelf.list_models()
    if not names:
        command = make_command_line("--train")
        raise WeightsError(f"there are no models in {flags.weights}; run {command}")
    return names


def choose_served(flags: argparse.Namespace) -> str:
    """Return the model that --model names, or the default; raises UnknownModelError."""
    names = list_served(flags)
    name = flags.model or pick_default(names)
    if name not in names:
        raise UnknownModelError(name, names)
    return name


def find_served(flags: argparse.Namespace, model: str) -> Version:
    """Return the version of a model that is served; warn if it is not the one that should be.

    Raises WeightsError if there is none to use.
    """
    wanted = flags.shelf.ask().get(model, SHIPPED)
    try:
        version = flags.shelf.find(model)
    except UnknownVersionError as error:
        raise WeightsError(str(error)) from error
    if version.number != wanted:
        console.warn(
            f"version {wanted} of {model} should be served and cannot be read; "
            "this is about version 0, which ships"
        )
    return version
