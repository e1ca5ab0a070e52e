"""POST /api/hands: somebody else draws now."""

from typing import Any

from flask import Blueprint, request

from webapp.body import read_object
from webapp.hands.whose import begin_hand
from webapp.security import require_trusted_host

hands = Blueprint("hands", __name__, url_prefix="/api/hands")
hands.before_request(require_trusted_host)


@hands.post("")
def start_hand() -> tuple[dict[str, Any], int]:
    """Give the browser a new hand; the drawings of the one before stay, out of its reach."""
    read_object(request)
    begin_hand()
    return {}, 201
