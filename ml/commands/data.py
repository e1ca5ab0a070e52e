"""The data that a command is about, and a warning if it is not MNIST."""

import argparse
from pathlib import Path

from ml.commands import console
from ml.data.examples import Examples
from ml.data.mnist import NAME, Digits, default_data_dir, list_foreign, load_mnist


def find_data(flags: argparse.Namespace) -> Path:
    """Return the folder that --data names, or the default."""
    return flags.data or default_data_dir()


def load_examples(flags: argparse.Namespace, *, train: bool) -> Examples:
    """Read the training or the test set; warn if it is not MNIST's."""
    examples = load_mnist(find_data(flags), train=train)
    if examples.name != NAME:
        _warn(flags, f"they are named {examples.name}")
    return examples


def load_digits(flags: argparse.Namespace, validation: int) -> Digits:
    """Read both sets and split the first; warn if it is not MNIST."""
    digits = Digits.load(find_data(flags), validation)
    if not digits.is_mnist:
        consequence = "" if flags.serve_other_data else ", and what learns from them is not served"
        _warn(flags, f"they are named {digits.name}{consequence}")
    return digits


def _warn(flags: argparse.Namespace, consequence: str) -> None:
    foreign = list_foreign(find_data(flags))
    names = ", ".join(path.name for path in foreign)
    console.warn(
        f"by their checksums, these files in {foreign[0].parent} are not MNIST's: {names}; "
        + consequence
    )
