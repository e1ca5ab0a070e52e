"""Reads with the versions that the database says, in every process and without a restart.

The database is asked twice a second. A version that it names is loaded beside the one that reads,
and replaces it between two readings. If it cannot be loaded, the one that reads stays.
"""

import logging
import os
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

from ml.errors import ExplainedError, UnknownVersionError, WeightsError
from ml.predict import Reader
from ml.versions import SHIPPED, Version, find_version, version_folder
from webapp.hands.keeping import Keeping
from webapp.hands.memories import Memories
from webapp.store.errors import StoreError, StoreGoneError

log = logging.getLogger(__name__)

PAUSE = 0.5  # seconds between two looks into the database
RETRY = 5.0  # seconds after which a version that could not be loaded is tried again
FIRST = 0.5  # seconds that the first request of a process waits for the first look
ONLY_WEIGHTS = (
    "this server reads with what lies in its folder --weights alone; restart it without --weights "
    "to serve versions"
)


class VersionsOffError(ExplainedError):
    """The server was told to read with a folder's models alone."""


@dataclass(frozen=True)
class Broken:
    """A version that should be served and cannot be loaded."""

    number: int
    reason: str
    tried: float  # by time.monotonic


class Watcher:
    """Which version of each model a process reads with; safe for threads.

    Without `instance` versions are off: there is only what lies in `weights_dir`.
    """

    def __init__(self, weights_dir: Path, instance: Path | None, keeping: Keeping) -> None:
        self.weights_dir, self.instance = weights_dir, instance
        self.problem: StoreError | None = None  # why the database cannot be asked
        self._keeping = keeping
        self._reader: Reader | None = None
        self._memories: Memories | None = None
        self._numbers: dict[str, int] = {}  # by model, without those that are as they shipped
        self._broken: dict[str, Broken] = {}
        self._looking, self._starting = Lock(), Lock()
        self._process: int | None = None  # the one that looks
        self._thread: Thread | None = None
        self._stopped = Event()

    def make_reader(self, engine: str) -> Reader:
        """Return a reader of what is served at present; raises WeightsError if nothing can be.

        A version that cannot be loaded gives way to what ships.
        """
        wanted = self._ask() or {}
        self._keeping.close()  # a server may fork now: each process opens its own connections
        folders = {
            model: version_folder(self.instance, model, number)
            for model, number in wanted.items()
            if number != SHIPPED
        }
        reader = Reader(self.weights_dir, engine, folders)
        for model, reason in reader.replaced.items():
            self._broken[model] = Broken(wanted[model], reason, monotonic())
        self._numbers = {model: wanted[model] for model in folders if model not in reader.replaced}
        return reader

    def attach(self, reader: Reader, memories: Memories) -> None:
        """Say whose models are replaced, and whose memories are forgotten with the database."""
        self._reader, self._memories = reader, memories

    def number(self, model: str) -> int:
        """Return which version of a model this process reads with."""
        return self._numbers.get(model, SHIPPED)

    @property
    def broken(self) -> Mapping[str, Broken]:
        """The versions that should be served and cannot be loaded, by model."""
        return dict(self._broken)

    def watch(self) -> None:
        """Look twice a second from now on, in this process: called before each request."""
        if self.instance is None or self._process == os.getpid():
            return
        with self._starting:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            looked = Event()
            # It ends with the app: it keeps no reference to it while it waits.
            arguments = (weakref.ref(self), looked, self._stopped)
            self._thread = Thread(target=keep_looking, args=arguments, daemon=True)
            self._thread.start()
        looked.wait(FIRST)

    @property
    def is_looking(self) -> bool:
        """Whether this process looks for changes by itself."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Look no more; returns when a look under way has ended."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Ask the database what is served, and read with that from now on."""
        with self._looking:
            wanted = self._ask()
            if wanted is not None:
                for model in sorted({*wanted, *self._numbers}):
                    self._follow(model, wanted.get(model, SHIPPED))

    def serve(self, model: str, number: int) -> Version:
        """Let a version be served from now on: here at once, in other processes when they look.

        It is loaded first. Raises UnknownVersionError, WeightsError, VersionsOffError and
        StoreError; then everything is as it was.
        """
        if self.instance is None:
            raise VersionsOffError(ONLY_WEIGHTS)
        with self._looking:
            version = find_version(self.instance, self.weights_dir, model, number)
            loaded = self._reader.load(model, version.folder)
            self._keeping.open().serve(model, number)
            self.problem = None
            self._reader.replace(loaded)
            self._note(model, number)
        return version

    def _ask(self) -> dict[str, int] | None:
        """Return the numbers that the database says, None if it says nothing."""
        if self.instance is None or not self._keeping.has_database:
            return None
        try:
            wanted = self._keeping.open().served()
        except StoreError as error:
            if isinstance(error, StoreGoneError) and self._memories is not None:
                self._memories.forget_all()
            if str(error) != str(self.problem):
                log.warning("The versions that are served cannot be asked for: %s", error)
            self.problem = error
            return None
        self.problem = None
        return wanted

    def _follow(self, model: str, number: int) -> None:
        """Read with this version, unless it cannot be loaded."""
        if number == self.number(model):
            self._note(model, number)
            return
        broken = self._broken.get(model)
        if broken and broken.number == number and monotonic() - broken.tried < RETRY:
            return
        try:
            version = find_version(self.instance, self.weights_dir, model, number)
            self._reader.replace(self._reader.load(model, version.folder))
        except (UnknownVersionError, WeightsError) as error:
            if broken is None or broken.reason != str(error):
                log.warning("Version %d of %s is not served: %s", number, model, error)
            self._broken[model] = Broken(number, str(error), monotonic())
        else:
            log.info("Version %d of %s is served from now on", number, model)
            self._note(model, number)

    def _note(self, model: str, number: int) -> None:
        self._broken.pop(model, None)
        self._numbers[model] = number


def keep_looking(reference: "weakref.ref[Watcher]", looked: Event, stopped: Event) -> None:
    """Look again and again, as long as the watcher is used and not told to stop."""
    while not stopped.is_set() and (watcher := reference()) is not None:
        try:
            watcher.look()
        except Exception:
            log.exception("Looking for what is served failed")
        looked.set()
        del watcher
        stopped.wait(PAUSE)
