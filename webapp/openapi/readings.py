"""POST /predict: what is asked about a drawing, and every form of the answer."""

from webapp.openapi.operations import HAND, TOKEN, answered, operation, send_json
from webapp.openapi.shapes import (
    BOOLEAN,
    BOX,
    COUNT,
    DIGIT,
    IMAGE,
    LABEL,
    NUMBER,
    SHARE,
    TEXT,
    Schema,
    answer,
    exactly,
    list_of,
    one_of,
    optional,
    refer,
    say,
    take,
)

FARTHEST, MOST_POINTS, MOST_DRAWINGS, MOST_MODELS = 4096, 10_000, 64, 16
SEVEN = [[[80, 70], [200, 70], [120, 220]]]
OF_SEVEN = [0.0, 0.0001, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9999, 0.0, 0.0]  # board_cnn's answer
ONE = [[[140, 60], [140, 220]]]
SEVENTEEN = [[[90, 60], [90, 220]], [[150, 70], [250, 70], [190, 220]]]
SMALL_SEVEN = (  # 28×28 px
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABwAAAAcAQAAAABaduI5AAAAT0lEQVR42oXMsQ2DUBTF"
    "0MMVUn7JBskojJ4yYzACUPGbvBSgtDSWJUseii1wgz6008ZHfYQmvIWJqucaXqIIs/iijlqvS///dmIkFqJd4QeR"
    "EhH1Eq57ZQAAAABJRU5ErkJggg=="
)
STATUS = one_of("digit", "blank", "not_a_digit")
MEMORY_PROBLEM = say(
    TEXT, "Only there if confirmed drawings could not count: why, in words.", examples=["…"]
)
MODEL = say(TEXT, "The name of a model; the default unless given.", examples=["mlp"])

LIST = {"type": "array"}
COORDINATE = {"type": "number", "minimum": -FARTHEST, "maximum": FARTHEST}
STROKES = say(
    list_of(list_of(exactly(2, COORDINATE), 1, MOST_POINTS)),
    "Strokes in px of the board (280×280, pen 18 px), each a list of points [x, y]. Together at "
    "most 10,000 points, 100,000 px long and 4,096 px wide and high.",
    title="[[[x, y], …], …]",
    examples=[SEVEN],
)
PICTURE = say(
    TEXT,
    "A PNG as a data URL, 28 to 1,024 px a side.",
    pattern=r"^data:image/png;base64,",
    format="png-data-url",
    title="data URL",
    examples=[SMALL_SEVEN],
)

READING: dict[str, Schema] = {
    "status": say(
        STATUS, "`blank`: too little ink to read; `not_a_digit`: the model refuses the drawing."
    ),
    "model": say(TEXT, "Which one read it.", examples=["board_cnn"]),
    "digit": say(optional(DIGIT), "Null unless `status` is `digit`.", examples=[7]),
    "probabilities": say(
        optional(exactly(10, SHARE)), "Of the digits 0 to 9; they sum to 1.", examples=[OF_SEVEN]
    ),
    "seen": say(
        optional(IMAGE), "The 28×28 that the network was given, row by row: 0 is paper, 255 ink."
    ),
    "unsure": say(
        optional(exactly(2, DIGIT)),
        "Two digits that are too close, the more probable first.",
        examples=[None],
    ),
    "no_digit": say(
        optional(SHARE),
        "Above 0.5 exactly when refused; null for models that cannot refuse.",
        examples=[0.003],
    ),
    "milliseconds": say(
        optional({"type": "number", "minimum": 0}), "The network's own time.", examples=[0.8]
    ),
    "because": say(
        optional(refer("Because")),
        "The confirmed drawing without which the answer would be another.",
        examples=[None],
    ),
}
DIGITS = {
    "text": say(optional(TEXT), "What is written, null if it is refused.", examples=["7"]),
    "digits": list_of(refer("Part")),
}
MAY_MISS = {"memory_problem": MEMORY_PROBLEM}
WHOLE = (refer("Reading"), refer("DigitReading"), refer("NumberReading"))

SCHEMAS: dict[str, Schema] = {
    "Picture": PICTURE,
    "Strokes": STROKES,
    "Drawings": say(
        list_of({}, 1, MOST_DRAWINGS)
        | {"contains": LIST | {"contains": LIST | {"contains": LIST}}},
        "1 to 64 drawings, each of which has its own answer: strokes, one level deeper.",
        title="a list of such",
        examples=[[SEVEN, ONE]],
    ),
    "Because": answer({"id": TEXT, "label": LABEL, "seen": IMAGE}),
    "Reading": answer(READING, MAY_MISS),
    "Part": answer(
        {"box": say(BOX, "x, y, width and height in px."), "strokes": optional(list_of(COUNT))}
        | READING,
        {"mark": say(one_of("-", ".", ","), "Of what is no digit.")},
    ),
    "DigitReading": answer(READING | DIGITS, MAY_MISS),
    "NumberReading": answer(
        {
            "status": one_of("number", "not_a_digit"),
            "text": say(optional(TEXT), "Null if a part was refused.", examples=["17"]),
            "probability": say(
                optional(SHARE), "That all digits, and what belongs to which, are right."
            ),
            "digits": list_of(refer("Part")),
            "model": TEXT,
            "milliseconds": NUMBER,
        },
        MAY_MISS,
    ),
    "ReadingsOfModels": answer({"readings": list_of({"anyOf": WHOLE}, 1, MOST_MODELS)}, MAY_MISS),
    "ReadingsOfDrawings": answer(
        {
            "readings": list_of(
                {"anyOf": [*WHOLE, refer("ReadingsOfModels"), refer("Problem")]},
                1,
                MOST_DRAWINGS,
            )
        },
        MAY_MISS,
    ),
    "Question": take(
        {},
        {
            "image": refer("Picture"),
            "strokes": {
                "anyOf": [refer("Strokes"), refer("Drawings")],
                "description": "In px of a board of 280×280, drawn with a pen of 18 px. Of one "
                "drawing, or of each of 1 to 64, one level deeper.",
            },
            "images": say(
                list_of({}, 1, MOST_DRAWINGS) | {"title": "list of data URLs"},
                "1 to 64 pictures; each has its own answer.",
            ),
            "model": MODEL,
            "models": say(
                list_of(TEXT, 1, MOST_MODELS) | {"uniqueItems": True},
                "In place of `model`: each of them reads.",
                examples=[["mlp", "linear"]],
            ),
            "as_is": say(BOOLEAN, "A 28×28 picture goes to the networks unchanged."),
            "several": say(BOOLEAN, "The drawing may be a number of several digits."),
        },
    )
    | {
        "oneOf": [
            {"required": ["image"], "properties": {"strokes": False, "images": False}},
            {"required": ["strokes"], "properties": {"image": False, "images": False}},
            {"required": ["images"], "properties": {"image": False, "strokes": False}},
            {
                "required": ["image", "strokes", "several"],
                "properties": {
                    "several": {"const": True},
                    "strokes": refer("Strokes"),
                    "images": False,
                },
            },
        ],
        "not": {"required": ["model", "models"]},
    },
}

PATHS = {
    "/predict": {
        "post": operation(
            "readDrawing",
            "Read a drawing, or up to 64 of them",
            {
                200: answered(
                    {"anyOf": [*WHOLE, refer("ReadingsOfModels"), refer("ReadingsOfDrawings")]},
                    "A reading; with `models` one of each, with `several` a number, and of a list "
                    "one answer each, of which an error is one too.",
                )
            },
            body=send_json(
                "Question",
                {"strokes": SEVEN},
                {"image": SMALL_SEVEN, "models": ["mlp", "linear"]},
                {"strokes": SEVENTEEN, "several": True},
                {"strokes": [SEVEN, ONE]},
            ),
            errors={404: "There is no model with that name: `models` has those that there are."},
            security=[{}, HAND, TOKEN],
            example={"reads": True},
        )
    }
}
