"""/versions: the models' versions, and which of them are served."""

from webapp.openapi.operations import (
    STORED,
    TOKEN,
    ZIP,
    answered,
    board_header,
    in_path,
    in_query,
    operation,
    send_json,
    sent_file,
)
from webapp.openapi.shapes import (
    BOOLEAN,
    COUNT,
    NUMBER,
    SHARE,
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

MODEL = in_path("model", say(TEXT, "", examples=["mlp"]), "The name of a model.")
NUMBER_OF_VERSION = in_path("number", say(COUNT, "", examples=[0]), "0 is what ships.")
UNKNOWN = {404: "There is no model with that name, or no version with that number."}
UNUSABLE = {409: "The version is damaged, or this server has no versions."}
FIGURES = {"type": "object", "additionalProperties": optional(NUMBER)}

SCHEMAS: dict[str, Schema] = {
    "Version": answer(
        {
            "model": say(TEXT, "", examples=["mlp"]),
            "version": COUNT,
            "served": BOOLEAN,
            "date": say(TEXT, "", examples=["2026-11-29"]),
            "parent": say(optional(refer("Parent")), "What it began with or replaced."),
            "origin": say(optional(refer("Origin")), "Null of what ships."),
            "test_accuracy": say(SHARE, "", examples=[0.9712]),
            "weights": say(TEXT, "The first digits of their SHA-256.", examples=["0f7c4e21d9b3"]),
            "data": say(optional(TEXT), "", examples=["MNIST"]),
        }
    ),
    # Of a card: one that was taken in may say more.
    "Parent": take({"version": COUNT, "weights": TEXT}),
    "Origin": take(
        {"kind": one_of("trained", "drawings", "imported")},
        {
            "run": optional(TEXT),
            "before": optional(FIGURES),
            "after": optional(FIGURES),
            "reason": optional(TEXT),
        },
    ),
    "Versions": answer(
        {
            "versions": list_of(refer("Version")),
            "broken": say(
                list_of(answer({"model": TEXT, "version": COUNT, "reason": TEXT})),
                "Those that cannot be used.",
                examples=[[]],
            ),
            "problem": say(
                optional(TEXT),
                "Why the database cannot be asked which are served.",
                examples=[None],
            ),
        }
    ),
}

PATHS = {
    "/versions": {
        "get": operation(
            "listVersions",
            "List the versions, the newest of each model first",
            {200: answered("Versions", "Also those that cannot be used.")},
            parameters=[in_query("model", TEXT, "Only those of one model.")],
            errors=STORED | {404: "There is no model with that name."},
        )
    },
    "/versions/{model}": {
        "put": operation(
            "serveVersion",
            "Serve a version from now on",
            {200: answered("Version", "Here at once, everywhere else within two seconds.")},
            parameters=[MODEL],
            body=send_json(take({"version": say(COUNT, "", examples=[0])}), {"version": 0}),
            errors={**STORED, **UNKNOWN, **UNUSABLE},
            security=[TOKEN],
        )
    },
    "/versions/{model}/{number}/export": {
        "get": operation(
            "exportVersion",
            "Answer a version as a ZIP of its three files",
            {200: sent_file(ZIP, "Its card, its weights and its ONNX file.")},
            parameters=[MODEL, NUMBER_OF_VERSION],
            errors={**STORED, **UNKNOWN, **UNUSABLE},
            security=[TOKEN],
            example={"save": "version.zip"},
        )
    },
    "/versions/import": {
        "post": operation(
            "importVersion",
            "Take in the version of a ZIP, which is served once it is chosen",
            {
                201: answered("Version", "It is kept."),
                200: answered("Version", "It was there already."),
            },
            parameters=[board_header()],
            body={ZIP: {"schema": {"type": "string", "format": "binary"}}},
            errors={**STORED, **UNUSABLE},
            security=[TOKEN],
            example={"file": "version.zip", "headers": {"X-Board": "1", "Content-Type": ZIP}},
        )
    },
}
