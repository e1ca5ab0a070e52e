"""GET /api/openapi.json: what this API takes and answers, for programs."""

from typing import Any

from flask import Blueprint

from webapp.addresses import find_root

openapi = Blueprint("openapi", __name__, url_prefix="/api")


@openapi.get("/openapi.json")
def describe() -> dict[str, Any]:
    """Describe the API; its address is relative, so that it holds under any prefix and proxy."""
    from webapp.openapi.description import describe_api  # most visits never need it

    return describe_api(f"{find_root()}api")
