"""Two thousand hostile requests: none answered 5xx, none hangs, and memory stays flat."""

import pytest

from tests.benchmarks import hostile


@pytest.mark.slow
def test_hostile_requests_are_answered_without_harm():
    figures = hostile.measure(2_000)
    print(figures)
    assert figures["first_failures"] == []
    assert sum(figures["statuses"].values()) == 2_000
