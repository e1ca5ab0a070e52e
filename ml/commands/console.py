"""What a person sees in the terminal: the events of a training run, printed as they come."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a warning needs no PyTorch
    from tqdm import tqdm

    from ml.training.events import (
        CheckpointChecked,
        EpochResult,
        Event,
        Finished,
        SessionStarted,
        StepResult,
    )


def header(text: str) -> None:
    """Print a heading for a step of the run."""
    print(f"\n== {text} ==", flush=True)


def warn(text: str) -> None:
    """Print one line about something that does not stop the command."""
    print(f"run.py: warning: {text}", file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """Print one line about one of several things, which failed; the command goes on."""
    print(f"run.py: {text}", file=sys.stderr, flush=True)


def follow(events: Iterator["Event"]) -> "Finished":
    """Print every event of `ml.train.train` with a bar for each epoch; return the last one."""
    from ml.training import events as kinds

    bar: tqdm | None = None
    try:
        for event in events:
            match event:
                case kinds.SessionStarted():
                    header(f"Session {event.number} of {event.sessions}: epochs {_span(event)}")
                case kinds.StepResult():
                    bar = bar or _open_bar(event)
                    _advance(bar, event)
                case kinds.EpochResult():
                    bar = _close(bar)
                    _print_epoch(event)
                case kinds.CheckpointChecked():
                    _print_checkpoint(event)
                case kinds.Finished():
                    return event
    finally:
        _close(bar)
    raise AssertionError("a training run ends with Finished or raises")


def _span(event: "SessionStarted") -> str:
    return f"{event.first}" if event.first == event.last else f"{event.first} to {event.last}"


def _open_bar(event: "StepResult") -> "tqdm":
    from tqdm import tqdm

    total = event.steps * event.images
    # disable=None: no bar where nobody watches (a pipe, a log file).
    return tqdm(total=total, unit=" images", desc=f"epoch {event.epoch}", leave=False, disable=None)


def _advance(bar: "tqdm", event: "StepResult") -> None:
    if event.step % 50 == 0:
        bar.set_postfix_str(f"loss {event.loss:.4f}", refresh=False)
    bar.update(event.images)


def _close(bar: "tqdm | None") -> None:
    if bar is not None:
        bar.close()


def _print_epoch(event: "EpochResult") -> None:
    print(
        f"epoch {event.epoch}: training loss {event.training_loss:.4f}, "
        f"accuracy {event.training_accuracy:.2%}; validation loss {event.validation_loss:.4f}, "
        f"accuracy {event.validation_accuracy:.2%}; "
        f"{event.seconds:.1f} s, {event.images_per_second:,.0f} images/s",
        flush=True,
    )


def _print_checkpoint(event: "CheckpointChecked") -> None:
    header("Checkpoint: saved, and loaded into a fresh model and a fresh optimizer")
    print(f"saved in {event.path}")
    print(f"expected test accuracy {event.expected:.2%}")
    print(f"loaded test accuracy   {event.loaded:.2%}", flush=True)
