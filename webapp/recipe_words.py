"""A recipe from a model's card -> sentences that a beginner can read."""

from typing import Any

OPTIMIZERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# Told by a sentence, or elsewhere in the card.
TOLD = {
    "model",
    "source",
    "optimizer",
    "learning_rate",
    "momentum",
    "batch_size",
    "loss_reduction",
    "sessions",
    "session_decay",
    "stop_at_accuracy",
    "validation_images",
}


def describe_recipe(recipe: dict[str, Any], data: dict[str, Any]) -> list[str]:
    """Return the sentences; what the recipe or the data's description lack is left out."""
    sentences = (
        describe_data(data),
        describe_optimizer(recipe),
        describe_loss(recipe),
        describe_sessions(recipe),
        describe_stop(recipe),
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


def describe_optimizer(recipe: dict[str, Any]) -> str | None:
    """Say who changes the parameters, by how much and after how many images."""
    if not recipe.get("optimizer"):
        return None
    said = OPTIMIZERS.get(recipe["optimizer"], recipe["optimizer"])
    if recipe.get("momentum"):
        said += f" with momentum {recipe['momentum']:g}"
    if recipe.get("learning_rate"):
        said += f", learning rate {recipe['learning_rate']:g}"
    if recipe.get("batch_size"):
        said += f", batch size {recipe['batch_size']}"
    return f"{said}."


def describe_loss(recipe: dict[str, Any]) -> str | None:
    """Say what is made small."""
    reductions = {"mean": "averaged", "sum": "summed"}
    reduction = reductions.get(recipe.get("loss_reduction"))
    return f"The loss is cross-entropy, {reduction} over each batch." if reduction else None


def describe_sessions(recipe: dict[str, Any]) -> str | None:
    """Say how long, and what lies between the sessions."""
    sessions = recipe.get("sessions") or []
    if len(sessions) < 2:
        return f"{count_epochs(sessions[0])} in one session." if sessions else None
    number = NUMBERS[len(sessions)] if len(sessions) < len(NUMBERS) else str(len(sessions))
    lengths = f"{', '.join(map(str, sessions[:-1]))} and {count_epochs(sessions[-1])}"
    said = (
        f"{number.capitalize()} sessions of {lengths}, with a checkpoint after each but the last."
    )
    decay = recipe.get("session_decay", 1)
    return (
        said if decay == 1 else f"{said} Each session's learning rate is {decay:g} of the last's."
    )


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


def describe_rest(recipe: dict[str, Any]) -> str | None:
    """Name whatever else the recipe sets, so that nothing is hidden."""
    rest = {key: value for key, value in recipe.items() if key not in TOLD and value}
    words = [key if value is True else f"{key} {value}" for key, value in rest.items()]
    return f"Also: {'; '.join(words)}.".replace("_", " ") if words else None
