"""The loop that tutorials teach: torchvision's Dataset, a transform per image, a DataLoader."""

import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import MNIST

from ml.preprocess import MEAN, STD
from ml.training.recipes import OPTIMIZERS, Recipe


class PlainLoop:
    """A recipe trained as its tutorial trains it, without ml.data and ml.training.loop."""

    def __init__(self, recipe: Recipe, model: nn.Module, data_dir: str) -> None:
        steps = [transforms.ToTensor(), transforms.Normalize((MEAN,), (STD,))]
        dataset = MNIST(data_dir, train=True, transform=transforms.Compose(steps))
        self.loader = DataLoader(dataset, recipe.batch_size, shuffle=True)
        self.recipe, self.model = recipe, model
        # As PyTorch builds it by default, not as ours does.
        options = {"momentum": recipe.momentum} if recipe.optimizer == "sgd" else {}
        self.optimizer = OPTIMIZERS[recipe.optimizer](
            model.parameters(), lr=recipe.learning_rate, **options
        )

    def run_epoch(self) -> int:
        """Train for one epoch over the 60,000 images; return how many images that were."""
        self.model.train()
        for images, labels in self.loader:
            self.optimizer.zero_grad()
            logits = self.model(images)
            loss = F.cross_entropy(logits, labels, reduction=self.recipe.loss_reduction)
            loss.backward()
            self.optimizer.step()
        return len(self.loader.dataset)
