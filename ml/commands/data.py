"""The data that a command is about, and a warning if it is not MNIST."""

import argparse
from collections.abc import Callable
from pathlib import Path

from ml.commands import console
from ml.data.drawings import Drawings, split_drawings
from ml.data.examples import Examples, join, split
from ml.data.mnist import MNIST, NAME, Digits, list_foreign, load_mnist
from ml.errors import RecipeError
from ml.mnist_files import find_data_dir
from ml.synthetic.class_digits import make_class_digits

GENERATED = "generated"  # the source, as --learn-from names it
DRAWINGS, DRAWINGS_AND_MNIST = "drawings", "drawings_and_mnist"
TRAINING_DIGITS, TEST_DIGITS = 20_000, 4_000  # generated ones: made in a second
TRAINING_SEED, TEST_SEED = 2**40, 2**40 + 1  # of no epoch


def find_data(flags: argparse.Namespace) -> Path:
    """Return the folder that --data names, or the default."""
    return find_data_dir(flags.data)


def load_examples(flags: argparse.Namespace, *, train: bool) -> Examples:
    """Read the training or the test set; warn if it is not MNIST's."""
    examples = load_mnist(find_data(flags), train=train)
    if examples.name != NAME:
        _warn(flags, f"they are named {examples.name}")
    return examples


def load_digits(flags: argparse.Namespace, validation: int, source: str = MNIST) -> Digits:
    """Return what to learn from; `validation` counts images out of MNIST's 60,000.

    Raises RecipeError for a source that there is not.
    """
    name = source.replace("-", "_")
    if name not in SOURCES:
        raise RecipeError(f"there is nothing named {source!r} to learn from: {', '.join(SOURCES)}")
    return SOURCES[name](flags, validation)


def _load_mnist(flags: argparse.Namespace, validation: int) -> Digits:
    """Read both sets and split the first; warn if it is not MNIST."""
    digits = Digits.load(find_data(flags), validation)
    if not digits.is_mnist:
        consequence = "" if flags.serve_other_data else ", and what learns from them is not served"
        _warn(flags, f"they are named {digits.name}{consequence}")
    return digits


def _generate(flags: argparse.Namespace, validation: int) -> Digits:
    """Make digits, the same ones every time: a class without MNIST learns from them."""
    if flags.data:
        raise RecipeError("--data is where MNIST lies; leave it out to learn from generated digits")
    training = make_class_digits(TRAINING_DIGITS, TRAINING_SEED)
    test = make_class_digits(TEST_DIGITS, TEST_SEED)
    return Digits(*split(training, validation), test, GENERATED)


def _take_drawings(flags: argparse.Namespace, _validation: int) -> Digits:
    """Split the confirmed digits; raises DataError if one is too rare."""
    training, validation, test = split_drawings(_read_confirmed(flags))
    return Digits(training.named("confirmed drawings"), validation, test, DRAWINGS)


def _take_drawings_and_mnist(flags: argparse.Namespace, validation: int) -> Digits:
    """Join MNIST's training images to the drawings'; validation and test are drawings alone."""
    mnist = _load_mnist(flags, validation)
    training, held_back, test = split_drawings(_read_confirmed(flags))
    together = join([mnist.training, training]).named("confirmed drawings and MNIST")
    return Digits(together, held_back, test, DRAWINGS_AND_MNIST)


def _read_confirmed(flags: argparse.Namespace) -> Drawings:
    drawings = Drawings.gather(*flags.read_confirmed())
    digits = drawings.keep_digits()
    if len(digits) < len(drawings):
        print(f"{len(drawings) - len(digits)} drawings are not digits, and left out", flush=True)
    return digits


# What --learn-from names, with _ for its hyphens: each takes the flags and the size of the
# validation part.
SOURCES: dict[str, Callable[[argparse.Namespace, int], Digits]] = {
    MNIST: _load_mnist,
    GENERATED: _generate,
    DRAWINGS: _take_drawings,
    DRAWINGS_AND_MNIST: _take_drawings_and_mnist,
}


def _warn(flags: argparse.Namespace, consequence: str) -> None:
    foreign = list_foreign(find_data(flags))
    names = ", ".join(path.name for path in foreign)
    console.warn(
        f"by their checksums, these files in {foreign[0].parent} are not MNIST's: {names}; "
        + consequence
    )
