"""What a gunicorn worker runs: the app, made as the environment says."""

import logging
import os
import sys

from flask import Flask

from ml.errors import ExplainedError
from webapp import create_app
from webapp.deploy.settings import read_settings

DO_NOT_RESTART = 3  # gunicorn's own code: the next worker would fail in the same way


def make_app() -> Flask:
    """Return the app; a setting or a model that cannot be used is one line, and ends the server."""
    # With the process: the lines of all workers come together.
    logging.basicConfig(
        format="%(asctime)s [%(process)d] %(message)s", datefmt="%H:%M:%S", level=logging.INFO
    )
    try:
        settings = read_settings(os.environ)
        if settings["DATABASE_URL"]:  # it may have come as a file: trainings look here
            os.environ["DATABASE_URL"] = settings["DATABASE_URL"]
            os.environ.pop("DATABASE_URL_FILE", None)
        return create_app(settings)
    except ExplainedError as error:
        print(f"The board cannot start: {error}", file=sys.stderr, flush=True)
        raise SystemExit(DO_NOT_RESTART) from None
