"""What each network calculates, layer by layer, as data: for following it without PyTorch.

A linear layer is given maps here, too, and its kernel is as large as they are: flattening changes
no number. So every layer is the same: patches of its input, times kernels, summed. Tests hold the
plans against the networks themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ml.errors import WeightsError
from ml.networks.logits import DIGITS
from ml.preprocess import IMAGE_SIDE

CONVOLUTION, LINEAR = "convolution", "linear"
BIAS, POOLING, NORM = "bias", "pooling", "batch normalization"
RESIDUAL, RELU = "residual connection", "ReLU"
POOL = 2  # pooling takes the largest of 2×2
IMAGE = (1, IMAGE_SIDE, IMAGE_SIDE)
DIGIT_NAMES = tuple(map(str, range(DIGITS)))
# What board_cnn learns by name besides digits, in the order of its logits.
OTHER_NAMES = ("anything else", *"AEFGHKLMNPRVWXYTadefhkmnprtu?#%&@+=*")


@dataclass(frozen=True)
class Layer:
    """A convolution or a linear layer, with what is done to its sums."""

    name: str
    operations: tuple[str, ...]  # in their order; the first makes the sums
    inputs: tuple[int, int, int]  # channels, rows, columns
    kernel: tuple[int, int]  # rows, columns
    padding: int
    channels: int  # that it gives; units or answers of a linear layer
    key: str  # of its weights, before ".weight"
    norm_key: str | None = None  # of its batch normalization's numbers

    @cached_property
    def sums(self) -> tuple[int, int, int]:
        """Return the shape of the sums of products, before any pooling."""
        sides = zip(self.inputs[1:], self.kernel, strict=True)
        rows, columns = (side + 2 * self.padding - kernel + 1 for side, kernel in sides)
        return self.channels, rows, columns

    @cached_property
    def maps(self) -> tuple[int, int, int]:
        """Return the shape of what it gives: channels, rows, columns."""
        channels, rows, columns = self.sums
        step = POOL if POOLING in self.operations else 1
        return channels, rows // step, columns // step

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of what it gives as one would write it: (30,) for thirty units."""
        return self.maps if self.operations[0] == CONVOLUTION else self.maps[:1]

    @property
    def kind(self) -> str:
        """Return what it does, in words; a bias goes without saying."""
        first, *others = (each for each in self.operations if each != BIAS)
        if first == CONVOLUTION:
            first = "{}×{} convolution".format(*self.kernel)
        return ", ".join([first, *others])


@dataclass(frozen=True)
class Member:
    """One of the networks whose mean answers, or the only one."""

    name: str
    title: str
    prefix: str  # of its layers' and weights' names
    layers: tuple[Layer, ...]  # the last one gives the logits

    def find(self, name: str) -> int | None:
        """Return the index of a layer, None if there is none of this name."""
        names = [layer.name for layer in self.layers]
        return names.index(name) if name in names else None


@dataclass(frozen=True)
class Plan:
    """A whole network."""

    members: tuple[Member, ...]
    answers: tuple[str, ...] = DIGIT_NAMES  # what each logit of a member stands for


Maker = Callable[[tuple[int, int, int]], Layer]


def _convolve(
    name: str,
    channels: int,
    side: int,
    *operations: str,
    padding: int = 0,
) -> Maker:
    norm = name.replace("conv", "norm") if NORM in operations else None
    return lambda inputs: Layer(
        name, (CONVOLUTION, *operations), inputs, (side, side), padding, channels, name, norm
    )


def _connect(
    name: str, units: int, *operations: str, norm: str | None = None, key: str | None = None
) -> Maker:
    key = name if key is None else key
    return lambda inputs: Layer(
        name, (LINEAR, *operations), inputs, inputs[1:], 0, units, key, norm
    )


def _stack(*makers: Maker) -> tuple[Layer, ...]:
    """Return the layers, each made for what the one before it gives."""
    layers: list[Layer] = []
    for make in makers:
        layers.append(make(layers[-1].maps if layers else IMAGE))
    return tuple(layers)


def _plan(*makers: Maker) -> Plan:
    return Plan((Member("network", "", "", _stack(*makers)),))


_RESIDUAL_CNN = _stack(
    _convolve("conv1", 24, 5, POOLING, NORM, RELU),
    _convolve("conv2", 48, 3, POOLING, NORM, RELU, padding=1),
    _convolve("conv3", 80, 3, NORM, RELU, padding=1),
    _convolve("conv4", 80, 3, NORM, RESIDUAL, RELU, POOLING, padding=1),
    _convolve("conv5", 128, 3, NORM, RELU, padding=1),
    _convolve("conv6", 128, 3, NORM, RESIDUAL, RELU, padding=1),
    _connect("fc", DIGITS + len(OTHER_NAMES), BIAS),
)
PLANS = {
    "linear_scratch": _plan(_connect("linear", DIGITS, BIAS, key="")),
    "linear": _plan(_connect("linear", DIGITS, BIAS)),
    "mlp": _plan(_connect("hidden", 30, BIAS, RELU), _connect("output", DIGITS, BIAS)),
    "small_cnn": _plan(
        _convolve("conv1", 10, 5, BIAS, POOLING, RELU),
        _convolve("conv2", 20, 5, BIAS, POOLING, RELU),
        _connect("fc1", 50, BIAS, RELU),
        _connect("fc2", DIGITS, BIAS),
    ),
    "tutorial_cnn": _plan(
        _convolve("conv1", 32, 3, BIAS, RELU),
        _convolve("conv2", 64, 3, BIAS, RELU, POOLING),
        _connect("fc1", 128, BIAS, RELU),
        _connect("fc2", DIGITS, BIAS),
    ),
    "quick_cnn": _plan(
        _convolve("conv1", 24, 5, POOLING, NORM, RELU),
        _convolve("conv2", 32, 3, POOLING, NORM, RELU),
        _connect("fc1", 256, NORM, RELU, norm="norm3"),
        _connect("fc2", DIGITS, BIAS),
    ),
    "board_cnn": Plan(
        (
            Member("plain", "as drawn", "plain.", _RESIDUAL_CNN),
            Member("stretched", "stretched", "stretched.", _RESIDUAL_CNN),
        ),
        (*DIGIT_NAMES, *OTHER_NAMES),
    ),
}


def find_plan(model: str) -> Plan:
    """Return a network's plan; raises WeightsError for one that the code doesn't know."""
    if model not in PLANS:
        raise WeightsError(f"nothing is known of the inside of {model}: the code has no such model")
    return PLANS[model]
