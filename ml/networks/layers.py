"""A network's layers: as rows for its card, and what they give while it runs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from ml.networks.registry import count_parameters
from ml.networks.scratch import LinearScratch
from ml.preprocess import IMAGE_SIDE

FUNCTIONS = {"relu": "ReLU", "max_pool2d": "pooling, 2×2", "flatten": "flatten"}


def describe_layers(model: nn.Module) -> list[dict[str, Any]]:
    """Return the layers in the order they are used: name, shape of what leaves it, parameters.

    Shapes are those of one image, without the batch. ReLU, pooling, flattening and residual
    connections, which the models write as functions, have rows too. Of two members that are alike
    the first is described, and the second is the last row.
    """
    if hasattr(model, "members"):
        first, second = model.members
        mean = {
            "layer": "average with a second network like this one, "
            "which sees the drawing stretched",
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
    """Reports every call of FUNCTIONS and every sum of two layers: its name and result."""

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


@contextmanager
def note_layers(network: nn.Module) -> Iterator[dict[str, torch.Tensor]]:
    """Note what each layer gives while the block runs `network.features`; yield it by name.

    What a layer gives, once it is pooled, normalized and rectified, is what the next one is given.
    So this is what the convolutions and linear layers are given, under the name of the one before:
    "conv1" or, of a member, "plain.conv1". The image that a member makes for itself is
    "stretched.image". What the last layer is given is not noted: it is the features.
    """
    noted: dict[str, torch.Tensor] = {}

    def make_hook(name: str) -> Callable[[nn.Module, tuple[torch.Tensor]], None]:
        return lambda _, given: noted.update({name: given[0]})

    hooks = [
        layer.register_forward_pre_hook(make_hook(name)) for name, layer in _find_next(network)
    ]
    try:
        yield noted
    finally:
        for hook in hooks:
            hook.remove()


def name_noted(network: nn.Module) -> list[str]:
    """Return the names of what `note_layers` notes, in the order in which it is calculated."""
    return [name for name, _ in _find_next(network)]


def _find_next(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return the name of what is noted, and the layer that is given it."""
    found = []
    for prefix, member in _find_members(network):
        children = list(member.named_children())
        layers = [each for each in children if isinstance(each[1], nn.Conv2d | nn.Linear)]
        before = ["image", *(name for name, _ in layers)]
        found += [
            (prefix + name, layer) for name, (_, layer) in zip(before, layers[:-1], strict=False)
        ]
    return found[1:]  # the first is given the images themselves


def _find_members(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """Return each member with its prefix in the names of weights; the network if it has none."""
    if not hasattr(network, "members"):
        return [("", network)]
    return [(f"{name}.", child) for name, child in network.named_children()]
