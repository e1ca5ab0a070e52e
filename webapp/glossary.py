"""The glossary: the terms that a beginner meets here, and links to them from a text's words."""

import re
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True)
class Place:
    """Where in the app a term can be seen: words to follow, and an address next to the glossary."""

    words: str
    address: str


@dataclass(frozen=True)
class Term:
    """A word, what it means, the other forms in which it appears, and where it can be seen."""

    name: str
    text: str
    forms: tuple[str, ...] = ()
    seen: Place | None = None

    @property
    def anchor(self) -> str:
        """The id under which the glossary has it."""
        return self.name.lower().replace(" ", "-")


BOARD = Place("on the board", "./")
NETWORK_READS = Place("under the bars of the board: what the network sees", "./")
WHY = Place("under the board: press Why?", "./")
CARDS = Place("on every network’s card", "models")
LINEAR = Place("in the logistic regression’s layers", "models#linear-layers")
PERCEPTRON = Place("in the multilayer perceptron’s layers", "models#mlp-layers")
CONVOLUTIONS = Place("in the tutorial CNN’s layers", "models#tutorial_cnn-layers")
INSIDE = Place("on the page Look inside", "inside")
MINE = Place("in My drawings", "drawings")
TRAIN = Place("on the page Train", "train")
BOARD_LAYERS = Place("in the layers of the board’s own network", "models#board_cnn-layers")
CURVES = Place("in the tutorial CNN’s curves of training", "models#tutorial_cnn-training")
OVERFIT = Place(
    "in the multilayer perceptron’s curves: after epoch 11, its validation loss rises",
    "models#mlp-training",
)
BY_HAND = Place("in the training of the network from scratch", "models#linear_scratch-training")

FIRST = (  # what one meets first, in the order in which one explains the next
    Term(
        "neural network",
        "A program that learns from examples instead of following rules that a person wrote. It "
        "turns the numbers of a picture into ten probabilities by many small sums.",
        ("neural networks",),
        CARDS,
    ),
    Term(
        "training",
        "Showing a network many images with their right answers, and changing its numbers a "
        "little after each mistake. Afterwards the numbers stay as they are: what you confirm is "
        "remembered beside them.",
        (),
        CURVES,
    ),
    Term(
        "probability",
        "How likely the network thinks each digit is, from 0% to 100%. The ten add up to 100%, "
        "and the largest is the answer.",
        ("probabilities",),
        BOARD,
    ),
    Term(
        "test set",
        "Images that the network never saw while it was trained, here 10,000. Only they show how "
        "well it reads what is new to it.",
        ("test images", "test data"),
        Place("in the table of all networks", "models"),
    ),
    Term(
        "overfitting",
        "Learning the training images by heart instead of what they have in common. The network "
        "then reads those well and new ones badly.",
        ("overfit", "overfits"),
        OVERFIT,
    ),
)
OTHERS = (
    Term(
        "accuracy",
        "The share of images read correctly. 99% means one mistake in a hundred.",
    ),
    Term(
        "activation function",
        "A function between two layers that bends their numbers, such as ReLU. Without "
        "it, many layers could do no more than one.",
        ("activation functions", "activation", "activations"),
        PERCEPTRON,
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
        "backpropagation",
        "The way to find all gradients at once: from the loss back through every layer, "
        "with the chain rule. One pass backwards costs about as much as two forwards.",
        ("backprop",),
        BY_HAND,
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
        ("calibrated",),
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
        "CNN",
        "A convolutional neural network: its first layers are convolutions, which look "
        "for small patterns everywhere in the image. It reads images better than a "
        "multilayer perceptron with as many parameters.",
        (
            "CNNs",
            "convolutional neural network",
            "convolutional neural networks",
            "convolutional network",
        ),
        CONVOLUTIONS,
    ),
    Term(
        "confidence interval",
        "The range in which the true accuracy plausibly lies. A test set is finite: another one "
        "of the same size would give a slightly different figure.",
        ("95% interval",),
    ),
    Term(
        "confirmed drawing",
        "A drawing of which you said what it is, on the board. From then on, what you draw like it "
        "is read so: its features are compared with those of each new drawing.",
        ("confirmed drawings",),
        MINE,
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
        "counterfactual",
        "The same thing a little different, so that the answer is another: the least ink that must "
        "come or go until the network says another digit.",
        ("counterfactuals",),
        WHY,
    ),
    Term(
        "cross-entropy",
        "The usual loss for classification: minus the logarithm of the probability given to the "
        "correct answer. Confident and correct costs almost nothing, confident and wrong costs "
        "a lot.",
        ("cross entropy",),
    ),
    Term(
        "cross-validation",
        "Examples are dealt into a few parts, and each part is read by a network that learned "
        "only the others. So every example tests a network that has never seen it.",
        ("cross-validated",),
        MINE,
    ),
    Term(
        "data loader",
        "The part of a program that shuffles the training images and hands them out batch "
        "by batch. Here they lie in memory, and a batch is a slice of them.",
        ("data loaders", "dataloader"),
        Place("in the tutorial CNN’s training: batch size", "models#tutorial_cnn-training"),
    ),
    Term(
        "deep learning",
        "Machine learning with networks of several layers. Early layers find strokes, "
        "later ones put them together into digits.",
        (),
        BOARD_LAYERS,
    ),
    Term(
        "determinism",
        "The same seed gives the same network, bit for bit, on the same machine. Results "
        "can then be checked by training again.",
        ("deterministic",),
        Place(
            "in the tutorial CNN’s training: the seed, and the command that repeats it",
            "models#tutorial_cnn-training",
        ),
    ),
    Term(
        "distillation",
        "Training a network to give another one's answers, with its doubts, instead of bare "
        "labels. A network that learns a hand is held to its own earlier answers in this way.",
        (),
        MINE,
    ),
    Term(
        "divergence",
        "What happens if the learning rate is too large: each step overshoots farther than the "
        "last, and the loss grows until it is no number any more.",
        ("diverge", "diverges", "diverged", "diverging"),
        TRAIN,
    ),
    Term(
        "dropout",
        "During training, a random part of a layer's values is set to zero, so that the network "
        "relies on no single one. When it reads your drawing, all are used.",
        ("dropout2d",),
    ),
    Term(
        "epoch",
        "One pass over all training images.",
        ("epochs", "passes over the images", "pass over the images"),
    ),
    Term(
        "evidence",
        "The ink that counts for an answer or against it. It is found by changing parts of the "
        "drawing and looking how far the network's scores move.",
        (),
        WHY,
    ),
    Term(
        "feature",
        "One of the numbers that a network makes of an image before it decides. Images with "
        "similar features look alike to the network.",
        ("features",),
        WHY,
    ),
    Term(
        "feature map",
        "What one filter of a convolution makes of an image: a smaller image that is "
        "bright where the filter's pattern was found. A layer with 32 filters has 32 of "
        "them.",
        ("feature maps",),
        INSIDE,
    ),
    Term(
        "filter",
        "A small square of weights, 3×3 or 5×5, that a convolution slides over the image: large "
        "where the image looks like it.",
        ("filters",),
    ),
    Term(
        "fine-tuning",
        "Training a network that can read already a little further, on few examples and in "
        "small steps. Here it learns the drawings of one hand.",
        ("fine-tuned",),
        MINE,
    ),
    Term(
        "flatten",
        "Turning an image, or many small ones, into one long row of numbers.",
        ("flattened",),
    ),
    Term(
        "fully connected layer",
        "Another name for a linear layer: each of its outputs is connected with every "
        "input. It usually ends a network and gives the scores of the ten digits.",
        ("fully connected", "fully connected layers", "dense layer"),
        CONVOLUTIONS,
    ),
    Term(
        "gradient",
        "For each parameter, how fast the loss grows when that parameter grows. Moving against "
        "the gradient reduces the loss.",
        ("gradients",),
    ),
    Term(
        "gradient descent",
        "Making the loss smaller by moving every parameter a little against its gradient, "
        "again and again. Like walking downhill in fog: each step goes where the ground "
        "falls.",
        (),
        BY_HAND,
    ),
    Term(
        "hand",
        "Whoever draws in one browser, without a name; on a computer of one's own, whoever draws "
        "there. What a hand confirms counts for that hand alone.",
        ("hands",),
        MINE,
    ),
    Term(
        "hidden unit",
        "A value between the image and the answers: a weighted sum whose meaning nobody sets. "
        "Training finds a use for it.",
        ("hidden units",),
    ),
    Term(
        "kernel",
        "Another name for a filter: the square of weights that a convolution lays over a patch of "
        "the image, number on number. The products, added up, say how alike the two are.",
        ("kernels",),
        INSIDE,
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
        "log interval",
        "How often a training program prints its progress, counted in batches. Here a "
        "line is printed after each epoch, and the curves have a dot for each.",
        (),
        CURVES,
    ),
    Term(
        "logistic regression",
        "A single linear layer followed by softmax: ten sums over all pixels, one for "
        "each digit. It is the simplest network here and the one to beat.",
        (),
        LINEAR,
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
        "machine learning",
        "Writing programs that find out from examples what to do. Nobody told these "
        "networks what a seven looks like; they saw thousands of them.",
        (),
        CARDS,
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
        "multilayer perceptron",
        "A network of linear layers with an activation function between them. It sees the "
        "image as a row of 784 numbers and does not know which pixels are neighbours.",
        ("MLP", "multilayer perceptrons"),
        PERCEPTRON,
    ),
    Term(
        "Muon",
        "An optimizer that treats a layer's gradient as one matrix and makes the step equally "
        "long in all of its directions, so that rare features are learned as fast as common "
        "ones.",
    ),
    Term(
        "nearest neighbour",
        "The known image that is most like a new one. Here likeness is measured by the features, "
        "so it is the network's own view of what is alike.",
        ("nearest neighbours",),
        WHY,
    ),
    Term(
        "negative log-likelihood",
        "Minus the logarithm of the probability that the network gave to the right "
        "answer. After softmax it is the same as cross-entropy.",
        ("NLL", "negative log likelihood"),
        Place("in the network from scratch: its loss", "models#linear_scratch-training"),
    ),
    Term(
        "neuron",
        "One weighted sum with a bias, and an activation function after it. The name "
        "comes from nerve cells, which fire when their inputs are strong enough.",
        ("neurons",),
        PERCEPTRON,
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
        "ONNX",
        "A file format for trained networks that programs in many languages can run. The "
        "board reads your drawing with it, without PyTorch.",
        (),
        BOARD,
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
        ("parameter",),
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
        "replay",
        "Showing old examples again between the new ones, so that a network does not forget "
        "what it knew. Without it, ten drawings can spoil thousands of digits.",
        ("replayed",),
        MINE,
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
        "segmentation",
        "Finding out which ink belongs to which digit of a number. Many ways to divide it are "
        "read, and the most probable one counts.",
        ("segmentations",),
        Place("on the board: write a number", "./"),
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
        ("stochastic gradient descent",),
    ),
    Term(
        "softmax",
        "Turns ten scores into ten probabilities: e to the power of each score, divided by the "
        "sum of all ten. They are above 0 and sum to 1.",
    ),
    Term(
        "state dict",
        "PyTorch's name for a network's parameters: a table from each layer's name to its "
        "tensor. It is what a file of weights holds.",
        ("state_dict",),
        Place("in the table of all networks: size", "models"),
    ),
    Term(
        "step",
        "One update of all parameters, made after one batch.",
        ("steps",),
    ),
    Term(
        "stride",
        "How many pixels a filter moves from one place to the next. With a stride of 2, "
        "the result is half as wide and half as high.",
        ("strides",),
        Place("in the tutorial CNN’s layers: its pooling moves by 2", "models#tutorial_cnn-layers"),
    ),
    Term(
        "temperature",
        "A number that the scores are divided by before softmax. Above 1 it makes the "
        "probabilities more alike, below 1 more extreme; the order of the digits stays.",
        ("temperatures",),
        Place("on the page Look inside: its slider", "inside#probabilities"),
    ),
    Term(
        "tensor",
        "A block of numbers with any number of dimensions. A drawing is one of 28 × 28, "
        "and a batch of 64 drawings one of 64 × 1 × 28 × 28.",
        ("tensors",),
        Place("in the tutorial CNN’s layers: output shape", "models#tutorial_cnn-layers"),
    ),
    Term(
        "training data",
        "The images with their right answers that a network learns from. Here they are MNIST's "
        "60,000; one network also learns from images that the program draws itself.",
        ("training images", "training set"),
        Place("in the training of the board’s own network", "models#board_cnn-training"),
    ),
    Term(
        "transformation",
        "What is done to an image before a network sees it: scaling, centring, "
        "normalization. Drawings and training images go the same way.",
        ("transformations", "transform", "transforms"),
        NETWORK_READS,
    ),
    Term(
        "underfitting",
        "A network too small, or trained too briefly, to learn what the images have in "
        "common. It makes many mistakes on training images already.",
        ("underfit", "underfits"),
        Place("in the mistakes of logistic regression", "models#linear-mistakes"),
    ),
    Term(
        "validation",
        "Checking, after each epoch, on images kept out of training. When training accuracy "
        "rises and validation accuracy does not, the network is memorizing its training images.",
        ("validated",),
    ),
    Term(
        "version",
        "A network as one training left it, with a number. The board reads with the version that "
        "is served; the earlier ones are kept, so that one can go back.",
        ("versions",),
        TRAIN,
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
    Term(
        "weights and bias",
        "A layer multiplies its inputs by weights, adds them up and adds one more number, "
        "the bias. Training finds all of these; they are the network's parameters.",
        ("weights and biases", "weights", "bias", "biases"),
        LINEAR,
    ),
)
TERMS = (*FIRST, *OTHERS)
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
        """Return the text as HTML with its links, and with the apostrophes of print."""
        text = text.replace("'", "’")
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
