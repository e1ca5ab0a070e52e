"""Whose question is answered: one at a time, the newest of an asker, and at most one waits."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest

from webapp.serving.turns import Busy, NewerDrawing, Turns

LONG = 10  # seconds: nothing that passes takes that long


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as threads:
        yield threads


class Asker:
    """Somebody who asks on a thread of their own, and holds the turn until told to let it go."""

    def __init__(self, turns, pool, name=None):
        self.has_turn, self.may_go = Event(), Event()
        self.result = pool.submit(self.ask, turns, name)

    def ask(self, turns, name):
        with turns.take(name) as is_dropped:
            self.is_dropped = is_dropped
            self.has_turn.set()
            assert self.may_go.wait(LONG)
            return is_dropped()

    def finish(self):
        self.may_go.set()
        return self.result.result(LONG)


@pytest.fixture
def ask(pool):
    turns = Turns(patience=LONG)
    with ExitStack() as let_go:

        def start(name=None, *, waits=False):
            asker = Asker(turns, pool, name)
            let_go.callback(asker.may_go.set)
            if waits:
                assert not asker.has_turn.wait(0.1)
            else:
                assert asker.has_turn.wait(LONG)
            return asker

        yield start


def fail(asker):
    return asker.result.exception(LONG)


def test_a_question_waits_until_the_one_before_is_answered(ask):
    first, second = ask("a"), ask("b", waits=True)
    assert first.finish() is False
    assert second.finish() is False


def test_a_third_question_is_refused_at_once(ask):
    ask("a"), ask("b", waits=True)
    third = ask("c", waits=True)
    assert isinstance(fail(third), Busy)
    assert (fail(third).code, fail(third).retry_after) == (503, 1)


def test_a_newer_question_of_the_same_asker_drops_the_one_that_is_answered(ask):
    older = ask("a")
    newer = ask("a", waits=True)
    assert older.is_dropped()
    assert older.finish() is True
    assert newer.finish() is False


def test_a_newer_question_of_the_same_asker_drops_the_one_that_waits(ask):
    first, older = ask("a"), ask("b", waits=True)
    newer = ask("b", waits=True)
    assert isinstance(fail(older), NewerDrawing)
    assert fail(older).code == 409
    first.finish()
    assert newer.finish() is False


def test_who_draws_on_gets_a_place_though_another_waits(ask):
    older, other = ask("a"), ask("b", waits=True)
    newer = ask("a", waits=True)
    older.finish()
    assert other.finish() is False
    assert newer.finish() is False


def test_one_who_does_not_say_who_asks_drops_nobody(ask):
    first, second = ask(), ask(waits=True)
    assert first.finish() is second.finish() is False


def test_a_question_does_not_wait_forever(pool):
    turns = Turns(patience=0.05)
    first = Asker(turns, pool)
    assert first.has_turn.wait(LONG)
    second = Asker(turns, pool)
    assert isinstance(fail(second), Busy)
    first.finish()
    third = Asker(turns, pool)
    assert third.has_turn.wait(LONG)
    third.finish()


def test_a_failure_gives_the_turn_back():
    turns = Turns(patience=0)
    with pytest.raises(ZeroDivisionError), turns.take("a"):
        raise ZeroDivisionError
    with turns.take("b") as is_dropped:
        assert not is_dropped()
