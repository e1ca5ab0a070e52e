"""MNIST's files become tensors, splits and batches, and bad files one clear line."""

import shutil

import pytest
import torch

from ml.data.examples import Examples, batches, count_batches, split, to_tensors
from ml.data.mnist import FILES, load_mnist
from ml.errors import DataError
from ml.preprocess import normalize
from tests.digits import find_mnist


@pytest.fixture
def copied_mnist(made_mnist, tmp_path):
    return shutil.copytree(made_mnist, tmp_path / "copy")


def numbered(count):
    return Examples(torch.zeros(count, 28, 28, dtype=torch.uint8), torch.arange(count) % 10)


def test_a_folder_that_holds_the_files_is_read_without_a_download(made_mnist, made_digits):
    examples = load_mnist(made_mnist, train=True)
    assert torch.equal(examples.images, made_digits[0].images)
    assert torch.equal(examples.labels, made_digits[0].labels)
    assert len(load_mnist(made_mnist, train=False)) == len(made_digits[1])


def test_mnist_itself_has_its_known_size():
    folder = find_mnist()
    assert len(load_mnist(folder, train=True)) == 60_000
    assert len(load_mnist(folder, train=False)) == 10_000


def test_no_data_and_no_network_says_where_to_put_the_files(tmp_path, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("no network")

    monkeypatch.setattr("torchvision.datasets.MNIST.download", fail)
    with pytest.raises(DataError, match=r"put the four files.*MNIST_DIR"):
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


def test_mnist_is_split_into_55000_and_5000_images():
    training, validation = split(numbered(60_000), 5_000)
    assert (len(training), len(validation)) == (55_000, 5_000)


def test_a_split_is_the_same_every_time_and_loses_nothing(made_digits):
    whole = made_digits[0]
    training, validation = split(whole, 5_000)
    again, _ = split(whole, 5_000)
    assert torch.equal(training.images, again.images)
    parts = torch.cat([training.images, validation.images]).flatten(1)
    assert torch.equal(parts.unique(dim=0), whole.images.flatten(1).unique(dim=0))


def test_one_image_cannot_be_split():
    with pytest.raises(DataError, match="two images"):
        split(numbered(1), 5_000)


def test_batches_are_shuffled_by_the_generator_alone():
    images, labels = torch.arange(10), torch.arange(10)

    def order(seed):
        generator = torch.Generator().manual_seed(seed)
        return torch.cat([batch for batch, _ in batches(images, labels, 4, generator)]).tolist()

    assert order(1) == order(1) != order(2)
    assert sorted(order(1)) == list(range(10))


def test_images_keep_their_labels_when_shuffled():
    numbers = torch.arange(100)
    for images, labels in batches(numbers, numbers, 7, torch.Generator().manual_seed(3)):
        assert torch.equal(images, labels)


def test_the_last_batch_holds_what_is_left():
    numbers = torch.arange(10)
    assert [len(labels) for _, labels in batches(numbers, numbers, 4)] == [4, 4, 2]


@pytest.mark.parametrize(
    ("count", "size", "sizes"),
    [
        (9, 4, [4, 5]),
        (8, 4, [4, 4]),
        (10, 4, [4, 4, 2]),
        (1, 4, [1]),
        (3, 1, [1, 1, 1]),
        (5, 9, [5]),
    ],
)
def test_a_last_image_alone_joins_the_batch_before_it(count, size, sizes):
    numbers = torch.arange(count)
    parts = [labels for _, labels in batches(numbers, numbers, size, torch.Generator())]
    assert [len(part) for part in parts] == sizes
    assert count_batches(count, size) == len(sizes)
    assert torch.cat(parts).sort().values.tolist() == numbers.tolist()


def test_tensors_are_normalized_for_the_network(made_digits):
    images, labels = to_tensors(made_digits[0], torch.device("cpu"))
    assert images.shape == (360, 1, 28, 28)
    assert images.dtype == torch.float32
    assert labels.dtype == torch.int64


def test_tensors_are_the_normalized_images_and_the_labels(made_digits):
    images, labels = to_tensors(made_digits[0], torch.device("cpu"))
    assert torch.equal(images, torch.from_numpy(normalize(made_digits[0].images.numpy())))
    assert torch.equal(labels, made_digits[0].labels)


def test_a_checksum_tells_two_sets_apart(made_digits):
    training, test = made_digits
    assert training.checksum() == training.checksum() != test.checksum()
