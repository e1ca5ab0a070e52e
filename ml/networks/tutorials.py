"""The networks of the tutorials, smallest first, each with its source.

A network takes normalized images of shape (N, 1, 28, 28) and returns raw logits of shape (N, 10).
`features` gives what the last layer is given, and `classify` is that last layer; `forward` is one
after the other. The network whose gradients are written by hand is in `ml.networks.scratch`.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Linear(nn.Module):
    """Logistic regression: one weight for each pixel and digit, 7,850 parameters.

    Source: Deep Learning with PyTorch, lesson 2, jovian.com/aakashns/03-logistic-regression.
    """

    title = "Logistic regression"
    summary = (
        "The same single layer, built from the library's own parts. It compares a drawing with ten "
        "templates, one for each digit, and knows nothing about strokes."
    )

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(784, 10)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return the pixels themselves, (N, 784): there is only one layer."""
        return images.flatten(1)

    def classify(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for features (N, 784)."""
        return self.linear(features)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        return self.classify(self.features(images))


class MLP(nn.Module):
    """One hidden layer of 30, as in Nielsen's book: 23,860 parameters.

    Source: M. Nielsen, Neural Networks and Deep Learning, neuralnetworksanddeeplearning.com.
    """

    title = "Multilayer perceptron"
    summary = (
        "Thirty hidden units, each a weighted sum of all pixels, between the image and the ten "
        "answers. They let an answer depend on several patterns at once; a single layer can only "
        "add up pixel by pixel."
    )

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 30)
        self.output = nn.Linear(30, 10)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return the hidden units, (N, 30), for normalized images (N, 1, 28, 28)."""
        return F.relu(self.hidden(images.flatten(1)))

    def classify(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for features (N, 30)."""
        return self.output(features)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        return self.classify(self.features(images))


class SmallCNN(nn.Module):
    """Two 5×5 convolutions of 10 and 20 channels and two linear layers: 21,840 parameters.

    Source: the first version of PyTorch's MNIST example, github.com/pytorch/examples.
    """

    title = "Small CNN"
    summary = (
        "Two layers of small filters that slide over the image, each followed by pooling, then two "
        "linear layers. The same filter serves every place, so it needs few parameters."
    )

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        self.channel_dropout = nn.Dropout2d(0.5)
        self.fc1 = nn.Linear(320, 50)
        self.dropout = nn.Dropout(0.5)
        self.fc2 = nn.Linear(50, 10)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return what the last layer is given, (N, 50), for images (N, 1, 28, 28)."""
        x = F.relu(F.max_pool2d(self.conv1(images), 2))  # N, 10, 12, 12
        x = F.relu(F.max_pool2d(self.channel_dropout(self.conv2(x)), 2))  # N, 20, 4, 4
        return self.dropout(F.relu(self.fc1(x.flatten(1))))  # N, 50

    def classify(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for features (N, 50)."""
        return self.fc2(features)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        return self.classify(self.features(images))


class TutorialCNN(nn.Module):
    """Two 3×3 convolutions of 32 and 64 channels and two linear layers: 1,199,882 parameters.

    The network of PyTorch's own MNIST example, github.com/pytorch/examples/tree/main/mnist.
    """

    title = "Tutorial CNN"
    summary = (
        "Two layers of 3×3 filters, one pooling, and a wide linear layer that holds nearly all of "
        "its parameters. Dropout hides parts of it at random while it learns."
    )

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.dropout1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(9216, 128)
        self.dropout2 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(128, 10)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return what the last layer is given, (N, 128), for images (N, 1, 28, 28)."""
        x = F.relu(self.conv1(images))  # N, 32, 26, 26
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # N, 64, 12, 12
        x = self.dropout1(x.flatten(1))  # N, 9216
        return self.dropout2(F.relu(self.fc1(x)))  # N, 128

    def classify(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for features (N, 128)."""
        return self.fc2(features)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        return self.classify(self.features(images))
