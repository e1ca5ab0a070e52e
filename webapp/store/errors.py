"""What can go wrong with the store: each message is one sentence or two for a person."""

from ml.errors import ExplainedError

DISCREET = {
    "where": "the database of the drawings",
    "reason": "whoever started the server can read why",
}


class StoreError(ExplainedError):
    """The store cannot do what was asked; nothing that was confirmed before is lost.

    A sentence may have places for `where` the drawings are and for a `reason` in the database's
    words. `discreet` is the sentence without them, for people who need not know the server's files.
    """

    def __init__(self, sentence: str, **places: object) -> None:
        super().__init__(sentence.format(**places) if places else sentence)
        discreet = sentence.format(**DISCREET) if places else sentence
        self.discreet = discreet[0].upper() + discreet[1:]


class HandFullError(StoreError):
    """A hand has as many drawings as it may have."""


class NewerDatabaseError(StoreError):
    """A newer version of the program has changed the tables."""


class StoreLockedError(StoreError):
    """Another process writes to the database and does not finish."""


class StoreFullError(StoreError):
    """The disk is full."""


class StoreReadOnlyError(StoreError):
    """The file, or its folder, may not be written."""


class StoreGoneError(StoreError):
    """The file was deleted or replaced, or the server does not answer."""


class ArchiveError(ExplainedError):
    """A ZIP of drawings that cannot be read."""
