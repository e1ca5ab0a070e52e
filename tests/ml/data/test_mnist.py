"""MNIST's files become tensors wherever they lie, and bad files one clear line."""

import gzip
import hashlib
import shutil
from pathlib import Path

import pytest
import torch

from ml.data.mnist import Digits, load_mnist
from ml.errors import DataError
from ml.files import PROJECT_DIR
from ml.mnist_files import FILES, default_data_dir, has_mnist
from tests.digits import find_mnist, write_mnist
from tests.network import unplugged

NAMES = list(FILES)


@pytest.fixture
def copied_mnist(made_mnist, tmp_path):
    return shutil.copytree(made_mnist, tmp_path / "copy")


@pytest.fixture
def raw(copied_mnist):
    return copied_mnist / "MNIST" / "raw"


def load_both(folder):
    return load_mnist(folder, train=True), load_mnist(folder, train=False)


def test_a_folder_that_holds_the_files_is_read_without_a_download(made_mnist, made_digits):
    examples = load_mnist(made_mnist, train=True)
    assert torch.equal(examples.images, made_digits[0].images)
    assert torch.equal(examples.labels, made_digits[0].labels)
    assert len(load_mnist(made_mnist, train=False)) == len(made_digits[1])


@pytest.mark.parametrize("place", [".", "raw", "MNIST/raw"])
@pytest.mark.parametrize("separator", ["-", "."])
@pytest.mark.parametrize("packed", [False, True])
def test_the_files_are_found_in_every_usual_place_and_form(
    place, separator, packed, raw, tmp_path, made_digits
):
    folder = tmp_path / "data" / place
    folder.mkdir(parents=True)
    for path in raw.iterdir():
        name = path.name.replace("-idx", f"{separator}idx") + (".gz" if packed else "")
        content = path.read_bytes()
        (folder / name).write_bytes(gzip.compress(content, 1) if packed else content)
    assert has_mnist(tmp_path / "data")
    with unplugged():
        training, test = load_both(tmp_path / "data")
    assert torch.equal(training.images, made_digits[0].images)
    assert torch.equal(test.labels, made_digits[1].labels)


def test_a_file_that_a_browser_unpacked_without_renaming_it_is_read(copied_mnist, raw):
    (raw / NAMES[0]).rename(raw / f"{NAMES[0]}.gz")
    assert len(load_mnist(copied_mnist, train=True)) == 360


def test_a_whole_set_is_preferred_to_a_part_of_one(copied_mnist, raw):
    shutil.copy(raw / NAMES[0], copied_mnist)
    shutil.copytree(raw, copied_mnist / "raw")
    (raw / NAMES[3]).unlink()
    assert len(load_mnist(copied_mnist, train=False)) == 100


def test_the_variable_may_begin_with_a_tilde(raw, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("MNIST_DIR", "~/copy")
    assert default_data_dir() == tmp_path / "copy"
    monkeypatch.setenv("MNIST_DIR", "~nobody-of-this-name/x")
    assert default_data_dir() == Path("~nobody-of-this-name/x")


def test_without_the_variable_the_data_belongs_to_the_project(tmp_path, monkeypatch):
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    assert default_data_dir() == PROJECT_DIR / "data"


def test_mnist_itself_has_its_known_size_checksums_and_name():
    folder = find_mnist()
    training, test = load_both(folder)
    assert (len(training), len(test)) == (60_000, 10_000)
    assert (training.name, test.name) == ("MNIST", "MNIST")
    assert Digits(training, training[:9], test).name == "MNIST"
    raw = folder / "MNIST" / "raw"
    if all((raw / name).is_file() for name in FILES):
        assert {n: hashlib.sha256((raw / n).read_bytes()).hexdigest() for n in FILES} == FILES


def test_other_data_under_mnists_names_is_named_by_its_checksum(made_mnist):
    digits = Digits.load(made_mnist, 5_000)
    assert not digits.is_mnist
    assert digits.name == f"other data (sha256 {digits.checksum()[:12]})"
    assert "other data" in load_mnist(made_mnist, train=False).name


def test_mnist_turned_on_its_side_is_other_data(tmp_path):
    training, test = load_both(find_mnist())
    turned = test.images.mT.contiguous()
    write_mnist(tmp_path, training[:10], type(test)(turned, test.labels))
    assert "other data" in load_mnist(tmp_path, train=False).name


def test_no_data_and_no_network_says_where_to_put_the_files(tmp_path):
    with unplugged(), pytest.raises(DataError, match=r"put the four files.*MNIST_DIR"):
        load_mnist(tmp_path, train=True)


def test_a_download_that_was_cut_names_the_file_that_is_missing(copied_mnist, raw):
    (raw / NAMES[2]).unlink()
    with unplugged(), pytest.raises(DataError) as caught:
        load_mnist(copied_mnist, train=True)
    assert f"{raw} lacks {NAMES[2]}, which could not be downloaded" in str(caught.value)


def test_somebodys_own_files_are_not_completed_with_others(raw, tmp_path):
    (raw / NAMES[2]).unlink()
    with pytest.raises(DataError, match=f"lacks {NAMES[2]}; put it there") as caught:
        load_mnist(raw, train=True)
    assert "downloaded" not in str(caught.value).partition(";")[0]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(DataError, match="cannot be downloaded to") as caught:
        load_mnist(tmp_path / "data", train=True)
    assert str(tmp_path / "data") in str(caught.value)


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("cut", [0, 3, 10, 200])
def test_a_truncated_file_is_named(copied_mnist, raw, number, cut):
    path = raw / NAMES[number]
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match="delete it, and it is downloaded again") as caught:
        load_mnist(copied_mnist, train=True)
    assert str(path) in str(caught.value)


def test_a_truncated_archive_is_named(copied_mnist, raw):
    content = (raw / NAMES[0]).read_bytes()
    (raw / NAMES[0]).unlink()
    path = raw / f"{NAMES[0]}.gz"
    path.write_bytes(gzip.compress(content, 1)[:-100])
    with pytest.raises(DataError, match="its end is missing") as caught:
        load_mnist(copied_mnist, train=True)
    assert str(path) in str(caught.value)


def test_deleting_is_not_advised_where_nothing_would_be_downloaded(raw):
    (raw / NAMES[0]).write_bytes(b"")
    with pytest.raises(DataError, match="replace it by a whole one") as caught:
        load_mnist(raw, train=True)
    assert "delete" not in str(caught.value)


def test_deleting_is_not_advised_where_an_archive_would_be_read_next(copied_mnist, raw):
    (raw / f"{NAMES[0]}.gz").write_bytes(b"")
    (raw / NAMES[0]).write_bytes(b"")
    with pytest.raises(DataError, match="replace it by a whole one"):
        load_mnist(copied_mnist, train=True)


def test_a_file_with_more_than_its_header_says_is_refused(copied_mnist, raw):
    path = raw / NAMES[1]
    path.write_bytes(path.read_bytes() + b"\x00")
    with pytest.raises(DataError, match="too long: 360 values need 360 bytes, and 361 came"):
        load_mnist(copied_mnist, train=True)


def test_a_foreign_file_is_refused(copied_mnist, raw):
    (raw / NAMES[0]).write_bytes(b"<!doctype html> not found" * 99)
    with pytest.raises(DataError, match="it begins with 0x3c21646f, not with 0x00000803"):
        load_mnist(copied_mnist, train=True)


def test_images_and_labels_of_different_sets_are_refused(copied_mnist, raw):
    shutil.copy(raw / NAMES[3], raw / NAMES[1])
    with pytest.raises(DataError, match="360 images but 100 labels"):
        load_mnist(copied_mnist, train=True)


def test_images_of_another_size_are_refused(tmp_path, made_digits):
    training, test = made_digits
    smaller = type(test)(test.images[:, :20, :20].contiguous(), test.labels)
    write_mnist(tmp_path, training, smaller)
    with pytest.raises(DataError, match="20×20 pixels, not 28×28"):
        load_mnist(tmp_path, train=False)


def test_a_label_above_nine_is_refused(copied_mnist, raw):
    path = raw / NAMES[1]
    path.write_bytes(path.read_bytes()[:-1] + b"\x0c")
    with pytest.raises(DataError, match="label 12"):
        load_mnist(copied_mnist, train=True)
