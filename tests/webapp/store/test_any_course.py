"""Whatever is done in whatever order, the store holds what a dictionary would hold."""

import io
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.webapp.store.made import make_drawing
from webapp.store.archive import read_archive, write_archive
from webapp.store.queries import UNDO

NUMBERS, LABELS = st.integers(0, 7), st.integers(0, 10)
OFTEN = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


class Course(RuleBasedStateMachine):
    """A store beside two dictionaries: what each hand has, and what was deleted together when."""

    hands = Bundle("hands")

    def __init__(self, store, clock, reopen):
        super().__init__()
        self.store, self.clock, self.reopen = store, clock, reopen
        self.kept = {}  # hand -> number of a drawing -> label
        self.deleted = {}  # hand -> number -> (label, when)
        self.revisions = {}

    @rule(target=hands)
    def begin_hand(self):
        hand, key = self.store.begin_hand()
        assert self.store.find_hand(key) == hand
        assert hand not in self.kept
        self.kept[hand], self.deleted[hand] = {}, {}
        return hand

    @rule(hand=hands, number=NUMBERS, label=LABELS)
    def put(self, hand, number, label):
        self.purge()
        stored, is_new = self.store.put(hand, make_drawing(number, label=label))
        assert is_new == (number not in self.kept[hand])
        assert stored.label == label
        self.deleted[hand].pop(number, None)  # it is there again: nothing of it comes back
        self.kept[hand][number] = label

    @rule(hand=hands, number=NUMBERS)
    def delete(self, hand, number):
        self.purge()
        drawings = {number_of(drawing): drawing for drawing in self.store.each(hand)}
        unknown = "x" * 22
        chosen = drawings[number].id if number in drawings else unknown
        was_there = self.store.delete(hand, chosen) is not None
        assert was_there == (number in self.kept[hand])
        assert not self.store.delete(hand, chosen)
        self.kept[hand].pop(number, None)

    @rule(hand=hands, other=hands, number=NUMBERS)
    def delete_what_belongs_to_another(self, hand, other, number):
        for drawing in self.store.each(other):
            if hand != other and number_of(drawing) == number:
                assert not self.store.delete(hand, drawing.id)
                self.purge()

    @rule(hand=hands)
    def delete_all(self, hand):
        self.purge()
        assert self.store.delete_all(hand) == len(self.kept[hand])
        now = self.clock()
        self.deleted[hand] |= {n: (label, now) for n, label in self.kept[hand].items()}
        self.kept[hand] = {}

    @rule(hand=hands)
    def restore_all(self, hand):
        self.purge()
        assert self.store.restore_all(hand) == len(self.deleted[hand])
        self.kept[hand] |= {n: label for n, (label, _) in self.deleted[hand].items()}
        self.deleted[hand] = {}

    @rule(hand=hands, other=hands)
    def export_and_import(self, hand, other):
        self.purge()
        file = io.BytesIO()
        assert write_archive(self.store.each(hand), file) == len(self.kept[hand])
        imported = self.store.put_all(other, read_archive(file))
        new = self.kept[hand].keys() - self.kept[other].keys()
        assert (imported.added, imported.known) == (len(new), len(self.kept[hand]) - len(new))
        for number in self.kept[hand]:
            self.deleted[other].pop(number, None)
        self.kept[other] = self.kept[other] | self.kept[hand]

    @rule(seconds=st.sampled_from([-3600, -61, -1, 1, 59, 61, 100_000]))
    def wait(self, seconds):
        self.clock.time += timedelta(seconds=seconds)  # clocks are moved back as well

    @rule()
    def open_again(self):
        self.store = self.reopen()

    @invariant()
    def holds_what_the_dictionaries_hold(self):
        for hand, kept in self.kept.items():
            drawings = list(self.store.each(hand))
            assert {number_of(drawing): drawing.label for drawing in drawings} == kept
            page = self.store.page(hand, size=3)
            assert page.total == len(drawings) == len(kept)
            assert sum(page.counts.values()) == len(kept)
            assert page.drawings == drawings[::-1][:3]

    @invariant()
    def a_revision_never_goes_back(self):
        for hand in self.kept:
            revision = self.store.revision(hand)
            assert revision >= self.revisions.get(hand, 0)
            self.revisions[hand] = revision

    def purge(self):
        """What was deleted more than a minute ago is gone for good with the next change."""
        limit = self.clock() - UNDO
        for hand, gone in self.deleted.items():
            self.deleted[hand] = {n: each for n, each in gone.items() if each[1] > limit}


def number_of(drawing):
    return int.from_bytes(drawing.seen[:4], "big")


@pytest.mark.slow
@pytest.mark.parametrize("url", [None], ids=["sqlite"])
def test_the_store_holds_what_a_dictionary_would(open_store, clock, url):
    stores = [open_store(url, patience=5)]

    def reopen():
        stores[-1].close()
        stores.append(open_store(url, patience=5))
        return stores[-1]

    run_state_machine_as_test(lambda: Course(stores[-1], clock, reopen), settings=OFTEN)
