"""What training frees is there for its next step."""

import sys

import pytest
import torch

from ml.memory import keep_freed_memory

resource = pytest.importorskip("resource", reason="page faults are not counted here")
BYTES = 20_000_000


def count_faults():
    """Return how many pages the process has asked for so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def test_a_block_that_is_asked_for_again_costs_hardly_a_page_fault():
    if not keep_freed_memory():
        pytest.skip("this C library has no mallopt")
    for _ in range(30):  # until it has settled where the block is
        torch.ones(BYTES, dtype=torch.uint8)
    before = count_faults()
    for _ in range(10):
        torch.ones(BYTES, dtype=torch.uint8)
    assert count_faults() - before < BYTES / resource.getpagesize()  # once, not ten times


def test_another_system_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not keep_freed_memory()


def test_a_c_library_without_mallopt_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert not keep_freed_memory()
