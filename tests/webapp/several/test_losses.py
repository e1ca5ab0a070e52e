"""What is lost when an instance or the database is killed under load: nothing confirmed."""

import contextlib
import time

import pytest

from tests.webapp.several.client import Browser, Load

pytestmark = pytest.mark.slow
CLIENTS = 8


@contextlib.contextmanager
def gone(instance):
    """An instance is killed, and comes back in the end."""
    instance.kill()
    try:
        yield
    finally:
        instance.begin()
        instance.wait()


def test_an_instance_killed_under_load_loses_nothing_confirmed(board):
    with Load(board.port, CLIENTS) as load:
        load.wait_for_more()
        with gone(board.one):
            load.wait_for_more(120)
        load.wait_for_more()
    assert load.find_lost() == 0
    # At most what was in flight; and nginx asks the other instance for that, too.
    failed = {key: n for key, n in load.statuses.items() if key[1] not in (200, 201)}
    assert sum(failed.values()) + len(load.broken) <= CLIENTS, (failed, load.broken)
    assert not load.problems


def test_an_instance_stopped_as_usual_finishes_what_it_has_begun(board):
    with Load(board.port, CLIENTS) as load:
        load.wait_for_more()
        assert board.two.stop() == 0
        load.wait_for_more()
        board.two.begin()
        board.two.wait()
    assert load.find_lost() == 0
    assert {status for _, status in load.statuses} <= {200, 201}
    assert not load.broken


def test_a_database_restarted_under_load_loses_nothing_confirmed_and_readings_go_on(board):
    with Load(board.port, CLIENTS) as load:
        load.wait_for_more()
        board.database.stop()  # at once, as by a kill
        load.wait_for_more(30)
        board.database.start()
        until = time.monotonic() + 180
        while Browser(board.port).ask("POST", "/api/hands", {}).status != 201:
            assert time.monotonic() < until
            time.sleep(0.2)
        load.wait_for_more()
    assert load.find_lost() == 0
    assert {status for what, status in load.statuses if what == "read"} == {200}
    assert {status for what, status in load.statuses if what == "stored"} <= {200, 201, 503}
    assert load.problems  # readings said that corrections did not count
    assert not load.broken


def test_without_any_instance_nginx_says_when_to_ask_again_and_in_our_format(board):
    with gone(board.one), gone(board.two):
        answer = Browser(board.port).ask("POST", "/api/predict", {"strokes": []})
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == 503
