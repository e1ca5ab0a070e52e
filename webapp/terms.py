"""The words that a beginner meets here, explained in a sentence or two."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word, what it means, and the other forms in which it appears."""

    name: str
    text: str
    forms: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """The id under which the glossary has it."""
        return self.name.lower().replace(" ", "-")


TERMS = (
    Term("accuracy", "The share of images read rightly. 99% means one mistake in a hundred."),
    Term(
        "Adam",
        "An optimizer that combines momentum with a step size of its own for every parameter, "
        "taken from the recent size of that parameter's gradients.",
    ),
    Term(
        "augmentation",
        "Changing the training images a little every time they are shown: shifted, turned, "
        "thicker. The network cannot learn them by heart and copes better with new ones.",
        ("augmented",),
    ),
    Term(
        "AUROC",
        "How well a score tells two kinds apart: how often, of one drawing of each kind, the right "
        "one has the higher score. 1 is always, 0.5 is guessing.",
    ),
    Term(
        "autograd",
        "PyTorch's way to find gradients by itself: it records every calculation and goes "
        "through the record backwards.",
    ),
    Term(
        "batch",
        "The few images, often 64, that the network looks at before its parameters are changed "
        "once.",
        ("batches",),
    ),
    Term(
        "batch normalization",
        "A layer that shifts and scales the numbers passing through it to mean 0 and spread 1, "
        "as measured over the batch. Training becomes faster and steadier.",
        ("batch norm", "batchnorm"),
    ),
    Term(
        "bfloat16",
        "Numbers of 16 bits with as wide a range as those of 32, but fewer digits. Some processors "
        "calculate with them much faster.",
    ),
    Term(
        "calibration",
        "Making probabilities honest: of all answers given with 90%, nine in ten should be right. "
        "The usual way divides the logits by one number, the temperature, found on images that "
        "were not trained on.",
        ("calibrated", "temperature"),
    ),
    Term(
        "calibration error",
        "How far a network's probabilities are from what happens: its answers are put into groups "
        "by how sure it was, and each group's average is compared with the share that was right.",
        ("ECE",),
    ),
    Term(
        "checkpoint",
        "All that training needs to go on later, in a file: parameters, the optimizer's memory, "
        "the state of the random numbers and how far it came.",
        ("checkpoints",),
    ),
    Term(
        "confidence interval",
        "The range in which the true accuracy plausibly lies. The test has only so many images, "
        "so another equally large test would give a slightly different figure.",
        ("95% interval",),
    ),
    Term(
        "confusion matrix",
        "A table that counts which digit was read as which: a row for each true digit, a column "
        "for each answer. Right answers lie on the diagonal.",
    ),
    Term(
        "convolution",
        "A layer that slides small filters, 3×3 pixels say, over the image. Each filter looks for "
        "the same small pattern everywhere, such as an edge or a bend.",
        ("convolutions", "convolutional", "conv"),
    ),
    Term(
        "cross-entropy",
        "The usual loss for classes: minus the logarithm of the probability that the network gave "
        "to the right answer. Sure and right costs almost nothing, sure and wrong costs a lot.",
        ("cross entropy",),
    ),
    Term(
        "dropout",
        "While training, a random part of a layer's numbers is set to zero, so that the network "
        "relies on no single one. When it reads your drawing, all take part.",
        ("dropout2d",),
    ),
    Term("epoch", "One pass over all training images.", ("epochs",)),
    Term(
        "filter",
        "A small square of weights, 3×3 or 5×5, that a convolution slides over the image: large "
        "where the image looks like it.",
        ("filters",),
    ),
    Term(
        "flatten",
        "To write all numbers of an image, or of many small ones, into one long row.",
        ("flattened",),
    ),
    Term(
        "gradient",
        "For each parameter, how fast the loss grows when that parameter grows. Going against the "
        "gradient makes the loss smaller.",
        ("gradients",),
    ),
    Term(
        "hidden unit",
        "One number between the image and the answers: a weighted sum that no one told the network "
        "the meaning of. Training finds a use for it.",
        ("hidden units",),
    ),
    Term(
        "layer",
        "One stage of a network: it takes numbers, calculates, and hands its results to the next.",
        ("layers",),
    ),
    Term(
        "learning rate",
        "How far the parameters move in one step. Too small and training takes ages, too large "
        "and it jumps past the goal.",
        ("learning rates",),
    ),
    Term(
        "linear layer",
        "A layer in which every output is a weighted sum of all inputs plus a constant, the bias.",
        ("linear layers", "linear"),
    ),
    Term(
        "logits",
        "The raw scores before softmax, one for each answer: ten digits and, of a network that can "
        "refuse, no digit.",
        ("logit",),
    ),
    Term("loss", "One number: how wrong the network is. Training makes it small.", ("losses",)),
    Term(
        "MNIST",
        "70,000 handwritten digits of 28×28 pixels, collected in the 1990s: 60,000 to train with "
        "and 10,000 to test with.",
    ),
    Term(
        "momentum",
        "Each step keeps part of the direction of the steps before it, like a ball that rolls on. "
        "It smooths out the zigzag from batch to batch.",
    ),
    Term(
        "Muon",
        "An optimizer that sees a layer's gradient as one matrix and makes the step equally long "
        "in all of its directions, so that rare features are learned as fast as common ones.",
    ),
    Term(
        "normalization",
        "Shifting and scaling the pixels so that their mean is 0 and their spread is 1, over all "
        "of MNIST: subtract 0.1307, divide by 0.3081. Networks learn faster from such numbers.",
        ("normalized", "normalize", "normalizes"),
    ),
    Term(
        "one-cycle",
        "A plan for the learning rate: it rises from small to large, then falls again, usually "
        "to almost nothing. It often needs far fewer epochs.",
        ("one cycle", "onecycle"),
    ),
    Term(
        "optimizer",
        "The rule that turns gradients into changes of the parameters. SGD, RMSprop and Adam are "
        "three of them.",
        ("optimizers",),
    ),
    Term(
        "parameters",
        "The numbers in a network that training finds: weights, which multiply, and biases, which "
        "are added.",
        ("parameter", "weights", "bias", "biases"),
    ),
    Term(
        "pooling",
        "Making an image smaller by keeping one number of each little square, the largest for max "
        "pooling. It keeps what was found and forgets where exactly.",
        ("max pooling", "max pool", "pool"),
    ),
    Term(
        "refusal",
        "Saying that a drawing is no digit. The network learned an eleventh answer for that, and "
        "refuses where its odds are above a threshold that nearly all digits stay below.",
        ("refused", "refuses", "refuse", "eleventh answer"),
    ),
    Term(
        "ReLU",
        "A function that keeps positive numbers and turns negative ones into 0. Without something "
        "like it between them, many layers could do no more than one.",
    ),
    Term(
        "residual connection",
        "A layer's output is added to what went into it, so that the layer only has to learn what "
        "is still missing. Deeper networks learn more easily with it.",
        ("residual connections",),
    ),
    Term(
        "RMSprop",
        "An optimizer that divides each parameter's step by the recent size of its gradients, so "
        "that all parameters move at a similar pace.",
    ),
    Term("seed", "The number that all random numbers of a run follow from: same seed, same run."),
    Term(
        "session",
        "Some epochs in a row. Between two sessions the network is saved to a checkpoint and read "
        "back, as if training had been stopped for the night.",
        ("sessions",),
    ),
    Term(
        "SGD",
        "Stochastic gradient descent: take a batch, find the gradients, move every parameter "
        "against its gradient, times the learning rate. The simplest optimizer.",
        ("stochastic gradient descent", "gradient descent"),
    ),
    Term(
        "softmax",
        "Turns ten scores into ten probabilities: e to the power of each score, divided by the "
        "sum of all ten. They are above 0 and sum to 1.",
    ),
    Term("step", "One change of all parameters, made after one batch.", ("steps",)),
    Term(
        "validation",
        "Checking, after each epoch, on images kept out of training. When training accuracy "
        "rises and validation accuracy does not, the network is learning by heart.",
        ("validated",),
    ),
    Term(
        "weight averaging",
        "Using the average of the parameters over the last part of training in place of the very "
        "last ones. Steps that stay long wander around a good place, and their average is nearer "
        "to it.",
        ("averaged weights", "weight average", "moving average", "ema"),
    ),
    Term(
        "weight decay",
        "Every step also makes all weights a little smaller, so that the network keeps to simple "
        "explanations. AdamW is Adam with it.",
        ("AdamW",),
    ),
)
