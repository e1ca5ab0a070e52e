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
from ml.networks.classifier import load_onnx
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


@pytest.fixture(scope="module")
def newer(tmp_path_factory):
    """A folder with the same network and other weights."""
    folder = tmp_path_factory.mktemp("newer")
    save(folder, seed=2)
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


@pytest.mark.slow
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


# Gives the model of the first folder to each of the others, and is killed there before the first
# rename or removal, before the second, and so on; prints how many were done, and how each ended.
KILLED = """
import os, sys
from pathlib import Path
from ml.networks.card import read_card
from ml.networks.weights import save_files

newer, *folders = map(Path, sys.argv[1:])
card = read_card(newer, "small_cnn")
content = card.weights.read(newer), card.onnx.read(newer)

def save_and_be_killed(folder, steps):
    done = []
    def watch(event, arguments):
        if event in ("os.rename", "os.remove") and str(arguments[0]).startswith(str(folder)):
            if len(done) == steps:
                os.kill(os.getpid(), 9)
            done.append(event)
    sys.addaudithook(watch)
    save_files(folder, card, *content)
    os._exit(0)

for steps, folder in enumerate(folders):
    child = os.fork()
    if not child:
        save_and_be_killed(folder, steps)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the processes are made by os.fork")
def test_killed_at_any_step_of_the_swap_a_whole_model_is_left(template, newer, tmp_path):
    folders = [shutil.copytree(template, tmp_path / str(steps)) for steps in range(12)]
    command = [sys.executable, "-c", KILLED, str(newer), *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    steps = done.stdout.split().index("0")
    assert steps >= 5  # three renames, and the two former files are removed
    assert done.stdout.split() == ["-9"] * steps + ["0"] * (len(folders) - steps)
    whole = [read_card(template, NAME), read_card(newer, NAME)]
    left = [whole.index(load_whole(folder)) for folder in folders]
    assert left == sorted(left)  # the former model, and from some step on the new one
    assert (left[0], left[-1]) == (0, 1)
    for folder in folders[:steps]:
        after = save_files(folder, make_card(NAME), b"newer weights", b"newer network")
        names = {name for name in names_of(folder) if not name.endswith(".tmp")}
        assert names == {f"{NAME}.json", after.weights.name, after.onnx.name}  # it cleaned up


def load_whole(folder):
    """Load a folder's model by both engines, which checks its files, and return its card."""
    card = read_card(folder, NAME)
    load_torch(folder, card)
    load_onnx(folder, card)
    return card


ALTERNATE = """
import sys
from pathlib import Path
from ml.networks.card import read_card
from ml.networks.weights import save_files

folder, *sources = map(Path, sys.argv[1:])
cards = [read_card(source, "small_cnn") for source in sources]
content = [(c.weights.read(s), c.onnx.read(s)) for c, s in zip(cards, sources)]
print("ready", flush=True)
for number, _ in enumerate(sys.stdin):
    save_files(folder, cards[number % 2], *content[number % 2], patience=60)
    print("saved", flush=True)
"""


@pytest.mark.slow
def test_two_that_save_at_once_always_leave_a_whole_model(template, newer, folder):
    command = [sys.executable, "-c", ALTERNATE, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    both = [
        subprocess.Popen([*command, *map(str, sources)], **pipes)
        for sources in ((template, newer), (newer, template))
    ]
    try:
        assert [process.stdout.readline() for process in both] == ["ready\n"] * 2
        for _ in range(30):
            for process in both:
                process.stdin.write("\n")
                process.stdin.flush()
            assert [process.stdout.readline() for process in both] == ["saved\n"] * 2
            card = read_card(folder, NAME)
            card.weights.read(folder), card.onnx.read(folder)
    finally:
        for process in both:
            process.communicate()
    card = load_whole(folder)
    assert card in (read_card(template, NAME), read_card(newer, NAME))
    assert names_of(folder) == {f"{NAME}.json", card.weights.name, card.onnx.name}


HOLD = """
import sys, time
from pathlib import Path
from ml.files import hold_lock

with hold_lock(Path(sys.argv[1]), 0, RuntimeError()):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the holder is killed by a signal")
def test_a_lock_is_waited_for_and_one_that_a_killed_process_left_is_none(folder):
    command = [sys.executable, "-c", HOLD, str(folder / f".{NAME}.lock")]
    other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    former = read_card(folder, NAME)
    try:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(WeightsError, match=r"locked: another training .* for 0.2 s"):
            save_files(folder, make_card(NAME), b"new weights", b"new network", patience=0.2)
        assert read_card(folder, NAME) == former
    finally:
        other.kill()
        other.communicate()
    card = save_files(folder, make_card(NAME), b"new weights", b"new network", patience=0.2)
    assert read_card(folder, NAME) == card


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
