"""Starting a training as a process of its own, and deleting what one left.

The server takes the run's lock and hands it over to the process: from the first moment on the run
is running, and no other server on this instance can start a second one in between. The process has
a session of its own, so that it outlives the server, and goes behind readings.
"""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

from ml.errors import MissingPackageError
from ml.files import PROJECT_DIR
from ml.runs import download, folders
from ml.runs.control import PROBE, Control, write_control
from ml.runs.folders import RunSettings
from ml.runs.locks import CAN_HAND_OVER, HANDED_OVER, hand_over, hold

RUN = (sys.executable, str(PROJECT_DIR / "run.py"))
NEEDED = ("torch", "torchvision", "filelock", "safetensors", "onnx", "onnxscript", "tqdm")
STARTING = ".starting.lock"  # held while a run is started, resumed or deleted
DELETED = ".deleted-"  # begins the name of a run's folder that is about to be removed
PATIENCE = 10.0  # seconds for another server to be done with that
SLOW_START = 60.0  # seconds for a process to take its lock, where it is not handed over


class RunningError(Exception):
    """Another run is running; `run` is its id."""

    def __init__(self, run: str) -> None:
        super().__init__(run)
        self.run = run


class BusyError(Exception):
    """Another server is starting or deleting a run, and takes long."""


@dataclass(frozen=True)
class Trainer:
    """Starts trainings of one instance; `command` is what `run.py`'s flags are given to."""

    instance: Path
    command: Sequence[str] = RUN

    @property
    def runs_dir(self) -> Path:
        """Where the runs are."""
        return folders.find_runs_dir(self.instance)

    def start(self, settings: RunSettings, flags: Sequence[str]) -> str:
        """Start a run with these settings and flags of the command line; return its id.

        Raises RunningError, BusyError, MissingPackageError and OSError.
        """
        check_installed()
        with self._hold():
            self._check_idle()
            folder = folders.make_folder(self.runs_dir, settings.model)
            try:
                RunSettings.now(folder, **_list_own(settings)).save(folder)
                write_control(folder, Control())
                self._launch(folder, flags)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return folder.name

    def resume(self, folder: Path, flags: Sequence[str]) -> None:
        """Let a run go on from its last checkpoint; raises as `start` does."""
        check_installed()
        with self._hold():
            self._check_idle()
            write_control(folder, Control())
            self._launch(folder, ["--resume", *flags])

    def delete(self, folder: Path) -> None:
        """Delete a run that is not running; raises RunningError, BusyError and OSError."""
        with self._hold():
            if folders.is_running(folder):
                raise RunningError(folder.name)
            # Renamed first: what a kill leaves of it is no run.
            folder.rename(folder.with_name(f"{DELETED}{folder.name}"))
            self._clear_deleted()

    @contextlib.contextmanager
    def _hold(self) -> Iterator[None]:
        self.runs_dir.mkdir(parents=True, exist_ok=True)
        with hold(self.runs_dir / STARTING, PATIENCE, BusyError()):
            self._clear_deleted()
            yield

    def _clear_deleted(self) -> None:
        """Remove the files of deleted runs; what cannot be removed now is removed later."""
        for gone in self.runs_dir.glob(f"{DELETED}*"):
            shutil.rmtree(gone, ignore_errors=True)

    def _check_idle(self) -> None:
        running = folders.find_running(self.runs_dir)
        if running is not None:
            raise RunningError(running.name)

    def _launch(self, folder: Path, flags: Sequence[str]) -> None:
        (folder / PROBE).unlink(missing_ok=True)
        own = ("--run", folder.name, "--instance", str(self.instance.absolute()))
        command = [*self.command, "--train", *own, *flags]
        with hand_over(folder / folders.LOCK) as lock:
            process = launch(command, folder / folders.LOG, lock)
        if not CAN_HAND_OVER:
            _wait_for_lock(process, folder)


def start_download(
    instance: Path, folder: Path, command: Sequence[str], environment: dict[str, str]
) -> None:
    """Start to download MNIST into a folder; raises BlockingIOError if that is running, OSError."""
    instance.mkdir(parents=True, exist_ok=True)
    flags = ("--download-mnist", "--data", str(folder), "--instance", str(instance.absolute()))
    with hand_over(instance / download.LOCK) as lock:
        download.write_progress(instance, download.RUNNING)
        launch([*command, *flags], instance / download.LOG, lock, environment)


def check_installed() -> None:
    """Raise MissingPackageError unless what trains is installed; nothing is loaded to find out."""
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            raise MissingPackageError(name)


def launch(
    command: Sequence[str], log: Path, lock: int | None, environment: dict[str, str] | None = None
) -> subprocess.Popen:
    """Start a process that goes behind readings, outlives this one, and keeps a lock; OSError."""
    own: dict[str, object] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NEW_PROCESS_GROUP
        own = {"creationflags": flags | subprocess.CREATE_NO_WINDOW}
    environment = make_environment() | (environment or {})
    if lock is not None:
        environment[HANDED_OVER] = str(lock)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=PROJECT_DIR,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            pass_fds=() if lock is None else (lock,),
            **own,
        )
    Thread(target=process.wait, daemon=True).start()  # or the system keeps an entry of its end
    return process


def make_environment() -> dict[str, str]:
    """Return a training's environment: half of the cores are left to readings."""
    threads = str(max(1, (os.cpu_count() or 2) // 2))
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return dict.fromkeys(names, threads) | os.environ | {"PYTHONUNBUFFERED": "1"}


def _list_own(settings: RunSettings) -> dict[str, object]:
    names = ("model", "recipe", "seed", "data", "kind", "by")
    return {name: getattr(settings, name) for name in names}


def _wait_for_lock(process: subprocess.Popen, folder: Path) -> None:
    """Wait until a process has its lock, or has ended."""
    until = monotonic() + SLOW_START
    while process.poll() is None and not folders.is_running(folder) and monotonic() < until:
        sleep(0.05)
