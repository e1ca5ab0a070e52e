"""Readings and everything else have threads of their own: neither waits for the other."""

from queue import SimpleQueue
from threading import Event

import pytest

from webapp.serving.lanes import OTHER_THREADS, READING_THREADS, Lanes

LONG = 10  # seconds: nothing that passes takes that long


class Task:
    """What waits for a thread; it holds it until it may go."""

    def __init__(self, order, *, is_reading):
        self.is_reading, self.order = is_reading, order
        self.has_begun, self.may_go = Event(), Event()

    def service(self):
        self.has_begun.set()
        self.order.put(self)
        self.may_go.wait(LONG)

    def cancel(self):
        self.may_go.set()


@pytest.fixture
def lanes():
    lanes = Lanes()
    yield lanes
    lanes.shutdown()


@pytest.fixture
def add(lanes):
    order, tasks = SimpleQueue(), []

    def add(*, is_reading):
        tasks.append(Task(order, is_reading=is_reading))
        lanes.add_task(tasks[-1])
        return tasks[-1]

    yield add
    for task in tasks:
        task.may_go.set()


def test_a_reading_does_not_wait_for_pages_photos_and_explanations(add):
    others = [add(is_reading=False) for _ in range(OTHER_THREADS + 3)]
    assert all(other.has_begun.wait(LONG) for other in others[:OTHER_THREADS])
    assert add(is_reading=True).has_begun.wait(LONG)


def test_a_page_does_not_wait_for_readings(add):
    readings = [add(is_reading=True) for _ in range(READING_THREADS + 100)]
    assert all(reading.has_begun.wait(LONG) for reading in readings[:READING_THREADS])
    assert add(is_reading=False).has_begun.wait(LONG)


def test_readings_are_answered_in_the_order_in_which_they_came(add):
    readings = [add(is_reading=True) for _ in range(READING_THREADS + 3)]
    for reading in readings:
        reading.may_go.set()
    assert all(reading.has_begun.wait(LONG) for reading in readings)
