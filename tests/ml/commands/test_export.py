"""An exported network comes with the contract that another program needs to use it."""

import base64
import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image

import run
from ml.files import PROJECT_DIR
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.classifier import load_onnx
from ml.networks.weights import save_files
from ml.predict import Reader
from ml.preprocess import fit_ink, normalize
from tests.cards import names_of


@pytest.mark.parametrize(("name", "answers"), [("tutorial_cnn", 10), ("board_cnn", 11)])
def test_an_export_is_the_served_network_and_its_contract(
    name, answers, made_digits, tmp_path, capsys
):
    flags = ["--model", name, "--weights", str(WEIGHTS_DIR), "--out", str(tmp_path)]
    assert run.main(["--export", "onnx", *flags]) == 0
    network, contract, _ = capsys.readouterr().out.split()
    images = normalize(made_digits[1].images[:7].numpy())
    names = ["logits", "features"]
    logits, features = onnxruntime.InferenceSession(network).run(names, {"images": images})
    assert logits.shape == (7, answers)
    assert features.shape[0] == 7
    assert np.mean(logits[:, :10].argmax(axis=1) == made_digits[1].labels[:7].numpy()) > 0.5
    written = json.loads(Path(contract).read_text())
    assert written["weights_sha256"] == read_card(WEIGHTS_DIR, name).weights.sha256
    assert written["input"]["shape"] == ["N", 1, 28, 28]
    assert written["output"]["shape"] == ["N", answers]
    assert len(written["postprocessing"]) == answers - 9
    # What a program needs to make the same bytes, and what the steps do not say.
    assert any("half goes to the even number" in detail for detail in written["details"])
    assert any("ink would leave" in detail for detail in written["details"])


def export(name, folder):
    """Export a model that ships; return its vectors."""
    flags = ["--model", name, "--weights", str(WEIGHTS_DIR), "--out", str(folder)]
    assert run.main(["--export", "onnx", *flags]) == 0
    return json.loads((folder / f"{name}.vectors.json").read_text())


def read_url(url):
    """Return the pixels of a data URL's picture."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))))


@pytest.mark.parametrize("name", ["linear", "board_cnn"])
def test_ten_vectors_lead_from_a_drawing_to_the_logits_of_the_exported_network(name, tmp_path):
    written = export(name, tmp_path)
    assert written["model"] == name
    assert [vector["digit"] for vector in written["vectors"]] == list(range(10))
    images = [fit_ink(read_url(vector["drawing"])) for vector in written["vectors"]]
    assert [image.ravel().tolist() for image in images] == [v["image"] for v in written["vectors"]]
    session = onnxruntime.InferenceSession(tmp_path / f"{name}.onnx")
    (logits,) = session.run(["logits"], {"images": normalize(np.stack(images))})
    assert np.allclose(logits, [vector["logits"] for vector in written["vectors"]], atol=1e-4)


def test_the_drawings_of_the_vectors_are_read_as_what_they_are(tmp_path):
    for vector in export("board_cnn", tmp_path)["vectors"]:
        assert int(np.argmax(vector["logits"][:10])) == vector["digit"]


def run_example(folder, name):
    """Read drawing.png as a user does: -I, nothing of this project can be imported."""
    example = PROJECT_DIR / "docs" / "examples" / "read_onnx.py"
    command = [sys.executable, "-I", str(example), f"{name}.onnx", "drawing.png"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8"
    )


@pytest.mark.parametrize("name", ["mlp", "board_cnn"])
def test_the_example_reads_an_exported_network_without_this_project(name, tmp_path):
    vectors, reader = export(name, tmp_path)["vectors"], Reader()
    scribble = np.zeros((280, 280), np.uint8)
    scribble[40:240:40, 30:250] = scribble[40:240, 30:250:44] = 255
    for ink in [read_url(vectors[8]["drawing"]), scribble]:
        Image.fromarray(ink).save(tmp_path / "drawing.png")
        done = run_example(tmp_path, name)
        assert done.stderr == ""
        reading = reader.read(ink, name)
        lines = [f"{digit}: {share:6.1%}" for digit, share in enumerate(reading.probabilities)]
        is_refused = reading.status == "not_a_digit"
        words = ["It does not look like a digit."] if is_refused else []
        assert done.stdout.splitlines() == lines + words
    assert is_refused == (name == "board_cnn")


def test_the_example_takes_any_paper_and_says_that_a_drawing_is_blank(tmp_path):
    ink = read_url(export("linear", tmp_path)["vectors"][8]["drawing"])
    on_nothing = np.zeros((*ink.shape, 4), np.uint8)
    on_nothing[..., 3] = ink
    rounded = np.stack([255 - ink] * 3 + [np.full_like(ink, 255)], axis=2)
    rounded[0, 0] = 0  # its corner is cut off
    said = []
    for pixels in [ink, 255 - ink, on_nothing, rounded]:
        Image.fromarray(pixels).save(tmp_path / "drawing.png")
        said.append(run_example(tmp_path, "linear").stdout)
    assert said[0].startswith("0: ")
    assert said == said[:1] * 4
    for pixels in [np.full_like(ink, 255), np.zeros_like(on_nothing)]:
        Image.fromarray(pixels).save(tmp_path / "drawing.png")
        done = run_example(tmp_path, "linear")
        assert (done.returncode, done.stderr) == (1, "The drawing is blank.\n")


def copy_shipped(name, folder):
    """Copy a model that ships; return its card."""
    card = read_card(WEIGHTS_DIR, name)
    for path in (f"{name}.json", card.weights.name, card.onnx.name):
        shutil.copy(WEIGHTS_DIR / path, folder)
    return card


@pytest.mark.slow
def test_what_ships_is_exported_again_from_its_weights(tmp_path, capsys):
    shipped = copy_shipped("small_cnn", tmp_path)
    weights = shipped.weights.read(tmp_path)
    old = save_files(tmp_path, shipped, weights, b"of an older exporter")
    assert run.main(["--export", "onnx", "--ship", "--weights", str(tmp_path)]) == 0
    card = read_card(tmp_path, "small_cnn")
    assert capsys.readouterr().out.split() == [str(tmp_path / card.onnx.name)]
    assert card.weights == shipped.weights
    assert replace(card, onnx=old.onnx) == old  # nothing else on the card has changed
    assert names_of(tmp_path) == {"small_cnn.json", card.weights.name, card.onnx.name}
    images = normalize(np.zeros((2, 28, 28), np.uint8))
    again, before = load_onnx(tmp_path, card), load_onnx(WEIGHTS_DIR, shipped)
    assert np.array_equal(again(images)[0], before(images)[0])
    assert again.layers(images).keys() == before.layers(images).keys()


@pytest.mark.slow
def test_exporting_again_what_would_not_change_writes_nothing(tmp_path):
    copy_shipped("mlp", tmp_path)
    flags = ["--ship", "--weights", str(tmp_path), "--model", "mlp"]
    assert run.main(["--export", "onnx", *flags]) == 0
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert run.main(["--export", "onnx", *flags]) == 0
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written


def test_what_ships_is_not_exported_to_another_folder(tmp_path, capsys):
    assert run.main(["--export", "onnx", "--ship", "--out", str(tmp_path)]) == 2
    assert "leave out --ship or --out" in capsys.readouterr().err


def test_a_model_that_is_not_there_cannot_be_exported(tmp_path, capsys):
    assert run.main(["--export", "onnx", "--weights", str(tmp_path)]) == 1
    assert run.main(["--export", "onnx", "--model", "resnet", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 2
