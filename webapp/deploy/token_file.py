"""The token in the instance folder: made once, and the same for every process that serves it."""

import re
import secrets
from pathlib import Path

from ml.errors import ExplainedError
from ml.files import write_atomically
from ml.runs.locks import hold

TOKEN = re.compile(r"[A-Za-z0-9._~-]{8,128}")  # part of an address, and not soon guessed
FOR_THE_TEACHER = "For the teacher (training, versions, all drawings)"  # before its address
FILE, LOCK = "token", ".token.lock"
PATIENCE = 10.0  # seconds for another process that makes it at the moment


class TokenError(ExplainedError):
    """The file holds no token, or another process does not finish making it."""


def keep_token(instance: Path) -> str:
    """Return the folder's token; the first process makes it. Raises TokenError and OSError."""
    path = instance / FILE
    busy = TokenError(f"Another process holds {instance / LOCK}. Start this one again.")
    with hold(instance / LOCK, PATIENCE, busy):
        if not path.exists():
            write_atomically(path, write_token)
        token = path.read_text("utf-8", "replace").strip()
    if not TOKEN.fullmatch(token):
        raise TokenError(f"{path} holds no token. Delete it, and a new one is made at the start.")
    return token


def write_token(path: Path) -> None:
    """Write a new token to a file that only its owner may read."""
    path.touch()
    path.chmod(0o600)  # before there is anything in it
    path.write_text(f"{secrets.token_urlsafe(16)}\n")
