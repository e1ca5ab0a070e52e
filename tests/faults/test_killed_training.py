"""A training that is killed again and again ends with the weights of one that was not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOOP = """
import os, random, signal, sys, time
from pathlib import Path
from ml.training.recipes import find_recipe
from tests.faults.enumeration import age_leftovers
from tests.faults.trained import Run, make_digits

class Long(Run):
    recipe = find_recipe("linear", batch_size=8, sessions=(4, 4))

place, write, moments, kills = Path(sys.argv[1]), Long(), random.Random(31), 0
make_digits()
(place / "clean").mkdir()
started = time.perf_counter()
write.write(place / "clean")
took = time.perf_counter() - started
folder = place / "killed"
folder.mkdir()
while kills < 200:
    child = os.fork()
    if child == 0:
        write.write(folder)
        os._exit(0)
    time.sleep(moments.uniform(0, took / 2))
    os.kill(child, signal.SIGKILL)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
    kills += 1
    write.look(folder)
age_leftovers(folder)
write.write(folder)
assert write.look(folder) == write.look(place / "clean")
assert write.list_names(folder) <= write.list_names(place / "clean") | {".lock"}, os.listdir(folder)
print(kills, "kills")
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are made by os.fork")
def test_a_training_killed_at_any_moment_goes_on_to_the_same_weights(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LOOP, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stderr
