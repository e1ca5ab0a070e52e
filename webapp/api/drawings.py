"""/api/drawings: what a hand has confirmed. Every route needs the hand's cookie, or the token."""

import math
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from flask import Blueprint, Response, current_app, request, send_file

from ml.predict import Reading
from webapp.api.questions import choose_model, read_image, read_ink, reader
from webapp.body import read_object, receive_zip
from webapp.drawing import read_strokes
from webapp.hands.keeping import store
from webapp.hands.recollection import memories, recall, recall_for
from webapp.hands.whose import find_or_begin_hand, need_hand, need_hands
from webapp.labels import parse_label, read_label, write_label
from webapp.problems import Problem
from webapp.security import require_trusted_host, takes_other_bodies
from webapp.store.drawings import LIMIT, NOT_A_DIGIT, NewDrawing, StoredDrawing

drawings = Blueprint("drawings", __name__, url_prefix="/api/drawings")
drawings.before_request(require_trusted_host)

PAGE_SIZE = 100  # drawings
LONGEST_NUMBER = 6  # digits of a page's number


@drawings.post("")
def keep_drawing() -> tuple[dict[str, Any], int]:
    """Store a drawing with its label; the same one again gets the new label."""
    body = read_object(request)
    if "label" not in body:
        raise Problem(400, '`label` is missing. Send what the drawing is: 0 to 9, "not_a_digit".')
    label, model, ink = parse_label(body["label"]), choose_model(body), read_kept_ink(body)
    reading = reader().read_each(ink, [model], recall([model]).memories)[0]
    if reading.seen is None:
        raise Problem(400, "There is too little ink to keep. Draw the digit larger.")
    hand = find_or_begin_hand()
    stored, is_new = store().put(hand, make_drawing(body.get("strokes"), label, reading))
    recollection = recall_for(hand, [model], stored)
    again = reader().read_each(ink, [model], recollection.memories)[0]
    now = recollection.describe(again) | recollection.tell_problem()
    return describe(stored) | {"reading": now}, 201 if is_new else 200


@drawings.get("")
def list_drawings() -> dict[str, Any]:
    """List a page of the drawings, newest first, and how many there are of each label."""
    label, number = read_label(request.args.get("label")), read_number(request.args.get("page"))
    page = store().page(need_hands(), label, number, PAGE_SIZE)
    return {
        "drawings": [describe(drawing) | see(drawing) for drawing in page.drawings],
        "page": number,
        "pages": max(1, math.ceil(page.total / PAGE_SIZE)),
        "total": page.total,
        "counts": {str(write_label(label)): count for label, count in page.counts.items()},
        "corrections": page.corrections,
        "limit": LIMIT,
    }


@drawings.get("/<drawing_id>")
def show_drawing(drawing_id: str) -> dict[str, Any]:
    """Answer one drawing, with its strokes."""
    drawing = store().get(need_hand(), drawing_id)
    if drawing is None:
        raise_unknown()
    return describe(drawing) | see(drawing) | {"strokes": drawing.strokes}


@drawings.delete("/<drawing_id>")
def delete_drawing(drawing_id: str) -> tuple[str, int]:
    """Delete one drawing for good; it no longer counts."""
    hand = need_hand()
    revision = store().delete(hand, drawing_id)
    if revision is None:
        raise_unknown()
    memories().unlearn(hand, drawing_id, revision)  # it no longer counts
    return "", 204


@drawings.delete("")
def delete_all() -> tuple[str, int]:
    """Delete all drawings of the hand, which POST …/restore undoes for a minute."""
    store().delete_all(need_hand())
    return "", 204


@drawings.post("/restore")
def restore_all() -> dict[str, Any]:
    """Bring back what was deleted together less than a minute ago."""
    read_object(request)
    return {"restored": store().restore_all(need_hand())}


@drawings.get("/export")
def export_drawings() -> Response:
    """Answer the drawings as a ZIP."""
    from webapp.store.archive import write_archive

    hand = need_hands()
    file = TemporaryFile()  # noqa: SIM115  closed when it has been sent
    write_archive(store().each(hand), file)
    file.seek(0)
    return send_file(file, "application/zip", as_attachment=True, download_name="my-drawings.zip")


@drawings.post("/import")
@takes_other_bodies  # a ZIP
def import_drawings() -> dict[str, Any]:
    """Store the drawings of a ZIP, all of them or none; say how many are new."""
    from webapp.store.archive import read_archive

    limit = current_app.config["MAX_ARCHIVE"]
    too_large = f"A ZIP of drawings must be at most {limit // 2**20} MiB. Divide it."
    with TemporaryFile() as file:
        receive_zip(request, file, limit, too_large)
        found = list(read_archive(file))
    counts = store().put_all(find_or_begin_hand(), found)
    return {"added": counts.added, "known": counts.known}


def read_kept_ink(body: dict[str, Any]) -> np.ndarray:
    """Return the ink to keep: the picture's where strokes came as well; raises Problem."""
    if "image" not in body or "strokes" not in body:
        return read_ink(body)
    read_strokes(body["strokes"])  # they are kept beside the picture
    return read_image(body)


def make_drawing(strokes: list | None, label: int, reading: Reading) -> NewDrawing:
    """Return what is stored: the drawing, its label, and what was read by which weights."""
    read_as = NOT_A_DIGIT if reading.status == "not_a_digit" else reading.digit
    version = reader().weights_version(reading.model)
    return NewDrawing(strokes, bytes(reading.seen), label, read_as, reading.model, version)


def describe(drawing: StoredDrawing) -> dict[str, Any]:
    """Return what is known about a drawing, for JSON."""
    return {
        "id": drawing.id,
        "label": write_label(drawing.label),
        "created": drawing.created.isoformat(timespec="seconds"),
        "read_as": write_label(drawing.read_as),
        "model": drawing.model,
        "model_version": drawing.model_version,
    }


def see(drawing: StoredDrawing) -> dict[str, Any]:
    """Return a drawing's 28×28 for JSON."""
    return {"seen": list(drawing.seen)}


def read_number(text: str | None) -> int:
    """Return a page's number, 1 if none is given; raises Problem."""
    if text is None:
        return 1
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    if not is_number or int(text) < 1:
        raise Problem(400, "`page` must be a whole number from 1.")
    return int(text)


def raise_unknown() -> None:
    """Raise the Problem that stands for an unknown drawing and for another hand's alike."""
    raise Problem(404, "You have no drawing with this id. It may have been deleted.")
