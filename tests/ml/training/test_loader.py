"""What an epoch learns from: fixed images as slices, or mixed, generated and distorted ones."""

import threading

import pytest
import torch

from ml.data.examples import split
from ml.data.mnist import Digits
from ml.networks.logits import NOT_A_DIGIT
from ml.training.events import Finished
from ml.training.loader import Loader
from ml.training.recipes import find_recipe
from ml.training.sessions import train
from ml.training.state import load_checkpoint
from tests.runs import assert_same_weights, stop_after

CPU = torch.device("cpu")
VARIED = {
    "retraced_digits": 360,
    "generated_digits": 40,
    "generated_non_digits": 30,
    "spoilt_digits": 20,
    "distorted": (0.8, 0.2),
    "batch_size": 64,
}


def collect(loader, epoch=1, seed=7):
    generator = torch.Generator().manual_seed(seed)
    parts = list(loader.batches(epoch, seed, generator))
    return torch.cat([images for images, _ in parts]), torch.cat([labels for _, labels in parts])


@pytest.fixture
def varied(made_digits):
    return Loader(find_recipe("board_cnn", **VARIED), made_digits[0], CPU)


def test_a_plain_recipe_learns_from_every_image_once(made_digits):
    loader = Loader(find_recipe("mlp"), made_digits[0], CPU)
    images, labels = collect(loader)
    assert loader.count_images() == len(images) == 360
    assert labels.bincount().tolist() == [36] * 10


def test_a_varied_recipe_mixes_retraced_and_generated_images(varied):
    images, labels = collect(varied)
    assert varied.count_images() == len(images) == 360 + 360 + 40 + 30 + 20
    assert labels.clamp(max=NOT_A_DIGIT).bincount().tolist() == [36 + 36 + 4] * 10 + [30 + 20]
    assert (labels > NOT_A_DIGIT).sum() == 15  # letters and symbols by name
    assert images.shape[1:] == (1, 28, 28)
    assert images.dtype == torch.float32


@pytest.mark.slow
def test_the_same_seed_gives_the_same_images_and_another_seed_others(varied):
    assert torch.equal(collect(varied, seed=7)[0], collect(varied, seed=7)[0])
    assert not torch.equal(collect(varied, seed=7)[0], collect(varied, seed=8)[0])


@pytest.mark.slow
def test_the_next_epoch_is_made_during_this_one_and_is_what_it_would_have_been(varied, made_digits):
    before = threading.active_count()
    first = varied.batches(1, 7, torch.Generator(), next_seed=8)
    assert sum(len(labels) for _, labels in first) == varied.count_images()
    assert threading.active_count() > before
    ours = collect(varied, 2, 8)
    assert threading.active_count() == before  # what was made ahead is used, not made again
    unprepared = Loader(find_recipe("board_cnn", **VARIED), made_digits[0], CPU)
    for prepared, theirs in zip(ours, collect(unprepared, 2, 8), strict=True):
        assert torch.equal(prepared, theirs)


def test_without_a_next_epoch_nothing_is_made_ahead(varied):
    before = threading.active_count()
    collect(varied)
    assert threading.active_count() == before


@pytest.mark.slow
def test_a_loader_that_is_given_up_leaves_no_thread_behind(varied):
    before = threading.active_count()
    batches = varied.batches(1, 7, torch.Generator(), next_seed=8)
    next(batches)
    assert threading.active_count() > before
    varied.close()
    assert threading.active_count() == before
    assert len(collect(varied, 2, 8)[0]) == varied.count_images()  # it can be asked again


def test_fewer_images_are_distorted_from_epoch_to_epoch():
    recipe = find_recipe("board_cnn", sessions=(4,), distorted=(0.8, 0.2))
    shares = [recipe.share_distorted(epoch) for epoch in (1, 2, 3, 4)]
    assert shares == pytest.approx([0.8, 0.6, 0.4, 0.2])


@pytest.mark.slow
def test_an_averaged_varied_run_that_was_stopped_ends_with_the_same_weights(made_digits, tmp_path):
    digits = Digits(*split(made_digits[0], 5_000), made_digits[1])
    recipe = find_recipe("board_cnn", sessions=(2,), averaged=0.6, **VARIED)
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


@pytest.mark.slow
def test_the_average_is_not_the_last_step(made_digits, tmp_path):
    digits = Digits(*split(made_digits[0], 5_000), made_digits[1])
    recipe = find_recipe("board_cnn", sessions=(1,), averaged=0.5, **VARIED)
    *_, last = train(recipe, digits, tmp_path, seed=3, device=CPU)
    stepped = load_checkpoint(tmp_path / "checkpoint.pt")["weights"]
    name = "plain.fc.bias"
    assert not torch.equal(last.model.state_dict()[name], stepped[name])
