"""What the reader in the browser has to have in common with the server's."""

from typing import Any

import numpy as np

from ml.predict import CLOSE

FARTHEST = 5e-3  # by which any probability may differ
NEAR = 1e-3  # by which 99.5% of them may, and how near a threshold an answer may be another

Reading = dict[str, Any]


def compare_readings(ours: list[Reading], theirs: list[Reading]) -> dict[str, float]:
    """Check the browser's readings against the server's; return the largest differences."""
    assert [each.keys() for each in ours] == [each.keys() for each in theirs]
    differences = []
    for our, their in zip(ours, theirs, strict=True):
        assert (our["seen"], our["model"]) == (their["seen"], their["model"])
        assert (our["status"] == "blank") == (their["status"] == "blank")
        if our["status"] != "blank":
            differences.append(_list_probabilities(our) - _list_probabilities(their))
            _check_answer(our, their)
    apart = np.abs(differences)
    assert apart.max() <= FARTHEST
    assert (apart <= NEAR).mean() >= 0.995
    return {"largest": float(apart.max()), "within 1e-3": float((apart <= NEAR).mean())}


def _list_probabilities(reading: Reading) -> np.ndarray:
    assert abs(sum(reading["probabilities"]) - 1) < 1e-9
    refusals = [] if reading["no_digit"] is None else [reading["no_digit"]]
    return np.array(reading["probabilities"] + refusals)


def _check_answer(our: Reading, their: Reading) -> None:
    """Check status, digit and doubt, which may differ only within 1e-3 of a threshold."""
    probabilities = sorted(their["probabilities"], reverse=True)
    lead = probabilities[0] - probabilities[1]
    if their["no_digit"] is None or abs(their["no_digit"] - 0.5) > NEAR:
        assert our["status"] == their["status"]
        if lead > NEAR:
            assert our["digit"] == their["digit"]
    if abs(lead - CLOSE) > NEAR and lead > NEAR:
        assert (our["unsure"] or [])[:1] == (their["unsure"] or [])[:1]
