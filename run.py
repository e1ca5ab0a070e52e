"""The command line: serve the drawing board (default), train, evaluate, read, export."""

import argparse
import importlib
import io
import os
import sys
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

from ml.errors import (
    ExplainedError,
    MissingPackageError,
    RecipeError,
    UnknownModelError,
    UnknownVersionError,
)
from ml.files import INSTANCE_DIR, expand_home, lower_priority

try:
    from ml.networks.card import WEIGHTS_DIR
    from ml.runs.folders import HAND, ID, find_runs_dir, read_settings
    from ml.versions import Shelf
except ModuleNotFoundError as error:
    if __name__ != "__main__" or error.name.partition(".")[0] == "ml":
        raise  # a fault of ours
    sys.exit(f"run.py: {MissingPackageError(error.name)}")  # a Python in which nothing is installed

FAILURE, USAGE = 1, 2
TORCHRUN = "TORCHELASTIC_RUN_ID"  # set by torchrun, and not by a scheduler that sets RANK, too

# What each command, and serving (None), does not ignore.
HEEDED = {
    None: {
        *("host", "port", "weights", "engine", "prefix", "behind_proxy", "trusted_host"),
        *("instance", "token"),
    },
    "train": {
        *("sessions", "learning_rate", "batch_size", "optimizer", "momentum", "session_decay"),
        *("seed", "resume", "refresh", "ship", "serve_other_data", "pictures", "learn_from"),
        *("model", "data", "out", "weights", "device", "instance", "run"),
        *("drawings", "all_hands"),
    },
    "evaluate": {
        *("model", "all", "data", "weights", "device", "json", "instance"),
        *("strokes", "preprocessing", "everywhere"),
    },
    "compare": {"out", "instance"},
    "sample": {"model", "data", "out", "weights", "device", "seed", "instance"},
    "show_styles": {"data", "out", "seed"},
    "read": {"model", "json", "csv", "weights", "instance"},
    "explain": {"model", "rival", "out", "weights", "instance"},
    "examples": {"data", "out", "seed", "weights"},
    "export": {"model", "out", "weights", "instance", "ship"},
    "four_losses": {"data", "seed"},
    "download_mnist": {"data", "instance"},
    "export_drawings": {"instance"},
    "import_drawings": {"instance"},
    "versions": {"model", "weights", "instance", "json"},
    "serve_version": {"weights", "instance"},
    "export_version": {"out", "weights", "instance"},
    "import_version": {"weights", "instance"},
}
# Commands whose file lies in a folder of ml.commands.
FOLDERS = {
    "read": "reading.read",
    "explain": "explaining.explain",
    "examples": "explaining.examples",
}
SEVERAL = "in two processes: torchrun --standalone --nproc-per-node 2 run.py --train"
SERVER_DATA = "; a server takes the folder of MNIST from the variable MNIST_DIR"
VERSIONS = ("versions", "serve_version", "export_version", "import_version")


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line and leave with exit code 2."""
        reason = f"{message} (--help lists the flags)"
        self.exit(_fail(reason, USAGE))


def make_parser() -> Parser:
    """Return the parser of every flag."""
    parser = Parser(prog="run.py", description=__doc__, allow_abbrev=False, epilog=SEVERAL)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--train", action="store_true", help="train a model and serve its weights")
    what.add_argument(
        "--evaluate", action="store_true", help="measure a model on MNIST's test set, or on strokes"
    )
    what.add_argument(
        "--compare",
        nargs="+",
        type=expand_home,
        metavar="RUN",
        help="runs side by side: table and curves",
    )
    what.add_argument("--sample", action="store_true", help="pictures of readings and mistakes")
    what.add_argument(
        "--show-styles", action="store_true", help="a picture of what is generated to learn from"
    )
    what.add_argument(
        "--read",
        nargs="+",
        type=expand_home,
        metavar="FILE",
        help="read the digits and numbers in photos and scans, a folder of them at once",
    )
    what.add_argument(
        "--explain",
        type=expand_home,
        metavar="DRAWING",
        help="write a picture that shows why a drawing in a file is read as it is",
    )
    what.add_argument(
        "--examples",
        action="store_true",
        help="choose the training images that are shown beside a drawing",
    )
    what.add_argument(
        "--four-losses", action="store_true", help="the lesson: why the same loss by autograd fails"
    )
    what.add_argument(
        "--export",
        choices=["onnx", "web"],
        help="write a served model for other programs, or the board as a part of any web page",
    )
    what.add_argument(
        "--download-mnist", action="store_true", help="download MNIST, for a class without internet"
    )
    what.add_argument(
        "--export-drawings",
        type=expand_home,
        metavar="FILE",
        help="write this machine's confirmed drawings to a ZIP",
    )
    what.add_argument(
        "--import-drawings",
        type=expand_home,
        metavar="FILE",
        help="add the drawings of such a ZIP to this machine's",
    )
    what.add_argument(
        "--versions", action="store_true", help="list the models' versions, and which are served"
    )
    what.add_argument(
        "--serve-version",
        nargs=2,
        metavar=("MODEL", "N"),
        help="serve a version from now on; 0 is what ships",
    )
    what.add_argument(
        "--export-version",
        nargs=2,
        metavar=("MODEL", "N"),
        help="write a version to a ZIP, which --out names",
    )
    what.add_argument(
        "--import-version",
        type=expand_home,
        metavar="FILE",
        help="add the version in such a ZIP to this machine's",
    )
    _add_serving(parser.add_argument_group("serving (the default)"))
    _add_training(parser.add_argument_group("training"))
    _add_common(parser.add_argument_group("models and data"))
    return parser


def _add_serving(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to serve on (%(default)s); 0.0.0.0, or :: with IPv6, lets other devices in",
    )
    group.add_argument("--port", type=_port, default=5000, help="port to serve on (%(default)s)")
    group.add_argument(
        "--engine",
        default="onnx",
        choices=["onnx", "torch"],
        help="what runs the networks: ONNX Runtime, or PyTorch as in training (%(default)s)",
    )

    group.add_argument(
        "--prefix",
        type=_prefix,
        metavar="PATH",
        help="path under which a proxy passes requests whole, such as /board (none)",
    )
    group.add_argument(
        "--behind-proxy",
        action="store_true",
        help="believe X-Forwarded-For, -Proto, -Host and -Prefix: one proxy in front sets them all",
    )
    group.add_argument(
        "--trusted-host",
        action="append",
        type=_host_name,
        metavar="NAME",
        help="name of this server, such as board.example, under which stored things are handed out;"
        " may be repeated",
    )
    group.add_argument(
        "--token",
        type=_token,
        help="what the drawings of this machine and of all hands need where others can open the"
        " pages (a new one at each start)",
    )


def _add_training(group: argparse._ArgumentGroup) -> None:
    length = group.add_mutually_exclusive_group()
    length.add_argument("--sessions", metavar="N,N", help="epochs of each session, such as 3,3")
    length.add_argument(
        "--epochs", dest="sessions", type=_epochs, metavar="N", help="the same in one session"
    )
    group.add_argument("--lr", dest="learning_rate", type=_number, help="learning rate")
    group.add_argument("--batch-size", type=_whole, help="images in a step")
    group.add_argument("--optimizer", metavar="NAME", help="basic, sgd, adam, adamw, rmsprop, muon")
    group.add_argument("--momentum", type=_number, help="of sgd: from 0 to less than 1")
    group.add_argument(
        "--session-decay", type=_number, help="factor on the learning rate between sessions"
    )
    group.add_argument(
        "--drawings",
        action="store_true",
        help="let what is served learn this machine's confirmed drawings, and serve the result if"
        " it reads them better and forgets nothing else",
    )
    group.add_argument(
        "--all-hands",
        action="store_true",
        help="with --drawings, or to learn from drawings: those of all hands",
    )
    group.add_argument("--seed", type=_whole, help="decides weights and order (0)")
    group.add_argument(
        "--learn-from",
        metavar="SOURCE",
        help="mnist, generated (digits that are made in a second), drawings (those confirmed) or"
        " drawings-and-mnist (mnist)",
    )
    group.add_argument("--resume", action="store_true", help="go on with the newest run, or --out")
    group.add_argument(
        "--no-refresh",
        dest="refresh",
        action="store_false",
        help="keep the result as a version; serve what was served before",
    )
    group.add_argument(
        "--ship",
        action="store_true",
        help="let the result replace what ships, in --weights, instead of serving a version; with"
        " --export: write the ONNX files of what ships anew from their weights",
    )
    group.add_argument(
        "--serve-other-data",
        action="store_true",
        help="serve the result even if the data is not MNIST",
    )
    group.add_argument(
        "--no-pictures",
        dest="pictures",
        action="store_false",
        help="leave out the pictures in the run's folder",
    )
    # The server's own: the run whose folder it made, and which it holds until this process ends.
    group.add_argument("--run", metavar="ID", type=_run_id, help=argparse.SUPPRESS)


def _add_common(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--instance",
        type=expand_home,
        metavar="DIR",
        help="folder of versions and runs and, unless DATABASE_URL names a database, of what is"
        " served and of the confirmed drawings (instance)",
    )
    group.add_argument("--model", metavar="NAME", help="which model (the first one served)")
    group.add_argument(
        "--data",
        type=expand_home,
        metavar="DIR",
        help="where MNIST is or goes (MNIST_DIR, or data)",
    )
    group.add_argument(
        "--out",
        type=expand_home,
        metavar="DIR",
        help="folder for the run, the export or the pictures; one picture may be named: x.png",
    )
    group.add_argument(
        "--weights",
        type=expand_home,
        metavar="DIR",
        help="folder of what ships (ml/weights); given, it is served without the models' versions",
    )
    group.add_argument(
        "--device",
        default="auto",
        choices=["auto", "cuda", "mps", "cpu"],
        help="where to compute: the best there is (%(default)s)",
    )
    group.add_argument("--json", action="store_true", help="print results for machines")
    group.add_argument(
        "--csv", action="store_true", help="with --read: a row for each number, for a spreadsheet"
    )
    group.add_argument(
        "--strokes",
        nargs="+",
        type=expand_home,
        metavar="FILE",
        help="evaluate on drawn strokes instead",
    )
    group.add_argument(
        "--preprocessing",
        default="ours",
        choices=["ours", "shrunk-board", "centred-box"],
        help="with --strokes: the board's own way to 28×28 (%(default)s), or what other demos do",
    )
    group.add_argument(
        "--everywhere",
        action="store_true",
        help="with --strokes: every position, size and pen together, 81 times each drawing",
    )
    group.add_argument(
        "--rival",
        type=_digit,
        metavar="DIGIT",
        help="with --explain: the digit that the answer is held against (the second likely one)",
    )
    group.add_argument("--all", action="store_true", help="evaluate every served model")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 0 to 65535, not {text!r}")
    return int(text)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"this is a whole number from 0, not {text!r}")
    return int(text)


def _digit(text: str) -> int:
    if text not in set("0123456789"):
        raise argparse.ArgumentTypeError(f"this is a digit from 0 to 9, not {text!r}")
    return int(text)


def _prefix(text: str) -> str:
    from webapp.deploy.settings import PREFIX  # with Flask, which serving loads anyway

    prefix = f"/{text.strip('/')}"
    if not PREFIX.fullmatch(prefix):
        raise argparse.ArgumentTypeError(f"a prefix is a path such as /board, not {text!r}")
    return prefix


def _host_name(text: str) -> str:
    from webapp.deploy.settings import HOST_NAME

    if not HOST_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"this is a name such as board.example, without a port, not {text!r}"
        )
    return text


def _token(text: str) -> str:
    from webapp.deploy.token_file import TOKEN

    if not TOKEN.fullmatch(text):
        raise argparse.ArgumentTypeError("a token has 8 to 128 of A-Z a-z 0-9 . _ ~ -")
    return text


def _run_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"there is no run {text!r}")
    return text


def _epochs(text: str) -> str:
    return str(_whole(text))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"this is a number, not {text!r}") from None


def serve(flags: argparse.Namespace) -> None:
    """Serve the drawing board until Ctrl-C."""
    # Imported when it is needed, so that --help and mistyped flags answer at once.
    from webapp import create_app
    from webapp.server import serve as serve_app

    settings = {
        "WEIGHTS_DIR": flags.weights,
        "VERSIONS": not flags.weights_only,
        "ENGINE": flags.engine,
        "PREFIX": flags.prefix or "",
        "BEHIND_PROXY": flags.behind_proxy,
        "OWN_NAMES": flags.trusted_host or (),
        "TOKEN": flags.token,
        **_choose_store(flags),
    }
    serve_app(create_app(settings), flags.host, flags.port)


def exchange_drawings(flags: argparse.Namespace) -> None:
    """Write this machine's drawings to a file, or add those of one, and say how many."""
    from webapp import DEFAULTS
    from webapp.store import commands
    from webapp.store.store import Store

    settings = DEFAULTS | _choose_store(flags)
    with closing(Store(settings["INSTANCE_DIR"], settings["DATABASE_URL"])) as store:
        if flags.export_drawings:
            count = commands.export_drawings(store, flags.export_drawings)
            print(f"{flags.export_drawings}: {count:,} drawing{'' if count == 1 else 's'}")
        else:
            counts = commands.import_drawings(store, flags.import_drawings)
            print(f"{flags.import_drawings}: {counts.added:,} new, {counts.known:,} known")


def is_about_drawings(flags: argparse.Namespace) -> bool:
    """Whether a training is one on drawings: asked for, or begun so and resumed."""
    named = find_runs_dir(flags.instance) / flags.run if flags.run else flags.out
    if flags.drawings or not (flags.resume and named):
        return flags.drawings
    settings = read_settings(named)
    return settings is not None and settings.kind == HAND


def read_confirmed(flags: argparse.Namespace) -> tuple[list, list, list]:
    """Return the drawings to learn from: the bytes, the label and the strokes of each."""
    from webapp.store import commands, has_database

    settings = _find_store(flags)
    if not has_database(*settings):
        return [], [], []
    with _open_store(settings) as store:
        return commands.list_confirmed(store, all_hands=flags.all_hands)


def manage_versions(flags: argparse.Namespace) -> None:
    """List, serve, export or import versions, and say what was done."""
    from webapp.versions import commands

    if flags.versions:
        commands.print_versions(flags.shelf, flags.model, as_json=flags.json)
    elif flags.serve_version:
        commands.serve_version(flags.shelf, *flags.serve_version)
    elif flags.export_version:
        commands.export_version(flags.shelf, *flags.export_version, flags.out)
    else:
        commands.import_version(flags.shelf, flags.import_version)


def make_shelf(flags: argparse.Namespace, command: str | None) -> Shelf:
    """Return the shelf of what is served, as the database says when it is asked."""
    if flags.weights_only and command not in ("train", *VERSIONS):
        return Shelf(flags.weights, None, ask=dict, serve=lambda _model, _number: None)

    def ask() -> dict[str, int]:
        from webapp.store import has_database

        settings = _find_store(flags)
        if not has_database(*settings):
            return {}
        with _open_store(settings) as store:
            return store.served()

    def serve_version(model: str, number: int) -> None:
        with _open_store(_find_store(flags)) as store:
            store.serve(model, number)

    return Shelf(flags.weights, flags.instance, ask, serve_version)


def _find_store(flags: argparse.Namespace) -> tuple[Path, str | None]:
    return flags.instance, os.environ.get("DATABASE_URL") or None


def _open_store(settings: tuple[Path, str | None]) -> closing:
    from webapp.store.store import Store

    return closing(Store(*settings))


def _choose_store(flags: argparse.Namespace) -> dict[str, object]:
    """Return where drawings are kept, as far as it is not the default."""
    chosen = {"INSTANCE_DIR": flags.instance, "DATABASE_URL": os.environ.get("DATABASE_URL")}
    return {name: value for name, value in chosen.items() if value}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit code: 0 done, 1 failed, 2 wrong usage."""
    _print_any_character()
    parser = make_parser()
    flags = parser.parse_args(arguments)
    try:
        _run(flags, parser)
    except (RecipeError, UnknownModelError, UnknownVersionError) as error:
        return _fail(str(error), USAGE)
    except ExplainedError as error:
        return _fail(str(error), FAILURE)
    except OSError as error:
        return _fail(f"{error.filename or 'a file'}: {error.strerror or error}", FAILURE)
    except KeyboardInterrupt:
        return _fail("stopped; what was served before still is (--resume goes on)", FAILURE)
    return 0


def _print_any_character() -> None:
    """Let what the terminal's encoding lacks, such as × in cp932, be printed as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run(flags: argparse.Namespace, parser: Parser) -> None:
    command = next((name for name in HEEDED if name and getattr(flags, name)), None)
    _check_together(flags, command, parser)
    if flags.run:
        lower_priority()  # first of all: loading PyTorch takes seconds
    flags.weights_only = flags.weights is not None
    flags.weights = flags.weights or WEIGHTS_DIR
    flags.instance = flags.instance or INSTANCE_DIR
    flags.shelf = make_shelf(flags, command)
    flags.read_confirmed = partial(read_confirmed, flags)
    try:
        if command is None:
            return serve(flags)
        if command.endswith("_drawings"):
            return exchange_drawings(flags)
        if command in VERSIONS:
            return manage_versions(flags)
        name = "fine_tune" if command == "train" and is_about_drawings(flags) else command
        return importlib.import_module(f"ml.commands.{FOLDERS.get(name, name)}").run(flags)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] in ("ml", "webapp"):
            raise  # a fault of ours
        raise MissingPackageError(error.name) from error


def _check_together(flags: argparse.Namespace, command: str | None, parser: Parser) -> None:
    """Raise RecipeError for flags that would be ignored: silence would pass for obedience."""
    for action in parser._actions:
        name = action.dest
        if name in HEEDED or name in HEEDED[command] or name == "help":
            continue
        if getattr(flags, name) != parser.get_default(name):
            wanted = [other for other in HEEDED if name in HEEDED[other]]
            names = [f"--{other.replace('_', '-')}" if other else "serving" for other in wanted]
            where = " or ".join(names)
            hint = SERVER_DATA if (name, command) == ("data", None) else ""
            raise RecipeError(f"{action.option_strings[0]} belongs to {where}{hint}")
    is_alone = os.environ.get("WORLD_SIZE", "1") == "1" or TORCHRUN not in os.environ
    if command != "train" and not is_alone:
        raise RecipeError("torchrun starts several processes, which is for --train; leave it out")
    if flags.run and flags.out:
        raise RecipeError("--run names a run's folder, and so does --out; leave out one")
    if flags.json and flags.csv:
        raise RecipeError("--json and --csv are two ways to print; leave out one")
    if flags.all and flags.model:
        raise RecipeError("--all means every model; leave out --all or --model")
    if flags.serve_other_data and not flags.refresh:
        raise RecipeError("--serve-other-data serves and --no-refresh does not; leave out one")
    if flags.ship and not flags.refresh:
        raise RecipeError("--ship replaces what ships and --no-refresh nothing; leave out one")
    if flags.export_version and not flags.out:
        raise RecipeError("--export-version needs --out FILE, the ZIP to write")
    if flags.export == "web" and flags.ship:
        raise RecipeError("--ship belongs to --export onnx")
    if command == "export" and flags.ship and flags.out:
        raise RecipeError("--ship writes to --weights; leave out --ship or --out")
    if flags.drawings and flags.ship:
        raise RecipeError("--ship is for everybody and --drawings for one hand; leave out one")
    if flags.drawings and flags.learn_from:
        raise RecipeError("--drawings goes on from what is served, --learn-from begins anew")
    is_about_drawings = flags.drawings or (flags.learn_from or "").startswith("drawings")
    if flags.all_hands and not (is_about_drawings or flags.resume):
        raise RecipeError("--all-hands belongs to --drawings; add it")
    if not flags.strokes and (flags.everywhere or flags.preprocessing != "ours"):
        raise RecipeError("--everywhere and --preprocessing belong to --strokes FILE; add it")


def _fail(reason: str, code: int) -> int:
    """Say why in one line; of the processes that torchrun starts alike, the first says it."""
    if code == USAGE and os.environ.get("RANK", "0") != "0" and TORCHRUN in os.environ:
        return 0
    print(f"run.py: {reason}", file=sys.stderr)
    return code


def end_process(code: int) -> NoReturn:
    """End with this exit code; one of several processes ends at once, without Python's own end.

    A thread of PyTorch's that lets go of its last tensor while Python ends would abort the process.
    """
    distributed = sys.modules.get("torch.distributed")
    if distributed and distributed.is_available() and distributed.is_initialized():
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # whoever read it is gone
                stream.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    end_process(main())
