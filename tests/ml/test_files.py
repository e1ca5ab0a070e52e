"""A file that is replaced has its old content or all of the new one."""

import pytest

from ml.files import write_atomically


def test_a_failed_write_leaves_the_former_file_as_it_was(tmp_path):
    path = tmp_path / "file"
    path.write_text("former")

    def fail(temporary):
        temporary.write_text("half")
        raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        write_atomically(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "former"


def test_a_written_file_takes_the_place_of_the_former(tmp_path):
    path = tmp_path / "file"
    path.write_text("former")
    write_atomically(path, lambda temporary: temporary.write_text("new"))
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "new"
