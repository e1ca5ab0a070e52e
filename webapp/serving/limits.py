"""How often one person may ask for what costs the server much, where others can reach it.

Readings are free. Photos and explanations take a processor for a moment, and what is stored takes
the disk: the views of a scope share one number of requests. Who uses the board alone, or has the
token, has no limit. Each process counts for itself, in memory.
"""

import ipaddress
import math
import time

from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded

from ml.errors import ExplainedError
from webapp.hands.faults import may_know_the_server
from webapp.hands.recollection import memories
from webapp.hands.whose import find_hand
from webapp.problems import Problem, answer_problem
from webapp.store.errors import StoreError

HOUSEHOLD = 64  # bits of an IPv6 address that a household, or a rented server, has in common
# A person draws less than two digits a second, and a page explains no more than that.
LIMITS = {
    "photos": ("120/minute", ["photo.read_photo"]),
    "explanations": ("600/minute", ["explain.explain_reading"]),
    "stored": (
        "120/minute",
        [
            "drawings.keep_drawing",
            "drawings.delete_drawing",
            "drawings.delete_all",
            "drawings.restore_all",
        ],
    ),
    "listed": ("600/minute", ["drawings.list_drawings", "drawings.show_drawing"]),
    "archives": ("12/minute", ["drawings.export_drawings", "drawings.import_drawings"]),
}
# Hands that one address may begin: a school's tablets behind one proxy, and "Somebody else draws".
HANDS = ("2000/hour", ["drawings.keep_drawing", "drawings.import_drawings", "hands.start_hand"])


def register_limits(app: Flask) -> None:
    """Count the requests for the views above, and answer 429 with Retry-After beyond."""
    limiter = Limiter(find_asker, app=app, strategy="moving-window", storage_uri="memory://")
    for scope, (often, views) in LIMITS.items():
        for view in views:
            uncounted = changes_no_hand if scope == "stored" else may_know_the_server
            limit = limiter.shared_limit(often, scope, exempt_when=uncounted)
            app.view_functions[view] = limit(app.view_functions[view])
    for view in HANDS[1]:
        limit = limiter.shared_limit(
            HANDS[0], "hands", key_func=find_address, exempt_when=begins_no_hand
        )
        app.view_functions[view] = limit(app.view_functions[view])
    app.register_error_handler(RateLimitExceeded, lambda _: answer_too_often(limiter))


def find_asker() -> str:
    """Return who asks: the hand, or the address of who has none."""
    hand = find_known_hand()
    return find_address() if hand is None else f"hand {hand}"


def find_known_hand() -> int | None:
    """Return the request's hand, None without one or where the store cannot tell.

    It is looked up once for a request, and a store that has just failed is left alone.
    """
    if "known_hand" not in g:
        g.known_hand = _look_up_hand()
    return g.known_hand


def _look_up_hand() -> int | None:
    try:
        memories().check_rest()
        return find_hand()
    except StoreError as error:  # photos and explanations go on without the store
        memories().note_failure(error)
    except (ExplainedError, Problem):
        pass  # a wrong token, say: the view says so where it needs the right one
    return None


def find_address() -> str:
    """Return the address that asks; of an IPv6 address, the network that one household has."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:  # a socket file, or a proxy's word for it
        return request.remote_addr or "unknown"
    address = getattr(address, "ipv4_mapped", None) or address  # as a server of both kinds sees it
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, HOUSEHOLD), strict=False))


def begins_no_hand() -> bool:
    """Whether the request does not count as one that begins a hand.

    One begins if it is asked for, and with the first drawing or ZIP that somebody keeps.
    """
    begins = request.endpoint == "hands.start_hand" or find_known_hand() is None
    return may_know_the_server() or not begins


def changes_no_hand() -> bool:
    """Whether the request does not count for what is stored: hands that begin count apart."""
    return may_know_the_server() or find_known_hand() is None


def answer_too_often(limiter: Limiter) -> Response:
    """Say when to ask again."""
    wait = max(1, math.ceil(limiter.current_limit.reset_at - time.time()))
    seconds = "a second" if wait == 1 else f"{wait} seconds"
    problem = Problem(429, f"That was asked too often from here. Ask again in {seconds}.")
    problem.retry_after = wait
    return answer_problem(problem)
