"""Labelled images are split, shuffled into batches and normalized, and none gets lost."""

import pytest
import torch

from ml.data.examples import Examples, batches, count_batches, join, split, to_tensors
from ml.errors import DataError
from ml.preprocess import normalize


def numbered(count):
    return Examples(torch.zeros(count, 28, 28, dtype=torch.uint8), torch.arange(count) % 10)


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


def test_parts_are_joined_one_after_the_other(made_digits):
    training, test = made_digits
    whole = join([test, training[:5]])
    assert len(whole) == 105
    assert torch.equal(whole[:100].images, test.images)
    assert torch.equal(whole[100:].labels, training.labels[:5])
