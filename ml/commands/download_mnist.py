"""--download-mnist: download MNIST, and keep the progress where a server finds it. No PyTorch."""

import argparse
from pathlib import Path
from time import perf_counter

from ml.data.download import check_place, download_mnist, find_mirrors
from ml.errors import DataError
from ml.mnist_files import find_data_dir
from ml.runs import download
from ml.runs.locks import keep_or_hold

BETWEEN_WRITES = 0.2  # seconds


def run(flags: argparse.Namespace) -> None:
    """Download what is missing; a second download at the same time is refused."""
    instance, folder = flags.instance, find_data_dir(flags.data)
    instance.mkdir(parents=True, exist_ok=True)
    running = DataError("MNIST is being downloaded already; wait for its end")
    with keep_or_hold(instance / download.LOCK, 0.5, running):
        try:
            _download(folder, Progress(instance))
        except Exception as error:  # also what torchvision, or its absence, raises
            download.write_progress(instance, download.FAILED, reason=str(error))
            raise
    print(f"MNIST is in {folder}")


def _download(folder: Path, progress: "Progress") -> None:
    missing = check_place(folder)
    if missing:
        download_mnist(folder, find_mirrors(), progress.report)
    progress.finish()


class Progress:
    """Writes how far a download is, a few times a second."""

    def __init__(self, instance: Path) -> None:
        self._instance = instance
        self._written = 0.0
        self._total = 0

    def report(self, done: int, total: int) -> None:
        """Note so many bytes of so many."""
        self._total = total
        if done == 0 or perf_counter() - self._written >= BETWEEN_WRITES:
            self._written = perf_counter()
            download.write_progress(self._instance, download.RUNNING, done, total)
            print(f"{done:,} of {total:,} bytes", flush=True)

    def finish(self) -> None:
        """Note that everything is there."""
        download.write_progress(self._instance, download.DONE, self._total, self._total)
