"""A recipe from a model's card -> sentences that a beginner can read."""

from typing import Any

OPTIMIZERS = {
    "basic": "The basic optimizer, written by hand",
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "muon": "Muon for the convolutions and AdamW for all else",
    "rmsprop": "RMSprop",
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# Told by a sentence, or elsewhere in the card.
TOLD = {
    "model",
    "source",
    "optimizer",
    "learning_rate",
    "schedule",
    "lowest_rate",
    "momentum",
    "weight_decay",
    "averaged",
    "batch_size",
    "loss_reduction",
    "sessions",
    "session_decay",
    "stop_at_accuracy",
    "validation_images",
    "retraced_digits",
    "generated_digits",
    "generated_non_digits",
    "distorted",
    "bfloat16",
}


def describe_recipe(recipe: dict[str, Any], data: dict[str, Any]) -> list[str]:
    """Return the sentences; what the recipe or the data's description lack is left out."""
    sentences = (
        describe_data(data),
        describe_made(recipe),
        describe_distortion(recipe),
        describe_curves(recipe),
        describe_optimizer(recipe),
        describe_members(recipe),
        describe_averaging(recipe),
        describe_loss(recipe),
        describe_sessions(recipe),
        describe_stop(recipe),
        describe_precision(recipe),
        describe_rest(recipe),
    )
    return [sentence for sentence in sentences if sentence]


def describe_data(data: dict[str, Any]) -> str | None:
    """Say how many images there were for what."""
    if not data.get("training"):
        return None
    said = f"{data['training']:,} training images"
    if data.get("validation"):
        said += f" and {data['validation']:,} for validation"
    return f"{said}, from {data.get('name', 'MNIST')}."


def describe_made(recipe: dict[str, Any]) -> str | None:
    """Say what an epoch holds besides each image of MNIST once."""
    retraced = recipe.get("retraced_digits")
    parts = [
        f"{retraced:,} versions of them by other hands and pens" if retraced else None,
        count_made(recipe.get("generated_digits"), "digits"),
        count_made(recipe.get("generated_non_digits"), "drawings of no digit"),
    ]
    told = [part for part in parts if part]
    return f"An epoch holds {', '.join(told)}." if told else None


def count_made(number: int | None, what: str) -> str | None:
    """Return '50,000 generated digits', or None for none."""
    return f"{number:,} generated {what}" if number else None


def describe_distortion(recipe: dict[str, Any]) -> str | None:
    """Say how many of the images are changed before they are learned from."""
    first, last = recipe.get("distorted") or (0, 0)
    if not max(first, last):
        return None
    if last == first:
        return f"Augmentation distorts {100 * first:g}% of the images."
    return (
        f"Augmentation distorts {100 * first:g}% of the images in the first epoch, "
        f"changing evenly to {100 * last:g}% in the last."
    )


def describe_curves(recipe: dict[str, Any]) -> str | None:
    """Warn of comparing the two lines of the charts where they count different images."""
    made = ("distorted", "retraced_digits", "generated_digits", "generated_non_digits")
    if not any(any(v) if isinstance(v := recipe.get(name), list | tuple) else v for name in made):
        return None
    return (
        "In the charts, training counts these harder images and validation plain ones: "
        "training accuracy may well be the lower one."
    )


def describe_optimizer(recipe: dict[str, Any]) -> str | None:
    """Say who changes the parameters, by how much and after how many images."""
    if not recipe.get("optimizer"):
        return None
    said = OPTIMIZERS.get(recipe["optimizer"], recipe["optimizer"])
    if recipe.get("momentum") and recipe["optimizer"] == "sgd":
        said += f" with momentum {recipe['momentum']:g}"
    if recipe.get("weight_decay") and recipe["optimizer"] in ("adamw", "muon"):
        said += f" with weight decay {recipe['weight_decay']:g}"
    if recipe.get("learning_rate"):
        said += f", {describe_rate(recipe)}"
    if recipe.get("batch_size"):
        said += f", batch size {recipe['batch_size']}"
    return f"{said}."


def describe_rate(recipe: dict[str, Any]) -> str:
    """Say how large the learning rate is, and how it changes within a session."""
    rate, schedule = recipe["learning_rate"], recipe.get("schedule") or "constant"
    if schedule == "constant":
        return f"learning rate {rate:g}"
    said = f"{schedule.replace('_', '-')} learning rate of at most {rate:g}"
    lowest = recipe.get("lowest_rate")
    return f"{said}, {rate * lowest:g} at the end" if lowest else said


def describe_members(recipe: dict[str, Any]) -> str | None:
    """Say what each of the board's two networks learns from."""
    if recipe.get("model") != "board_cnn":
        return None
    return "Each of its two networks learns from one half of every batch."


def describe_averaging(recipe: dict[str, Any]) -> str | None:
    """Say which parameters are kept."""
    share = recipe.get("averaged")
    if not share:
        return None
    return f"Weight averaging: the mean over all steps of the last {share:.0%} of training is kept."


def describe_loss(recipe: dict[str, Any]) -> str | None:
    """Say what is made small."""
    reductions = {"mean": "averaged", "sum": "summed"}
    reduction = reductions.get(recipe.get("loss_reduction"))
    return f"The loss is cross-entropy, {reduction} over each batch." if reduction else None


def describe_sessions(recipe: dict[str, Any]) -> str | None:
    """Say how long, and what lies between the sessions."""
    sessions = recipe.get("sessions") or []
    if len(sessions) < 2:
        return f"{count_epochs(sessions[0])}." if sessions else None
    number = NUMBERS[len(sessions)] if len(sessions) < len(NUMBERS) else str(len(sessions))
    lengths = f"{', '.join(map(str, sessions[:-1]))} and {count_epochs(sessions[-1])}"
    said = f"{number.capitalize()} sessions of {lengths}, with a checkpoint between sessions."
    decay = recipe.get("session_decay") or 1
    later = f" The learning rate of each is {decay:g} times that of the one before."
    return said if decay == 1 else said + later


def count_epochs(number: int) -> str:
    """Return '1 epoch' or '3 epochs'."""
    return f"{number} epoch{'' if number == 1 else 's'}"


def describe_stop(recipe: dict[str, Any]) -> str | None:
    """Say when training ends before its time."""
    goal = recipe.get("stop_at_accuracy")
    return (
        f"It stops early once an epoch's training accuracy reaches {100 * goal:g}%."
        if goal
        else None
    )


def describe_precision(recipe: dict[str, Any]) -> str | None:
    """Say which numbers are calculated with."""
    said = "It calculates in bfloat16 on a CPU that has instructions for it."
    return said if recipe.get("bfloat16") else None


def describe_rest(recipe: dict[str, Any]) -> str | None:
    """Name whatever else the recipe sets, so that nothing is hidden."""
    rest = {key: value for key, value in recipe.items() if key not in TOLD and value}
    words = [key if value is True else f"{key} {value}" for key, value in rest.items()]
    return f"Also: {'; '.join(words)}.".replace("_", " ") if words else None
