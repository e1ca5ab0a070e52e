"""What each model is, in words for its card: a title, two sentences, its tutorial's own figure."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from ml.preprocess import IMAGE_SIDE


@dataclass(frozen=True)
class Description:
    """Words about a model; `figure` is the test accuracy (0-1) that its tutorial gives."""

    title: str
    summary: str
    figure: str | None = None
    note: str = "The tutorial gives no figure."


DESCRIPTIONS = {
    "linear_scratch": Description(
        "Linear, from scratch",
        "One weight for each pixel and digit, and gradients written down by hand. It shows that a "
        "network is arithmetic: nothing in it is computed by a library's autograd.",
        "0.8776",
        "After one epoch; 0.77 to 0.91 in the epochs after it, at a rate that is kept at 1.0.",
    ),
    "linear": Description(
        "Logistic regression",
        "The same single layer in the library's own parts. It compares a drawing with ten "
        "templates, one for each digit, and knows nothing of strokes.",
    ),
    "small_cnn": Description(
        "Small CNN",
        "Two layers of small filters that slide over the image, each followed by pooling, then two "
        "linear layers. The same filter serves every place, so it needs few parameters.",
    ),
    "mlp": Description(
        "Multilayer perceptron",
        "Thirty hidden units between the pixels and the ten answers. They let it combine pixels "
        "before it decides, which a single layer cannot.",
        "0.9674",
        "After 40 epochs.",
    ),
    "board_cnn": Description(
        "Board network",
        "Ours, made for drawings: it learns from MNIST, from its digits written again with other "
        "pens, and from ways of writing that MNIST lacks, drawn by the program itself. An eleventh "
        "answer says that it is no digit.",
        None,
        "Ours; no tutorial.",
    ),
    "quick_cnn": Description(
        "Quick CNN",
        "Ours for a class that does not want to wait: two passes over the data are all it sees. "
        "Batch normalization and a learning rate that rises once and falls make that enough.",
        None,
        "Ours; no tutorial.",
    ),
    "tutorial_cnn": Description(
        "Tutorial CNN",
        "Two layers of 3×3 filters, one pooling, and a wide linear layer that holds nearly all of "
        "its parameters. Dropout hides parts of it at random while it learns.",
    ),
}


def describe(name: str) -> dict[str, Any]:
    """Return a card's words about the model; a model without a description gets its name."""
    words = DESCRIPTIONS.get(name, Description(name, "", None, ""))
    tutorial = {"figure": words.figure, "note": words.note}
    return {"title": words.title, "summary": words.summary, "tutorial": tutorial}


def describe_layers(model: nn.Module) -> list[dict[str, Any]]:
    """Return the layers in the order they are used: name, shape of what leaves it, parameters.

    Shapes are those of one image, without the batch.
    """
    rows: list[dict[str, Any]] = []

    def note(layer: nn.Module, _: object, result: torch.Tensor) -> None:
        parameters = sum(parameter.numel() for parameter in layer.parameters())
        shape = list(result.shape[1:])
        rows.append({"layer": _name_layer(layer), "shape": shape, "parameters": parameters})

    leaves = [module for module in model.modules() if not list(module.children())]
    hooks = [leaf.register_forward_hook(note) for leaf in leaves]
    device = next(model.parameters()).device
    was_training = model.training
    with torch.inference_mode():
        model.eval()(torch.zeros(1, 1, IMAGE_SIDE, IMAGE_SIDE, device=device))
    model.train(was_training)
    for hook in hooks:
        hook.remove()
    return rows


def _name_layer(layer: nn.Module) -> str:
    match layer:
        case nn.Conv2d():
            height, width = layer.kernel_size
            return f"convolution {height}×{width}, {layer.in_channels} → {layer.out_channels}"
        case nn.Linear():
            return f"linear, {layer.in_features} → {layer.out_features}"
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return "batch normalization"
        case nn.Dropout() | nn.Dropout2d():
            return f"dropout, {layer.p:g}"
        case nn.Identity():
            return "nothing"
        case _:
            return "linear by hand, 784 → 10"
