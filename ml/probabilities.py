"""From logits to ten probabilities: the only place where softmax is applied."""

import torch


def to_probabilities(logits: torch.Tensor, temperature: float = 1.0) -> torch.Tensor:
    """Return (N, 10), each row summing to 1, of logits (N, 10 or 11) in their own dtype.

    An eleventh logit, that of no digit, does not count; the temperature makes them less sure.
    """
    return torch.softmax(logits[:, :10] / temperature, dim=1)
