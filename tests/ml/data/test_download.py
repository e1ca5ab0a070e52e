"""MNIST is downloaded file by file, checked before it is kept, and failures say what to do."""

import gzip
import hashlib

import pytest

from ml.data.download import SIZES, download_mnist
from ml.errors import DataError
from ml.mnist_files import FILES, has_mnist, list_missing
from tests.file_server import serve_files
from tests.network import unplugged


@pytest.fixture
def made_files(monkeypatch):
    """The four files with contents of their own, as if those were MNIST's."""
    contents = {name: name.encode() * 50_000 for name in FILES}
    for name, content in contents.items():
        monkeypatch.setitem(FILES, name, hashlib.sha256(content).hexdigest())
    packed = {f"{name}.gz": gzip.compress(content) for name, content in contents.items()}
    for name, content in packed.items():
        monkeypatch.setitem(SIZES, name.removesuffix(".gz"), len(content))
    return packed


@pytest.fixture
def reports():
    return []


@pytest.fixture
def download(tmp_path, reports):
    def call(*mirrors):
        download_mnist(tmp_path, mirrors, lambda done, total: reports.append((done, total)))

    return call


def test_all_four_files_come_unpacked_and_the_progress_ends_at_the_total(
    made_files, download, reports, tmp_path
):
    with serve_files(made_files) as address:
        download(address)
    assert has_mnist(tmp_path)
    name = next(iter(FILES))
    content = (tmp_path / "MNIST" / "raw" / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == FILES[name]
    total = sum(map(len, made_files.values()))
    assert reports[0] == (0, total)
    assert reports[-1] == (total, total)
    assert [done for done, _ in reports] == sorted(done for done, _ in reports)


def test_only_what_is_missing_is_downloaded(made_files, download, tmp_path):
    with serve_files(made_files) as address:
        download(address)
        last = tmp_path / "MNIST" / "raw" / list(FILES)[-1]
        last.unlink()
    with serve_files({f"{last.name}.gz": made_files[f"{last.name}.gz"]}) as address:
        download(address)
    assert has_mnist(tmp_path)


def test_a_second_address_is_tried(made_files, download, tmp_path):
    with serve_files({}) as first, serve_files(made_files) as second:
        download(first, second)
    assert has_mnist(tmp_path)


@pytest.mark.parametrize(
    "answer", [b"<html>Please log in</html>", b"", gzip.compress(b"x", mtime=0), None]
)
def test_what_is_not_mnist_is_not_kept(made_files, download, tmp_path, answer):
    name = f"{next(iter(FILES))}.gz"
    wrong = made_files[name][: len(made_files[name]) // 2] if answer is None else answer
    with (
        serve_files(made_files | {name: wrong}) as address,
        pytest.raises(DataError, match="not MNIST's"),
    ):
        download(address)
    assert list_missing(tmp_path) == list(FILES)


def test_without_a_network_it_says_what_to_do(made_files, download, tmp_path):
    with unplugged(), pytest.raises(DataError, match="connection to the internet"):
        download("http://mnist.example/")
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_a_file_without_end_is_given_up(made_files, download, monkeypatch):
    monkeypatch.setattr("ml.data.download.LARGEST", 10)
    with serve_files(made_files) as address, pytest.raises(DataError, match="too long"):
        download(address)


def test_files_of_other_data_are_not_completed_by_mnists(made_files, download, tmp_path):
    (tmp_path / next(iter(FILES))).write_bytes(b"my own")
    with pytest.raises(DataError, match="lacks"):
        download("http://mnist.example/")


def test_a_folder_that_takes_no_file_is_named(made_files, download, tmp_path):
    (tmp_path / "MNIST").write_text("a file in the way")
    with serve_files(made_files) as address, pytest.raises(DataError, match="cannot be written"):
        download(address)
