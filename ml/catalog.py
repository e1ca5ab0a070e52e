"""What each model is, in words for its card: a title, two sentences, its tutorial's own figure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from ml.models import BoardCNN, count_parameters
from ml.preprocess import IMAGE_SIDE
from ml.scratch import LinearScratch

FUNCTIONS = {"relu": "ReLU", "max_pool2d": "pooling, 2×2", "flatten": "flatten"}


@dataclass(frozen=True)
class Description:
    """Words about a model.

    `figure` is the test accuracy that its tutorial gives, 0-1 or in words; `changed` says what our
    recipe does otherwise, and `flags` what undoes it: of what it makes, the command line's flags.
    """

    title: str
    summary: str
    figure: str | None = None
    note: str = "The tutorial gives no figure."
    changed: str | None = None
    flags: dict[str, str] = field(default_factory=dict)


DESCRIPTIONS = {
    "linear_scratch": Description(
        "Linear, from scratch",
        "One weight for each pixel and digit, and gradients written down by hand. It shows that a "
        "network is arithmetic: nothing in it is computed by a library's autograd.",
        "87.76% after 1 epoch",
        "Then 77 to 91%, at a learning rate that is kept at 1.0.",
        "The tutorial keeps the learning rate; ours takes a tenth of it for the last 6 of 21 "
        "epochs, which settles it.",
        {"as the tutorial does": "--session-decay 1"},
    ),
    "linear": Description(
        "Logistic regression",
        "The same single layer in the library's own parts. It compares a drawing with ten "
        "templates, one for each digit, and knows nothing of strokes.",
        changed="The tutorial leaves learning rate and epochs to the reader; these are ours.",
    ),
    "small_cnn": Description(
        "Small CNN",
        "Two layers of small filters that slide over the image, each followed by pooling, then two "
        "linear layers. The same filter serves every place, so it needs few parameters.",
        changed="The tutorial keeps a learning rate of 0.001, which gives 98.84% (mean of 5 "
        "seeds); ours begins with twice that and takes a tenth of it for the last 3 of 15 epochs.",
        flags={
            "as the tutorial does": "--lr 0.001 --session-decay 1",
            "as a second tutorial does": "--optimizer sgd --lr 0.01 --momentum 0.5 --batch-size 64 "
            "--session-decay 1",
        },
    ),
    "mlp": Description(
        "Multilayer perceptron",
        "Thirty hidden units, each a weighted sum of all pixels, between the image and the ten "
        "answers. They let an answer depend on several patterns at once; a single layer can only "
        "add up pixel by pixel.",
        "0.9674",
        "After 40 epochs.",
    ),
    "quick_cnn": Description(
        "Quick CNN",
        "Ours for a class that does not want to wait: two passes over the data are all it sees. "
        "Batch normalization and a learning rate that rises once and falls make that enough.",
        None,
        "Ours; no tutorial.",
    ),
    "board_cnn": Description(
        "Board network",
        "Ours, made for drawings: two networks, one of which sees each drawing stretched towards a "
        "square, learn from MNIST, from its digits written again by other hands and pens, and from "
        "ways of writing that MNIST lacks, drawn by the program itself. Their mean answers, and an "
        "eleventh answer says that a drawing is no digit.",
        None,
        "Ours; no tutorial.",
    ),
    "tutorial_cnn": Description(
        "Tutorial CNN",
        "Two layers of 3×3 filters, one pooling, and a wide linear layer that holds nearly all of "
        "its parameters. Dropout hides parts of it at random while it learns.",
        changed="The tutorial keeps the learning rate, which gives 99.00, 99.15 and 99.08% (seeds "
        "0 to 2); ours takes a tenth of it in the second session.",
        flags={"as the tutorial does": "--session-decay 1"},
    ),
}


def describe(name: str) -> dict[str, Any]:
    """Return a card's words about the model; a model without a description gets its name."""
    words = DESCRIPTIONS.get(name, Description(name, "", None, ""))
    tutorial = {"figure": words.figure, "note": words.note, "changed": words.changed}
    tutorial["commands"] = {
        what: f"python run.py --train --model {name} {flags} --no-refresh"
        for what, flags in words.flags.items()
    }
    return {"title": words.title, "summary": words.summary, "tutorial": tutorial}


def describe_layers(model: nn.Module) -> list[dict[str, Any]]:
    """Return the layers in the order they are used: name, shape of what leaves it, parameters.

    Shapes are those of one image, without the batch. ReLU, pooling, flattening and residual
    connections, which the models write as functions, have rows too. Of two members that are alike
    the first is described, and the second is the last row.
    """
    if isinstance(model, BoardCNN):
        first, second = model.members
        mean = {
            "layer": "mean with a second network like this one, which sees the drawing stretched",
            "shape": [first.fc.out_features],
            "parameters": count_parameters(second),
        }
        return [*describe_layers(first), mean]
    rows: list[dict[str, Any]] = []

    def add(name: str, result: torch.Tensor, parameters: int = 0) -> None:
        rows.append({"layer": name, "shape": list(result.shape[1:]), "parameters": parameters})

    def note(layer: nn.Module, _: object, result: torch.Tensor) -> None:
        add(_name_layer(layer), result, sum(each.numel() for each in layer.parameters()))

    leaves = [module for module in model.modules() if not list(module.children())]
    hooks = [leaf.register_forward_hook(note) for leaf in leaves]
    device = next(model.parameters()).device
    was_training = model.training
    with torch.inference_mode(), _Watch(add):
        model.eval()(torch.zeros(1, 1, IMAGE_SIDE, IMAGE_SIDE, device=device))
    model.train(was_training)
    for hook in hooks:
        hook.remove()
    return rows


class _Watch(TorchFunctionMode):
    """Tells of every call of FUNCTIONS, and of every sum of two layers: its name and result."""

    def __init__(self, add: Callable[[str, torch.Tensor], None]) -> None:
        super().__init__()
        self._add = add

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the function returns
        result = function(*args, **(kwargs or {}))
        called = getattr(function, "__name__", "")
        if name := FUNCTIONS.get(called):
            self._add(name, result)
        elif called == "add" and all(getattr(each, "shape", None) == result.shape for each in args):
            self._add("residual connection", result)  # a bias has another shape, a number none
        return result


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
        case LinearScratch():
            return "linear by hand, 784 → 10"
        case _:
            return type(layer).__name__
