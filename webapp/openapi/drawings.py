"""/drawings: what a hand has confirmed; /hands: somebody else draws now."""

from webapp.openapi.operations import (
    COOKIE,
    HAND,
    LIMITED,
    STORED,
    TOKEN,
    ZIP,
    answered,
    board_header,
    in_path,
    in_query,
    nothing,
    operation,
    send_json,
    sent_file,
)
from webapp.openapi.readings import MAY_MISS, MODEL, READING, SEVEN
from webapp.openapi.shapes import (
    ANYTHING,
    COUNT,
    IMAGE,
    LABEL,
    TEXT,
    Schema,
    answer,
    list_of,
    one_of,
    optional,
    refer,
    say,
    take,
)

LABELS = (*map(str, range(10)), "not_a_digit")
DRAWING = {
    "id": say(TEXT, "Means nothing without its hand.", examples=["5f0c2f…"]),
    "label": LABEL,
    "created": say(TEXT, "", format="date-time", examples=["2026-11-28T22:40:11+00:00"]),
    "read_as": say(optional(LABEL), "What it was read as when it was confirmed."),
    "model": optional(TEXT),
    "model_version": optional(TEXT),
}
ID = in_path("drawing_id", say(TEXT, "", examples=["the-id-of-a-drawing"]), "A drawing's id.")
HANDS = in_query("hands", one_of("all"), "All hands together, which needs the token.")
UNKNOWN = {404: "You have no drawing with this id."}
OURS = (HAND, TOKEN)

SCHEMAS: dict[str, Schema] = {
    "NewDrawing": take(
        {"label": say(LABEL, "What it is.")},
        {
            "strokes": say(refer("Strokes"), "With `image`, they are kept beside it."),
            "image": refer("Picture"),
            "model": say(MODEL, "Whose reading is confirmed or corrected."),
        },
    )
    | {"anyOf": [{"required": ["strokes"]}, {"required": ["image"]}]},
    "KeptDrawing": answer(
        DRAWING | {"reading": say(answer(READING, MAY_MISS), "As it reads now.")}
    ),
    "ShownDrawing": answer(
        DRAWING | {"seen": IMAGE, "strokes": optional(refer("Strokes"))},
    ),
    "PageOfDrawings": answer(
        {
            "drawings": list_of(answer(DRAWING | {"seen": IMAGE}), None, 100),
            "page": COUNT,
            "pages": COUNT,
            "total": COUNT,
            "counts": say(
                {
                    "type": "object",
                    "propertyNames": one_of(*LABELS),
                    "additionalProperties": COUNT,
                },
                "Of each label there is, whichever was asked for.",
                examples=[{"7": 12, "not_a_digit": 1}],
            ),
            "corrections": say(COUNT, "Drawings that were read differently."),
            "limit": say(COUNT, "Of one hand.", examples=[10_000]),
        }
    ),
    "Restored": answer({"restored": COUNT}),
    "Imported": answer({"added": COUNT, "known": COUNT}),
}

PATHS = {
    "/drawings": {
        "get": operation(
            "listDrawings",
            "List the confirmed drawings, the newest first",
            {200: answered("PageOfDrawings", "A page of 100.")},
            parameters=[
                in_query("label", one_of(*LABELS), "Only those of one label."),
                in_query(
                    "page",
                    {"type": "integer", "minimum": 1, "maximum": 999_999},
                    "From 1.",
                ),
                HANDS,
            ],
            errors={**STORED, **LIMITED},
            security=OURS,
        ),
        "post": operation(
            "keepDrawing",
            "Confirm or correct a drawing: it is stored, and counts from now on",
            {
                201: answered("KeptDrawing", "It is stored.", {"Set-Cookie": COOKIE}),
                200: answered(
                    "KeptDrawing",
                    "It was there already, and has this label now.",
                    {"Set-Cookie": COOKIE},
                ),
            },
            about="Who has no hand gets one, by the cookie.",
            body=send_json("NewDrawing", {"strokes": SEVEN, "label": 7}),
            errors={
                **STORED,
                404: "There is no model with that name.",
                409: "The hand has 10,000 drawings, which is its limit.",
                **LIMITED,
            },
            security=[{}, *OURS],
        ),
        "delete": operation(
            "deleteDrawings",
            "Delete all drawings of the hand",
            {204: nothing("For a minute, they can be restored.")},
            errors={**STORED, **LIMITED},
            security=OURS,
        ),
    },
    "/drawings/{drawing_id}": {
        "get": operation(
            "showDrawing",
            "Answer one drawing with its strokes",
            {200: answered("ShownDrawing", "It.")},
            parameters=[ID],
            errors={**STORED, **UNKNOWN, **LIMITED},
            security=OURS,
        ),
        "delete": operation(
            "deleteDrawing",
            "Delete one drawing for good",
            {204: nothing("It no longer counts.")},
            parameters=[ID],
            errors={**STORED, **UNKNOWN, **LIMITED},
            security=OURS,
        ),
    },
    "/drawings/restore": {
        "post": operation(
            "restoreDrawings",
            "Bring back what was deleted together less than a minute ago",
            {200: answered("Restored", "How many.")},
            body=send_json(ANYTHING, {}),
            errors={
                **STORED,
                409: "The hand would have more than 10,000 drawings.",
                **LIMITED,
            },
            security=OURS,
        )
    },
    "/drawings/export": {
        "get": operation(
            "exportDrawings",
            "Answer the drawings as a ZIP",
            {200: sent_file(ZIP, "PNG files, drawings.jsonl and MNIST's IDX files.")},
            parameters=[HANDS],
            errors={**STORED, **LIMITED},
            security=OURS,
            example={"save": "my-drawings.zip"},
        )
    },
    "/drawings/import": {
        "post": operation(
            "importDrawings",
            "Store the drawings of a ZIP, all of them or none",
            {200: answered("Imported", "How many are new.", {"Set-Cookie": COOKIE})},
            parameters=[board_header()],
            body={ZIP: {"schema": {"type": "string", "format": "binary"}}},
            errors={
                **STORED,
                409: "The hand would have more than 10,000 drawings.",
                **LIMITED,
            },
            security=[{}, *OURS],
            example={
                "file": "my-drawings.zip",
                "headers": {"X-Board": "1", "Content-Type": ZIP},
            },
        )
    },
    "/hands": {
        "post": operation(
            "beginHand",
            "Give this browser a new hand; the drawings of the one before stay, out of its reach",
            {201: answered(answer({}), "Its cookie.", {"Set-Cookie": COOKIE})},
            body=send_json(ANYTHING, {}),
            errors={**STORED, **LIMITED},
        )
    },
}
