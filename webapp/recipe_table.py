"""A recipe from a model's card -> the rows of a table: a label and a value each."""

from typing import Any

OPTIMIZERS = {
    "basic": "SGD, written by hand",
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "muon": "Muon for the convolutions, AdamW for the rest",
    "rmsprop": "RMSprop",
}
REDUCTIONS = {
    "mean": "cross-entropy, mean over the batch",
    "sum": "cross-entropy, sum over the batch",
}
COUNTS = {1: "one", 2: "two", 3: "three", 4: "four"}
SHOWN_ELSEWHERE = ("model", "source", "validation_images")
# The values that change nothing, where that is not None, 0 or empty.
DEFAULTS = {"session_decay": 1, "schedule": "constant", "distorted": [0, 0]}


def tabulate_recipe(recipe: dict[str, Any], data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rows; what changes nothing is left out, and an unknown field is shown as it is."""
    rows = [
        (f"{split.capitalize()} images", f"{data[split]:,} of {data.get('name', 'MNIST')}")
        for split in ("training", "validation")
        if data.get(split)
    ]
    for field, value in recipe.items():
        if value and field not in SHOWN_ELSEWHERE and list_or_value(value) != DEFAULTS.get(field):
            label, write = FIELDS.get(field, (field.replace("_", " ").capitalize(), write_plain))
            rows.append((label, write(value)))
    return rows


def list_or_value(value: object) -> object:
    """Return a tuple as the list that JSON makes of it, anything else as it is."""
    return list(value) if isinstance(value, tuple) else value


def write_plain(value: object) -> str:
    """Write a value of any type."""
    return "yes" if value is True else f"{value:g}" if isinstance(value, float) else str(value)


def write_distorted(shares: list[float]) -> str:
    """Write the shares of distorted images in the first and the last epoch."""
    first, last = shares
    if first == last:
        return f"{first:.0%}"
    return f"{first:.0%} in the first epoch, {last:.0%} in the last"


def write_sessions(epochs: list[int]) -> str:
    """Write the epochs of each session."""
    passes = " and ".join(map(str, epochs))
    parts = COUNTS.get(len(epochs), str(len(epochs)))
    plural = "" if len(epochs) == 1 else "s"
    return f"{parts} part{plural}: {passes} pass{'' if passes == '1' else 'es'} over the images"


FIELDS = {
    "optimizer": ("Optimizer", lambda name: OPTIMIZERS.get(name, name)),
    "learning_rate": ("Learning rate", write_plain),
    "schedule": ("Learning rate schedule", lambda name: name.replace("_", "-")),
    "lowest_rate": ("Final learning rate", "{:.0%} of the highest".format),
    "session_decay": ("Learning rate, each later session", "× {:g}".format),
    "batch_size": ("Batch size", "{:,}".format),
    "sessions": ("Trained in", write_sessions),
    "momentum": ("Momentum", write_plain),
    "weight_decay": ("Weight decay", write_plain),
    "averaged": ("Weight averaging", "last {:.0%} of training".format),
    "retraced_digits": ("MNIST digits rewritten, each epoch", "{:,}".format),
    "generated_digits": ("Generated digits, each epoch", "{:,}".format),
    "generated_non_digits": ("Generated non-digits, each epoch", "{:,}".format),
    "named_non_digits": ("Letters and symbols learned by name", write_plain),
    "spoilt_digits": ("MNIST digits made into other things, each epoch", "{:,}".format),
    "distorted": ("Images distorted by augmentation", write_distorted),
    "loss_reduction": ("Loss", lambda name: REDUCTIONS.get(name, name)),
    "stop_at_accuracy": ("Stops early at training accuracy", "{:.1%}".format),
    "bfloat16": ("Precision", lambda _: "bfloat16 on CPUs that support it"),
}
