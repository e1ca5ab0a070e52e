"""Which of the served models a command is about."""

import argparse

from ml.errors import UnknownModelError, WeightsError
from ml.files import make_command_line
from ml.networks.card import find_cards
from ml.predict import pick_default


def list_served(flags: argparse.Namespace) -> list[str]:
    """Return the names of the models in --weights; raises WeightsError if there are none."""
    names = find_cards(flags.weights)
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
