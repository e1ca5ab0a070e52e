"""Items made ahead come in their order, with their errors, and stop when they are not wanted."""

import threading
import time

import pytest

from ml.ahead import Ahead


def test_all_items_come_in_their_order():
    assert list(Ahead(iter(range(100)), room=3)) == list(range(100))


def test_room_for_more_than_there_is_changes_nothing():
    assert list(Ahead(iter("abc"), room=50)) == list("abc")


def test_items_are_made_before_they_are_asked_for():
    made = threading.Event()

    def make():
        made.set()
        yield 1

    items = Ahead(make(), room=1)
    assert made.wait(timeout=60)
    assert list(items) == [1]


def test_an_error_comes_where_its_item_would_have_come():
    def make():
        yield 1
        raise ValueError("no second item")

    items = Ahead(make(), room=4)
    assert next(items) == 1
    with pytest.raises(ValueError, match="no second item"):
        next(items)


def test_closing_stops_what_is_under_way_soon():
    made = []

    def make():
        for number in range(1_000):
            made.append(number)
            time.sleep(0.01)
            yield number

    items = Ahead(make(), room=1_000)
    assert next(items) == 0
    items.close()
    stopped_at = len(made)
    time.sleep(0.05)
    assert len(made) == stopped_at < 500
