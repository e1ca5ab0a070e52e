"""Bring a database's tables to the last revision, at first use and by one process at a time."""

import logging
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, inspect, text

from webapp.store.errors import NewerDatabaseError
from webapp.store.tables import SCHEMA

SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 0x6469676974  # PostgreSQL's lock of this program: any number
ALEMBIC = Lock()  # it keeps its context in a module: one thread at a time


def migrate(engine: Engine, revision: str = SCHEMA) -> None:
    """Apply the revisions that the database lacks; raises NewerDatabaseError.

    All of them are one transaction: a kill leaves the old tables or the new ones.
    """
    with engine.connect() as connection:
        if find_revision(connection) == revision:
            return  # and Alembic need not be loaded
    with engine.connect() as connection:
        hold_alone(connection)
        upgrade(connection, revision)
        connection.commit()


def hold_alone(connection: Connection) -> None:
    """Wait until no other process migrates, and keep others waiting until the commit."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def find_revision(connection: Connection) -> str | None:
    """Return the revision that the database has, None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def upgrade(connection: Connection, revision: str) -> None:
    """Let Alembic apply its revisions within the connection's transaction."""
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of each plugin and revision

    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    found = find_revision(connection)
    known = {script.revision for script in ScriptDirectory(SCRIPTS).walk_revisions()}
    if found is not None and found not in known:
        raise NewerDatabaseError(
            f"The drawings were stored by a newer version of this program (schema {found}, here "
            f"{SCHEMA}). Update the program, or give another folder with --instance."
        )
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    with ALEMBIC:
        command.upgrade(config, revision)
