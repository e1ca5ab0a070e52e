"""A process is set up for training once, where a run starts."""

import subprocess
import sys

import pytest
import torch

PREPARED = """
import warnings
warnings.simplefilter("error")
import numpy, resource, torch
from ml.training.devices import prepare_process
prepare_process()
assert (torch.tensor([1e-40]) * 1).count_nonzero() == 0
numpy.finfo(numpy.float32).smallest_subnormal, numpy.finfo(float).tiny
count = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(30):  # until it has settled where the block is
    torch.ones(20_000_000, dtype=torch.uint8)
before = count()
for _ in range(10):
    torch.ones(20_000_000, dtype=torch.uint8)
print((count() - before) * resource.getpagesize())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is kept by glibc's own means")
def test_a_prepared_process_flushes_tiny_numbers_and_keeps_the_memory_of_its_steps():
    if not torch.set_flush_denormal(False):
        pytest.skip("this processor cannot count tiny numbers as 0")
    done = subprocess.run(
        [sys.executable, "-c", PREPARED], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 20_000_000  # asked for once at the most, not ten times
