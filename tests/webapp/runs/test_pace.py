import pytest

from webapp.runs.pace import Pace


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def let_ask(pace, clock, browsers, seconds=10):
    """Let so many browsers ask as often as they are told to; return the last pause, in ms."""
    due = dict.fromkeys(range(browsers), clock.now)
    until = clock.now + seconds
    again = None
    while (now := min(due.values())) < until:
        clock.now = now
        again = pace.count()
        due[min(due, key=due.get)] = now + again / 1000
    return again


@pytest.mark.parametrize(("browsers", "pause"), [(1, 333), (15, 333), (30, 500), (90, 1500)])
def test_all_browsers_together_ask_at_most_sixty_times_a_second(browsers, pause):
    clock = Clock()
    assert let_ask(Pace(clock), clock, browsers) == pytest.approx(pause, rel=0.05)


def test_nobody_waits_longer_than_two_seconds():
    clock = Clock()
    assert let_ask(Pace(clock), clock, 1000) == 2000


def test_who_stays_asks_soon_again_once_the_others_have_gone():
    clock = Clock()
    pace = Pace(clock)
    let_ask(pace, clock, 90)
    assert let_ask(pace, clock, 2) == 333
