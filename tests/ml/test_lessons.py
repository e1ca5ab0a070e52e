"""What an epoch learns from: fixed images as slices, or mixed, generated and distorted ones."""

import threading

import pytest
import torch

from ml import lessons as lessons_module
from ml import styles
from ml.data import Digits, split
from ml.events import Finished
from ml.lessons import Lessons, derive_seed
from ml.recipes import find_recipe
from ml.train import train
from tests.ml.test_train import assert_same_weights, stop_after

CPU = torch.device("cpu")
VARIED = {
    "mnist_copies": 2,
    "retraced_digits": 360,
    "generated_digits": 40,
    "generated_non_digits": 30,
    "distorted": (0.8, 0.2),
    "batch_size": 64,
}


def collect(lessons, epoch=1):
    generator = torch.Generator().manual_seed(epoch)
    parts = list(lessons.batches(epoch, generator))
    return torch.cat([images for images, _ in parts]), torch.cat([labels for _, labels in parts])


@pytest.fixture
def give_lessons(made_digits):
    def give(seed=7, **changes):
        return Lessons(find_recipe("board_cnn", **VARIED | changes), made_digits[0], CPU, seed)

    return give


@pytest.fixture
def varied(give_lessons):
    return give_lessons()


def test_a_plain_recipe_learns_from_every_image_once(made_digits):
    lessons = Lessons(find_recipe("mlp"), made_digits[0], CPU, 7)
    images, labels = collect(lessons)
    assert lessons.count_images() == len(images) == 360
    assert labels.bincount().tolist() == [36] * 10


def test_copies_come_by_even_if_nothing_else_is_varied(made_digits):
    lessons = Lessons(find_recipe("mlp", mnist_copies=2), made_digits[0], CPU, 7)
    assert lessons.count_images() == len(collect(lessons)[0]) == 720


def test_a_varied_recipe_mixes_copies_retraced_and_generated_images(varied):
    images, labels = collect(varied)
    assert varied.count_images() == len(images) == 2 * 360 + 360 + 40 + 30
    assert labels.bincount().tolist() == [72 + 36 + 4] * 10 + [30]
    assert images.shape[1:] == (1, 28, 28)
    assert images.dtype == torch.float32


def test_the_same_seed_gives_the_same_lessons_and_another_seed_others(varied, give_lessons):
    assert torch.equal(collect(varied)[0], collect(give_lessons())[0])
    assert not torch.equal(collect(varied)[0], collect(give_lessons(seed=8))[0])


def test_lessons_prepared_an_epoch_ahead_are_the_same(give_lessons, monkeypatch):
    begun, make = [], styles.make_digit_parts

    def watch(count, seed):
        begun.append(seed)
        return make(count, seed)

    monkeypatch.setattr(lessons_module, "make_digit_parts", watch)
    ahead = give_lessons(epochs_per_drawing=1)
    first = ahead.batches(1, torch.Generator(), is_last=False)
    assert sum(len(labels) for _, labels in first) == ahead.count_images()
    assert begun == [derive_seed(7, 1), derive_seed(7, 2)]
    unprepared = give_lessons(epochs_per_drawing=1)
    for ours, theirs in zip(collect(ahead, 2), collect(unprepared, 2), strict=True):
        assert torch.equal(ours, theirs)
    assert begun == [derive_seed(7, 1), derive_seed(7, 2), derive_seed(7, 2)]


def find_images(lessons, epoch):
    """Return the epoch's images that are not distorted, each as bytes, by label."""
    images, labels = collect(lessons, epoch)
    found = {label: set() for label in range(11)}
    for image, label in zip(images, labels.tolist(), strict=True):
        found[label].add(image.numpy().tobytes())
    return found


@pytest.mark.parametrize(("epochs", "kept"), [(1, [1, 2, 3]), (2, [1, 1, 3]), (3, [1, 1, 1])])
def test_generated_drawings_serve_as_many_epochs_as_the_recipe_says(give_lessons, epochs, kept):
    lessons = give_lessons(epochs_per_drawing=epochs, distorted=(0.0, 0.0))
    others = [find_images(lessons, epoch)[10] for epoch in (1, 2, 3)]
    for epoch, first in enumerate(kept):
        assert others[epoch] == others[first - 1]
    assert len({frozenset(each) for each in others}) == len(set(kept))


def test_retraced_digits_are_new_in_every_epoch_and_generated_ones_are_not(give_lessons):
    lessons = give_lessons(epochs_per_drawing=2, distorted=(0.0, 0.0), generated_digits=0)
    first, second = (find_images(lessons, epoch) for epoch in (1, 2))
    assert first[10] == second[10]
    assert all(first[digit] != second[digit] for digit in range(10))


def test_an_epoch_in_the_middle_of_a_drawings_life_is_the_same_when_it_comes_first(give_lessons):
    through, begun_there = give_lessons(epochs_per_drawing=3), give_lessons(epochs_per_drawing=3)
    collect(through, 1)
    for ours, theirs in zip(collect(through, 2), collect(begun_there, 2), strict=True):
        assert torch.equal(ours, theirs)


def test_lessons_that_are_given_up_leave_no_thread_behind(give_lessons):
    before = threading.active_count()
    varied = give_lessons(epochs_per_drawing=1)
    lessons = varied.batches(1, torch.Generator(), is_last=False)
    next(lessons)
    assert threading.active_count() > before
    varied.close()
    assert threading.active_count() == before
    assert len(collect(varied, 2)[0]) == varied.count_images()  # they can be asked for again


def test_fewer_images_are_distorted_from_epoch_to_epoch():
    recipe = find_recipe("board_cnn", sessions=(4,), distorted=(0.8, 0.2))
    shares = [recipe.share_distorted(epoch) for epoch in (1, 2, 3, 4)]
    assert shares == pytest.approx([0.8, 0.6, 0.4, 0.2])


def test_an_averaged_varied_run_that_was_stopped_ends_with_the_same_weights(made_digits, tmp_path):
    digits = Digits(*split(made_digits[0], 5_000), made_digits[1])
    recipe = find_recipe("board_cnn", sessions=(3,), averaging=0.9, **VARIED)
    ends = []
    for name, epochs in (("whole", 0), ("stopped", 1)):
        folder = tmp_path / name
        folder.mkdir()
        options = {"seed": 3, "device": CPU}
        if epochs:
            stop_after(train(recipe, digits, folder, **options), epochs)
        *_, last = train(recipe, digits, folder, resume=bool(epochs), **options)
        assert isinstance(last, Finished)
        ends.append(last.model.state_dict())
    assert_same_weights(*ends)


def test_the_average_is_not_the_last_step(made_digits, tmp_path):
    digits = Digits(*split(made_digits[0], 5_000), made_digits[1])
    recipe = find_recipe("board_cnn", sessions=(1,), averaging=0.9, **VARIED)
    *_, last = train(recipe, digits, tmp_path, seed=3, device=CPU)
    torch.manual_seed(3)
    plain = find_recipe("board_cnn", sessions=(1,), averaging=0.0, **VARIED)
    (tmp_path / "plain").mkdir()
    *_, other = train(plain, digits, tmp_path / "plain", seed=3, device=CPU)
    assert not torch.equal(last.model.state_dict()["fc.bias"], other.model.state_dict()["fc.bias"])
