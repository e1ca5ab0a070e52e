"""What a request to train asks for, checked, and the command line's flags that do it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.runs.choices import CHOICES, Choice, choose_settings, find_choice
from ml.runs.folders import TRAIN, RunSettings

SCRATCH = "scratch"


class PlanError(Exception):
    """A request to train that cannot be done; the message names the field and what it may be."""


@dataclass(frozen=True)
class Source:
    """Something to learn from, as the API and --learn-from name it."""

    name: str
    needs_mnist: bool = False


SOURCES = {
    source.name: source for source in (Source("mnist", needs_mnist=True), Source("generated"))
}


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
    ]
    return Plan(settings, flags, source)


# How a run begins, by the name that `start` gives it.
STARTS: dict[str, Planner] = {SCRATCH: plan_scratch}


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


def list_common_flags(weights: Path, is_default: bool, data: Path | None, source: str) -> list[str]:
    """Return the flags that say where weights and MNIST are, as the server was told."""
    flags = [] if is_default else ["--weights", str(weights.absolute())]
    is_named = data is not None and source in SOURCES and SOURCES[source].needs_mnist
    return [*flags, *(["--data", str(data.absolute())] if is_named else [])]
