"""--show-styles: a picture of what the program generates to learn from."""

import argparse

from ml.commands import console, plots
from ml.commands.data import find_data, load_examples
from ml.files import choose_picture
from ml.mnist_files import has_mnist
from ml.synthetic.generate import make_samples


def run(flags: argparse.Namespace) -> None:
    """Draw rows of generated digits and other drawings, and MNIST's digits written again."""
    path = choose_picture(flags.out, "styles.png")
    folder = find_data(flags)
    mnist = load_examples(flags, train=True) if has_mnist(folder) else None
    if mnist is None:
        console.warn(f"MNIST is not in {folder}: its digits, written again, are left out")
    plots.plot_styles(make_samples(flags.seed or 0, mnist=mnist), path)
    print(path)
