"""`--evaluate`: served models are measured on MNIST's test set or on drawn strokes."""

import json

import pytest

import run
from ml.networks.card import WEIGHTS_DIR, find_cards
from tests.digits import find_mnist
from tests.one_line import assert_one_line
from tests.strokes_files import write_strokes


def evaluate(*flags):
    assert run.main(["--evaluate", "--weights", str(WEIGHTS_DIR), *map(str, flags)]) == 0


def test_evaluation_for_machines_is_one_json_object(made_mnist, capsys):
    evaluate("--data", made_mnist, "--json")
    report = json.loads(capsys.readouterr().out)
    keys = {"model", "parameters", "test_accuracy", "test_loss", "images", "ece", "seconds"}
    assert report.keys() == keys | {"refused", "data"}
    assert report["images"] == 100
    assert report["test_accuracy"] > 0.8


def test_evaluation_for_people_is_a_sentence(made_mnist, capsys):
    evaluate("--data", made_mnist)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("board_cnn")
    assert "100 test images of other data (sha256 " in line
    assert "): accuracy" in line


def test_evaluation_on_mnist_itself_needs_no_warning(capsys):
    evaluate("--model", "linear", "--data", find_mnist(), "--json")
    printed = capsys.readouterr()
    assert json.loads(printed.out)["data"] == "MNIST"
    assert printed.err == ""


def test_evaluation_on_other_data_is_warned_of_in_one_line(made_mnist, capsys):
    evaluate("--model", "linear", "--data", made_mnist)
    warning = capsys.readouterr().err
    assert_one_line(warning)
    assert "not MNIST's" in warning
    assert "train-images-idx3-ubyte" in warning


def test_all_shipped_models_are_evaluated_the_smallest_first(made_mnist, capsys):
    evaluate("--all", "--json", "--data", made_mnist)
    reports = json.loads(capsys.readouterr().out)
    sizes = [report["parameters"] for report in reports]
    assert sizes == sorted(sizes)
    assert sorted(report["model"] for report in reports) == find_cards(WEIGHTS_DIR)
    evaluate("--all", "--data", made_mnist)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [report["model"] for report in reports]


def test_evaluating_without_weights_fails_in_one_line(tmp_path, capsys):
    assert run.main(["--evaluate", "--weights", str(tmp_path)]) == 1
    assert_one_line(capsys.readouterr().err)


def test_drawn_strokes_are_measured_for_machines(tmp_path, capsys):
    path = write_strokes(tmp_path / "strokes.jsonl", "0123456789W")
    evaluate("--strokes", path, "--json")
    assert json.loads(capsys.readouterr().out)["drawings"] == 90


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
