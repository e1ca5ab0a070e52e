"""Every architecture by its name, smallest first."""

import torch
from torch import nn

from ml.errors import UnknownModelError
from ml.networks.board_cnn import BoardCNN
from ml.networks.quick_cnn import QuickCNN
from ml.networks.scratch import LinearScratch
from ml.networks.tutorials import MLP, Linear, SmallCNN, TutorialCNN
from ml.preprocess import IMAGE_SIDE

MODELS: dict[str, type[nn.Module]] = {
    "linear_scratch": LinearScratch,
    "linear": Linear,
    "small_cnn": SmallCNN,
    "mlp": MLP,
    "quick_cnn": QuickCNN,
    "board_cnn": BoardCNN,
    "tutorial_cnn": TutorialCNN,
}


def build_model(name: str) -> nn.Module:
    """Return a new model with fresh random weights; raises UnknownModelError."""
    if name not in MODELS:
        raise UnknownModelError(name, list(MODELS))
    return MODELS[name]()


@torch.inference_mode()
def count_answers(model: nn.Module) -> int:
    """Return how many logits the model has: ten, or eleven if it can refuse."""
    was_training, device = model.training, next(model.parameters()).device
    logits = model.eval()(torch.zeros(1, 1, IMAGE_SIDE, IMAGE_SIDE, device=device))
    model.train(was_training)
    return logits.shape[1]


def count_parameters(model: nn.Module) -> int:
    """Return how many trainable numbers the model holds."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
