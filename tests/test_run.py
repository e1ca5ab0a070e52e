"""The command line's own: flags, exit codes, and one clear line for what goes wrong."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import run
from ml.evaluation.sheets import PREPROCESSINGS
from ml.installation import advise
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.training.runs import OVERRIDES
from tests.blocking import write_block
from tests.one_line import assert_one_line

ROOT = Path(run.__file__).parent


def run_apart(*flags, encoding="utf-8", **environment):
    """Run the command line in a process of its own, whose output has the encoding."""
    return subprocess.run(
        [sys.executable, "run.py", *flags],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        encoding=encoding,
        check=False,
    )


def test_help_explains_every_flag(capsys):
    with pytest.raises(SystemExit) as leaving:
        run.main(["--help"])
    assert leaving.value.code == 0
    text = capsys.readouterr().out
    flags = "--train --evaluate --export --host --port --sessions --seed --resume --model --data"
    assert all(flag in text for flag in [*flags.split(), "--out", "--device", "--json"])


@pytest.mark.parametrize("encoding", ["cp1251", "cp437", "cp932", "ascii"])
def test_help_is_printed_on_a_terminal_of_any_encoding(encoding):
    done = run_apart("--help", PYTHONIOENCODING=encoding, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--preprocessing" in done.stdout


@pytest.mark.slow
def test_a_failure_is_printed_on_a_terminal_of_any_encoding(tmp_path):
    missing = tmp_path / "Цифры – 数字"
    done = run_apart("--compare", str(missing), PYTHONIOENCODING="ascii", encoding="ascii")
    assert done.returncode == 1
    assert "????? ? ??" in done.stderr
    assert_one_line(done.stderr)


def test_a_folder_may_begin_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    flags = run.make_parser().parse_args(["--data=~/mnist", "--out=~", "--weights=w"])
    assert (flags.data, flags.out, flags.weights) == (tmp_path / "mnist", tmp_path, Path("w"))


@pytest.mark.parametrize(
    "flags",
    [
        ["--train", "--evaluate"],
        ["--tran"],
        ["--port", "x"],
        ["--port", "70000"],
        ["--train", "--seed", "-1"],
        ["--train", "--device", "tpu"],
        ["--export", "pickle"],
        ["--engine", "tensorflow"],
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(flags, capsys):
    with pytest.raises(SystemExit) as leaving:
        run.main(flags)
    assert leaving.value.code == 2
    assert_one_line(capsys.readouterr().err)


@pytest.mark.parametrize(
    "flags",
    [
        ["--model", "mlp"],
        ["--lr", "0.1"],
        ["--evaluate", "--epochs", "3"],
        ["--evaluate", "--all", "--model", "mlp"],
        ["--evaluate", "--everywhere"],
        ["--evaluate", "--preprocessing", "centred-box"],
        ["--evaluate", "--no-pictures"],
        ["--evaluate", "--engine", "torch"],
        ["--sample", "--strokes", "file.jsonl"],
        ["--train", "--resume", "--model", "/resnet"],
        ["--train", "--json"],
        ["--train", "--port", "80"],
        ["--compare", "runs/a", "--model", "mlp"],
        ["--show-styles", "--device", "cpu"],
        ["--seed", "1"],
        ["--no-refresh"],
        ["--serve-other-data"],
        ["--train", "--serve-other-data", "--no-refresh"],
    ],
)
def test_flags_that_would_be_ignored_are_bad_usage(flags, capsys):
    assert run.main(flags) == 2
    assert_one_line(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (["--evaluate", "--host", "0.0.0.0"], "--host belongs to serving"),
        (["--train", "--engine", "torch"], "--engine belongs to serving"),
        (["--compare", "runs/a", "--json"], "--json belongs to --evaluate"),
        (["--no-pictures"], "--no-pictures belongs to --train"),
        (["--data", "x"], "a server takes the folder of MNIST from the variable MNIST_DIR"),
    ],
)
def test_a_flag_that_would_be_ignored_says_where_it_belongs(flags, reason, capsys):
    run.main(flags)
    assert reason in capsys.readouterr().err


def test_every_flag_is_used_by_some_command():
    names = vars(run.make_parser().parse_args([])).keys()
    assert names == {*filter(None, run.HEEDED), *set().union(*run.HEEDED.values())}
    assert set(OVERRIDES) <= run.HEEDED["train"]


def test_every_preprocessing_can_be_asked_for(capsys):
    with pytest.raises(SystemExit):
        run.main(["--help"])
    assert f"--preprocessing {{{','.join(PREPROCESSINGS)}}}" in capsys.readouterr().out


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_here_fails_in_one_line(device, capsys):
    if {"cuda": torch.cuda, "mps": torch.backends.mps}[device].is_available():
        pytest.skip(f"this machine has {device}")
    assert run.main(["--train", "--device", device]) == 1
    assert_one_line(capsys.readouterr().err)


def test_a_folder_whose_only_model_is_damaged_is_refused_at_start_in_one_line(tmp_path):
    card = read_card(WEIGHTS_DIR, "linear")
    shutil.copy(WEIGHTS_DIR / "linear.json", tmp_path)
    (tmp_path / card.onnx.name).write_bytes(card.onnx.read(WEIGHTS_DIR)[:-1] + b"\x01")
    done = run_apart("--port", "0", "--weights", str(tmp_path))
    assert done.returncode == 1
    assert "--train --model linear" in done.stderr
    assert_one_line(done.stderr)


# Runs before the program.
WITHOUT_TORCH = write_block("torch")


@pytest.mark.slow
@pytest.mark.parametrize("flags", [["--train"], ["--evaluate"], ["--engine", "torch"]])
def test_without_pytorch_one_line_says_how_to_install_it(flags, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_TORCH)
    port = ["--port", "0"] if "--engine" in flags else []
    done = run_apart(*flags, *port, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert f"this needs the package torch; {advise('torch')}" in done.stderr
    assert_one_line(done.stderr)


def test_a_python_in_which_nothing_is_installed_is_one_line():
    command = [sys.executable, "-S", "run.py", "--export", "web"]
    own = os.environ | {"PYTHONPATH": ""}
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "run.py: this needs the package numpy; " in done.stderr
    assert_one_line(done.stderr)


@pytest.mark.parametrize(("is_one_of_several", "said"), [(True, "done"), (False, "done, ended")])
def test_one_of_several_processes_ends_before_python_does(is_one_of_several, said):
    # There, what a thread of PyTorch's still does may abort it.
    lines = (
        "import atexit, sys, types, run",
        "atexit.register(print, ', ended', end='')",
        "group = types.SimpleNamespace(is_available=lambda: True)",
        f"group.is_initialized = lambda: {is_one_of_several}",
        "sys.modules['torch.distributed'] = group",
        "print('done', end='')",
        "run.end_process(3)",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, said, "")
