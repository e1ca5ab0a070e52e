"""--show-styles: a picture of what the program generates to learn from."""

import argparse
import sys

from ml.commands import plots
from ml.commands.pictures import choose_picture
from ml.data.mnist import default_data_dir, has_mnist, load_mnist
from ml.synthetic.generate import make_samples


def run(flags: argparse.Namespace) -> None:
    """Draw rows of generated digits and other drawings, and MNIST's digits written again."""
    path = choose_picture(flags, "styles.png")
    folder = flags.data or default_data_dir()
    mnist = load_mnist(folder, train=True) if has_mnist(folder) else None
    if mnist is None:
        print(f"MNIST is not in {folder}: its digits, written again, are left out", file=sys.stderr)
    plots.plot_styles(make_samples(flags.seed or 0, mnist=mnist), path)
    print(path)
