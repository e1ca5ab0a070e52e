"""What the store promises, on SQLite and on PostgreSQL."""

import threading
from datetime import UTC

import pytest

from tests.webapp.store.made import make_drawing
from webapp.store import has_database, queries
from webapp.store.drawings import NOT_A_DIGIT
from webapp.store.errors import HandFullError, StoreError


@pytest.fixture
def small_store(open_store, url):
    """A store in which a hand has room for five drawings."""
    return open_store(url, patience=5, limit=5)


def put(store, hand, *numbers, **fields):
    return [store.put(hand, make_drawing(number, **fields))[0].id for number in numbers]


def test_a_drawing_comes_back_as_it_was_stored(store, hand, clock):
    drawing = make_drawing(label=NOT_A_DIGIT, read_as=None)
    stored, is_new = store.put(hand, drawing)
    assert is_new
    assert stored == store.get(hand, stored.id)
    assert (stored.strokes, stored.seen) == (drawing.strokes, drawing.seen)
    assert (stored.label, stored.read_as) == (NOT_A_DIGIT, None)
    assert (stored.model, stored.model_version) == ("board_cnn", "0123456789ab")
    assert stored.created == clock.time
    assert stored.created.tzinfo is UTC


def test_the_same_drawing_keeps_its_id_and_gets_the_new_label(store, hand):
    first, _ = store.put(hand, make_drawing(label=1))
    again, is_new = store.put(hand, make_drawing(label=7, seen=bytes(784), read_as=7))
    assert not is_new
    assert (again.id, again.label, again.read_as) == (first.id, 7, 1)
    assert store.page(hand).counts == {7: 1}


def test_strokes_are_the_same_to_a_hundredth_of_a_pixel(store, hand):
    store.put(hand, make_drawing(strokes=[[[1, -0.0], [2.001, 3]]]))
    assert not store.put(hand, make_drawing(strokes=[[[1.004, 0.0], [2.0, 3.0]]]))[1]
    assert store.put(hand, make_drawing(strokes=[[[1.01, 0.0], [2.0, 3.0]]]))[1]


@pytest.mark.parametrize("strokes", [None, []])
def test_without_strokes_the_same_picture_is_the_same_drawing(store, hand, strokes):
    stored, _ = store.put(hand, make_drawing(strokes=strokes))
    assert stored.strokes is None
    assert not store.put(hand, make_drawing(strokes=strokes, label=2))[1]
    assert store.put(hand, make_drawing(1, strokes=strokes))[1]


def test_two_hands_have_a_drawing_each(store, hand):
    other, _ = store.begin_hand()
    mine, yours = put(store, hand, 0) + put(store, other, 0)
    assert mine != yours
    assert store.get(hand, yours) is None
    assert not store.delete(hand, yours)
    assert store.delete_all(hand) == 1
    assert store.page(other).total == 1


def test_pressing_twice_at_once_stores_once(store, hand):
    barrier, stored = threading.Barrier(8), []

    def press():
        barrier.wait()
        stored.append(store.put(hand, make_drawing()))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({drawing.id for drawing, _ in stored}) == 1
    assert sorted(is_new for _, is_new in stored) == [False] * 7 + [True]
    assert store.page(hand).total == 1


def test_a_page_is_newest_first_and_counts_every_label(store, hand):
    ids = put(store, hand, 0, 1, 2, label=4) + put(store, hand, 3, 4, label=NOT_A_DIGIT)
    whole = store.page(hand)
    assert [drawing.id for drawing in whole.drawings] == ids[::-1]
    assert (whole.total, whole.counts) == (5, {4: 3, NOT_A_DIGIT: 2})
    second = store.page(hand, label=4, page=2, size=2)
    assert [drawing.id for drawing in second.drawings] == ids[:1]
    assert (second.total, second.counts) == (3, whole.counts)
    assert store.page(hand, page=10**30).drawings == []
    assert store.page(hand, label=9).total == 0


def test_all_hands_together(store, hand):
    other, _ = store.begin_hand()
    ids = put(store, hand, 0) + put(store, other, 0, 1)
    assert [drawing.id for drawing in store.page(None).drawings] == ids[::-1]
    assert [drawing.id for drawing in store.each(None)] == ids
    assert [drawing.hand for drawing in store.each(None)] == [hand, other, other]


def test_each_is_oldest_first_however_many(store, hand):
    count = queries.BATCH + 3
    assert store.put_all(hand, map(make_drawing, range(count))).added == count
    seen = [int.from_bytes(drawing.seen[:4], "big") for drawing in store.each(hand)]
    assert seen == list(range(count))


@pytest.mark.parametrize(
    "unknown", ["", "x", "a\0" * 11, "\ud800" * 22, "a" * 22, "../../etc/passwd"]
)
def test_an_unknown_id_is_nobodys(store, hand, unknown):
    assert store.get(hand, unknown) is None
    assert not store.delete(hand, unknown)


def test_one_is_deleted_for_good(store, hand):
    gone, kept = put(store, hand, 0, 1)
    assert store.delete(hand, gone)
    assert not store.delete(hand, gone)
    assert store.get(hand, gone) is None
    assert store.restore_all(hand) == 0
    assert [drawing.id for drawing in store.each(hand)] == [kept]


def test_deleting_all_can_be_undone_for_a_minute(store, hand, clock):
    ids = put(store, hand, 0, 1)
    before = list(store.each(hand))
    assert store.delete_all(hand) == 2
    assert store.page(hand).total == 0
    assert store.page(hand).counts == {}
    assert store.get(hand, ids[0]) is None
    clock.wait(59)
    assert store.restore_all(hand) == 2
    assert list(store.each(hand)) == before
    assert store.restore_all(hand) == 0


def test_after_a_minute_it_cannot(store, hand, clock):
    put(store, hand, 0)
    store.delete_all(hand)
    clock.wait(60)
    assert store.restore_all(hand) == 0


def test_what_was_deleted_and_is_drawn_again_is_there_once(store, hand):
    (old,) = put(store, hand, 0)
    put(store, hand, 1)
    assert store.delete_all(hand) == 2
    new, is_new = store.put(hand, make_drawing(0, label=3))
    assert is_new
    assert new.id != old
    assert store.restore_all(hand) == 1
    assert store.page(hand).counts == {3: 1, 7: 1}


def test_a_hand_has_a_limit(small_store):
    store, hand = small_store, small_store.machine_hand()
    put(store, hand, *range(5))
    with pytest.raises(HandFullError, match="room for 5 drawings"):
        store.put(hand, make_drawing(5))
    assert not store.put(hand, make_drawing(4, label=1))[1]
    assert store.page(hand).total == 5


def test_many_are_stored_all_or_none(small_store):
    store, hand = small_store, small_store.machine_hand()
    put(store, hand, 0)
    with pytest.raises(HandFullError):
        store.put_all(hand, map(make_drawing, range(6)))
    assert store.page(hand).total == 1
    imported = store.put_all(hand, map(make_drawing, [0, 1, 2, 2], [5] * 4))
    assert (imported.added, imported.known) == (2, 2)
    assert store.page(hand).counts == {5: 3}


def test_many_are_none_if_they_cannot_all_be_read(store, hand):
    def fail():
        yield make_drawing()
        raise OSError

    with pytest.raises(OSError):
        store.put_all(hand, fail())
    assert store.page(hand).total == 0


def test_what_came_since_is_kept_if_both_have_no_room(small_store):
    store, hand = small_store, small_store.machine_hand()
    put(store, hand, *range(5))
    store.delete_all(hand)
    put(store, hand, 6)
    with pytest.raises(HandFullError):
        store.restore_all(hand)
    assert store.page(hand).total == 1


def test_the_revision_changes_with_every_change_and_not_else(store, hand):
    other, _ = store.begin_hand()
    revisions = [store.revision(hand)]
    changes = [
        lambda: put(store, hand, 0),
        lambda: put(store, hand, 0, label=1),
        lambda: store.put_all(hand, [make_drawing(1)]),
        lambda: store.delete(hand, next(store.each(hand)).id),
        lambda: store.delete_all(hand),
        lambda: store.restore_all(hand),
    ]
    for change in changes:
        change()
        revisions.append(store.revision(hand))
    assert len(set(revisions)) == len(changes) + 1
    store.save_features("linear", "abc", {next(store.each(hand)).id: b"12"})
    put(store, other, 0)
    store.page(hand)
    assert store.revision(hand) == revisions[-1]


def test_a_hand_is_found_by_its_key_alone(store):
    hand, key = store.begin_hand()
    other, another = store.begin_hand()
    assert len({hand, other, store.machine_hand()}) == 3
    assert (store.find_hand(key), store.find_hand(another)) == (hand, other)
    for wrong in ("", "machine", key[:-1], key + " ", "\0", "\ud800"):
        assert store.find_hand(wrong) is None


def test_there_is_one_machine(store, open_store, url):
    assert store.machine_hand() == store.machine_hand() == open_store(url).machine_hand()


def test_a_hand_that_is_not_there_cannot_store(store):
    with pytest.raises(StoreError, match="Begin a new one"):
        store.put(12345, make_drawing())
    assert store.revision(12345) == 0
    assert store.page(12345).total == 0


def test_features_are_of_one_model_and_its_weights(store, hand):
    first, second = put(store, hand, 0, 1, label=3)
    assert store.features(hand, "linear", "abc") == [(first, 3, None), (second, 3, None)]
    store.save_features("linear", "abc", {first: b"12", "a" * 22: b"gone"})
    store.save_features("mlp", "abc", {second: b"34"})
    assert store.features(hand, "linear", "abc") == [(first, 3, b"12"), (second, 3, None)]
    store.save_features("linear", "def", {first: b"56"})
    assert store.features(hand, "linear", "abc")[0] == (first, 3, None)
    assert store.features(hand, "linear", "def")[0] == (first, 3, b"56")


def test_features_come_in_the_order_in_which_labels_were_given(store, hand, clock):
    first, second = put(store, hand, 0, 1)
    clock.wait(1)
    put(store, hand, 0, label=4)
    assert [row[0] for row in store.features(hand, "linear", "abc")] == [second, first]


def test_features_go_with_their_drawing(store, hand):
    (first,) = put(store, hand, 0)
    store.save_features("linear", "abc", {first: b"12"})
    store.delete(hand, first)
    store.save_features("linear", "abc", {first: b"12"})
    (again,) = put(store, hand, 0)
    assert store.features(hand, "linear", "abc") == [(again, 7, None)]
    store.delete_all(hand)
    assert store.features(hand, "linear", "abc") == []


def test_two_processes_see_each_others_changes(store, open_store, url, hand):
    other = open_store(url)
    before = other.revision(hand)
    put(store, hand, 0)
    assert other.revision(hand) != before
    assert other.page(hand).total == 1


def test_what_can_be_stored_is_known_without_a_database(tmp_path, open_store):
    assert not has_database(tmp_path / "instance")
    assert has_database(tmp_path, "postgresql://board@localhost/board")
    open_store().machine_hand()
    assert has_database(tmp_path / "instance")


@pytest.mark.parametrize("label", [True, 7.0, "7", -1, 11, None])
def test_what_is_no_label_is_refused(label):
    with pytest.raises(ValueError, match="integer from 0 to 10"):
        make_drawing(label=label)
    if label is not None:
        with pytest.raises(ValueError, match="integer from 0 to 10"):
            make_drawing(read_as=label)


def test_what_is_not_28_by_28_is_refused():
    with pytest.raises(ValueError, match="784"):
        make_drawing(seen=b"12")
