"""POST /api/read-photo: a photo or a scan in, its digits and numbers out. Nothing of it is kept."""

from time import perf_counter
from typing import Any

from flask import Blueprint, current_app, request

from ml.errors import PictureError
from ml.pictures.decoding import Picture
from ml.segmentation.photo_answers import describe_digit, describe_photo
from ml.segmentation.photo_files import decode_photo, read_picture
from ml.segmentation.photo_reading import PhotoDigit
from ml.segmentation.pieces import Box
from webapp.api.questions import choose_model, reader
from webapp.hands.recollection import Recollection, recall
from webapp.photo import (
    AskedPhoto,
    check_box,
    check_kind,
    explain_picture,
    receive_photo,
    write_ink,
)
from webapp.problems import Problem
from webapp.security import takes_other_bodies
from webapp.serving.turns import Turns
from webapp.serving.unused_memory import give_back

NO_OPENCV = (
    "This server cannot read photos: it lacks the package opencv-python-headless. Install what "
    "requirements-serve.txt lists."
)
photo = Blueprint("photo", __name__, url_prefix="/api")


@photo.post("/read-photo")
@takes_other_bodies  # multipart: needs X-Board: 1
def read_photo() -> dict[str, Any]:
    """Read all digits of a photo, or the one in a box, as the hand has taught them.

    One photo at a time: it is taken into memory within its turn.
    """
    check_kind(request)
    turns: Turns = current_app.extensions["photo_turns"]
    with turns.take():
        try:
            return answer(receive_photo(request))
        finally:
            give_back()


def answer(asked: AskedPhoto) -> dict[str, Any]:
    """Return what a photo says, for JSON; raises Problem and UnknownModelError."""
    started, model = perf_counter(), choose_model(asked.options)
    reader().weights_version(model)  # raises UnknownModelError before anything is decoded
    try:
        picture = decode_photo(asked.file)
        place = check_box(asked.options.get("box"), picture.width, picture.height)
        recollection = recall([model])
        found = find_digits(picture, model, recollection, place)
    except PictureError as error:
        raise explain_picture(error) from error
    except ModuleNotFoundError as error:
        if error.name != "cv2":
            raise
        raise Problem(503, NO_OPENCV) from error
    milliseconds = round((perf_counter() - started) * 1000, 3)
    return found | {"milliseconds": milliseconds} | recollection.tell_problem()


def find_digits(
    picture: Picture, model: str, recollection: Recollection, box: Box | None
) -> dict[str, Any]:
    """Return what a picture says, for JSON."""

    def describe(digit: PhotoDigit) -> dict[str, Any]:
        return describe_digit(digit, recollection.describe) | {"ink": write_ink(digit.ink)}

    found = read_picture(reader(), picture, model, recollection.memories, box)
    return describe_photo(found, model, describe)
