"""/api/runs: trainings. Watching them is free; whatever changes them needs the token."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from flask import Blueprint, Response, current_app, request, send_from_directory

from ml.errors import MissingPackageError, RecipeError
from ml.mnist_files import find_data_dir, list_missing
from ml.networks.card import WEIGHTS_DIR
from ml.preprocess import fit_ink, is_blank
from ml.runs.control import LONGEST_REST, PROBE, Probe, read_probe
from ml.runs.folders import HAND
from webapp.api.questions import read_ink
from webapp.body import read_object
from webapp.hands.faults import may_know_the_server
from webapp.hands.token import need_token
from webapp.problems import Problem
from webapp.runs import steering
from webapp.runs.plans import PlanError, list_common_flags, make_plan
from webapp.runs.starting import BusyError, RunningError, Trainer
from webapp.runs.watching import Watch, Watches
from webapp.security import require_trusted_host

runs = Blueprint("runs", __name__, url_prefix="/api/runs")
runs.before_request(require_trusted_host)

LONGEST_NUMBER = 9  # digits of an event's number
UNKNOWN = "There is no run with this id. It may have been deleted."


class OthersSteer(Problem):
    """Another process starts, steers or deletes a run, and takes long."""

    retry_after = 1

    def __init__(self) -> None:
        super().__init__(503, "Another server is starting or steering a run. Try again.")


@runs.get("")
def list_runs() -> dict[str, Any]:
    """List all runs, the newest first, and say which one is running."""
    with_log = may_know_the_server()
    found = [watch.describe(with_log=with_log) for watch in watches().list()]
    running = (run["id"] for run in found if run["state"] in ("running", "paused"))
    return {"runs": found, "running": next(running, None)}


@runs.post("")
def start_run() -> tuple[dict[str, Any], int]:
    """Start a training in a process of its own."""
    need_token()
    try:
        plan = make_plan(read_object(request))
    except (PlanError, RecipeError) as error:
        raise Problem(400, end_sentence(str(error))) from error
    if plan.source.needs_mnist:
        check_mnist()
    common = list_flags(plan.source.name)
    run_id = ask_trainer("start", plan.settings, [*plan.flags, *common])
    return find_watch(run_id).describe(), 201


@runs.get("/<run_id>")
def show_run(run_id: str) -> Response:
    """Answer one run with its events from number `since` on; browsers ask three times a second."""
    since, probe = read_number("since"), read_number("probe")
    content = find_watch(run_id).answer(since or 0, probe, with_log=may_know_the_server())
    return Response(content, mimetype="application/json")


@runs.delete("/<run_id>")
def delete_run(run_id: str) -> tuple[str, int]:
    """Delete a run's folder for good; the version that it made stays."""
    need_token()
    ask_trainer("delete", find_watch(run_id).folder)
    return "", 204


@runs.post("/<run_id>/resume")
def resume_run(run_id: str) -> dict[str, Any]:
    """Let a run go on from the checkpoint of its last finished epoch."""
    need_token()
    read_object(request)
    watch = find_watch(run_id)
    run = watch.describe()
    if run["state"] in ("running", "paused"):
        raise_running(run_id)
    if not run["can_resume"]:
        raise Problem(409, explain_end(run))
    serves = [] if run["kind"] == HAND else ["--no-refresh"]  # a hand's is judged, and served
    ask_trainer("resume", watch.folder, [*serves, *list_flags(run["data"])])
    watch.is_running()
    return watch.describe()


@runs.post("/<run_id>/<any(pause, continue, stop):wanted>")
def steer_run(run_id: str, wanted: str) -> dict[str, Any]:
    """Ask a run to pause, to go on, or to stop after the step that it is at."""
    need_token()
    read_object(request)
    watch = find_running(run_id)
    asked = "run" if wanted == "continue" else wanted
    with refuse_politely():
        steering.ask_for(watch.folder, asked)
    return watch.describe()


@runs.put("/<run_id>/pace")
def set_pace(run_id: str) -> dict[str, Any]:
    """Let a run rest after each point: slow motion."""
    need_token()
    rest = read_object(request).get("rest")
    if type(rest) not in (int, float) or not 0 <= rest <= LONGEST_REST:
        raise Problem(400, f"`rest` must be a number of seconds from 0 to {LONGEST_REST:g}.")
    watch = find_running(run_id)
    with refuse_politely():
        steering.set_rest(watch.folder, rest)
    return watch.describe()


@runs.put("/<run_id>/probe")
def set_probe(run_id: str) -> dict[str, Any]:
    """Give a run's network a drawing to read as it learns, or take it away."""
    need_token()
    body = read_object(request)
    if "clear" in body:
        if body["clear"] is not True:
            raise Problem(400, "`clear` must be true, or left out.")
        (find_watch(run_id).folder / PROBE).unlink(missing_ok=True)
        return describe_probe(None)
    ink = read_ink(body)
    if is_blank(ink):  # a dot, as each drawing is at its beginning: nothing to read yet
        return describe_probe(read_probe(find_watch(run_id).folder))
    seen = fit_ink(ink).tobytes()
    watch = find_running(run_id)
    with refuse_politely():
        return describe_probe(steering.give_probe(watch.folder, seen))


def describe_probe(probe: Probe | None) -> dict[str, Any]:
    """Return the number and the pixels of the drawing that a run's network reads, for JSON."""
    return {"id": probe and probe.id, "seen": probe and list(probe.seen)}


@runs.get("/<run_id>/pictures/<name>")
def show_picture(run_id: str, name: str) -> Response:
    """Answer one of the pictures of a finished run."""
    watch = find_watch(run_id)
    if name not in watch.list_pictures():
        raise Problem(404, "This run has no picture of that name.")
    # Nobody keeps an answer of the API, so nobody has a part or an older one to ask about.
    return send_from_directory(watch.folder.absolute(), name, conditional=False, etag=False)


def watches() -> Watches:
    """Return the runs of the app's instance."""
    return current_app.extensions["runs"]


def trainer() -> Trainer:
    """Return what starts trainings of the app's instance."""
    return current_app.extensions["trainer"]


def find_watch(run_id: str) -> Watch:
    """Return a run; raises Problem if there is none of that id."""
    watch = watches().find(run_id)
    if watch is None:
        raise Problem(404, UNKNOWN)
    return watch


def find_running(run_id: str) -> Watch:
    """Return a run that is running or paused; raises Problem if it is not."""
    watch = find_watch(run_id)
    if not watch.is_running():
        raise Problem(409, f"The run {run_id} is not running.", run=None)
    return watch


def ask_trainer(what: str, *arguments: object) -> Any:  # noqa: ANN401
    """Let the trainer start, resume or delete; raises Problem, which says why it cannot."""
    with refuse_politely():
        return getattr(trainer(), what)(*arguments)


@contextmanager
def refuse_politely() -> Iterator[None]:
    """Turn what keeps a run from being started, steered or deleted into a Problem."""
    try:
        yield
    except RunningError as error:
        raise_running(error.run)
    except BusyError as error:
        raise OthersSteer from error
    except MissingPackageError as error:
        raise Problem(503, f"Training is not installed: {error}.", package=error.package) from error
    except OSError as error:
        detail = f"The run's folder cannot be changed: {error.strerror or error}."
        raise Problem(507, detail) from error


def raise_running(run_id: str) -> NoReturn:
    """Raise the Problem that says which run is running."""
    watch = watches().find(run_id)
    title = watch.describe()["title"] if watch else run_id
    detail = f"{title} is training at the moment, as run {run_id}. Wait for its end, or stop it."
    raise Problem(409, detail, run=run_id)


def explain_end(run: dict[str, Any]) -> str:
    """Return why a run that is not running cannot be resumed."""
    if run["state"] == "finished":
        return "This run is finished. Start another one."
    if run["diverged"]:
        return "This run would diverge again. Start another one with a smaller learning rate."
    return "This run ended before its first epoch did, so nothing is kept. Start another one."


def check_mnist() -> None:
    """Raise Problem if MNIST's files are not there: a training would have to download them."""
    folder = find_mnist_dir()
    missing = list_missing(folder)
    if missing:
        detail = (
            f"MNIST is not here: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} "
            "missing. Download it, or learn from generated digits."
        )
        raise Problem(409, detail, missing=missing)


def find_mnist_dir() -> Path:
    """Return the folder in which MNIST is looked for."""
    return find_data_dir(current_app.config["DATA_DIR"])


def list_flags(source: str | None) -> list[str]:
    """Return the flags by which a training finds what this server was given."""
    weights = Path(current_app.config["WEIGHTS_DIR"])
    return list_common_flags(weights, weights == WEIGHTS_DIR, find_mnist_dir(), source or "")


def read_number(name: str) -> int | None:
    """Return a whole number from the address, None if it is not given; raises Problem."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise Problem(400, f"`{name}` must be a whole number from 0.")
    return int(text)


def end_sentence(text: str) -> str:
    """Return an error's words as a sentence."""
    return text if text.endswith(".") else f"{text}."
