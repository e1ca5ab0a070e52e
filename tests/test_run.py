"""The command line: exit codes, one clear line, and files where they belong."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from torch.optim.optimizer import register_optimizer_step_post_hook

import run
from ml.evaluation.drawings import PREPROCESSINGS
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.registry import MODELS
from ml.training import runs
from ml.training.runs import OVERRIDES
from tests.cards import names_of
from tests.strokes_files import write_strokes

ROOT = Path(run.__file__).parent
PICTURES = ("labels.png", "history.png", "readings.png", "confusion.png", "reliability.png")


@pytest.fixture
def train(train_and_draw):
    """Train as `train_and_draw` does, without the pictures, which take longer than the training."""
    return lambda *flags, **options: train_and_draw(*flags, "--no-pictures", **options)


@pytest.fixture
def train_and_draw(made_mnist, tmp_path, capsys):
    """Train on the made digits by the command line; return (exit code, what was printed)."""

    def call(*flags, data=made_mnist, out=tmp_path / "run"):
        folders = ["--weights", str(tmp_path / "weights"), *(["--out", str(out)] if out else [])]
        model = [] if "--model" in flags or "--resume" in flags else ["--model", "linear"]
        code = run.main(["--train", "--data", str(data), *folders, *model, *flags])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


def assert_one_line(text):
    assert text.count("\n") == 1
    assert "Traceback" not in text


def test_help_explains_every_flag(capsys):
    with pytest.raises(SystemExit) as leaving:
        run.main(["--help"])
    assert leaving.value.code == 0
    text = capsys.readouterr().out
    flags = "--train --evaluate --export --host --port --sessions --seed --resume --model --data"
    assert all(flag in text for flag in [*flags.split(), "--out", "--device", "--json"])


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
        ["--sessions", "3,x"],
        ["--epochs", "0"],
        ["--model", "resnet"],
        ["--optimizer", "magic"],
        ["--lr", "0"],
        ["--lr", "-1"],
        ["--lr", "nan"],
        ["--batch-size", "0"],
        ["--optimizer", "sgd", "--momentum", "1"],
        ["--optimizer", "adam", "--momentum", "0.5"],
        ["--model", "quick_cnn", "--batch-size", "1"],
    ],
)
def test_what_cannot_be_trained_is_bad_usage(train, flags):
    code, text = train(*flags)
    assert code == 2
    assert_one_line(text.split("\n", 1)[1])  # after the line that names the device


@pytest.mark.parametrize(
    "flags",
    [
        ["--model", "mlp"],
        ["--lr", "0.1"],
        ["--evaluate", "--epochs", "3"],
        ["--evaluate", "--all", "--model", "mlp"],
        ["--evaluate", "--everywhere"],
        ["--evaluate", "--preprocessing", "centred-box"],
        ["--sample", "--strokes", "file.jsonl"],
        ["--train", "--resume", "--model", "/resnet"],
        ["--train", "--json"],
        ["--train", "--port", "80"],
        ["--compare", "runs/a", "--model", "mlp"],
        ["--show-styles", "--device", "cpu"],
        ["--seed", "1"],
        ["--no-refresh"],
    ],
)
def test_flags_that_would_be_ignored_are_bad_usage(flags, capsys):
    assert run.main(flags) == 2
    assert_one_line(capsys.readouterr().err)


def test_a_flag_that_would_be_ignored_says_where_it_belongs(capsys):
    run.main(["--evaluate", "--host", "0.0.0.0"])
    assert "--host belongs to serving" in capsys.readouterr().err
    run.main(["--compare", "runs/a", "--json"])
    assert "--json belongs to --evaluate" in capsys.readouterr().err


def test_every_flag_is_heeded_by_something():
    dests = {action.dest for action in run.make_parser()._actions}
    assert dests == {"help", *filter(None, run.HEEDED), *set().union(*run.HEEDED.values())}
    assert set(OVERRIDES) <= run.HEEDED["train"]


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_here_fails_in_one_line(device, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    assert run.main(["--train", "--device", device]) == 1
    assert_one_line(capsys.readouterr().err)


def test_a_rate_so_high_that_the_loss_is_lost_fails_at_its_step(train, tmp_path):
    code, text = train("--model", "mlp", "--lr", "1e30", "--epochs", "2")
    assert code == 1
    assert "step" in text.splitlines()[-1]
    assert not (tmp_path / "weights").exists()


@pytest.mark.parametrize("model", [name for name in MODELS if name != "board_cnn"])
def test_every_model_trains_by_one_line_with_any_part_of_its_recipe_changed(train, tmp_path, model):
    flags = ["--epochs", "1", "--lr", "0.02", "--batch-size", "30"]
    assert train("--model", model, *flags)[0] == 0
    card = json.loads((tmp_path / "weights" / f"{model}.json").read_text())
    assert card["recipe"]["learning_rate"] == 0.02
    assert "--lr 0.02" in card["command"]
    assert len(card["layers"]) > 0
    assert len(card["confusion"]) == 10


def test_runs_are_compared_in_a_table_and_a_picture(train, tmp_path, capsys):
    assert train("--epochs", "2")[0] == 0
    folders = [tmp_path / "run", tmp_path / "a" / "run"]
    again = ("--epochs", "1", "--lr", "0.2", "--out", str(folders[1]))
    assert train(*again)[0] == 0
    out = tmp_path / "curves"
    assert run.main(["--compare", *map(str, folders), "--out", str(out)]) == 0
    first, second = capsys.readouterr().out.splitlines()[1:3]
    assert first.startswith(str(folders[0]))
    assert second.endswith("linear --sessions 1 --lr 0.2 --seed 0")
    Image.open(out / "comparison.png").verify()


def test_a_run_copied_without_its_checkpoint_is_compared_too(train, tmp_path, capsys):
    assert train("--epochs", "1")[0] == 0
    (tmp_path / "run" / "checkpoint.pt").unlink()
    assert run.main(["--compare", str(tmp_path / "run"), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("–")


@pytest.mark.parametrize("line", ["{}", "5", '{"epoch": 1}', "{", "\x00"])
def test_comparing_a_damaged_run_fails_in_one_line(line, train, tmp_path, capsys):
    assert train("--epochs", "1")[0] == 0
    (tmp_path / "run" / "history.jsonl").write_text(line)
    assert run.main(["--compare", str(tmp_path / "run"), "--out", str(tmp_path)]) == 1
    assert_one_line(capsys.readouterr().err)


def test_the_second_tutorials_recipe_is_one_line(train, tmp_path):
    flags = ["--optimizer", "sgd", "--lr", "0.01", "--momentum", "0.5", "--batch-size", "64"]
    assert train("--model", "small_cnn", "--epochs", "1", *flags)[0] == 0
    recipe = json.loads((tmp_path / "weights" / "small_cnn.json").read_text())["recipe"]
    assert recipe["momentum"] == 0.5


def test_comparing_what_is_no_run_fails_in_one_line_that_names_the_newest(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(runs, "RUNS_DIR", tmp_path / "runs")
    assert run.main(["--compare", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert_one_line(error)
    assert "newest" not in error
    for number in range(5):
        folder = tmp_path / "runs" / f"run-{number}"
        folder.mkdir(parents=True)
        (folder / "history.jsonl").write_text("{}" if number else "")
        os.utime(folder / "history.jsonl", (number, number))
    assert run.main(["--compare", str(tmp_path / "runs" / "B")]) == 1
    error = capsys.readouterr().err
    assert_one_line(error)
    named = [tmp_path / "runs" / f"run-{number}" for number in (4, 3, 2)]
    assert error.strip().endswith(", ".join(map(str, named)))


def test_a_sample_shows_readings_and_mistakes(made_mnist, tmp_path, capsys):
    flags = ["--sample", "--data", str(made_mnist), "--out", str(tmp_path)]
    assert run.main([*flags, "--model", "tutorial_cnn"]) == 0
    for line in capsys.readouterr().out.splitlines():
        Image.open(line).verify()


def test_all_shipped_models_are_evaluated_as_one_table(made_mnist, capsys):
    assert run.main(["--evaluate", "--all", "--json", "--data", str(made_mnist)]) == 0
    names = [report["model"] for report in json.loads(capsys.readouterr().out)]
    assert names == [name for name in MODELS if (WEIGHTS_DIR / f"{name}.json").exists()]
    assert run.main(["--evaluate", "--all", "--data", str(made_mnist)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(names)


@pytest.mark.parametrize("is_there", [True, False])
def test_the_styles_that_are_learned_from_are_shown_in_a_picture(
    is_there, made_mnist, tmp_path, capsys
):
    data = str(made_mnist if is_there else tmp_path)
    for out in (tmp_path / "new", tmp_path / "new" / "mine.png"):
        assert run.main(["--show-styles", "--data", data, "--out", str(out)]) == 0
        assert (f"MNIST is not in {data}" in capsys.readouterr().err) == (not is_there)
    Image.open(tmp_path / "new" / "styles.png").verify()
    Image.open(tmp_path / "new" / "mine.png").verify()


def test_drawn_strokes_are_measured_for_machines(tmp_path, capsys):
    path = write_strokes(tmp_path / "strokes.jsonl", "0123456789W")
    assert run.main(["--evaluate", "--strokes", str(path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["drawings"] == 90


def make_line(**changed):
    record = {"id": "1", "writer": "w", "label": "7", "strokes": [[[0, 0], [5, 9]]]} | changed
    return json.dumps(record)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"label": "7"}',
        '{"strokes": []}',
        "\x00",
        "[" * 200_000,
        make_line(strokes=[[[10**400, 0]]]),
        make_line(strokes=[[[-3e38, 0], [3e38, 0]]]),
        make_line(strokes=[[["1", "2"]]]),
        make_line(strokes=[[[True, False]]]),
        make_line(strokes=[[]]),
        make_line(strokes=5),
        make_line(writer="\ud800"),
        make_line(writer=3),
        make_line(label=7),
        make_line(label=True),
        make_line(label=" 7"),
        make_line(label=""),
    ],
    ids=range(18),
)
def test_a_damaged_file_of_strokes_fails_in_one_line(text, tmp_path, capsys):
    (tmp_path / "strokes.jsonl").write_text(text)
    assert run.main(["--evaluate", "--strokes", str(tmp_path / "strokes.jsonl")]) == 1
    assert_one_line(capsys.readouterr().err)


def test_training_keeps_the_run_and_refreshes_the_weights(train_and_draw, tmp_path):
    code, text = train_and_draw("--sessions", "1,1", "--seed", "3")
    assert code == 0, text
    folder = tmp_path / "run"
    card = read_card(folder, "linear")
    assert names_of(folder) == {
        "history.jsonl",
        "checkpoint.pt",
        "linear.json",
        card.weights.name,
        card.onnx.name,
        *PICTURES,
    }
    for name in PICTURES:
        Image.open(folder / name).verify()
        assert str(folder / name) in text
    card = json.loads((tmp_path / "weights" / "linear.json").read_text())
    assert card["command"].endswith("--model linear --sessions 1,1 --seed 3")
    assert card["epochs"] == 2
    assert card["data"]["sha256"]
    assert str(tmp_path) not in json.dumps(card)


def test_training_says_what_it_does(train):
    _, text = train("--sessions", "1,1")
    lines = text.splitlines()
    assert lines[0].startswith("Training on cpu")
    assert "== Session 1 of 2: epochs 1 ==" in text
    assert "== Session 2 of 2: epochs 2 ==" in text
    expected = next(line for line in lines if line.startswith("expected test accuracy"))
    loaded = next(line for line in lines if line.startswith("loaded test accuracy"))
    assert expected.split()[-1] == loaded.split()[-1]
    assert "validation loss" in text


def test_weights_stay_where_a_run_is_not_to_refresh_them(train, tmp_path):
    assert train("--sessions", "1", "--no-refresh")[0] == 0
    assert not (tmp_path / "weights").exists()


def test_a_run_is_not_overwritten_by_another(train):
    assert train("--sessions", "1")[0] == 0
    code, text = train("--sessions", "1")
    assert code == 1
    assert "--resume" in text


def test_a_resumed_run_keeps_its_recipe_and_ends_as_if_never_stopped(train, tmp_path):
    assert train("--sessions", "1", "--seed", "4")[0] == 0
    assert train("--sessions", "1,1", "--resume")[0] == 0
    card = json.loads((tmp_path / "run" / "linear.json").read_text())
    assert (card["seed"], card["epochs"]) == (4, 2)
    shutil.rmtree(tmp_path / "run")
    assert train("--sessions", "1,1", "--seed", "4")[0] == 0
    whole = json.loads((tmp_path / "run" / "linear.json").read_text())
    assert whole["weights"] == card["weights"]


def test_resuming_another_recipe_or_nothing_at_all_fails_in_one_line(train):
    code, text = train("--resume")
    assert code == 1
    assert "there is no checkpoint" in text
    assert train("--sessions", "1", "--seed", "4")[0] == 0
    code, text = train("--resume", "--seed", "5")
    assert code == 1
    assert "another recipe" in text


def test_the_newest_run_is_resumed_wherever_it_lies_and_of_the_model_that_is_asked_for(
    train, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert train("--model", "mlp", "--sessions", "1", out="runs/mine")[0] == 0
    assert train("--model", "linear", "--sessions", "1", out=None)[0] == 0
    os.utime("runs/mine/history.jsonl", (1, 1))  # as if written long ago
    assert "--model linear" in train("--resume", "--sessions", "1,1", out=None)[1]
    code, text = train("--resume", "--model", "mlp", "--sessions", "1,1", out=None)
    assert code == 0
    assert str(Path("runs", "mine")) in text
    assert train("--resume", "--model", "quick_cnn", out=None)[0] == 1


def test_a_run_without_an_epoch_is_not_passed_over_for_an_older_one(train, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert train("--sessions", "1", out="runs/old")[0] == 0
    os.utime("runs/old/history.jsonl", (1, 1))
    Path("runs", "linear-2").mkdir()
    Path("runs", "linear-2", "history.jsonl").touch()  # what a run that is killed early leaves
    for model in ([], ["--model", "linear"]):
        code, text = train("--resume", "--sessions", "1,1", *model, out=None)
        assert code == 1
        assert str(Path("runs", "linear-2")) in text.splitlines()[-1]


def test_a_finished_run_is_not_served_again_by_resuming_the_newest(train, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert train("--sessions", "1", "--no-refresh", out=None)[0] == 0
    code, text = train("--resume", out=None)
    assert code == 1
    assert "is finished" in text.splitlines()[-1]
    assert not (tmp_path / "weights").exists()


def test_training_says_when_what_it_replaces_read_better(train, tmp_path):
    assert "until now" not in train("--epochs", "3")[1]
    card = json.loads((tmp_path / "weights" / "linear.json").read_text())
    _, text = train("--epochs", "1", "--lr", "1e-6", "--out", str(tmp_path / "worse"))
    assert f"what was served until now was {card['test_accuracy']:.2%}" in text
    assert "--no-refresh" in text
    (tmp_path / "weights" / "linear.json").write_text("[]")
    code, text = train("--epochs", "1", "--out", str(tmp_path / "third"))
    assert (code, "until now" in text) == (0, False)


def test_no_data_fails_in_one_line_and_touches_no_weights(train, tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("no network")

    monkeypatch.setattr("torchvision.datasets.MNIST.download", fail)
    code, text = train(data=tmp_path / "nowhere")
    assert code == 1
    assert "put the four files" in text
    assert not (tmp_path / "weights").exists()
    assert not (tmp_path / "run").exists()


def test_an_unwritable_folder_fails_in_one_line(train, tmp_path):
    (tmp_path / "run").write_text("a file where the folder should be")
    code, text = train("--sessions", "1")
    assert code == 1
    assert "Traceback" not in text


def test_a_full_disk_fails_in_one_line_and_touches_no_weights(train, tmp_path, monkeypatch):
    def fail(path, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    code, text = train("--sessions", "1")
    assert code == 1
    assert text.splitlines()[-1].endswith("No space left on device")
    assert not (tmp_path / "weights").exists()
    assert not list((tmp_path / "run").glob("*.tmp"))


def test_a_run_that_is_interrupted_says_how_to_go_on(train, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    hook = register_optimizer_step_post_hook(interrupt)
    try:
        code, text = train("--sessions", "1")
    finally:
        hook.remove()
    assert code == 1
    assert "--resume" in text.splitlines()[-1]
    assert not (tmp_path / "weights").exists()


def test_evaluation_for_machines_is_one_json_object(made_mnist, capsys):
    assert run.main(["--evaluate", "--data", str(made_mnist), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    keys = {"model", "parameters", "test_accuracy", "test_loss", "images", "ece", "seconds"}
    assert report.keys() == keys | {"refused"}
    assert report["images"] == 100
    assert report["test_accuracy"] > 0.8


def test_evaluation_for_people_is_a_sentence(made_mnist, capsys):
    assert run.main(["--evaluate", "--data", str(made_mnist)]) == 0
    assert "accuracy" in capsys.readouterr().out


def test_evaluating_without_weights_fails_in_one_line(tmp_path, capsys):
    assert run.main(["--evaluate", "--weights", str(tmp_path)]) == 1
    assert_one_line(capsys.readouterr().err)


def test_a_folder_in_which_nothing_is_whole_is_refused_at_start_in_one_line(tmp_path):
    card = read_card(WEIGHTS_DIR, "linear")
    shutil.copy(WEIGHTS_DIR / "linear.json", tmp_path)
    (tmp_path / card.onnx.name).write_bytes(card.onnx.read(WEIGHTS_DIR)[:-1] + b"\x01")
    command = [sys.executable, "run.py", "--port", "0", "--weights", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "--train --model linear" in done.stderr
    assert_one_line(done.stderr)


def test_every_preprocessing_can_be_asked_for_and_no_other():
    choices = next(a for a in run.make_parser()._actions if a.dest == "preprocessing").choices
    assert choices == list(PREPROCESSINGS)
