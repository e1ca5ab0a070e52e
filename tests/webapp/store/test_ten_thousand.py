"""As many drawings as a hand may have: asked for page by page, and all of them in a ZIP."""

import contextlib
import io
import sqlite3

import pytest

from tests.webapp.store.made import make_archive, make_drawing
from tests.webapp.store.statements import hear_statements
from webapp.store import DATABASE_FILE
from webapp.store.archive import read_archive
from webapp.store.drawings import LIMIT
from webapp.store.errors import HandFullError

pytestmark = pytest.mark.slow
WAVE = [[round(10 + 2.5 * step, 2), round(140 + (step % 17) * 3.21, 2)] for step in range(100)]


def make_many(count):
    for number in range(count):
        strokes = [[[number / 100, 0.0], *WAVE]]
        yield make_drawing(number, label=number % 11, strokes=strokes)


@pytest.fixture
def full_hand(store, hand):
    assert store.put_all(hand, make_many(LIMIT)).added == LIMIT
    return hand


def count_statements(ask, hand):
    with hear_statements() as heard:
        ask(hand)
    return len(heard)


def test_ten_thousand_take_as_many_statements_as_one(store, full_hand):
    other, _ = store.begin_hand()
    store.put(other, make_drawing())
    new = iter(range(LIMIT, 2 * LIMIT))

    def replace(hand):
        store.delete(hand, next(store.each(hand)).id)
        store.put(hand, make_drawing(next(new)))

    asks = (
        store.page,
        lambda hand: store.page(hand, label=7),
        store.revision,
        lambda hand: store.get(hand, "x" * 22),
        lambda hand: store.features(hand, "board_cnn", "abc"),
        replace,
    )
    for ask in asks:
        assert count_statements(ask, full_hand) == count_statements(ask, other)


def test_a_page_is_three_queries_and_a_hundred_drawings(store, full_hand):
    with hear_statements() as heard:
        page = store.page(full_hand, label=3, page=2)
    assert sum(statement.startswith("SELECT") for statement, _ in heard) == 3
    assert len(page.drawings) == 100


@pytest.mark.parametrize("url", [None])
@pytest.mark.parametrize("label", [None, 3])
def test_a_page_is_found_by_an_index_and_not_sorted(store, full_hand, tmp_path, label):
    with hear_statements() as heard:
        store.page(full_hand, label=label, page=2)
    with contextlib.closing(sqlite3.connect(tmp_path / "instance" / DATABASE_FILE)) as database:
        for statement, parameters in heard:
            if statement.startswith("SELECT"):
                plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
                assert all("SEARCH" in step for *_, step in plan), plan


def test_ten_thousand_go_into_a_zip_and_back(store, full_hand):
    other, _ = store.begin_hand()
    file = make_archive(store, full_hand)
    assert len(file.getvalue()) < 64 * 2**20
    assert store.put_all(other, read_archive(io.BytesIO(file.getvalue()))).added == LIMIT
    with pytest.raises(HandFullError, match="room for 10,000 drawings"):
        store.put(other, make_drawing(LIMIT))
