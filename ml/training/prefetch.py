"""Prefetching: items of an iterator made before they are needed, in a thread of their own."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
_END = object()


class Prefetch(Iterator[Item]):
    """The items of an iterator in their order, up to `room` of them made before they are wanted.

    The iterator runs in a thread of its own, from now on, and calculates on that one alone: with
    a team of threads for each iterator, more would wait in line than there are cores. What it
    raises is raised where its item would have come.
    """

    def __init__(self, items: Iterator[Item], room: int) -> None:
        self._items = items
        torch.get_num_threads()  # settles ours: a thread without a number takes the helper's
        self._helper = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,))
        self._made = deque(self._make() for _ in range(room))

    def __next__(self) -> Item:
        item = self._made.popleft().result()
        self._made.append(self._make())
        if item is _END:
            raise StopIteration
        return item

    def close(self) -> None:
        """Make no more items; whatever is being made is finished first."""
        self._helper.shutdown(cancel_futures=True)

    def _make(self) -> Future:
        return self._helper.submit(next, self._items, _END)
