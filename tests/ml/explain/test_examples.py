"""The training images that ship to be shown, and what the networks see in them."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ml.errors import UnknownModelError
from ml.explain.examples import FILE, ExampleFeatures, Examples, load_examples
from ml.predict import WEIGHTS_DIR, Reader
from tests.digits import find_mnist

SMALLEST = ("linear", "mlp")


def copy_models(folder):
    for name in SMALLEST:
        for path in WEIGHTS_DIR.glob(f"{name}[.-]*"):
            shutil.copy(path, folder)
    return folder


@pytest.fixture
def reader(tmp_path):
    return Reader(copy_models(tmp_path))


class Counting:
    """A reader that counts the images whose features it was asked for."""

    def __init__(self, reader):
        self.reader, self.batches = reader, []

    def features(self, model, seen):
        self.batches.append(len(seen))
        return self.reader.features(model, seen)

    def weights_version(self, model):
        return self.reader.weights_version(model)


def test_each_digit_has_forty_images_that_differ():
    examples = load_examples()
    assert examples.images.shape == (400, 28, 28)
    assert examples.images.dtype == examples.labels.dtype == np.uint8
    assert (np.bincount(examples.labels) == 40).all()
    assert len(np.unique(examples.images.reshape(400, -1), axis=0)) == 400


def test_the_file_is_small_and_says_whose_images_they_are():
    assert FILE.stat().st_size <= 400_000
    notice = FILE.with_name("EXAMPLES.md").read_text(encoding="utf-8")
    assert all(word in notice for word in ("CC BY-SA 3.0", "LeCun", "Cortes", "run.py --examples"))


def test_they_are_training_images_with_their_labels_and_none_is_a_test_image():
    from ml.data.mnist import load_mnist

    folder, examples = find_mnist(), load_examples()
    training, test = (load_mnist(folder, train=train) for train in (True, False))
    labels = {
        image.tobytes(): label
        for image, label in zip(training.images.numpy(), training.labels.tolist(), strict=True)
    }
    tested = {image.tobytes() for image in test.images.numpy()}
    for image, label in zip(examples.images, examples.labels, strict=True):
        assert labels[image.tobytes()] == label
        assert image.tobytes() not in tested


def test_the_images_of_one_digit_are_found():
    examples = Examples(np.arange(3, dtype=np.uint8)[:, None, None], np.array([4, 1, 4], np.uint8))
    assert len(examples) == 3
    assert examples.of(4).ravel().tolist() == [0, 2]


def test_features_are_those_that_the_reader_gives(reader):
    images = load_examples().images
    features = ExampleFeatures().find(reader, "mlp")
    assert features.dtype == np.float16
    assert features.tolist() == reader.features("mlp", images).tolist()


def test_features_are_computed_once_in_batches_that_a_reading_need_not_wait_for(reader):
    counting, features = Counting(reader), ExampleFeatures()
    first = features.find(counting, "linear")
    assert sum(counting.batches) == 400
    assert max(counting.batches) <= 48
    assert features.find(counting, "linear") is first
    assert sum(counting.batches) == 400


def test_other_weights_see_the_examples_anew(reader, tmp_path):
    counting, features = Counting(reader), ExampleFeatures()
    first = features.find(counting, "mlp")
    counting.weights_version = lambda _model: "of other weights"
    assert features.find(counting, "mlp") is not first
    assert sum(counting.batches) == 800


def test_weights_replaced_while_it_computes_leave_no_mixture(reader):
    counting, features = Counting(reader), ExampleFeatures()
    counting.weights_version = lambda _model: "old" if len(counting.batches) < 3 else "new"
    features.find(counting, "mlp")
    assert sum(counting.batches) == 800


def test_threads_that_ask_at_once_get_the_same_array(reader):
    counting, features = Counting(reader), ExampleFeatures()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: features.find(counting, "mlp"), range(8)))
    assert all(each is found[0] for each in found)
    assert sum(counting.batches) == 400


def test_a_model_that_is_not_served_is_refused(reader):
    with pytest.raises(UnknownModelError):
        ExampleFeatures().find(reader, "resnet")
