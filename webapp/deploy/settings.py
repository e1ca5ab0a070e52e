"""The app's settings from environment variables; docs/deploying.md lists them.

NAME_FILE may name a file that holds the value of NAME: secrets come as files in containers.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ml.errors import ExplainedError
from ml.files import INSTANCE_DIR
from webapp.deploy.token_file import TOKEN, keep_token

PATH_SEGMENT = r"(?!\.+(?:/|$))[A-Za-z0-9._~-]+"  # not . or ..
PREFIX = re.compile(rf"(?:/{PATH_SEGMENT})+")
HOST_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
BIND = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})|unix:.+")
POSTGRES = ("postgres://", "postgresql://", "postgresql+psycopg://")
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
MOST_WORKERS = 64


class SettingError(ExplainedError):
    """A variable that cannot be obeyed; the message names it and says what it may be."""


def read_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration for `create_app`; raises SettingError.

    Makes the instance folder, and in it the token unless one is given.
    """
    instance = make_instance(Path(environment.get("BOARD_INSTANCE") or INSTANCE_DIR))
    return {
        "INSTANCE_DIR": instance,
        "DATABASE_URL": read_database(environment),
        "TOKEN": read_token(environment) or make_token(instance),
        "OWN_NAMES": read_names(environment),
        "PREFIX": read_prefix(environment),
        "BEHIND_PROXY": read_switch(environment, "BOARD_BEHIND_PROXY", default=False),
        "LIMITS": read_switch(environment, "BOARD_LIMITS", default=True),
    }


def read_value(environment: Mapping[str, str], name: str) -> str:
    """Return a variable, or what the file that NAME_FILE names holds; empty if neither is set."""
    file = environment.get(f"{name}_FILE")
    if not file:
        return environment.get(name, "").strip()
    if environment.get(name):
        raise SettingError(f"{name} and {name}_FILE say the same twice; leave out one.")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise SettingError(f"{name}_FILE names {file}, which cannot be read: {reason}.") from error


def make_instance(folder: Path) -> Path:
    """Make the folder of versions, runs and the token, for this user only."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise refuse_instance(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingError(f"BOARD_INSTANCE: {folder} cannot be written. Give it to this user.")
    return folder


def make_token(instance: Path) -> str:
    """Return the instance folder's token, made now if it has none."""
    try:
        return keep_token(instance)
    except OSError as error:
        raise refuse_instance(instance, error) from error


def refuse_instance(folder: Path, error: OSError) -> SettingError:
    """Return the error that says why the instance folder cannot be used."""
    reason = error.strerror or error
    return SettingError(f"BOARD_INSTANCE: {folder} cannot be used: {reason}.")


def read_database(environment: Mapping[str, str]) -> str | None:
    """Return the address of the PostgreSQL database, None for SQLite in the instance folder."""
    url = read_value(environment, "DATABASE_URL")
    if url and not url.startswith(POSTGRES):  # not said: it may hold a password
        raise SettingError("DATABASE_URL must be like postgresql://user:password@host/database.")
    return url or None


def read_token(environment: Mapping[str, str]) -> str | None:
    """Return the token that is given, None if there is none."""
    token = read_value(environment, "BOARD_TOKEN")
    if token and not TOKEN.fullmatch(token):
        raise SettingError("BOARD_TOKEN must have 8 to 128 of A-Z a-z 0-9 . _ ~ -")
    return token or None


def read_names(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names under which stored things are handed out."""
    names = [name.strip() for name in environment.get("BOARD_TRUSTED_HOSTS", "").split(",")]
    for name in filter(None, names):
        if not HOST_NAME.fullmatch(name):
            raise SettingError(
                "BOARD_TRUSTED_HOSTS must be names such as board.example, without ports and "
                f"separated by commas, not {name!r}."
            )
    return tuple(filter(None, names))


def read_prefix(environment: Mapping[str, str]) -> str:
    """Return the path under which a proxy passes requests whole, empty for none."""
    text = environment.get("BOARD_PREFIX", "").strip()
    prefix = f"/{text.strip('/')}" if text.strip("/") else ""
    if prefix and not PREFIX.fullmatch(prefix):
        raise SettingError(f"BOARD_PREFIX must be a path such as /board, not {text!r}.")
    return prefix


def read_bind(environment: Mapping[str, str]) -> str:
    """Return where to listen: an address and a port, or a socket's file."""
    text = environment.get("BOARD_BIND", "").strip() or "127.0.0.1:8000"
    found = BIND.fullmatch(text)
    if not found or int(found[2] or 0) > 65535:
        raise SettingError(f"BOARD_BIND must be like 127.0.0.1:8000, not {text!r}.")
    return text


def read_switch(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return whether something is switched on."""
    text = environment.get(name, "").strip().lower()
    if text and text not in (*YES, *NO):
        raise SettingError(f"{name} must be on or off, not {text!r}.")
    return text in YES if text else default


def read_count(environment: Mapping[str, str], name: str, default: int) -> int:
    """Return how many processes or threads are asked for."""
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
        raise SettingError(f"{name} must be a whole number from 1 to {MOST_WORKERS}, not {text!r}.")
    return int(text)
