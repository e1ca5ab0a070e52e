"""/api/data: what there is to learn from, and the download of MNIST."""

import importlib.util
import os
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, request

from ml.mnist_files import find_data_dir, list_missing
from ml.runs import download
from webapp.body import read_object
from webapp.hands.faults import may_know_the_server
from webapp.hands.keeping import store
from webapp.hands.recollection import may_have_hand
from webapp.hands.token import need_token
from webapp.hands.whose import find_hand
from webapp.problems import Problem
from webapp.runs.starting import start_download
from webapp.security import require_trusted_host
from webapp.store.errors import StoreError

data = Blueprint("data", __name__, url_prefix="/api/data")
data.before_request(require_trusted_host)


@data.get("")
def describe_data() -> dict[str, Any]:
    """Say what there is to learn from, and whether anything can learn here."""
    return {
        "mnist": describe_mnist(),
        "torch": importlib.util.find_spec("torch") is not None,
        "drawings": count_drawings(),
    }


@data.post("/mnist")
def download_mnist() -> tuple[dict[str, Any], int]:
    """Start to download MNIST in a process of its own."""
    need_token()
    read_object(request)
    mnist = describe_mnist()
    if mnist["there"]:
        raise Problem(409, "MNIST is here already.")
    config = current_app.config
    folder = find_data_dir(config["DATA_DIR"]).absolute()
    address = {"MNIST_URL": config["MNIST_URL"]} if config["MNIST_URL"] else {}
    try:
        start_download(find_instance(), folder, config["TRAIN_COMMAND"], address)
    except BlockingIOError as error:
        raise Problem(409, "MNIST is being downloaded already.") from error
    except OSError as error:
        detail = f"The download cannot begin: {error.strerror or error}."
        raise Problem(507, detail) from error
    return describe_mnist(), 202


def describe_mnist() -> dict[str, Any]:
    """Return whether MNIST's files are there, and how far a download is."""
    folder = find_data_dir(current_app.config["DATA_DIR"])
    missing = list_missing(folder)
    return {
        "there": not missing,
        "folder": os.fspath(folder) if may_know_the_server() else None,
        "missing": missing,
        "download": read_progress(),
    }


def read_progress() -> dict[str, Any] | None:
    """Return how far a download is; why it failed only to who runs the server: it names folders."""
    progress = download.read_progress(find_instance())
    if progress and progress["reason"] and not may_know_the_server():
        return progress | {"reason": "The download failed. Whoever runs the board sees why."}
    return progress


def count_drawings() -> int | None:
    """Return how many drawings the request's hand has confirmed, None if it has no hand."""
    if not may_have_hand():
        return None
    try:
        hand = find_hand()
        return None if hand is None else store().page(hand, None, 1, 1).total
    except StoreError:
        return None


def find_instance() -> Path:
    """Return the folder that all servers and trainings here share."""
    return Path(current_app.config["INSTANCE_DIR"])
