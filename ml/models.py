"""Every architecture, smallest first.

A model takes normalized images of shape (N, 1, 28, 28) and returns raw logits of shape (N, 10).
Softmax is applied in one place, `ml.predict`, and cross-entropy takes the logits as they are.
"""

import torch
import torch.nn.functional as F
from torch import nn


class TutorialCNN(nn.Module):
    """Two 3×3 convolutions of 32 and 64 channels and two linear layers: 1,199,882 parameters.

    The network of PyTorch's own MNIST example, github.com/pytorch/examples/tree/main/mnist.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.dropout1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(9216, 128)
        self.dropout2 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        x = F.relu(self.conv1(images))  # N, 32, 26, 26
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # N, 64, 12, 12
        x = self.dropout1(x.flatten(1))  # N, 9216
        x = self.dropout2(F.relu(self.fc1(x)))  # N, 128
        return self.fc2(x)  # N, 10


MODELS: dict[str, type[nn.Module]] = {
    "tutorial_cnn": TutorialCNN,
}


def build_model(name: str) -> nn.Module:
    """Return a new model with fresh random weights; raises ValueError for an unknown name."""
    try:
        return MODELS[name]()
    except KeyError:
        known = ", ".join(MODELS)
        raise ValueError(f"there is no model {name!r}; the models are {known}") from None


def count_parameters(model: nn.Module) -> int:
    """Return how many trainable numbers the model holds."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
