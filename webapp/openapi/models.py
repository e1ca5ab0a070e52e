"""GET /models, /health and what a network is made of."""

from webapp.openapi.operations import answered, in_path, operation, sent_file
from webapp.openapi.shapes import (
    ANYTHING,
    BASE64,
    BOOLEAN,
    COUNT,
    INTEGER,
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
)

TAG = {"description": "The version of the weights.", "schema": TEXT}
NAME = in_path("name", say(TEXT, "", examples=["mlp"]), "The name of a model.")

SCHEMAS: dict[str, Schema] = {
    "Models": answer(
        {
            "default": say(TEXT, "The one that reads unless another is asked for."),
            "models": list_of(
                answer(
                    {
                        "name": say(TEXT, "", examples=["board_cnn"]),
                        "default": BOOLEAN,
                        "version": say(COUNT, "The one that reads; 0 is what ships."),
                        "card": refer("Card"),
                    }
                ),
                1,
            ),
        }
    ),
    "Card": say(
        answer(
            {
                **dict.fromkeys(("model", "title", "summary", "command", "device", "date"), TEXT),
                "parameters": COUNT,
                "layers": list_of(ANYTHING),
                **dict.fromkeys(("tutorial", "recipe", "data", "versions"), ANYTHING),
                "seed": INTEGER,
                "epochs": COUNT,
                "reached_goal": BOOLEAN,
                "history": list_of(ANYTHING),
                "marks": list_of(COUNT),
                "test_accuracy": SHARE,
                "test_interval": exactly(2, NUMBER),
                "test_loss": NUMBER,
                "test_ece": NUMBER,
                "confusion": list_of(list_of(COUNT)),
                "mistakes": list_of(ANYTHING),
                "contract_sha256": TEXT,
                "weights": refer("SavedFile"),
                "onnx": refer("SavedFile"),
                "calibration": answer(
                    {"temperature": NUMBER, "refusal_threshold": optional(NUMBER)}
                ),
                "parent": optional(refer("Parent")),
                "origin": optional(refer("Origin")),
            }
        ),
        "What made a model, and what it reached; accuracies are 0 to 1, losses in nats.",
    ),
    "SavedFile": answer({"name": TEXT, "size": COUNT, "sha256": TEXT}),
    "FirstLayer": answer(
        {
            "model": TEXT,
            "kind": one_of("weights", "kernels"),
            "layer": TEXT,
            "size": exactly(2, COUNT),
            "members": list_of(
                answer(
                    {
                        "name": TEXT,
                        "title": TEXT,
                        "highest": say(NUMBER, "The size of the weight that is 1 or 255."),
                        "pictures": say(list_of(BASE64), "A byte a weight, 128 is none."),
                    }
                )
            ),
            "version": say(TEXT, "Of the weights."),
        }
    ),
    "Health": answer({"status": {"const": "ok"}, "model": say(TEXT, "", examples=["board_cnn"])}),
}

PATHS = {
    "/models": {
        "get": operation(
            "listModels",
            "List the models with their cards, the default first",
            {200: answered("Models", "All that can read.")},
        )
    },
    "/models/{name}/pictures": {
        "get": operation(
            "describeFirstLayer",
            "Answer the weights of a network's first layer",
            {200: answered("FirstLayer", "A picture for each unit or channel.")},
            parameters=[NAME],
            errors={
                404: "There is no model with that name.",
                409: "The weights cannot be looked into: train the version again.",
            },
        )
    },
    "/models/{name}/browser-weights": {
        "get": operation(
            "sendBrowserWeights",
            "Answer a network as one file that a browser reads with",
            {
                200: sent_file(
                    "application/octet-stream",
                    "Its plan, its calibration and its numbers as half floats.",
                    {"ETag": TAG},
                ),
                304: {"description": "You have it.", "headers": {"ETag": TAG}},
            },
            parameters=[NAME],
            errors={
                404: "There is no model with that name.",
                409: "No browser can read with it.",
                412: "Another version is served than the one of `If-Match`.",
            },
            example={"save": "mlp.weights"},
        )
    },
    "/health": {
        "get": operation(
            "checkHealth",
            "Say whether the server can read, found out by reading",
            {200: answered("Health", "It can.")},
            errors={503: "It cannot, or it has too much to do."},
        )
    },
}
