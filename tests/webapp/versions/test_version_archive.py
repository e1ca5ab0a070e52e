"""A version's ZIP is what its card says to the last byte, or it is refused with one sentence."""

import io
import json
import random
import struct
import zipfile

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from ml.networks.card import SavedFile
from tests.webapp.kept_versions import make_version
from webapp.store.errors import ArchiveError
from webapp.versions.archive import read_zip, write_zip


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    return make_version(tmp_path_factory.mktemp("instance"), by=1)


@pytest.fixture(scope="module")
def content(version):
    file = io.BytesIO()
    write_zip(version, file)
    return file.getvalue()


@pytest.fixture
def files(content):
    """What lies in the ZIP: {name: content}."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(files, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def change_card(files, **changes):
    """The files with another card."""
    values = json.loads(files["linear.json"]) | changes
    return files | {"linear.json": json.dumps(values)}


def swap_network(files, content):
    """The files with another ONNX file, which the card names correctly."""
    values = json.loads(files["linear.json"])
    saved = SavedFile.of("linear", "onnx", content)
    rest = {name: each for name, each in files.items() if name != values["onnx"]["name"]}
    return change_card(rest, onnx=vars(saved)) | {saved.name: content}


def assert_refused(content, *words):
    with pytest.raises(ArchiveError) as refusal:
        read_zip(io.BytesIO(content))
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert all(word in sentence for word in words), sentence


def test_a_version_comes_back_as_it_was(version, content):
    card, weights, network = read_zip(io.BytesIO(content))
    assert weights == version.card.weights.read(version.folder)
    assert network == version.card.onnx.read(version.folder)
    assert (card.weights, card.onnx, card.title) == (
        *(version.card.weights, version.card.onnx),
        version.card.title,
    )
    assert (card.parent, card.origin["kind"]) == (None, "imported")


def test_a_zip_of_other_files_is_refused(files):
    card, weights, _ = files
    assert_refused(pack({}), "three files")
    assert_refused(pack({"a.txt": b""}), "three files")
    assert_refused(pack({name: files[name] for name in (card, weights)}), "three files")
    assert_refused(pack(files | {"more": b""}), "three files")
    renamed = {f"folder/{name}": each for name, each in files.items()}
    assert_refused(pack(renamed), "that its card names")
    assert_refused(pack({**files, "other.onnx": b""} | {}), "three files")


@pytest.mark.parametrize("name", ["../linear.json", "/linear.json", "C:\\linear.json", "mlp.json"])
def test_a_card_of_another_name_is_refused(files, name):
    card = files.pop("linear.json")
    assert_refused(pack(files | {name: card}), "that its card names")


def test_files_that_do_not_belong_together_are_refused(files, tmp_path):
    other = make_version(tmp_path, by=2)
    saved = json.loads(files["linear.json"])
    for kind in ("weights", "onnx"):
        name = saved[kind]["name"]
        wrong = getattr(other.card, kind).read(other.folder)
        assert_refused(pack(files | {name: wrong}), "is not the file that the card")
        assert_refused(pack(files | {name: files[name][:-1]}), "is not the file that the card")


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": "many"},
        {"contract_sha256": "0" * 64},
        {"weights": None},
        {"model": "../../etc"},
        {"model": "a" * 65},
        {"origin": {"kind": "found"}},
        {"layers": [{}]},
        {"layers": [{"layer": "linear", "shape": [10], "parameters": "7"}]},
        {"layers": [{"layer": "linear", "shape": 10, "parameters": 7}]},
        {"history": [{"epoch": 1, "seconds": "two"}]},
        {"tutorial": {"note": 7}},
        {"recipe": {"source": 7}},
        {"mistakes": [{"seen": "!"}]},
        {"confusion": [[1, "2"]]},
        {"tutorial": {"commands": 7}},
        {"test_interval": [0.1, 10**400]},
        {"test_accuracy": float("nan")},
        {"test_loss": float("inf")},
    ],
)
def test_a_card_that_no_page_could_show_is_refused(files, change):
    assert_refused(pack(change_card(files, **change)))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\x00", '{"model": "linear"}'])
def test_what_is_not_a_card_is_refused(files, text):
    assert_refused(pack(files | {"linear.json": text}))


def test_a_network_of_something_else_is_refused(files):
    assert_refused(pack(swap_network(files, b"")), "not a network of ours")
    assert_refused(pack(swap_network(files, b"\x08\x01 not a network")), "not a network of ours")


def make_network(*nodes, initializers=()):
    """An ONNX file with the inputs and outputs of ours."""
    image = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 1, 28, 28])
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in ("logits", "features")
    ]
    graph = helper.make_graph(list(nodes), "g", [image], outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])


def test_a_network_with_other_outputs_is_refused(files):
    flat = helper.make_node("Flatten", ["images"], ["features"])
    same = helper.make_node("Identity", ["features"], ["logits"])
    wide = make_network(flat, same).SerializeToString()  # 784 logits
    assert_refused(pack(swap_network(files, wide)))


def test_a_network_that_wants_all_memory_is_refused_and_nobody_dies_of_it(files):
    size = helper.make_node(
        "Constant", [], ["size"], value=helper.make_tensor("s", TensorProto.INT64, [1], [2**40])
    )
    nodes = [
        size,
        helper.make_node("ConstantOfShape", ["size"], ["huge"]),
        helper.make_node("Flatten", ["images"], ["features"]),
        helper.make_node("ReduceSum", ["huge"], ["sum"], keepdims=1),
        helper.make_node("Add", ["features", "sum"], ["logits"]),
    ]
    content = make_network(*nodes).SerializeToString()
    assert_refused(pack(swap_network(files, content)), "not a network of ours")


def test_a_network_that_reads_other_files_is_refused(files):
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [784, 10], np.zeros(7840, np.float32))
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secrets")
    nodes = [
        helper.make_node("Flatten", ["images"], ["features"]),
        helper.make_node("MatMul", ["features", "w"], ["logits"]),
    ]
    content = make_network(*nodes, initializers=[tensor]).SerializeToString()
    assert onnx.load_from_string(content).graph.initializer
    assert_refused(pack(swap_network(files, content)), "must not read other files")


def test_a_bomb_is_refused_before_it_is_unpacked(files):
    weights = json.loads(files["linear.json"])["weights"]["name"]
    bomb = pack(files | {weights: bytes(65 * 1024 * 1024)})
    assert len(bomb) < 200_000
    assert_refused(bomb, "at most 64 MiB")
    assert_refused(pack(files | {"linear.json": b" " * 5 * 1024 * 1024}), "at most 4 MiB")


def test_a_size_that_lies_is_refused(files):
    name = json.loads(files["linear.json"])["weights"]["name"]
    content = bytearray(pack(files | {name: bytes(10_000_000)}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        stated = struct.pack("<L", archive.getinfo(name).file_size)
    lie = struct.pack("<L", len(files[name]))
    assert_refused(bytes(content).replace(stated, lie))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(files, method):
    assert_refused(pack(files, method), "damaged")


def test_a_zip_with_a_file_twice_is_refused(files):
    file = io.BytesIO(pack(files))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("linear.json", files["linear.json"])
    assert_refused(file.getvalue(), "three files")


def test_a_password_is_refused(content):
    locked = bytearray(content)
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        at = -1
        while (at := locked.find(start, at + 1)) >= 0:
            locked[at + (6 if start == b"PK\x03\x04" else 8)] |= 1
    assert_refused(bytes(locked), "damaged")


def test_no_damage_is_more_than_one_sentence(content):
    chance = random.Random(28)
    for _ in range(100):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with_end = bytes(damaged[: chance.choice([len(damaged), chance.randrange(len(damaged))])])
        try:
            card, weights, network = read_zip(io.BytesIO(with_end))
        except ArchiveError as error:
            assert "\n" not in str(error)
        else:  # the damage met nothing that is read
            assert SavedFile.of("linear", "safetensors", weights) == card.weights
            assert SavedFile.of("linear", "onnx", network) == card.onnx
