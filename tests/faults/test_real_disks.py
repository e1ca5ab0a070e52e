"""A full disk, a limit and a read-only disk, as the system itself makes them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import files
from tests.webapp.permissions import as_anybody

ROOT = Path(__file__).parents[2]
MOUNT = 'mount -t tmpfs -o size=3m tmpfs "$1" && exec "$2" -m tests.faults.real_disks "$3" "$1"'


def run(command):
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout[-2000:])
    return done


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["full", "read-only"])
def test_on_a_disk_that_is_full_or_read_only_nothing_is_lost(kind, tmp_path):
    alone = ["unshare", "--mount", "--propagation", "private"]
    try:
        can_mount = subprocess.run([*alone, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("unshare is not installed")
    if can_mount.returncode:
        pytest.skip("only root may mount a small disk here")
    done = run([*alone, "sh", "-c", MOUNT, "sh", str(tmp_path), sys.executable, kind])
    if "permission denied" in done.stderr:
        pytest.skip("no disk may be mounted here")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="only Unix limits the size of files")
def test_under_a_limit_of_the_size_of_files_nothing_is_lost(tmp_path):
    done = run([sys.executable, "-m", "tests.faults.real_disks", "limited", str(tmp_path)])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions work differently here")
@pytest.mark.parametrize("write", files.WRITES[:5], ids=lambda write: write.name)
def test_a_folder_that_may_not_be_written_is_named_and_keeps_what_it_has(write, open_folder):
    if write is files.Events:
        pytest.skip("an open file may be written wherever it lies")
    write = write()
    write.prepare(open_folder)
    before = write.look(open_folder)
    open_folder.chmod(0o555)
    with as_anybody(), pytest.raises(PermissionError) as refusal:
        write.write(open_folder)
    open_folder.chmod(0o755)
    assert str(open_folder) in str(refusal.value)
    assert write.look(open_folder) == before
    write.write(open_folder)
    assert write.look(open_folder) != before
