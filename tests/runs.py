"""What tests of training runs share: stopping one, and comparing what two end with."""

import torch

from ml.training.events import EpochResult


def stop_after(events, epochs):
    """Consume events until that many epochs are done, as if the run were killed right there."""
    for event in events:
        epochs -= isinstance(event, EpochResult)
        if epochs == 0:
            events.close()
            return


def assert_same_weights(ours, theirs):
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
