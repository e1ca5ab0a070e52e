"""/runs and /recipes: trainings, and what can be chosen for them."""

from ml.runs.choices import BOUNDS, CHOICES, OPTIMIZERS, WHOLE
from ml.runs.control import LONGEST_REST
from webapp.openapi.operations import (
    STORED,
    TOKEN,
    answered,
    in_path,
    in_query,
    nothing,
    operation,
    send_json,
    sent_file,
)
from webapp.openapi.readings import SEVEN
from webapp.openapi.shapes import (
    ANYTHING,
    BOOLEAN,
    COUNT,
    IMAGE,
    INTEGER,
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

MOST_EVENTS = 999_999_999
SOURCES = ("mnist", "generated", "drawings", "drawings_and_mnist")
STATES = ("running", "paused", "stopped", "finished", "failed")
RUN_ID = in_path("run_id", say(TEXT, "", examples=["linear-20261129-120000"]), "A run's id.")
UNKNOWN = {404: "There is no run with this id."}
BUSY = {409: "Another training runs (`run` is its id), or the run is not in the state for it."}
EVENT_NUMBER = {"type": "integer", "minimum": 0, "maximum": MOST_EVENTS}


def bound(name: str) -> Schema:
    """Return the schema of a setting of a training, with its bounds."""
    low, high = BOUNDS[name]
    kind = "integer" if name in WHOLE else "number"
    return {"type": kind, "minimum": low, "maximum": high}


SETTINGS = {name: bound(name) for name in BOUNDS} | {"optimizer": one_of(*OPTIMIZERS)}
RUN = {
    "id": say(TEXT, "", examples=["linear-20261129-120000"]),
    "model": say(TEXT, "", examples=["linear"]),
    "title": say(TEXT, "", examples=["Logistic regression"]),
    "state": one_of(*STATES),
    "wanted": say(one_of("run", "pause", "stop"), "What it was asked for."),
    "rest": say(NUMBER, "Seconds that it rests after each point.", examples=[0]),
    "recipe": optional(refer("RunRecipe")),
    "seed": optional(INTEGER),
    "data": say(optional(TEXT), "", examples=["generated"]),
    "kind": say(TEXT, "`train`, or `hand`: what is served learns drawings.", examples=["train"]),
    "by": say(optional(TEXT), "`page` or `command`.", examples=["page"]),
    "started": say(optional(TEXT), "", examples=["2026-11-29T12:00:00+00:00"]),
    "epochs": optional(COUNT),
    "epoch": say(COUNT, "How many are finished."),
    "accuracy": say(optional(NUMBER), "The last that is known.", examples=[0.981]),
    "version": say(optional(COUNT), "What it became."),
    "diverged": BOOLEAN,
    "reason": say(optional(TEXT), "Why it failed.", examples=[None]),
    "can_resume": BOOLEAN,
}

SCHEMAS: dict[str, Schema] = {
    "Run": answer(RUN),
    "RunRecipe": answer(
        {
            "learning_rate": optional(NUMBER),
            "batch_size": optional(COUNT),
            "optimizer": optional(TEXT),
            "epochs": optional(COUNT),
            "seed": optional(INTEGER),
        }
    ),
    "Runs": answer(
        {"runs": list_of(refer("Run")), "running": say(optional(TEXT), "The id of the one.")}
    ),
    "RunWithEvents": answer(
        RUN
        | {
            "events": list_of(
                take(
                    {
                        "type": say(TEXT, "", examples=["point"]),
                        "n": say(COUNT, "Its number."),
                        "time": say(NUMBER, "Unix seconds.", examples=[1796040000.5]),
                    }
                )
            ),
            "weights": say(
                optional(ANYTHING), "Ten pictures of the weights, if they are new.", examples=[None]
            ),
            "next": say(COUNT, "The `since` of the next question."),
            "again": say(COUNT, "The milliseconds after which to ask it.", examples=[333]),
            "probe": say(
                optional(answer({"id": COUNT}, {"seen": IMAGE})),
                "The drawing that its network reads as it learns.",
                examples=[None],
            ),
        },
        {"log": say(list_of(TEXT), "Of a run that failed: its last 20 lines, for its owner.")},
    ),
    "NewRun": take(
        {"model": say(one_of(*CHOICES), "What learns.")},
        {
            "recipe": say(
                take({}, SETTINGS) | {"additionalProperties": False},
                "What differs from the recipe of the model.",
            ),
            "data": say(one_of(*SOURCES), "What it learns from; generated digits unless given."),
            "start": say(
                one_of("scratch", "served"), "`served`: what is served learns drawings further."
            ),
            "hands": say(one_of("all"), "With drawings as `data`: those of all hands."),
        },
    )
    | {
        "allOf": [
            {
                "if": {"required": ["start"], "properties": {"start": {"const": "served"}}},
                "then": {
                    "required": ["data"],
                    "properties": {"data": {"const": "drawings"}, "recipe": {"maxProperties": 0}},
                },
            },
            {
                "if": {"required": ["hands"]},
                "then": {
                    "required": ["data"],
                    "properties": {"data": {"enum": ["drawings", "drawings_and_mnist"]}},
                },
            },
        ]
    },
    "Probe": take(
        {},
        {
            "image": refer("Picture"),
            "strokes": refer("Strokes"),
            "clear": say({"const": True}, "Takes the drawing away."),
        },
    )
    | {
        "anyOf": [
            {"required": ["clear"]},
            {"required": ["image"], "properties": {"strokes": False, "clear": False}},
            {"required": ["strokes"], "properties": {"image": False, "clear": False}},
        ]
    },
    "ReadProbe": answer({"id": optional(COUNT), "seen": optional(IMAGE)}),
    "Recipes": answer(
        {
            "recipes": list_of(
                answer(
                    {
                        "model": TEXT,
                        "title": TEXT,
                        "default": answer(SETTINGS),
                        "bounds": answer({name: exactly(2, NUMBER) for name in BOUNDS}),
                        "optimizers": list_of(TEXT),
                        "about": say(
                            answer(dict.fromkeys(SETTINGS, TEXT)), "A sentence for each setting."
                        ),
                    }
                ),
                1,
            )
        }
    ),
}

PATHS = {
    "/recipes": {
        "get": operation(
            "listRecipes",
            "List the models that can be trained, with bounds and defaults",
            {200: answered("Recipes", "The quickest first.")},
        )
    },
    "/runs": {
        "get": operation(
            "listRuns",
            "List all trainings, the newest first",
            {200: answered("Runs", "And which of them is running.")},
            errors=STORED,
        ),
        "post": operation(
            "startRun",
            "Start a training, in a process of its own",
            {201: answered("Run", "It runs.")},
            body=send_json(
                "NewRun", {"model": "linear", "recipe": {"epochs": 2}, "data": "generated"}
            ),
            errors={
                **STORED,
                404: "There is no model with that name.",
                409: "Another training runs, or MNIST is not here.",
                503: "Training is not installed, or another server starts one at this moment.",
            },
            security=[TOKEN],
        ),
    },
    "/runs/{run_id}": {
        "get": operation(
            "showRun",
            "Answer one training with its events",
            {200: answered("RunWithEvents", "What is new since the last question.")},
            parameters=[
                RUN_ID,
                in_query("since", EVENT_NUMBER, "The number of the first event to answer."),
                in_query("probe", EVENT_NUMBER, "The number of the drawing that is known."),
            ],
            errors=STORED | UNKNOWN,
            security=[{}, TOKEN],
        ),
        "delete": operation(
            "deleteRun",
            "Delete a training's folder for good; the version that it made stays",
            {204: nothing("It is gone.")},
            parameters=[RUN_ID],
            errors={**STORED, **UNKNOWN, **BUSY},
            security=[TOKEN],
        ),
    },
    "/runs/{run_id}/resume": {
        "post": operation(
            "resumeRun",
            "Go on from the checkpoint of the last finished epoch",
            {200: answered("Run", "It runs again.")},
            parameters=[RUN_ID],
            body=send_json(ANYTHING, {}),
            errors={**STORED, **UNKNOWN, **BUSY},
            security=[TOKEN],
        )
    },
    "/runs/{run_id}/{wanted}": {
        "post": operation(
            "steerRun",
            "Let a training pause, go on or stop, after the step that it is at",
            {200: answered("Run", "It was asked.")},
            parameters=[
                RUN_ID,
                in_path("wanted", one_of("pause", "continue", "stop"), "What to ask it for."),
            ],
            body=send_json(ANYTHING, {}),
            errors={**STORED, **UNKNOWN, **BUSY},
            security=[TOKEN],
        )
    },
    "/runs/{run_id}/pace": {
        "put": operation(
            "setPace",
            "Let a training rest after each point: slow motion",
            {200: answered("Run", "It was asked.")},
            parameters=[RUN_ID],
            body=send_json(
                take(
                    {
                        "rest": say(
                            {"type": "number", "minimum": 0, "maximum": LONGEST_REST}, "Seconds."
                        )
                    }
                ),
                {"rest": 0.2},
            ),
            errors={**STORED, **UNKNOWN, **BUSY},
            security=[TOKEN],
        )
    },
    "/runs/{run_id}/probe": {
        "put": operation(
            "setProbe",
            "Give a training a drawing to read as it learns, or take it away",
            {200: answered("ReadProbe", "The drawing, and its number.")},
            parameters=[RUN_ID],
            body=send_json("Probe", {"strokes": SEVEN}),
            errors={**STORED, **UNKNOWN, **BUSY},
            security=[TOKEN],
        )
    },
    "/runs/{run_id}/pictures/{name}": {
        "get": operation(
            "showPicture",
            "Answer a picture of a finished training",
            {200: sent_file("image/png", "Its curves, for one.")},
            parameters=[
                RUN_ID,
                in_path(
                    "name",
                    say(TEXT, "", examples=["history.png"]),
                    "One of the `pictures` of the event `finished`.",
                ),
            ],
            errors=STORED | {404: "There is no run with this id, or it has no such picture."},
            example={"save": "history.png"},
        )
    },
}
