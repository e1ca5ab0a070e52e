"""The glossary: the terms that a beginner meets here, and links to them from a text's words."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape


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
    Term(
        "accuracy",
        "The share of images read correctly. 99% means one mistake in a hundred.",
    ),
    Term(
        "Adam",
        "An optimizer that combines momentum with a separate step size for every parameter, "
        "based on the recent size of that parameter's gradients.",
    ),
    Term(
        "augmentation",
        "Changing the training images slightly each time they are shown: shifting, rotating or "
        "thickening them. The network cannot memorize them and copes better with new ones.",
        ("augmented",),
    ),
    Term(
        "AUROC",
        "How well a score separates two kinds of drawing: the probability that, of one drawing "
        "of each kind, the right one scores higher. 1 is perfect, 0.5 is guessing.",
    ),
    Term(
        "autograd",
        "PyTorch's automatic differentiation: it records every operation and goes through the "
        "record backwards to compute the gradients.",
    ),
    Term(
        "batch",
        "A small group of images, often 64, that the network processes before its parameters "
        "are updated once.",
        ("batches",),
    ),
    Term(
        "batch normalization",
        "A layer that shifts and scales its inputs to mean 0 and standard deviation 1, measured "
        "over the batch. It makes training faster and more stable.",
        ("batch norm", "batchnorm"),
    ),
    Term(
        "bfloat16",
        "16-bit numbers with the range of 32-bit ones but fewer digits. Some processors "
        "calculate with them much faster.",
    ),
    Term(
        "calibration",
        "Making probabilities honest: of all answers given with 90%, nine in ten should be "
        "correct. Usually the logits are divided by one number, the temperature, found on "
        "images not used for training.",
        ("calibrated", "temperature"),
    ),
    Term(
        "calibration error",
        "How far probabilities are from reality: answers are grouped by their probability, and "
        "each group's average is compared with the share that was correct.",
        ("ECE",),
    ),
    Term(
        "checkpoint",
        "A file with everything needed to continue training later: parameters, the optimizer's "
        "state, the state of the random number generators and how far training got.",
        ("checkpoints",),
    ),
    Term(
        "confidence interval",
        "The range in which the true accuracy plausibly lies. A test set is finite: another one "
        "of the same size would give a slightly different figure.",
        ("95% interval",),
    ),
    Term(
        "confusion matrix",
        "A table that counts which digit was read as which: a row for each true digit, a column "
        "for each prediction. Correct answers lie on the diagonal.",
    ),
    Term(
        "convolution",
        "A layer that slides small filters, such as 3×3 pixels, over the image. Each filter "
        "looks for the same small pattern everywhere, such as an edge or a curve.",
        ("convolutions", "convolutional", "conv"),
    ),
    Term(
        "cross-entropy",
        "The usual loss for classification: minus the logarithm of the probability given to the "
        "correct answer. Confident and correct costs almost nothing, confident and wrong costs "
        "a lot.",
        ("cross entropy",),
    ),
    Term(
        "dropout",
        "During training, a random part of a layer's values is set to zero, so that the network "
        "relies on no single one. When it reads your drawing, all are used.",
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
        "Turning an image, or many small ones, into one long row of numbers.",
        ("flattened",),
    ),
    Term(
        "gradient",
        "For each parameter, how fast the loss grows when that parameter grows. Moving against "
        "the gradient reduces the loss.",
        ("gradients",),
    ),
    Term(
        "hidden unit",
        "A value between the image and the answers: a weighted sum whose meaning nobody sets. "
        "Training finds a use for it.",
        ("hidden units",),
    ),
    Term(
        "layer",
        "One stage of a network: it takes numbers, transforms them and passes the results on.",
        ("layers",),
    ),
    Term(
        "learning rate",
        "How far the parameters move in one step. Too small and training takes ages, too large "
        "and it overshoots.",
        ("learning rates",),
    ),
    Term(
        "linear layer",
        "A layer in which every output is a weighted sum of all inputs plus a constant, the bias.",
        ("linear layers", "linear"),
    ),
    Term(
        "logits",
        "The raw scores before softmax, one for each answer: ten digits and, in a network that "
        "can refuse, one for a drawing that isn't a digit.",
        ("logit",),
    ),
    Term(
        "loss",
        "One number that says how wrong the network is. Training makes it small.",
        ("losses",),
    ),
    Term(
        "MNIST",
        "70,000 handwritten digits of 28×28 pixels, collected in the 1990s: 60,000 for training "
        "and 10,000 for testing.",
    ),
    Term(
        "momentum",
        "Each step keeps part of the previous steps' direction, like a rolling ball. It smooths "
        "out the zigzag from batch to batch.",
    ),
    Term(
        "Muon",
        "An optimizer that treats a layer's gradient as one matrix and makes the step equally "
        "long in all of its directions, so that rare features are learned as fast as common "
        "ones.",
    ),
    Term(
        "normalization",
        "Shifting and scaling the pixels so that their mean is 0 and their standard deviation "
        "is 1 over all of MNIST: subtract 0.1307, divide by 0.3081. Networks learn faster from "
        "such numbers.",
        ("normalized", "normalize", "normalizes"),
    ),
    Term(
        "one-cycle",
        "A learning rate schedule: the rate rises from small to large, then falls again, "
        "usually to almost nothing. Training often needs far fewer epochs with it.",
        ("one cycle", "onecycle"),
    ),
    Term(
        "optimizer",
        "The rule that turns gradients into parameter updates. SGD, RMSprop and Adam are three "
        "of them.",
        ("optimizers",),
    ),
    Term(
        "parameters",
        "The numbers in a network that training adjusts: weights, which multiply, and biases, "
        "which are added.",
        ("parameter", "weights", "bias", "biases"),
    ),
    Term(
        "pooling",
        "Shrinking an image by keeping one number of each small square, the largest in max "
        "pooling. It keeps what was found and drops exactly where.",
        ("max pooling", "max pool", "pool"),
    ),
    Term(
        "refusal",
        "Saying that a drawing isn't a digit. The network learned an eleventh answer for that, "
        "and refuses when its score is above a threshold that nearly all digits stay below.",
        ("refused", "refuses", "refuse", "eleventh answer"),
    ),
    Term(
        "ReLU",
        "A function that keeps positive numbers and turns negative ones into 0. Without such a "
        "function between them, many layers could do no more than one.",
    ),
    Term(
        "residual connection",
        "A layer's output is added to its input, so that the layer only has to learn the "
        "difference. Deeper networks train more easily with it.",
        ("residual connections",),
    ),
    Term(
        "RMSprop",
        "An optimizer that divides each parameter's step by the recent size of its gradients, so "
        "that all parameters move at a similar pace.",
    ),
    Term(
        "seed",
        "The number that determines all random numbers of a run: same seed, same run.",
    ),
    Term(
        "session",
        "Several epochs in a row. Between two sessions the network is saved to a checkpoint and "
        "loaded again, as if training had been interrupted.",
        ("sessions",),
    ),
    Term(
        "SGD",
        "Stochastic gradient descent: take a batch, compute the gradients, move every parameter "
        "against its gradient, times the learning rate. The simplest optimizer.",
        ("stochastic gradient descent", "gradient descent"),
    ),
    Term(
        "softmax",
        "Turns ten scores into ten probabilities: e to the power of each score, divided by the "
        "sum of all ten. They are above 0 and sum to 1.",
    ),
    Term(
        "step",
        "One update of all parameters, made after one batch.",
        ("steps",),
    ),
    Term(
        "validation",
        "Checking, after each epoch, on images kept out of training. When training accuracy "
        "rises and validation accuracy does not, the network is memorizing its training images.",
        ("validated",),
    ),
    Term(
        "weight averaging",
        "Using the average of the parameters over the last part of training instead of the "
        "final ones. Late steps wander around a good solution, and their average is closer to "
        "it.",
        ("averaged weights", "weight average", "moving average", "ema"),
    ),
    Term(
        "weight decay",
        "Every step also shrinks all weights a little, which favours simple explanations. AdamW "
        "is Adam with weight decay.",
        ("AdamW",),
    ),
)
FORMS = {form.lower(): term for term in TERMS for form in (term.name, *term.forms)}
# The longest form first: "batch normalization" is not a batch.
_CHOICES = "|".join(re.escape(form) for form in sorted(FORMS, key=len, reverse=True))
WORD = re.compile(rf"(?<![\w-])(?:{_CHOICES})(?![\w-])", re.IGNORECASE)


class Linker:
    """Links words of texts to the glossary, each term once: where it first appears."""

    def __init__(self, *known: str) -> None:
        """Take the anchors of the terms that need no link."""
        self._known = set(known)

    def __call__(self, text: str) -> Markup:
        """Return the text as HTML with its links."""
        pieces, end = [], 0
        for match in WORD.finditer(text):
            pieces += [escape(text[end : match.start()]), self._link(match[0])]
            end = match.end()
        return Markup("").join([*pieces, escape(text[end:])])

    def _link(self, word: str) -> Markup:
        anchor = FORMS[word.lower()].anchor
        if anchor in self._known:
            return escape(word)
        self._known.add(anchor)
        return Markup('<a class="term" href="glossary#{}">{}</a>').format(anchor, word)
