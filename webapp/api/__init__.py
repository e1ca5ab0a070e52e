"""/api/*: JSON in, JSON out; one file for each noun, and `questions` for what they all ask."""

from flask import Flask

from webapp.api.data import data
from webapp.api.drawings import drawings
from webapp.api.explain import explain
from webapp.api.hands import hands
from webapp.api.models import models
from webapp.api.openapi import openapi
from webapp.api.photo import photo
from webapp.api.predict import predict
from webapp.api.recipes import recipes
from webapp.api.runs import runs
from webapp.api.versions import versions


def register_api(app: Flask) -> None:
    """Give the app every route under /api/."""
    stored = (drawings, hands, versions, recipes, runs, data)
    for blueprint in (predict, photo, explain, models, *stored, openapi):
        app.register_blueprint(blueprint)
