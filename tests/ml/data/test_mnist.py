"""MNIST's files become tensors, and bad files one clear line."""

import shutil

import pytest
import torch

from ml.data.mnist import FILES, load_mnist
from ml.errors import DataError
from tests.digits import find_mnist
from tests.network import unplugged


@pytest.fixture
def copied_mnist(made_mnist, tmp_path):
    return shutil.copytree(made_mnist, tmp_path / "copy")


def test_a_folder_that_holds_the_files_is_read_without_a_download(made_mnist, made_digits):
    examples = load_mnist(made_mnist, train=True)
    assert torch.equal(examples.images, made_digits[0].images)
    assert torch.equal(examples.labels, made_digits[0].labels)
    assert len(load_mnist(made_mnist, train=False)) == len(made_digits[1])


def test_mnist_itself_has_its_known_size():
    folder = find_mnist()
    assert len(load_mnist(folder, train=True)) == 60_000
    assert len(load_mnist(folder, train=False)) == 10_000


def test_no_data_and_no_network_says_where_to_put_the_files(tmp_path):
    with unplugged(), pytest.raises(DataError, match=r"put the four files.*MNIST_DIR"):
        load_mnist(tmp_path, train=True)


@pytest.mark.parametrize("name", FILES[:2])
@pytest.mark.parametrize("cut", [0, 3, 10, 200])
def test_a_truncated_file_is_refused(copied_mnist, name, cut):
    path = copied_mnist / "MNIST" / "raw" / name
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match="delete it to fetch it again"):
        load_mnist(copied_mnist, train=True)


def test_a_foreign_file_is_refused(copied_mnist):
    (copied_mnist / "MNIST" / "raw" / FILES[0]).write_bytes(b"<!doctype html> not found" * 99)
    with pytest.raises(DataError):
        load_mnist(copied_mnist, train=True)


def test_images_and_labels_of_different_sets_are_refused(copied_mnist):
    raw = copied_mnist / "MNIST" / "raw"
    shutil.copy(raw / FILES[3], raw / FILES[1])
    with pytest.raises(DataError, match="360 images but 100 labels"):
        load_mnist(copied_mnist, train=True)


def test_a_label_above_nine_is_refused(copied_mnist):
    path = copied_mnist / "MNIST" / "raw" / FILES[1]
    path.write_bytes(path.read_bytes()[:-1] + b"\x0c")
    with pytest.raises(DataError, match="label 12"):
        load_mnist(copied_mnist, train=True)
