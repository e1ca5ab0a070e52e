"""Items made ahead come in their order, with their errors, and stop when they are not wanted."""

import threading

import pytest
import torch

from ml.training.prefetch import Prefetch


def test_all_items_come_in_their_order():
    assert list(Prefetch(iter(range(100)), room=3)) == list(range(100))


def test_room_for_more_than_there_is_changes_nothing():
    assert list(Prefetch(iter("abc"), room=50)) == list("abc")


def test_items_are_made_before_they_are_asked_for():
    made = threading.Event()

    def make():
        made.set()
        yield 1

    items = Prefetch(make(), room=1)
    assert made.wait(timeout=60)
    assert list(items) == [1]


def test_items_are_calculated_on_one_thread_and_ours_keeps_its_own():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert list(Prefetch((torch.get_num_threads() for _ in range(2)), room=1)) == [1, 1]
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_an_error_comes_where_its_item_would_have_come():
    def make():
        yield 1
        raise ValueError("no second item")

    items = Prefetch(make(), room=4)
    assert next(items) == 1
    with pytest.raises(ValueError, match="no second item"):
        next(items)


def test_closing_lets_what_is_under_way_end_and_makes_no_more():
    made, is_under_way, may_end = [], threading.Event(), threading.Event()

    def make():
        yield 0
        made.append(1)
        is_under_way.set()
        may_end.wait(timeout=60)
        yield 1
        made.append(2)

    items = Prefetch(make(), room=10)
    assert next(items) == 0
    assert is_under_way.wait(timeout=60)
    closing = threading.Thread(target=items.close)
    closing.start()
    closing.join(timeout=0.5)
    assert closing.is_alive()  # it waits for what is under way
    may_end.set()
    closing.join(timeout=60)
    assert made == [1]
