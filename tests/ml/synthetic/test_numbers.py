"""Generated numbers know which of their points belong to which digit."""

import numpy as np
import pytest

from ml.synthetic.numbers import BETWEEN, FEWEST, MOST, OWN, write_number, write_other


@pytest.fixture(scope="module")
def numbers():
    rng = np.random.default_rng(0)
    return [write_number(rng) for _ in range(300)]


def test_numbers_have_two_to_five_digits(numbers):
    assert {len(number.text) for number in numbers} == set(range(FEWEST, MOST + 1))


def test_every_point_has_an_owner_and_every_digit_has_points(numbers):
    for number in numbers:
        assert [len(own) for own in number.owners] == [len(s) for s in number.strokes]
        owners = {int(owner) for own in number.owners for owner in own} - {BETWEEN, OWN}
        assert owners == set(range(len(number.text)))


def test_digits_stand_from_left_to_right(numbers):
    for number in numbers:
        points, owners = np.concatenate(number.strokes), np.concatenate(number.owners)
        left = [points[owners == digit, 0].min() for digit in range(len(number.text))]
        right = [points[owners == digit, 0].max() for digit in range(len(number.text))]
        middles = np.add(left, right)
        assert (np.diff(middles) > 0).mean() > 0.5


def test_some_strokes_join_digits_and_some_come_late(numbers):
    owners = [[own[own >= 0] for own in number.owners] for number in numbers]
    assert any(len(set(own.tolist())) > 1 for each in owners for own in each)
    firsts = [[own[0] for own in each if len(own)] for each in owners]
    assert any(list(each) != sorted(each) for each in firsts)


def test_a_seed_gives_the_same_numbers_again():
    first, second = (write_number(np.random.default_rng(5)) for _ in range(2))
    assert first.text == second.text
    assert all(np.array_equal(a, b) for a, b in zip(first.strokes, second.strokes, strict=True))


def test_a_letter_is_one_thing_that_is_no_digit():
    other = write_other(np.random.default_rng(0))
    assert other.text == "?"
    assert all((own == 0).all() for own in other.owners)
