"""What is asked of the processor for a while is as before afterwards."""

import pytest
import torch

from ml.devices import flushing_tiny_numbers

TINY = torch.tensor([1e-40])


@pytest.fixture(autouse=True)
def _processor_can_flush():
    if not torch.set_flush_denormal(False):
        pytest.skip("this processor cannot count tiny numbers as 0")


def test_tiny_numbers_count_as_nothing_only_while_it_is_asked_for():
    with flushing_tiny_numbers():
        assert (TINY * 1).count_nonzero() == 0
    assert (TINY * 1).count_nonzero() == 1


def test_an_error_leaves_tiny_numbers_as_they_were():
    with pytest.raises(ValueError, match="stop"), flushing_tiny_numbers():
        raise ValueError("stop")
    assert (TINY * 1).count_nonzero() == 1
