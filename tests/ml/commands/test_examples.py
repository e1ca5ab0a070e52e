"""`--examples`: the training images that are shown beside a drawing."""

import numpy as np
import pytest

import run
from ml.commands.explaining.examples import add_centres, find_medoids
from ml.explain.examples import load_examples
from tests.network import unplugged


def choose(data, out, *flags):
    code = run.main(["--examples", "--data", str(data), "--out", str(out), *flags])
    assert code == 0
    return load_examples(out / "examples.npz")


def as_bytes(images):
    return [image.tobytes() for image in images]


def test_images_of_the_training_set_are_written_for_each_digit(
    made_mnist, made_digits, tmp_path, capsys
):
    chosen = choose(made_mnist, tmp_path / "new")
    assert f"examples.npz: {len(chosen)} training images" in capsys.readouterr().out
    training, test = made_digits
    labels = dict(zip(as_bytes(training.images.numpy()), training.labels.tolist(), strict=True))
    assert [labels[image] for image in as_bytes(chosen.images)] == chosen.labels.tolist()
    assert not set(as_bytes(chosen.images)) & set(as_bytes(test.images.numpy()))
    assert len(set(as_bytes(chosen.images))) == len(chosen)
    assert (np.diff(chosen.labels.astype(int)) >= 0).all()
    assert np.bincount(chosen.labels, minlength=10).max() <= 40
    assert np.bincount(chosen.labels, minlength=10).min() >= 20


def test_the_same_seed_chooses_the_same_images(made_mnist, tmp_path):
    for name, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        choose(made_mnist, tmp_path / name, "--seed", seed)
    first, same, other = ((tmp_path / name / "examples.npz").read_bytes() for name in "abc")
    assert first == same
    assert first != other


def test_it_says_that_other_data_is_not_mnist(made_mnist, tmp_path, capsys):
    choose(made_mnist, tmp_path)
    assert "not MNIST's" in capsys.readouterr().err


@pytest.mark.slow
def test_without_mnist_one_line_says_what_to_do(tmp_path, capsys):
    with unplugged():
        code = run.main(["--examples", "--data", str(tmp_path), "--out", str(tmp_path)])
    assert code == 1
    assert "--data or MNIST_DIR" in capsys.readouterr().err
    assert not (tmp_path / "examples.npz").exists()


def test_a_network_that_is_not_there_is_one_line(made_mnist, tmp_path, capsys):
    flags = ["--data", str(made_mnist), "--out", str(tmp_path), "--weights", str(tmp_path)]
    assert run.main(["--examples", *flags]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_flags_of_other_commands_are_refused(capsys):
    assert run.main(["--examples", "--model", "linear"]) == 2
    assert "--model belongs to" in capsys.readouterr().err


def measure_on_a_line(*places):
    points = np.array(places, float)
    return np.abs(points[:, None] - points)


@pytest.mark.parametrize("seed", range(3))
def test_a_medoid_stands_for_each_group_the_largest_first(seed):
    distances = measure_on_a_line(0, 1, 2, 3, 4, 100, 101, 102)
    medoids = find_medoids(distances, 2, np.random.default_rng(seed))
    assert medoids.tolist() == [2, 6]


def test_few_images_are_all_medoids():
    medoids = find_medoids(measure_on_a_line(3, 7), 5, np.random.default_rng(0))
    assert sorted(medoids) == [0, 1]


def test_centres_are_the_farthest_from_all_before_them():
    distances = measure_on_a_line(0, 10, 4, 30, 29)
    assert add_centres(distances, np.array([0]), 2).tolist() == [0, 3, 1]
    assert sorted(add_centres(distances, np.array([0]), 9)) == [0, 1, 2, 3, 4]


def test_equal_images_are_not_chosen_twice():
    assert sorted(add_centres(measure_on_a_line(5, 5, 5), np.array([1]), 2)) == [0, 1, 2]
