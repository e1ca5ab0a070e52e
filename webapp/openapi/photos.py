"""POST /read-photo: a photo or a scan in, its digits and numbers out."""

from webapp.openapi.operations import (
    HAND,
    LIMITED,
    TOKEN,
    answered,
    board_header,
    operation,
)
from webapp.openapi.readings import MAY_MISS, MODEL, READING
from webapp.openapi.shapes import (
    BOX,
    COUNT,
    NUMBER,
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

PLACE = say(
    exactly(4, COUNT) | {"title": "[x, y, width, height]"},
    "x, y, width and height within the photo; only that box is read, as one digit.",
    examples=[[20, 20, 120, 160]],
)
PHOTO_URL = say(
    TEXT,
    "A PNG, JPEG or WebP as a data URL: up to 10 MB and 12 megapixels.",
    pattern=r"^data:image/(png|jpeg|webp);base64,",
    format="photo-data-url",
    title="data URL",
)

SCHEMAS: dict[str, Schema] = {
    "Photo": answer(
        {
            "lines": say(list_of(TEXT), "The numbers of each line.", examples=[["407 12", "5"]]),
            "digits": list_of(refer("PhotoDigit")),
            "width": say(COUNT, "Of the photo as a person sees it, in px.", examples=[640]),
            "height": say(COUNT, "The same.", examples=[480]),
            "model": TEXT,
            "sheet": say(
                optional(
                    answer(
                        {
                            "layout": one_of("A4", "Letter"),
                            "right": COUNT,
                            "of": COUNT,
                            "empty": COUNT,
                        }
                    )
                ),
                "If it shows the sheet that this server prints: how many boxes were read rightly.",
                examples=[None],
            ),
            "milliseconds": NUMBER,
        },
        MAY_MISS,
    ),
    "PhotoDigit": answer(
        {
            "box": say(BOX, "x, y, width and height in px of the photo."),
            "line": COUNT,
            "number": say(COUNT, "Of the line, from 0."),
        }
        | READING
        | {"ink": say(TEXT, "Its ink as a picture of the board, a data URL.")},
        {
            "mark": one_of("-", ".", ","),
            "expected": say(COUNT, "On the printed sheet: what was asked for."),
        },
    ),
    "PhotoForm": take(
        {
            "photo": say(
                {"type": "string", "format": "binary", "title": "file"}, "The file, with its name."
            )
        },
        {
            "model": MODEL,
            "box": say(TEXT, "As JSON.", pattern=r"^\[", format="json-box"),
        },
    ),
    "PhotoUrl": take({"image": PHOTO_URL}, {"model": MODEL, "box": optional(PLACE)}),
}

PATHS = {
    "/read-photo": {
        "post": operation(
            "readPhoto",
            "Read the digits and numbers in a photo",
            {200: answered("Photo", "What is written, line by line and digit by digit.")},
            about="Nothing of a photo is kept. One is read at a time in a process, and one more "
            "may wait. A form needs the header X-Board; JSON does not.",
            parameters=[board_header(required=False)],
            body={
                "multipart/form-data": {"schema": refer("PhotoForm")},
                "application/json": {"schema": refer("PhotoUrl")},
            },
            errors={404: "There is no model with that name.", **LIMITED},
            security=[{}, HAND, TOKEN],
            example={"form": {"photo": "photo.png"}, "headers": {"X-Board": "1"}},
        )
    }
}
