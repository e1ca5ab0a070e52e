"""As many drawings as a hand may have stay quick."""

import io
import statistics
import time

import pytest
from sqlalchemy import Engine, event

from tests.webapp.store.made import make_archive, make_drawing
from webapp.store.archive import read_archive
from webapp.store.drawings import LIMIT
from webapp.store.errors import HandFullError

pytestmark = pytest.mark.slow
WAVE = [[round(10 + 2.5 * step, 2), round(140 + (step % 17) * 3.21, 2)] for step in range(100)]


def make_many(count):
    for number in range(count):
        strokes = [[[number / 100, 0.0], *WAVE]]
        yield make_drawing(number, label=number % 11, strokes=strokes)


def measure(ask, times=9):
    """The middle of several durations, in ms."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        durations.append(1000 * (time.perf_counter() - start))
    return statistics.median(durations)


@pytest.fixture
def full_hand(store, hand):
    assert store.put_all(hand, make_many(LIMIT)).added == LIMIT
    return hand


def test_pages_drawings_and_features_are_quick(store, full_hand, capsys):
    ids = [drawing.id for drawing in store.page(full_hand).drawings]
    store.save_features("board_cnn", "abc", dict.fromkeys(ids, bytes(256)))
    new = iter(range(LIMIT, 2 * LIMIT))

    def replace():
        store.delete(full_hand, next(store.each(full_hand)).id)
        store.put(full_hand, make_drawing(next(new)))

    limits = {
        "first page": (lambda: store.page(full_hand), 300),
        "last page of a label": (lambda: store.page(full_hand, label=10, page=9), 300),
        "all hands": (lambda: store.page(None, page=50), 300),
        "one drawing": (lambda: store.get(full_hand, ids[50]), 50),
        "revision": (lambda: store.revision(full_hand), 50),
        "features": (lambda: store.features(full_hand, "board_cnn", "abc"), 600),
        "one deleted, one stored": (replace, 600),
    }
    took = {name: measure(ask) for name, (ask, _) in limits.items()}
    with capsys.disabled():
        print("", *(f"{name}: {time:.1f} ms" for name, time in took.items()), sep="\n  ")
    for name, (_, limit) in limits.items():
        assert took[name] < limit, took


def test_a_page_is_two_queries(store, full_hand):
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        store.page(full_hand, label=3, page=2)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert sum(statement.startswith("SELECT") for statement in statements) == 2


def test_ten_thousand_go_into_a_zip_and_back(store, full_hand):
    other, _ = store.begin_hand()
    start = time.perf_counter()
    file = make_archive(store, full_hand)
    assert len(file.getvalue()) < 64 * 2**20
    assert store.put_all(other, read_archive(io.BytesIO(file.getvalue()))).added == LIMIT
    assert time.perf_counter() - start < 120
    with pytest.raises(HandFullError, match="room for 10,000 drawings"):
        store.put(other, make_drawing(LIMIT))
