"""A PostgreSQL server of the tests' own, in a temporary folder and on no port."""

import os
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import psycopg
import pytest

PROGRAMS = "/usr/lib/postgresql/*/bin"  # where Debian keeps them, off the PATH


def find_program(name):
    """A program's path, or None."""
    found = shutil.which(name)
    debian = sorted(Path("/").glob(f"{PROGRAMS[1:]}/{name}"))
    return found or (str(debian[-1]) if debian else None)


class Postgres:
    """Started when made; raises pytest's skip where it is not installed."""

    def __init__(self):
        if find_program("initdb") is None:
            pytest.skip("PostgreSQL is not installed")
        # It refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path is short
        if self.user:
            shutil.chown(self.folder, self.user)
        self.data = self.folder / "data"
        self.numbers = count(1)
        self.run("initdb", "--auth=trust", "--username=board", "--no-sync", "--encoding=UTF8")
        self.start()

    def run(self, program, *arguments):
        environment = {**os.environ, "LC_ALL": "C", "HOME": str(self.folder)}
        command = [find_program(program), "-D", str(self.data), *arguments]
        log = self.folder.with_suffix(".log")
        with log.open("ab") as output:
            done = subprocess.run(
                command,
                env=environment,
                cwd=self.folder,
                user=self.user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            )
        assert done.returncode == 0, log.read_text()

    def start(self):
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self.run("pg_ctl", "start", "--wait", "--options", options)

    def stop(self):
        self.run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def remove(self):
        if (self.data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)
        self.folder.with_suffix(".log").unlink()

    def url(self, database):
        return f"postgresql://board@/{database}?host={self.folder}"

    def make_database(self, template=None):
        """The address of a new database: an empty one, or as the one at `template` is."""
        name = f"board{next(self.numbers)}"
        copied = f" TEMPLATE {name_database(template)}" if template else ""
        self.order(f"CREATE DATABASE {name}{copied}")
        return self.url(name)

    def drop_database(self, url):
        self.order(f"DROP DATABASE {name_database(url)} WITH (FORCE)")

    def order(self, statement):
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def name_database(url):
    return url.rpartition("?")[0].rpartition("/")[2]
