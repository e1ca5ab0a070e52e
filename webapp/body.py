"""A request's body -> a JSON object, or a ZIP in a file."""

import json
import shutil
from typing import IO, Any, NoReturn

from flask import Request

from webapp.problems import Problem

ZIP_TYPES = ("application/zip", "application/x-zip-compressed", "application/octet-stream")
TOO_LARGE = "The body must be at most {} bytes. Send a smaller picture."
WRONG_TYPE = "Send the body as JSON in UTF-8, with the header Content-Type: application/json."


def read_object(request: Request) -> dict[str, Any]:
    """Return the body's JSON object; raises Problem for anything else."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
        raise Problem(415, WRONG_TYPE)
    value = parse_json(read_bytes(request))
    if not isinstance(value, dict):
        raise Problem(400, 'The body must be a JSON object. Send {"image": "data:image/png;…"}.')
    return value


def read_bytes(request: Request) -> bytes:
    """Return the body; raises Problem if it is larger than MAX_CONTENT_LENGTH."""
    limit = request.max_content_length
    # Werkzeug would refuse it as well, but without saying what the limit is.
    if limit is not None and (request.content_length or 0) > limit:
        raise Problem(413, TOO_LARGE.format(limit))
    return request.get_data(cache=False)


def receive_zip(request: Request, file: IO[bytes], limit: int, too_large: str) -> None:
    """Write the body to a file, piece by piece; raises Problem, `too_large` above the limit."""
    if request.mimetype not in ZIP_TYPES:
        raise Problem(415, "Send the ZIP itself, with the header Content-Type: application/zip.")
    if (request.content_length or 0) > limit:
        raise Problem(413, too_large)
    request.max_content_length = limit
    shutil.copyfileobj(request.stream, file, 2**16)
    file.seek(0)


def parse_json(body: bytes) -> object:
    """Parse strict JSON, without NaN or duplicate keys; raises Problem."""
    try:
        # -sig: some editors and shells write a byte order mark.
        text = body.decode("utf-8-sig")
        return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=build_object)
    except UnicodeDecodeError as error:
        raise Problem(400, "The body must be JSON in UTF-8; it is not valid UTF-8.") from error
    except RecursionError as error:
        raise Problem(400, "The JSON is nested too deeply. Send a flat object.") from error
    except ValueError as error:
        raise Problem(400, f"The body must be valid JSON: {shorten(error)}.") from error


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python accepts and JSON does not have."""
    raise ValueError(f"{name} is not a JSON number")


def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; duplicate keys are ambiguous, so they are refused."""
    built = dict(pairs)
    if len(built) < len(pairs):
        raise ValueError("an object has duplicate keys")
    return built


def shorten(error: ValueError) -> str:
    """Return the error's message without its advice to Python programmers."""
    return str(error).split(";")[0]
