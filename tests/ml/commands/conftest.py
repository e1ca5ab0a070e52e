"""Training by the command line, on the digits that the tests make."""

import shutil

import pytest

import run
from ml import versions


@pytest.fixture
def train(train_and_draw):
    """Train as `train_and_draw` does, without the pictures, which take longer than the training."""
    return lambda *flags, **options: train_and_draw(*flags, "--no-pictures", **options)


@pytest.fixture
def train_and_draw(made_mnist, tmp_path, capsys):
    """Train on the made digits by the command line; return (exit code, what was printed).

    They are not MNIST, so serving them has to be asked for; `serve=False` does not. Versions are
    kept in tmp_path / "instance", and --ship writes to tmp_path / "weights".
    """

    def call(*flags, data=made_mnist, out=tmp_path / "run", serve=True):
        folders = ["--weights", str(tmp_path / "weights"), *(["--out", str(out)] if out else [])]
        folders += ["--instance", str(tmp_path / "instance")]
        model = [] if "--model" in flags or "--resume" in flags else ["--model", "linear"]
        other = ["--serve-other-data"] if serve and "--no-refresh" not in flags else []
        code = run.main(["--train", "--data", str(data), *folders, *model, *other, *flags])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


@pytest.fixture
def runs_dir(tmp_path):
    """The folder of the runs whose folder --out does not name, which `train` uses."""
    return tmp_path / "instance" / "runs"


@pytest.fixture
def find_version(tmp_path):
    """Finds the version of `linear` that is served, or another one, as another process would."""

    def find(number=None):
        flags = run.make_parser().parse_args(["--instance", str(tmp_path / "instance")])
        flags.weights, flags.weights_only = tmp_path / "weights", False
        shelf = run.make_shelf(flags, "train")
        if number is None:
            return shelf.find("linear")
        return versions.find_version(shelf.instance, shelf.weights_dir, "linear", number)

    return find


@pytest.fixture(scope="session")
def finished_run(made_mnist, tmp_path_factory):
    """A finished run of `linear`, one epoch with seed 4, made once: each export takes a second."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    flags = ["--model", "linear", "--sessions", "1", "--seed", "4", "--no-refresh", "--no-pictures"]
    folders = ["--out", str(folder), "--instance", str(folder.parent / "instance")]
    assert run.main(["--train", "--data", str(made_mnist), *folders, *flags]) == 0
    return folder


@pytest.fixture
def copy_run(finished_run):
    """Copy the finished run to a folder; return the folder."""
    return lambda folder: shutil.copytree(finished_run, folder)
