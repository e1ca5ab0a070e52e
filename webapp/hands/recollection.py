"""What a reading knows of the hand that draws, and what it says about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import current_app, request

from ml.adaptation.memory import Memory
from ml.predict import Reading
from webapp.hands.faults import describe_fault
from webapp.hands.keeping import keeping, store
from webapp.hands.memories import Memories
from webapp.hands.token import HEADER
from webapp.hands.whose import COOKIE, find_hand
from webapp.labels import write_label
from webapp.problems import Problem
from webapp.security import is_trusted_host
from webapp.store.errors import StoreError

if TYPE_CHECKING:
    from webapp.store.drawings import StoredDrawing

WITHOUT = "Your confirmed drawings do not count at the moment. "


@dataclass(frozen=True)
class Recollection:
    """A hand's memories by model; `problem` says in words why they cannot be had."""

    hand: int | None = None
    memories: dict[str, Memory] = field(default_factory=dict)
    problem: str | None = None

    def describe(self, reading: Reading) -> dict[str, Any]:
        """Return a reading for JSON, with the drawing because of which it is what it is."""
        because = self._find_drawing(reading.because)
        return reading.to_dict() | {"because": because}

    def tell_problem(self) -> dict[str, str]:
        """Return what an answer says if nothing could be remembered for it."""
        return {"memory_problem": self.problem} if self.problem else {}

    def _find_drawing(self, id_: str | None) -> dict[str, Any] | None:
        if id_ is None:
            return None
        try:
            drawing = store().get(self.hand, id_)
        except StoreError:
            return None
        if drawing is None:  # deleted in this very moment
            return None
        label = write_label(drawing.label)
        return {"id": drawing.id, "label": label, "seen": list(drawing.seen)}


def memories() -> Memories:
    """Return the memories of the app's hands."""
    return current_app.extensions["memories"]


def recall(models: Sequence[str]) -> Recollection:
    """Return what the request's hand has confirmed; a reading goes on whatever goes wrong.

    A request without token and cookie has no hand, and opens no store.
    """
    if not may_have_hand():
        return Recollection()
    try:
        memories().check_rest()
        hand = find_hand()
    except Problem as problem:  # a wrong token
        return Recollection(problem=WITHOUT + problem.detail)
    except StoreError as error:
        return give_up(error)
    return recall_for(hand, models) if hand is not None else Recollection()


def recall_for(
    hand: int, models: Sequence[str], newest: "StoredDrawing | None" = None
) -> Recollection:
    """Return what a hand has confirmed, `newest` just now, for those models that there are."""
    known = [name for name in models if name in current_app.extensions["reader"].models]
    try:
        if newest is not None:
            memories().learn(hand, newest)
        found = Recollection(hand, memories().recall(hand, known))
    except StoreError as error:
        return give_up(error)
    memories().note_success()
    return found


def give_up(error: StoreError) -> Recollection:
    """Return nothing but the reason, and leave the store alone for a while."""
    memories().note_failure(error)
    return Recollection(problem=WITHOUT + describe_fault(error))


def may_have_hand() -> bool:
    """Whether anything may be remembered for the request, found out without opening the store."""
    if HEADER not in request.headers and COOKIE not in request.cookies:
        return False
    return keeping().may_hold_drawings and is_trusted_host(request.headers.get("Host", ""))
