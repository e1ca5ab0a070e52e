"""--compare: runs side by side, as a table and as curves in one picture."""

import argparse
from pathlib import Path

from ml.commands import plots
from ml.commands.pictures import choose_picture
from ml.files import INSTANCE_DIR
from ml.runs import folders
from ml.training import runs


def run(flags: argparse.Namespace) -> None:
    """Print the table and draw the picture."""
    runs_dir = folders.find_runs_dir(flags.instance or INSTANCE_DIR)
    histories = {str(folder): runs.read_history(folder, runs_dir) for folder in flags.compare}
    recipes = {name: _describe_recipe(Path(name)) for name in histories}
    wide = max(map(len, histories))
    print(
        f"{'run':{wide}} {'epochs':>6} {'validation':>10} {'best':>7} {'loss':>7} {'seconds':>7}"
        "  recipe"
    )
    for name, history in histories.items():
        accuracies = [epoch["validation_accuracy"] for epoch in history]
        print(
            f"{name:{wide}} {len(history):>6} {accuracies[-1]:>10.2%} {max(accuracies):>7.2%} "
            f"{history[-1]['validation_loss']:>7.4f} {sum(e['seconds'] for e in history):>7.1f}"
            f"  {recipes[name]}"
        )
    path = choose_picture(flags, "comparison.png")
    plots.plot_comparison(histories, path)
    print(path)


def _describe_recipe(folder: Path) -> str:
    """Return what distinguishes a run's command; a run copied without its checkpoint has none."""
    if not (folder / "checkpoint.pt").exists():
        return "–"
    return runs.make_command(*runs.read_settings(folder)).partition("--model ")[2]
