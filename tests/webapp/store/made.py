"""Drawings, archives and clocks, made for the tests of the store."""

import io
from datetime import UTC, datetime, timedelta

from webapp.store.archive import write_archive
from webapp.store.drawings import NewDrawing


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self):
        self.time = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self):
        return self.time

    def wait(self, seconds):
        self.time += timedelta(seconds=seconds)


def make_drawing(number=0, label=7, **fields):
    """A drawing that differs from those of other numbers."""
    strokes = [[[10.25, 20.5], [10.25 + number / 100, 90.0]], [[100.0 + number / 100, 30.0]]]
    seen = number.to_bytes(4, "big") * 196
    usual = {"strokes": strokes, "seen": seen, "label": label, "read_as": 1}
    return NewDrawing(**usual | {"model": "board_cnn", "model_version": "0123456789ab"} | fields)


def make_archive(store, hand):
    """A hand's drawings as a ZIP, to be read."""
    file = io.BytesIO()
    write_archive(store.each(hand), file)
    return file


def tell(drawing):
    """What an export and an import keep of a drawing."""
    kept = ("strokes", "seen", "label", "read_as", "model", "model_version", "created")
    return {name: getattr(drawing, name) for name in kept}
