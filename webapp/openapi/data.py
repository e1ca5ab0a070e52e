"""/data: what there is to learn from; and this description itself."""

from webapp.openapi.operations import (
    HAND,
    STORED,
    TOKEN,
    answered,
    operation,
    send_json,
)
from webapp.openapi.shapes import (
    ANYTHING,
    BOOLEAN,
    COUNT,
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

MNIST: Schema = answer(
    {
        "there": BOOLEAN,
        "folder": say(optional(TEXT), "For who may know the server.", examples=[None]),
        "missing": list_of(TEXT),
        "download": say(
            optional(
                answer(
                    {
                        "state": one_of("running", "done", "failed"),
                        "bytes": optional(COUNT),
                        "total": optional(COUNT),
                        "reason": optional(TEXT),
                    }
                )
            ),
            "Null if there was none.",
            examples=[None],
        ),
    }
)

SCHEMAS: dict[str, Schema] = {
    "Data": answer(
        {
            "mnist": refer("Mnist"),
            "torch": say(BOOLEAN, "Whether anything can learn here."),
            "drawings": say(optional(COUNT), "How many the hand has confirmed.", examples=[12]),
        }
    ),
    "Mnist": MNIST,
}

PATHS = {
    "/data": {
        "get": operation(
            "describeData",
            "Say what there is to learn from",
            {200: answered("Data", "MNIST, drawings, and whether PyTorch is here.")},
            errors=STORED,
            security=[{}, HAND, TOKEN],
        )
    },
    "/data/mnist": {
        "post": operation(
            "downloadMnist",
            "Download MNIST, in a process of its own",
            {202: answered("Mnist", "It has begun.")},
            body=send_json(ANYTHING, {}),
            errors=STORED | {409: "It is here already, or being downloaded."},
            security=[TOKEN],
        )
    },
    "/openapi.json": {
        "get": operation(
            "describeApi",
            "Answer this description",
            {
                200: answered(
                    take({"openapi": say(TEXT, "", examples=["3.1.0"]), "paths": ANYTHING}),
                    "OpenAPI 3.1.",
                )
            },
        )
    },
}
