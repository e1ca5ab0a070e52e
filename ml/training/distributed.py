"""Training in several processes: each learns its share of every batch, and all step as one.

torchrun starts the processes and says in the environment which is which:

    torchrun --standalone --nproc-per-node 2 run.py --train

Every process has all of the data and makes the same batches in the same order, from the same seed.
It learns its own share of each. Before a step the gradients of all shares are added up
(DistributedDataParallel), so that all processes take the same step: the one that a single process
takes from the whole batch. The first process, of rank 0, also decides, measures, prints and writes.
Source: S. Li and others, PyTorch Distributed: experiences on accelerating data parallel training,
2020.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from ml.errors import DeviceError, DivergedError, ExplainedError, RecipeError, TrainingError
from ml.files import count_cores
from ml.training.devices import pick_device
from ml.training.events import Event, StepResult
from ml.training.recipes import Recipe

Batch = tuple[torch.Tensor, torch.Tensor]
Made = TypeVar("Made")
# How long a process waits for another one. A class pauses a run for a night; a process that is lost
# is noticed by its closed connection, and by torchrun.
PATIENCE = timedelta(days=30)
LAST_WORDS = 10.0  # seconds that the first process has to say why it ends
AGENTS_STORE = "TORCHELASTIC_USE_AGENT_STORE"  # environment: torchrun has a store for them
FAILED = "board/failed"  # key in torchrun's store: starting again would end in the same way
LOST = (
    "another process of this training has ended; torchrun --max-restarts 3 starts all of them again"
    " from the last checkpoint"
)


class Group:
    """The processes of a training; here it is one: each batch is its own, and nobody waits."""

    rank, size = 0, 1
    is_first = True

    def __enter__(self) -> "Group":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __str__(self) -> str:
        return ""

    def pick_device(self, name: str) -> torch.device:
        """Return where to compute, as `ml.training.devices.pick_device` does."""
        return pick_device(name)

    def wrap(self, model: nn.Module, _recipe: Recipe) -> nn.Module:
        """Return the network to learn with, whose gradients come from all processes."""
        return model

    def share(self, batches: Iterable[Batch]) -> Iterable[Batch]:
        """Return this process's share of each batch."""
        return batches

    def add_up(self, results: Iterable[StepResult]) -> Iterable[StepResult]:
        """Return each step's result for the whole batch."""
        return results

    def average_norms(self, model: nn.Module) -> None:
        """Let batch normalization's means and variances be those of all processes' images."""

    def from_first(self, make: Callable[[], Made]) -> Made:
        """Return what the first process makes, in all of them; meanwhile the others wait."""
        return make()

    def gather(self, own: Made) -> list[Made]:
        """Return what each process has, in the order of their ranks."""
        return [own]

    def follow(self, events: Iterator[Event]) -> Iterator[Event]:
        """Yield a training's events; raises TrainingError if another process is lost meanwhile."""
        return events

    def recall_folder(self) -> Path | None:
        """Return the folder of the run that torchrun starts again, None for a first start."""
        return None

    def note_folder(self, folder: Path) -> None:
        """Keep the run's folder for that case."""


def join_group() -> Group:
    """Return the group of processes that torchrun started, or the one process that there is."""
    is_connected = {"RANK", "WORLD_SIZE", "MASTER_ADDR"} <= os.environ.keys()
    return ConnectedGroup() if is_connected else Group()


def refuse_group(reason: str) -> None:
    """Raise RecipeError, in the first process alone, if torchrun started several."""
    with join_group() as group:
        if group.size > 1 and group.is_first:
            raise RecipeError(reason)


class ConnectedGroup(Group):
    """One of several processes; a context in which they are connected."""

    def __init__(self) -> None:
        self.rank, self.size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        self.is_first = self.rank == 0
        self._local_rank = int(os.environ.get("LOCAL_RANK", self.rank))
        self._local_size = int(os.environ.get("LOCAL_WORLD_SIZE", self.size))
        self._start = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
        self._smallest, self._sums = 1, False  # of the network and the recipe
        self._part = self._loss_part = 1.0  # what this process's numbers of a batch count

    def __enter__(self) -> "ConnectedGroup":
        import torch.distributed as dist

        if not (dist.is_available() and dist.is_gloo_available()):
            raise TrainingError(
                "this PyTorch cannot connect processes (it has no gloo); train without torchrun"
            )
        share_cores(self._local_size)
        on_gpus = torch.cuda.is_available() and dist.is_nccl_available()
        backend = "cpu:gloo,cuda:nccl" if on_gpus else "gloo"
        self._dist = dist
        is_host = self.is_first and os.environ.get(AGENTS_STORE) != "True"
        ranks = {"rank": self.rank, "world_size": self.size}
        try:
            self._store = _open_store(is_host=is_host)
            if self._start and self._store.check([FAILED]):
                raise SystemExit(int(self.is_first))  # it would fail again, and has said of what
            # torchrun's store still has the addresses of processes that it started before these.
            addresses = dist.PrefixStore(f"board/start/{self._start}", self._store)
            dist.init_process_group(backend, timeout=PATIENCE, store=addresses, **ranks)
        except RuntimeError as error:
            raise TrainingError(f"the processes could not be connected: {error}") from error
        if not self.is_first:
            # Ctrl+C is for the first to answer: when it has ended, so do the others.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self._end = threading.Thread(target=self._end_with_first, daemon=True)
            self._end.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, _trace: object) -> None:
        """Let the others end when the first does, wherever they are; it alone says how it went."""
        if self.is_first:
            with contextlib.suppress(RuntimeError):  # torchrun is gone, and the others with it
                if isinstance(error, DivergedError | RecipeError):
                    self._store.set(FAILED, "")
                self._store.set(self._ended, "")
        elif error is None:
            self._end.join()
        elif isinstance(error, ExplainedError | OSError | RuntimeError):
            self._end.join(LAST_WORDS)  # the first has met with the same, and says so
        if isinstance(error, RuntimeError) and self._is_of_connection(error):
            raise TrainingError(LOST) from error

    def __str__(self) -> str:
        return f" in each of {self.size} processes"

    def pick_device(self, name: str) -> torch.device:
        """Return where to compute; of several GPUs each process has its own. Raises DeviceError."""
        device = pick_device("cpu" if name == "auto" and not torch.cuda.is_available() else name)
        if device.type == "cpu":
            return device
        gpus = torch.cuda.device_count() if device.type == "cuda" else 0
        if self._local_size > gpus:
            raise DeviceError(
                f"{self._local_size} processes need as many CUDA devices, and there are {gpus}; "
                "start fewer, or add --device cpu"
            )
        torch.cuda.set_device(self._local_rank)
        return torch.device("cuda", self._local_rank)

    def wrap(self, model: nn.Module, recipe: Recipe) -> nn.Module:
        """Return the network whose `backward()` adds up the gradients of all processes."""
        self._smallest = getattr(model, "smallest_batch", 1)
        self._sums = recipe.loss_reduction == "sum"
        # What batch normalization measures is exchanged once an epoch: see average_norms.
        learner = nn.parallel.DistributedDataParallel(model, forward_sync_buffers=False)
        learner.register_comm_hook(None, lambda _, bucket: self._add_gradients(bucket.buffer()))
        return learner

    def _add_gradients(self, gradients: torch.Tensor) -> torch.futures.Future:
        """Add up gradients of all processes, each as much as its share of the batch counts.

        DistributedDataParallel's own mean would let an image count more in the smaller of two
        shares, and would divide a loss that is a sum.
        """
        adding = self._dist.all_reduce(gradients.mul_(self._loss_part), async_op=True)
        return adding.get_future().then(lambda future: future.value()[0])

    def share(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Yield this process's share of each batch: of three processes, every third image.

        `BoardCNN` shares a batch out to its two members, first half and second half. Of every third
        image, too, the first half is from the first half: each member learns what it would alone.
        A batch that is too small to be shared is learned whole by all processes.
        """
        for images, labels in batches:
            count = len(labels)
            if count < self.size * self._smallest:
                self._part = self._loss_part = 1 / self.size
                yield images, labels
                continue
            images, labels = images[self.rank :: self.size], labels[self.rank :: self.size]
            self._part = 1.0
            self._loss_part = 1.0 if self._sums else len(labels) / count
            yield images.contiguous(), labels

    def add_up(self, results: Iterable[StepResult]) -> Iterator[StepResult]:
        """Yield each step's result for the whole batch, the same one in all processes."""
        for result in results:
            own = result.loss * self._loss_part, result.correct * self._part
            total = torch.tensor([*own, result.images * self._part], dtype=torch.float64)
            self._dist.all_reduce(total)
            loss, correct, images = total.tolist()
            yield replace(result, loss=loss, correct=round(correct), images=round(images))

    def average_norms(self, model: nn.Module) -> None:
        """Take the mean of what the processes measured, each on its share of the images."""
        for buffer in model.buffers():
            if buffer.is_floating_point():
                self._dist.all_reduce(buffer)
                buffer /= self.size

    def from_first(self, make: Callable[[], Made]) -> Made:
        """Return what the first process makes, plain values, in all of them."""
        made = [make() if self.is_first else None]
        self._dist.broadcast_object_list(made)
        return made[0]

    def gather(self, own: Made) -> list[Made]:
        """Return what each process has, plain values, in the order of their ranks."""
        found = [own] * self.size
        self._dist.all_gather_object(found, own)
        return found

    def follow(self, events: Iterator[Event]) -> Iterator[Event]:
        """Yield a training's events; raises TrainingError if another process is lost meanwhile."""
        try:
            yield from events
        except RuntimeError as error:
            if not self._is_of_connection(error):
                raise
            raise TrainingError(LOST) from error

    def _is_of_connection(self, error: RuntimeError) -> bool:
        return isinstance(error, self._dist.DistError) or "gloo" in str(error)

    def recall_folder(self) -> Path | None:
        """Return the folder of the run that torchrun starts again, None for a first start.

        torchrun's own store keeps it: that outlives the processes.
        """
        if not (self._start and self._store.check(["board/folder"])):
            return None
        return Path(self._store.get("board/folder").decode())

    def note_folder(self, folder: Path) -> None:
        """Keep the run's folder for that case."""
        self._store.set("board/folder", str(folder.resolve()))

    @property
    def _ended(self) -> str:
        return f"board/ended/{self._start}"

    def _end_with_first(self) -> None:
        """End this process as soon as the first has ended, even where the main thread waits."""
        try:
            _open_store().get(self._ended)  # waits for it
        except RuntimeError:  # the store is gone, and with it whatever started these processes
            os._exit(1)
        os._exit(0)


def _open_store(*, is_host: bool = False) -> Any:  # noqa: ANN401
    """Return the store in which processes find each other: torchrun's own, or the first's."""
    from torch.distributed import TCPStore

    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    return TCPStore(host, port, is_master=is_host, timeout=PATIENCE)


def share_cores(processes: int) -> None:
    """Let this process use its share of this machine's cores.

    torchrun sets OMP_NUM_THREADS to 1 where it is not set; another number stays.
    """
    if processes == 1 or os.environ.get("OMP_NUM_THREADS", "1") != "1":
        return
    torch.set_num_threads(max(1, count_cores() // processes))
