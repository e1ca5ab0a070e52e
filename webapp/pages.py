"""The pages that a person opens."""

from flask import Blueprint, Response, current_app, render_template

from ml.networks.card import by_size
from webapp.cards import describe_models
from webapp.glossary import TERMS, Linker

pages = Blueprint("pages", __name__)


@pages.get("/")
def draw() -> str:
    """Show the drawing board, with the models that can be picked; the default comes first."""
    return render_template("draw.html", models=describe_models(current_app.extensions["reader"]))


@pages.get("/models")
def models() -> str:
    """Show what each model is, how it was trained and its results; smallest first."""
    entries = describe_models(current_app.extensions["reader"])
    entries.sort(key=lambda entry: by_size(entry.card))
    return render_template("models.html", models=entries)


@pages.get("/glossary")
def glossary() -> str:
    """Explain the terms of the models page."""
    terms = [(term, Linker(term.anchor)(term.text)) for term in TERMS]
    return render_template("glossary.html", terms=terms)


@pages.get("/favicon.ico")
def favicon() -> Response:
    """Serve the icon where browsers look for it by default."""
    return current_app.send_static_file("favicon.svg")
