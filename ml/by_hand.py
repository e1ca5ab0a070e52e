"""A convolutional network's gradients by hand: the lesson of `ml.scratch`, one network further.

This is one step of training `ml.models.SmallCNN`: what its forward() and autograd do, written out.
Each layer is read twice: forward() keeps what backward() needs, and backward() takes dL/d(what the
layer gave), leaves dL/d(its parameters) where optimizers look, and returns dL/d(what it was given).

It is here for its speed (`make bench`; docs/speed.md), which comes from four things:

- The first convolution and its pooling are one product of matrices and one maximum. PyTorch takes
  a pixel's 10 channels one after the other when it pools; of the 120 that are side by side here it
  takes 32 at a time.
- Dropping a channel before or after pooling is the same; after it is a quarter of the work.
- Memory that has the same zeros and ones in each step is written once (`Band`).
- What is left are small tensors, which take less time than autograd and modules take to be called.
  The linear layers stay in float32, which is as fast for them.
"""

from collections.abc import Callable
from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import nn

from ml.preprocess import IMAGE_SIDE

LAYERS = {  # SmallCNN's
    "conv1": nn.Conv2d,
    "conv2": nn.Conv2d,
    "channel_dropout": nn.Dropout2d,
    "fc1": nn.Linear,
    "dropout": nn.Dropout,
    "fc2": nn.Linear,
}
PARAMETERS = [
    f"{layer}.{kind}" for layer in ("conv1", "conv2", "fc1", "fc2") for kind in ("weight", "bias")
]
KERNEL = 5
POOLED = (IMAGE_SIDE - KERNEL + 1) // 2  # 12: rows, and columns, after the first pooling
STRIP = (KERNEL + 1) * IMAGE_SIDE  # 168: the pixels of the six image rows that a pooled row sees
WIDTH = 176  # a strip and ones: the first is multiplied by the bias; a multiple of 16 is faster

# From a layer of dropout and a tensor, what the tensor is multiplied by; of the tensor's shape.
Draw = Callable[[nn.Module, torch.Tensor], torch.Tensor]

_pool = torch.ops.aten.max_pool2d_with_indices.default
_pool_backward = torch.ops.aten.max_pool2d_with_indices_backward.default
_convolution_backward = torch.ops.aten.convolution_backward.default
_relu_backward = torch.ops.aten.threshold_backward.default


class ByHand:
    """A SmallCNN's steps, and the memory that they have in common."""

    def __init__(self, model: nn.Module, dtype: torch.dtype, draw: Draw | None = None) -> None:
        """Take the model as it is; its convolutions will calculate in `dtype`.

        Its linear layers calculate as their parameters are. `draw`, draw_kept if it is not given,
        is asked what to multiply (N, 20, 1, 1) channels and (N, 50) numbers by.
        """
        self.model, self.dtype, self.draw = model, dtype, draw or draw_kept
        self.band = Band(model.conv1, dtype)
        self.truths = torch.eye(model.fc2.out_features).to(model.fc2.weight)  # one-hot, by label

    @torch.no_grad()
    def compute_gradients(
        self, images: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Put the gradients of the mean loss where optimizers look; return (loss, logits).

        Images are (N, 1, 28, 28), labels (N,), logits (N, 10). It is always as in training.
        """
        model = self.model
        conv1 = BandedConvolution(model.conv1, self.band)
        conv2 = Convolution(model.conv2, self.dtype)
        fc1, fc2 = Linear(model.fc1), Linear(model.fc2)

        x1 = conv1.forward(images)  # N, 10, 12, 12
        x2 = conv2.forward(x1)  # N, 20, 4, 4
        kept2 = self.draw(model.channel_dropout, x2[:, :, :1, :1])
        flat = (x2 * kept2).to(model.fc1.weight, memory_format=torch.contiguous_format).flatten(1)
        x3 = fc1.forward(flat)
        kept3 = self.draw(model.dropout, x3)
        x3 = x3.relu_().mul_(kept3)  # N, 50
        logits = fc2.forward(x3)  # N, 10

        loss, g = differentiate_loss(logits, labels, self.truths)
        g = fc2.backward(g).mul_(kept3)
        g = fc1.backward(_relu_backward(g, x3, 0)).view(x2.shape)
        g = g.to(self.dtype, memory_format=torch.channels_last).mul_(kept2)
        conv1.backward(conv2.backward(g))
        return loss, logits


def can_compute(model: nn.Module) -> bool:
    """Say whether this finds what autograd finds for such a model, whatever its weights are.

    It does not for another network, nor for a SmallCNN that somebody has changed. A copy with other
    weights is tried, in float64 and with large numbers, so that every operation shows.
    """
    if {name: type(layer) for name, layer in model.named_children()} != LAYERS:
        return False
    if [name for name, _ in model.named_parameters()] != PARAMETERS:
        return False
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return _agrees_with_autograd(deepcopy(model).to(torch.float64).train())


def _agrees_with_autograd(model: nn.Module) -> bool:
    count = 4
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.1)
    images = 20 * torch.randn(count, 1, IMAGE_SIDE, IMAGE_SIDE, dtype=torch.float64)
    labels = torch.arange(count) % 2
    factors = {
        model.channel_dropout: 2.0 * torch.randint(2, (count, model.conv2.out_channels, 1, 1)),
        model.dropout: 3.0 * torch.randint(2, (count, model.fc1.out_features)),
    }
    for layer in factors:  # what comes out of dropout is then the same for both
        layer.register_forward_hook(lambda layer, given, _: given[0] * factors[layer])
    parameters = list(model.parameters())
    try:
        expected = torch.autograd.grad(F.cross_entropy(model(images), labels), parameters)
        ByHand(
            model, images.dtype, lambda layer, like: factors[layer].view_as(like)
        ).compute_gradients(images, labels)
    except RuntimeError:  # shapes that do not fit, or a parameter that does not learn
        return False
    pairs = zip(parameters, expected, strict=True)
    return all(torch.allclose(each.grad, g, rtol=1e-9, atol=1e-12) for each, g in pairs)


class BandedConvolution:
    """A convolution of one channel, 2×2 max pooling and ReLU: (N, 1, 28, 28) to (N, C, 12, 12).

    A row of the result depends on six rows of the image, a strip, in which each filter slides
    along: strip · matrix, where the matrix (176, 4·12·C) has each weight at every place it gets to.
    """

    def __init__(self, layer: nn.Conv2d, band: "Band") -> None:
        self.layer, self.band = layer, band

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return (N, C, 12, 12), channels last in memory."""
        self.strips = self.band.cut_strips(images)
        matrix = self.band.fill(self.layer.weight, self.layer.bias)
        # What is pooled are four runs of 12·C numbers: a picture of height 4 and width 1.
        x = (self.strips @ matrix).view(-1, 4, 1, self.band.across).permute(0, 3, 1, 2)
        self.form = x.shape, x.stride()
        x, self.best = _pool(x, (4, 1))
        self.result = x.relu_().permute(0, 2, 3, 1).view(-1, self.band.across)
        return self.result.view(len(images), POOLED, POOLED, -1).permute(0, 3, 1, 2)

    def backward(self, g: torch.Tensor) -> None:
        """Leave the gradients of weights and bias; nobody asks for the images'."""
        g = _relu_backward(g.permute(0, 2, 3, 1).reshape(self.result.shape), self.result, 0)
        g = g.view(len(g), 1, 1, -1).permute(0, 3, 1, 2)
        g = unpool(g, (4, 1), self.form, self.best).permute(0, 2, 3, 1).view(len(g), -1)
        by_weight, by_bias = self.band.sum_up(self.strips.t() @ g)
        leave(self.layer.weight, by_weight)
        leave(self.layer.bias, by_bias)


class Band:
    """The matrix by which strips are multiplied, and the strips: memory that is written again.

    The zeros around the weights, and the ones that the bias is multiplied by, are written once.
    """

    def __init__(self, layer: nn.Conv2d, dtype: torch.dtype) -> None:
        self.channels, self.across = layer.out_channels, POOLED * layer.out_channels
        self.matrix = layer.weight.new_zeros(WIDTH, 4 * self.across, dtype=dtype)
        self.room = layer.weight.new_ones(0, POOLED, WIDTH, dtype=dtype)

    def cut_strips(self, images: torch.Tensor) -> torch.Tensor:
        """Return 12 strips of each image, one for every other row, with ones: (N·12, 176)."""
        if len(self.room) < len(images):
            self.room = self.room.new_ones(len(images), POOLED, WIDTH)
        room = self.room[: len(images)]
        shape, steps = (len(images), POOLED, STRIP), (IMAGE_SIDE**2, 2 * IMAGE_SIDE, 1)
        room[:, :, :STRIP] = images.contiguous().as_strided(shape, steps)
        return room.view(-1, WIDTH)

    def fill(self, filters: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """Return the matrix (176, 48·C) of filters (C, 1, 5, 5) and bias (C,).

        Its columns are in order of place in pooling's window of 2×2, pooled column, channel.
        """
        self.matrix[STRIP].view(-1, self.channels).copy_(bias)
        places = self._find_places(self.matrix)
        by_pixel = filters.reshape(-1, KERNEL, KERNEL).permute(1, 2, 0)
        places.copy_(by_pixel[:, :, None, None, None].expand(places.shape))
        return self.matrix

    def sum_up(self, matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the sums over the places of each weight, (C, 1, 5, 5), and of each bias, (C,)."""
        places = self._find_places(matrix).permute(2, 3, 4, 0, 1, 5)
        # Copied first: a sum over numbers that are far apart is slow.
        by_weight = places.reshape(4 * POOLED, -1).sum(0).view(KERNEL, KERNEL, 1, -1)
        return by_weight.permute(3, 2, 0, 1), matrix[STRIP].view(-1, self.channels).sum(0)

    def _find_places(self, matrix: torch.Tensor) -> torch.Tensor:
        """View each weight's places: (5, 5) of the filter, (2, 2) of the window, column, channel.

        One step down in the filter is a row of the image further down in the strip; one step right
        a pixel. A step in the window moves the filter as well, and by half or a quarter of the
        columns.
        """
        down, right = IMAGE_SIDE * 4 * self.across, 4 * self.across
        window = down + 2 * self.across, right + self.across
        steps = (down, right, *window, 2 * right + self.channels, 1)
        return matrix.as_strided((KERNEL, KERNEL, 2, 2, POOLED, self.channels), steps)


class Convolution:
    """A convolution, 2×2 max pooling and ReLU: (N, C, H, W) to (N, D, h, w)."""

    def __init__(self, layer: nn.Conv2d, dtype: torch.dtype) -> None:
        self.layer, self.weight, self.bias = layer, layer.weight.to(dtype), layer.bias.to(dtype)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the layer makes of x."""
        self.x = x
        x = F.conv2d(x, self.weight, self.bias)
        self.form = x.shape, x.stride()
        x, self.best = _pool(x, (2, 2))
        self.result = x.relu_()
        return self.result

    def backward(self, g: torch.Tensor) -> torch.Tensor:
        """Leave the gradients of weights and bias; return x's."""
        g = _relu_backward(g, self.result, 0)
        g = unpool(g, (2, 2), self.form, self.best)
        once, none = [1, 1], [0, 0]
        g, by_weight, by_bias = _convolution_backward(
            g, self.x, self.weight, [len(self.bias)], once, none, once, False, none, 1, [True] * 3
        )
        leave(self.layer.weight, by_weight)
        leave(self.layer.bias, by_bias)
        return g


class Linear:
    """A linear layer: (N, A) to (N, B)."""

    def __init__(self, layer: nn.Linear) -> None:
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x · Wᵀ + b."""
        self.x = x
        return torch.addmm(self.layer.bias, x, self.layer.weight.t())

    def backward(self, g: torch.Tensor) -> torch.Tensor:
        """Leave the gradients of W and b; return x's."""
        leave(self.layer.weight, g.t() @ self.x)
        leave(self.layer.bias, g.sum(0))
        return g @ self.layer.weight


def differentiate_loss(
    logits: torch.Tensor, labels: torch.Tensor, truths: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the mean cross-entropy and its gradient (N, 10) by the logits: (s − y) / N.

    `truths` are the one-hot y (10, 10) by label.
    """
    log_shares = logits.log_softmax(1)
    loss = F.nll_loss(log_shares, labels)
    return loss, log_shares.exp_().sub_(truths.index_select(0, labels)).div_(len(labels))


def draw_kept(dropout: nn.Dropout | nn.Dropout2d, like: torch.Tensor) -> torch.Tensor:
    """Return what dropout multiplies by: 0, or 1 / the share that stays."""
    stays = 1 - dropout.p
    drawn = torch.rand_like(like, dtype=torch.float32)  # bfloat16 has 256 numbers from 0 to 1
    return (drawn < stays).to(like.dtype).div_(stays or 1)


def leave(parameter: nn.Parameter, gradient: torch.Tensor) -> None:
    """Put a gradient where optimizers look, in its parameter's type and order in memory."""
    if parameter.grad is None:
        parameter.grad = torch.empty_like(parameter)
    parameter.grad.copy_(gradient)


def unpool(
    g: torch.Tensor,
    window: tuple[int, int],
    form: tuple[torch.Size, tuple[int, ...]],
    best: torch.Tensor,
) -> torch.Tensor:
    """Give each maximum's gradient to where it came from, in the form of what was pooled."""
    pooled = torch.empty_strided(*form, dtype=g.dtype)  # only its form is looked at
    return _pool_backward(g, pooled, window, window, (0, 0), (1, 1), False, best)
