"""Weights, ONNX and card are saved, swapped and loaded as one."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from ml.errors import WeightsError
from ml.networks.card import SavedFile, card_path, read_card
from ml.networks.registry import build_model
from ml.networks.torch_classifier import load_torch
from ml.networks.weights import load_weights, save_files, save_model
from tests.cards import make_card, names_of

NAME = "small_cnn"


def save(folder, seed=1):
    torch.manual_seed(seed)
    return save_model(folder, build_model(NAME), make_card(NAME))


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A folder with one model, made once: exporting takes a second."""
    folder = tmp_path_factory.mktemp("template")
    save(folder)
    return folder


@pytest.fixture
def folder(template, tmp_path):
    for path in template.glob(f"{NAME}*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_weights_come_back_as_they_were(tmp_path):
    model = build_model(NAME)
    save_model(tmp_path, model, replace(make_card(NAME), seed=3))
    card = read_card(tmp_path, NAME)
    loaded = load_weights(tmp_path, card)
    assert card.seed == 3
    assert not loaded.training
    for name, tensor in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)


def test_a_model_is_three_files_two_of_them_named_by_their_hashes(folder):
    card = read_card(folder, NAME)
    assert names_of(folder) == {f"{NAME}.json", card.weights.name, card.onnx.name}
    assert card.weights.name == f"{NAME}-{card.weights.sha256[:12]}.safetensors"
    assert card.onnx.name == f"{NAME}-{card.onnx.sha256[:12]}.onnx"
    assert (folder / card.onnx.name).stat().st_size == card.onnx.size


def test_the_same_weights_give_the_same_files(folder, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    save(again)
    assert names_of(again) == names_of(folder)


def test_new_files_replace_the_former_ones(folder):
    former = names_of(folder)
    card = save_files(folder, make_card(NAME), b"new weights", b"new network")
    assert names_of(folder) == {f"{NAME}.json", card.weights.name, card.onnx.name}
    assert names_of(folder) & former == {f"{NAME}.json"}


def test_other_models_of_the_folder_are_left_alone(folder):
    other = folder / "small_cnn_2-0123456789ab.onnx"
    other.write_bytes(b"another model's")
    save_files(folder, make_card(NAME), b"new weights", b"new network")
    assert other.exists()


def test_a_file_that_cannot_be_written_leaves_the_former_model(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    in_the_way = folder / SavedFile.of(NAME, "onnx", b"new network").name
    in_the_way.mkdir()
    with pytest.raises(OSError, match=in_the_way.name):
        save_files(folder, make_card(NAME), b"new weights", b"new network")
    in_the_way.rmdir()
    card = read_card(folder, NAME)
    for name in (f"{NAME}.json", card.weights.name, card.onnx.name):
        assert (folder / name).read_bytes() == before[name]


# Saves in each of the folders, and is killed before the first, the second and the third rename.
KILLED = """
import os, sys
from pathlib import Path
from ml.networks.weights import save_files
from tests.cards import make_card

def save_and_be_killed(folder, renames):
    done = []
    def watch(event, arguments):
        if event == "os.rename" and str(arguments[1]).startswith(folder):
            if len(done) == renames:
                os.kill(os.getpid(), 9)
            done.append(event)
    sys.addaudithook(watch)
    save_files(Path(folder), make_card("small_cnn"), b"new weights", b"new network")
    os._exit(0)

for renames, folder in enumerate(sys.argv[1:]):
    child = os.fork()
    if not child:
        save_and_be_killed(folder, renames)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the processes are made by os.fork")
def test_killed_before_any_of_the_three_is_in_place_the_former_model_still_loads(
    template, tmp_path
):
    folders = [shutil.copytree(template, tmp_path / str(renames)) for renames in range(3)]
    command = [sys.executable, "-c", KILLED, *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["-9"] * 3
    for folder in folders:
        former = read_card(folder, NAME)
        assert former == read_card(template, NAME)
        load_torch(folder, former)
        after = save_files(folder, make_card(NAME), b"newer weights", b"newer network")
        left = {name for name in names_of(folder) if not name.endswith(".tmp")}
        assert left == {f"{NAME}.json", after.weights.name, after.onnx.name}  # it cleaned up


@pytest.mark.parametrize("file", ["weights", "onnx"])
@pytest.mark.parametrize("damage", [lambda c: c[:1000], lambda c: c[:-1] + b"\x01", lambda c: b""])
def test_a_damaged_file_is_refused(folder, file, damage):
    saved = getattr(read_card(folder, NAME), file)
    path = folder / saved.name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(WeightsError, match="damaged"):
        saved.read(folder)


def test_a_missing_file_is_refused(folder):
    card = read_card(folder, NAME)
    (folder / card.weights.name).unlink()
    with pytest.raises(WeightsError, match="cannot be read"):
        load_weights(folder, card)


def test_weights_that_do_not_fit_the_network_are_refused(folder):
    values = json.loads(card_path(folder, NAME).read_text())
    for name in names_of(folder) - {f"{NAME}.json"}:
        (folder / name).rename(folder / name.replace(NAME, "mlp"))
    text = json.dumps(values).replace(NAME, "mlp")
    card_path(folder, "mlp").write_text(text)
    with pytest.raises(WeightsError, match="doesn't fit"):
        load_weights(folder, read_card(folder, "mlp"))


def test_a_model_that_the_code_does_not_know_is_refused(folder):
    card = replace(read_card(folder, NAME), model="resnet")
    with pytest.raises(WeightsError, match="no network resnet"):
        load_weights(folder, card)
