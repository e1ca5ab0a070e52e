"""Whose hand a request is: the machine's with the token, a browser's own with its cookie."""

from flask import Response, after_this_request, request

from webapp.hands.keeping import keeping, store
from webapp.hands.token import has_token
from webapp.problems import Problem

COOKIE = "board-hand"
YEAR = 365 * 24 * 3600  # seconds
LONGEST = 128  # characters of a key
NOBODY = (
    "This browser has no drawings here: they begin with the first one that is confirmed on the "
    "board. For the drawings of this machine, or of all hands, the token is needed."
)


def need_hand() -> int:
    """Return the hand that the request may use; raises Problem if there is none."""
    hand = find_hand()
    if hand is None:
        raise Problem(403, NOBODY)
    return hand


def need_hands() -> int | None:
    """Return the hand to list, None for all of them, which `?hands=all` and the token ask for."""
    wanted = request.args.get("hands")
    if wanted is None:
        return need_hand()
    if wanted != "all":
        raise Problem(400, "`hands` must be `all`, or left out for your own.")
    if not has_token():
        raise Problem(403, "All hands together need the token, in the header X-Board-Token.")
    return None


def find_hand() -> int | None:
    """Return the hand that the request's token or cookie stands for, None if it has neither."""
    if has_token():
        return store().machine_hand()
    key = find_key()
    return store().find_hand(key) if key and keeping().may_hold_drawings else None


def find_or_begin_hand() -> int:
    """Return the hand of the request; a browser without one gets a hand of its own."""
    hand = find_hand()
    if hand is None:
        return begin_hand()
    if not has_token():
        after_this_request(lambda response: give_cookie(response, find_key()))  # a year from now
    return hand


def begin_hand() -> int:
    """Begin a new hand and give the browser its key; the store keeps only the key's hash."""
    hand, key = store().begin_hand()
    after_this_request(lambda response: give_cookie(response, key))
    return hand


def find_key() -> str | None:
    """Return the key in the request's cookie."""
    key = request.cookies.get(COOKIE, "")
    return key if 0 < len(key) <= LONGEST else None


def give_cookie(response: Response, key: str) -> Response:
    """Set the cookie: for this board's path alone, out of reach of scripts and other sites."""
    response.set_cookie(
        COOKIE,
        key,
        max_age=YEAR,
        path=request.root_path or "/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return response
