"""/api/versions: the models' versions. Anybody may list them; the token decides on the rest."""

from tempfile import TemporaryFile
from typing import Any, BinaryIO

from flask import Blueprint, Response, current_app, request, send_file

from ml.errors import UnknownVersionError, WeightsError
from ml.versions import Version, add_version, find_twin, find_version
from webapp.api.questions import reader
from webapp.body import read_object, receive_zip
from webapp.hands.faults import describe_fault
from webapp.hands.token import need_token
from webapp.problems import Problem
from webapp.security import require_trusted_host, takes_other_bodies
from webapp.versions.entries import (
    choose_names,
    describe,
    is_served,
    list_broken,
    list_entries,
)
from webapp.versions.watcher import ONLY_WEIGHTS, VersionsOffError, Watcher

versions = Blueprint("versions", __name__, url_prefix="/api/versions")
versions.before_request(require_trusted_host)

WRONG_NUMBER = "`version` must be a whole number, 0 for what ships."


@versions.get("")
def show_versions() -> dict[str, Any]:
    """List the versions, the newest of each model first, and those that cannot be used."""
    model = request.args.get("model")
    if watcher().problem is None:  # or a database that hangs would hold one more thread
        watcher().look()
    problem = watcher().problem
    return {
        "versions": list_entries(watcher(), reader(), model),
        "broken": list_broken(watcher(), reader(), model),
        "problem": problem and describe_fault(problem),
    }


@versions.put("/<model>")
def serve_version(model: str) -> dict[str, Any]:
    """Serve a version from now on: here at once, in every other process within two seconds."""
    need_token()
    number = read_object(request).get("version")
    if type(number) is not int or number < 0:
        raise Problem(400, WRONG_NUMBER)
    choose_names(watcher(), reader(), model)
    try:
        return tell(watcher().serve(model, number))
    except UnknownVersionError as error:
        raise Problem(404, capitalize(error), versions=error.known) from error
    except (WeightsError, VersionsOffError) as error:
        raise Problem(409, capitalize(error)) from error


@versions.get("/<model>/<int:number>/export")
def export_version(model: str, number: int) -> Response:
    """Answer a version as a ZIP."""
    need_token()
    choose_names(watcher(), reader(), model)
    try:
        version = find_version(watcher().instance, watcher().weights_dir, model, number)
        file = pack(version)
    except UnknownVersionError as error:
        raise Problem(404, capitalize(error), versions=error.known) from error
    except WeightsError as error:
        raise Problem(409, capitalize(error)) from error
    name = f"{model}-version-{number}.zip"
    return send_file(file, "application/zip", as_attachment=True, download_name=name)


@versions.post("/import")
@takes_other_bodies  # a ZIP
def import_version() -> tuple[dict[str, Any], int]:
    """Keep the version in a ZIP, which is not served yet; the same one again is known."""
    from webapp.versions.archive import read_zip

    need_token()
    if watcher().instance is None:
        raise Problem(409, capitalize(VersionsOffError(ONLY_WEIGHTS)))
    limit = current_app.config["MAX_ARCHIVE"]
    with TemporaryFile() as file:
        receive_zip(request, file, limit, f"A version's ZIP must be at most {limit // 2**20} MiB.")
        card, weights, onnx = read_zip(file)
    known = find_twin(watcher().instance, card)
    if known is not None:
        return tell(known), 200
    try:
        return tell(add_version(watcher().instance, card, weights, onnx)), 201
    except OSError as error:
        raise Problem(507, f"{error.filename} cannot be written: {error.strerror}.") from error


def pack(version: Version) -> BinaryIO:
    """Return a version as a ZIP, to be closed when it has been sent; raises WeightsError."""
    from webapp.versions.archive import write_zip

    file = TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    try:
        write_zip(version, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def watcher() -> Watcher:
    """Return what knows the app's versions."""
    return current_app.extensions["versions"]


def tell(version: Version) -> dict[str, Any]:
    """Return a version for JSON."""
    return describe(version, is_served=is_served(watcher(), reader(), version))


def capitalize(error: Exception) -> str:
    """Return an error's words as a sentence."""
    words = str(error)
    return f"{words[0].upper()}{words[1:]}."
