"""POST /explain: why a drawing is read as it is."""

from webapp.openapi.operations import HAND, LIMITED, TOKEN, answered, operation, send_json
from webapp.openapi.readings import MAY_MISS, MODEL, READING, SEVEN
from webapp.openapi.shapes import (
    BASE64,
    BOOLEAN,
    COUNT,
    DIGIT,
    IMAGE,
    INTEGER,
    LABEL,
    NUMBER,
    PIXELS_OF_IMAGE,
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

METHODS = ("evidence", "strokes", "nearest", "counterfactual", "layers", "unit")
NUMBERS = list_of(NUMBER)
NUMBERS_OF_IMAGE = exactly(PIXELS_OF_IMAGE, NUMBER) | {"title": "784 numbers"}
SHAPE = list_of(COUNT)
ROWS = list_of(NUMBERS)

SCHEMAS: dict[str, Schema] = {
    "Why": take(
        {},
        {
            "image": refer("Picture"),
            "strokes": say(refer("Strokes"), "They are left out one by one."),
            "model": MODEL,
            "as_is": say(BOOLEAN, "A 28×28 picture goes to the network unchanged."),
            "methods": say(
                list_of(one_of(*METHODS), 1) | {"uniqueItems": True},
                "What to find out; the first four unless given.",
                examples=[["evidence", "nearest"]],
            ),
            "rival": say(
                optional(DIGIT), "The digit that the answer is held against, not the answer itself."
            ),
            "unit": say(
                refer("UnitName"),
                "For the method `unit`: which number of which layer.",
                examples=[],
            ),
            "asker": say(
                {"type": "string", "minLength": 1, "maxLength": 64},
                "A random string, so that a newer question of the same page goes first.",
            ),
        },
    )
    | {
        "anyOf": [{"required": ["image"]}, {"required": ["strokes"]}],
        "not": {"required": ["models"]},
    },
    "UnitName": take(
        {"layer": say(TEXT, "Its name.", examples=["conv1"])},
        dict.fromkeys(("member", "channel", "row", "column"), COUNT),
    ),
    "Explanation": answer(
        {"reading": refer("Reading")},
        {
            "taught": say(
                {"const": True}, "Only there if a confirmed drawing changed the reading."
            ),
            "evidence": optional(refer("Evidence")),
            "strokes": list_of(refer("LeftOut")),
            "nearest": list_of(refer("Neighbour"), None, 5),
            "nearest_rival": optional(refer("Neighbour")),
            "counterfactual": optional(refer("Counterfactual")),
            "layers": optional(refer("Layers")),
            "unit": optional(refer("Unit")),
        }
        | MAY_MISS,
    ),
    "Evidence": answer(
        {
            "for": DIGIT,
            "against": DIGIT,
            "map": say(
                exactly(PIXELS_OF_IMAGE, {"type": "number", "minimum": -1, "maximum": 1}),
                "Above 0 is for the first, below 0 for the second digit.",
            ),
            "place": say(optional(TEXT), "Where most of it is.", examples=["top left"]),
            "without": say(optional(LABEL), "The answer when that ink is taken away."),
        }
    ),
    "LeftOut": answer({"left_out": say(COUNT, "The number of the stroke.")} | READING),
    "Neighbour": answer(
        {
            "label": DIGIT,
            "image": IMAGE,
            "distance": say(NUMBER, "1 − cosine.", examples=[0.12]),
            "shared": say(NUMBERS_OF_IMAGE, "The ink that both have, 0 to 1."),
        }
    ),
    "Counterfactual": answer(
        {"digit": DIGIT, "image": IMAGE, "changed": say(COUNT, "Pixels.", examples=[17])}
    ),
    "Layers": answer(
        {
            "members": list_of(refer("Member")),
            "answers": list_of(TEXT),
            "answer": answer(
                {
                    "mean": NUMBERS,
                    "gathered": optional(answer({"from": COUNT, "others": COUNT})),
                    "logits": NUMBERS,
                    "temperature": NUMBER,
                    "scaled": NUMBERS,
                    "highest": NUMBER,
                    "exponentials": NUMBERS,
                    "sum": NUMBER,
                    "probabilities": exactly(10, SHARE),
                    "refusal": optional(
                        answer({"score": NUMBER, "threshold": NUMBER, "no_digit": SHARE})
                    ),
                }
            ),
        }
    ),
    "Member": answer(
        {
            "name": TEXT,
            "title": TEXT,
            "image": IMAGE,
            "layers": list_of(
                answer(
                    {
                        "name": TEXT,
                        "kind": TEXT,
                        "operations": list_of(TEXT),
                        "shape": SHAPE,
                        "inputs": SHAPE,
                        "kernel": SHAPE,
                        "padding": COUNT,
                        "highest": say(NUMBER, "The value of a byte of 255."),
                        "maps": say(BASE64, "A byte for each number, channel after channel."),
                    }
                )
            ),
            "last": answer(
                {
                    "name": TEXT,
                    "kind": TEXT,
                    "inputs": SHAPE,
                    "answers": COUNT,
                    "logits": NUMBERS,
                }
            ),
        }
    ),
    "Unit": answer(
        {
            "member": COUNT,
            "layer": TEXT,
            "kind": TEXT,
            "operations": list_of(TEXT),
            "channel": COUNT,
            "row": COUNT,
            "column": COUNT,
            "shape": SHAPE,
            "places": list_of(
                answer(
                    {
                        "row": INTEGER,
                        "column": INTEGER,
                        "top": INTEGER,
                        "left": INTEGER,
                        "sum": NUMBER,
                        "value": NUMBER,
                    }
                )
            ),
            "chosen": COUNT,
            "partial_sums": NUMBERS,
            "strongest": list_of(
                answer(
                    {
                        "channel": COUNT,
                        "sum": NUMBER,
                        "patch": ROWS,
                        "kernel": ROWS,
                        "products": ROWS,
                    }
                )
            ),
            "rest": NUMBER,
            "steps": list_of(
                answer(
                    {"operation": TEXT, "value": NUMBER},
                    {"add": NUMBER, "scale": NUMBER, "shift": NUMBER, "of": NUMBERS},
                )
            ),
            "value": NUMBER,
            "map": NUMBER,
            "outgoing": optional(answer({"layer": TEXT, "weights": NUMBERS, "products": NUMBERS})),
            "ink": optional(
                answer(
                    {
                        "weights": NUMBERS,
                        "ink": NUMBERS,
                        "products": NUMBERS,
                        "sum": NUMBER,
                        "paper": NUMBER,
                    }
                )
            ),
            "favourites": list_of(
                answer(
                    {
                        "image": IMAGE,
                        "label": DIGIT,
                        "value": NUMBER,
                        "row": COUNT,
                        "column": COUNT,
                        "box": exactly(4, INTEGER),
                    }
                ),
                None,
                9,
            ),
        }
    ),
}

PATHS = {
    "/explain": {
        "post": operation(
            "explainReading",
            "Say why a drawing is read as it is",
            {200: answered("Explanation", "The reading, and what each method found.")},
            about="One explanation is computed at a time in a process, and one more may wait.",
            body=send_json("Why", {"strokes": SEVEN, "methods": ["evidence", "counterfactual"]}),
            errors={
                404: "There is no model with that name.",
                409: "The same page asks about a newer drawing, or the version of the model is too "
                "old for `layers` and `unit`.",
                **LIMITED,
            },
            security=[{}, HAND, TOKEN],
            example={"reads": True},
        )
    }
}
