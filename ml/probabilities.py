"""From logits to ten probabilities: the only place where softmax is applied, but for the lesson."""

import torch


def to_probabilities(logits: torch.Tensor, temperature: float = 1.0) -> torch.Tensor:
    """Return (N, 10), each row summing to 1, of logits (N, 10 or 11) in their own dtype.

    An eleventh logit, that of no digit, does not count. A temperature above 1 makes them less sure,
    one below 1 surer.
    """
    return torch.softmax(logits[:, :10] / temperature, dim=1)
