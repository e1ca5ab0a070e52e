"""What a request to train asks for, checked, and the command line's flags that do it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.runs.choices import CHOICES, Choice, choose_settings, find_choice
from ml.runs.folders import HAND, TRAIN, RunSettings

SCRATCH, SERVED = "scratch", "served"


class PlanError(Exception):
    """A request to train that cannot be done; the message names the field and what it may be."""


@dataclass(frozen=True)
class Source:
    """Something to learn from, as the API and --learn-from name it."""

    name: str
    needs_mnist: bool = False
    may_use_mnist: bool = False  # it does without


SOURCES = {
    source.name: source
    for source in (
        Source("mnist", needs_mnist=True),
        Source("generated"),
        Source("drawings", may_use_mnist=True),  # to remember, by a network that is served
        Source("drawings_and_mnist", needs_mnist=True),
    )
}
OF_DRAWINGS = ("drawings", "drawings_and_mnist")


@dataclass(frozen=True)
class Plan:
    """A run that can be started: what its run.json says, and its flags."""

    settings: RunSettings
    flags: Sequence[str]
    source: Source


Planner = Callable[[dict[str, Any], Choice, Source], Plan]


def plan_scratch(body: dict[str, Any], choice: Choice, source: Source) -> Plan:
    """Return the plan of a training from fresh weights; raises RecipeError."""
    chosen = choose_settings(choice, body.get("recipe", {}))
    sessions = choice.split_epochs(chosen["epochs"])
    settings = RunSettings(
        id="",
        model=choice.model,
        recipe={
            "model": choice.model,
            "learning_rate": chosen["learning_rate"],
            "batch_size": chosen["batch_size"],
            "optimizer": chosen["optimizer"],
            "sessions": list(sessions),
        },
        seed=chosen["seed"],
        data=source.name,
        kind=TRAIN,
        by="page",
    )
    flags = [
        *("--no-refresh", "--model", choice.model, "--learn-from", source.name),
        *("--lr", str(chosen["learning_rate"]), "--batch-size", str(chosen["batch_size"])),
        *("--sessions", ",".join(map(str, sessions)), "--optimizer", chosen["optimizer"]),
        *("--seed", str(chosen["seed"])),
        *_list_hands(body, source),
    ]
    return Plan(settings, flags, source)


def plan_hand(body: dict[str, Any], choice: Choice, source: Source) -> Plan:
    """Return the plan of a training on drawings, from what is served; raises PlanError.

    What it makes is served by itself if it is better: there is no --no-refresh.
    """
    if source.name != "drawings":
        raise PlanError('What is served learns drawings further: `data` must be "drawings".')
    if body.get("recipe"):
        raise PlanError("Learning drawings further has a recipe of its own: leave out `recipe`.")
    settings = RunSettings(
        id="", model=choice.model, data=source.name, kind=HAND, seed=0, by="page"
    )
    flags = ["--drawings", "--model", choice.model, "--seed", "0", *_list_hands(body, source)]
    return Plan(settings, flags, source)


# How a run begins, by the name that `start` gives it.
STARTS: dict[str, Planner] = {SCRATCH: plan_scratch, SERVED: plan_hand}


def _list_hands(body: dict[str, Any], source: Source) -> list[str]:
    """Return the flag for all hands' drawings, if they are asked for; raises PlanError."""
    if "hands" not in body:
        return []
    if body["hands"] != "all" or source.name not in OF_DRAWINGS:
        raise PlanError('`hands` must be "all", with drawings as `data`, or left out.')
    return ["--all-hands"]


def make_plan(body: dict[str, Any]) -> Plan:
    """Return what a request asks for; raises PlanError, RecipeError and UnknownModelError."""
    if "model" not in body:
        raise PlanError(f"`model` is missing. The models are {', '.join(CHOICES)}.")
    choice = find_choice(body["model"])
    source = _pick(body, "data", SOURCES, "generated")
    plan = _pick(body, "start", STARTS, SCRATCH)
    return plan(body, choice, source)


def _pick(body: dict[str, Any], name: str, known: dict[str, Any], default: str) -> Any:  # noqa: ANN401
    value = body.get(name, default)
    if not isinstance(value, str) or value not in known:
        raise PlanError(f"`{name}` must be one of {', '.join(known)}.")
    return known[value]


def list_common_flags(weights: Path, is_default: bool, data: Path, source: str) -> list[str]:
    """Return the flags that say where weights and MNIST are, as the server was told."""
    flags = [] if is_default else ["--weights", str(weights.absolute())]
    known = SOURCES.get(source)
    is_named = known and (known.needs_mnist or known.may_use_mnist)
    return [*flags, *(["--data", str(data.absolute())] if is_named else [])]
