import pytest

from webapp.cards import Confusion


def count(**mistakes):
    counts = [[1000 if truth == read else 0 for read in range(10)] for truth in range(10)]
    for pair, number in mistakes.items():
        counts[int(pair[1])][int(pair[2])] = number
    return Confusion(counts)


@pytest.mark.parametrize(
    ("number", "kind"),
    [(0, "none"), (1, "wrong-1"), (6, "wrong-2"), (11, "wrong-3"), (30, "wrong-4")],
)
def test_a_frequent_mistake_stands_out_more(number, kind):
    assert count(m49=number).rows[4][9].kind == kind


def test_correct_readings_are_not_marked_as_mistakes():
    assert all(row[digit].kind == "right" for digit, row in enumerate(count().rows))


def test_the_most_frequent_mistake_is_named():
    assert count(m49=30, m72=6).worst == (30, 4, 9)
    assert count().worst is None


def test_a_digit_without_images_has_an_empty_row():
    assert Confusion([[0] * 10 for _ in range(10)]).rows[3][3].count == 0
